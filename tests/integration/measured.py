"""What tests of measurements begin with: a sample, and a file of the demonstration laboratory that was read."""

from jointlab.laboratory.models import File, Reading, Sample
from jointlab.laboratory.operations import files, samples
from jointlab.laboratory.operations.samples import SampleDraft
from jointlab.laboratory.reading_apart import read_file
from jointlab.laboratory.tasks import task_of, write_reading
from jointlab.people.actors import Actor
from jointlab.science.demonstration.laboratory import FILES


def a_sample(actor: Actor, *, title: str = "TiO₂, anatase", project: str = "") -> Sample:
    return samples.add(actor, SampleDraft(title=title, project=project))


def made(part: str) -> tuple[str, bytes, dict[str, str]]:
    """Name, bytes and settings of the first file of the demonstration whose path holds `part`."""
    entry = next(entry for entry in FILES if part in entry.path)
    return entry.path.rpartition("/")[2], entry.make(), dict(entry.settings)


def a_file(actor: Actor, part: str, *, settings: dict[str, str] | None = None) -> File:
    """A file that has arrived and was read, through the operations of the inbox."""
    name, data, own = made(part)
    file = files.receive(actor, chunks=[data], name=name, source="page").file
    reading = Reading.objects.get(file=file)
    if reading.state == Reading.State.WAITING:
        Reading.objects.filter(file=file).update(settings=own if settings is None else settings)
        file.refresh_from_db()
        write_reading(file, read_file(task_of(file)))
    return File.objects.get(id=file.id)
