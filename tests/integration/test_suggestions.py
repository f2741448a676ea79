"""Which sample a file is suggested for, and who sees that; and what the inbox shows."""

from typing import Any

import pytest

from jointlab.errors import NotFound
from jointlab.jobs.runner import work_off
from jointlab.laboratory.models import File, Instrument, Reading, Sample
from jointlab.laboratory.operations import devices, files, instruments, samples
from jointlab.laboratory.operations.devices import DeviceDraft
from jointlab.laboratory.operations.samples import SampleDraft
from jointlab.laboratory.queries.files import counts, file_called, inbox, place_of
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person


@pytest.fixture
def sample(actor: Actor) -> Sample:
    return samples.add(actor, SampleDraft(title="LiFePO4"))


def suggested(actor: Actor, name: str, **more: Any) -> Reading:
    data = name.encode() * 3 + str(more.get("folder", "")).encode()
    file = files.receive(actor, chunks=[data], name=name, source="page", **more).file
    work_off()
    return Reading.objects.get(file=file)


def test_the_code_in_the_name(actor: Actor, sample: Sample) -> None:
    for parted in (sample.code, sample.code.lower(), sample.code.replace("-", "_"), f"2026 {sample.code} RT scan-3"):
        reading = suggested(actor, f"{parted}.xy")
        assert (reading.sample, reading.why) == (sample, "file-name"), parted


def test_a_device_in_the_name(actor: Actor, sample: Sample) -> None:
    cell = devices.add(actor, sample=sample, draft=DeviceDraft(kind="cell"))
    reading = suggested(actor, f"{cell.code}_EIS.mpr")
    assert (reading.sample, reading.device) == (sample, cell)


def test_prefix_and_number_are_enough_when_only_one_sample_fits(actor: Actor, sample: Sample) -> None:
    number = int(sample.code.rpartition("-")[2])
    assert suggested(actor, f"KZ{number}_RT.xrdml").sample == sample
    assert suggested(actor, f"KZ{number + 1}_RT.xrdml").sample is None


def test_two_codes_are_no_suggestion(actor: Actor, sample: Sample) -> None:
    other = samples.add(actor, SampleDraft(title="other"))
    assert suggested(actor, f"{sample.code} and {other.code}.txt").sample is None


def test_the_folder_and_what_came_together(actor: Actor, sample: Sample) -> None:
    reading = suggested(actor, "scan.xy", folder=f"2026/{sample.code}/raw")
    assert (reading.sample, reading.why) == (sample, "folder")
    beside = suggested(actor, f"{sample.code}.xy", folder="today")
    assert beside.why == "file-name"
    reading = suggested(actor, "scan-2.xy", folder="today")
    assert (reading.sample, reading.why) == (sample, "session")
    assert suggested(actor, "scan-3.xy", folder="tomorrow").sample is None
    other = samples.add(actor, SampleDraft(title="other"))
    suggested(actor, f"{other.code}.xy", folder="today")
    assert suggested(actor, "scan-4.xy", folder="today").sample is None  # two samples on one day: nobody can tell


def test_a_suggestion_says_nothing_to_whom_may_not_see_the_sample(
    actor: Actor, sample: Sample, partner: Person
) -> None:
    other = actor_of(partner, home="kz")
    own = files.receive(other, chunks=[b"theirs"], name=f"{sample.code}.xy", source="page").file
    work_off()
    assert Reading.objects.get(file=own).sample == sample
    [shown] = inbox(other)
    assert (shown, shown.reading.sample, shown.reading.why) == (own, None, "")
    [shown] = inbox(actor)
    assert shown.reading.sample == sample


def test_the_inbox_goes_by_the_last_file_seen(actor: Actor, partner: Person) -> None:
    for n in range(5):
        files.receive(actor, chunks=[b"%d" % n], name=f"{n}.txt", source="page")
    first = inbox(actor, most=2)
    second = inbox(actor, most=2, before=first[-1])
    third = inbox(actor, most=2, before=second[-1])
    assert len({file.id for file in (*first, *second, *third)}) == 5
    assert (counts(actor).waiting, counts(actor).open) == (5, 5)
    assert counts(actor_of(partner, home="kz")).open == 0
    work_off()
    assert counts(actor).refused == 5


def test_one_file_and_its_place(actor: Actor, partner: Person) -> None:
    file = files.receive(actor, chunks=[b"x"], name="x", source="page").file
    assert file_called(actor, file.sha256) == file
    place = place_of(actor, file)
    assert place is not None
    assert (place.file, place.state, place.measurements) == (file, "waiting", ())
    other = actor_of(partner, home="kz")
    assert place_of(other, file) is None
    with pytest.raises(NotFound):
        file_called(other, file.sha256)


def test_files_of_an_instrument_that_records_alone_are_left_to_a_person_without_a_code(
    actor: Actor, administrator: Person, sample: Sample
) -> None:
    instrument: Instrument = instruments.add(
        actor_of(administrator, home="kz"), name="XRD", zone="Asia/Almaty", records_alone=True
    )
    suggested(actor, "no code.xy", instrument=instrument)
    assert File.objects.get().measurements.count() == 0
