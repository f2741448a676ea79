"""Changes that the inbox makes to many files at once. Readings are drafts, so stopping one leaves no record."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from jointlab.errors import BadInput, Conflict, Fault, NotFound
from jointlab.jobs.models import Job
from jointlab.jobs.operations import stop
from jointlab.laboratory.models import File, Measurement, Reading
from jointlab.laboratory.operations import measurements
from jointlab.laboratory.operations.files import READ_FILE
from jointlab.laboratory.queries.inbox import Target, waiting
from jointlab.people.actors import Actor, Right

_STOPPED = {
    "code": "file.stopped",
    "message": "Reading this file was stopped by a person. Have it read again when you like.",
    "question": None,
}


@dataclass(frozen=True)
class Refusal:
    """A file that could not be recorded, and why."""

    file: File
    fault: Fault


@dataclass(frozen=True)
class Recorded:
    """What became of the files."""

    measurements: tuple[Measurement, ...]
    refused: tuple[Refusal, ...]


def record(actor: Actor, *, files: Iterable[File], target: Target | None = None) -> Recorded:
    """Put files on one sample or device, or each on the one suggested for it. One refusal never stops the others."""
    actor.require(Right.WRITE)
    done, refused = [], []
    for file in files:
        try:
            place = target or _suggested(file)
            done.append(measurements.record(actor, file=file, sample=place.sample, device=place.device))
        except (BadInput, Conflict, NotFound) as fault:
            refused.append(Refusal(file, fault))
    return Recorded(tuple(done), tuple(refused))


def stop_reading(actor: Actor) -> int:
    """Take the files that wait out of the line; returns how many. They stay, marked as not read."""
    actor.require(Right.WRITE)
    files = waiting(actor)
    with transaction.atomic():
        for job in Job.objects.filter(key__in=[f"{READ_FILE}:{file.id}" for file in files]):
            stop(job)
        return Reading.objects.filter(file__in=files, state=Reading.State.WAITING).update(
            state=Reading.State.REFUSED, refused=_STOPPED
        )


def _suggested(file: File) -> Target:
    """Raises BadInput ``inbox.no-sample``."""
    sample = file.reading.sample
    if sample is None:
        raise BadInput(
            "inbox.no-sample", "No sample is known for “{name}”. Select it and name the sample.", name=file.name
        )
    return Target(sample, file.reading.device)
