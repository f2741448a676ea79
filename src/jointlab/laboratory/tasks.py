"""Background work of this room: reading files in children of the pool."""

import logging
from collections.abc import Sequence
from importlib import import_module

from django.conf import settings
from django.utils import timezone

from jointlab.errors import Conflict, Fault
from jointlab.history.operations import note_blobs
from jointlab.jobs.registry import JobKind, Payload
from jointlab.jobs.registry import register as register_kinds
from jointlab.laboratory.models import Device, File, Reading, Sample
from jointlab.laboratory.operations.files import READ_FILE, queue_reading
from jointlab.laboratory.queries.suggestions import CHOSEN, Suggestion, suggest_all
from jointlab.laboratory.reading_apart import ReadResult, ReadTask
from jointlab.laboratory.reading_apart import read_file as read_apart
from jointlab.people.actors import actor_of

log = logging.getLogger(__name__)
State = Reading.State
_BATCH = 100  # rows of one statement
_WRITTEN = ["state", "answer", "refused", "read_at", "technique", "format", "sample", "device", "why"]
_LONGEST = 300.0  # seconds that the reading of one file may take


def register() -> None:
    """Called once when the program starts."""
    register_kinds(JobKind(READ_FILE, prepare, read_apart, finish, fail, seconds=_LONGEST))


def prepare(payload: Payload) -> ReadTask | None:
    """What a child needs to read the file; None when it was erased or decided on meanwhile."""
    file = File.objects.select_related("reading", "instrument").filter(id=payload["file"]).first()
    if file is None or file.reading.state in (State.RECORDED, State.ATTACHED):
        return None
    return task_of(file)


def task_of(file: File) -> ReadTask:
    """The file with what is remembered for its instrument and given for itself, and the zone of the instrument's clock."""
    node = settings.NODE
    instrument = file.instrument
    remembered = dict(instrument.settings) if instrument else {}
    return ReadTask(
        blobs=node.blobs, incoming=node.incoming, sha256=file.sha256, name=file.name, settings={**remembered, **file.reading.settings},
        zone=instrument.zone if instrument else "",
    )  # fmt: skip


def finish(payload: Payload, result: ReadResult) -> None:
    """Write what the child found; record it where the instrument's files record themselves."""
    file = File.objects.select_related("reading", "instrument", "received_by").filter(id=payload["file"]).first()
    if file is None or file.reading.state in (State.RECORDED, State.ATTACHED):
        return
    if result.settings != task_of(file).settings:  # an answer came while it was being read
        queue_reading(file.id)
        return
    try:
        certain = write_reading(file, result)
    except Conflict:  # an erasure took columns that it shared with the erased: they are made again
        queue_reading(file.id)
        return
    if certain and result.state == State.READ and file.instrument is not None and file.instrument.records_alone:
        record_alone(file, certain)


def fail(payload: Payload, reason: str) -> None:
    """The file stays, marked unread, with what is known."""
    refused = {"code": "file.not-read", "message": f"Reading this file failed. {reason}", "question": None}
    Reading.objects.filter(file_id=payload["file"]).exclude(state__in=(State.RECORDED, State.ATTACHED)).update(
        state=State.REFUSED, refused=refused, answer={}, technique="", format="", read_at=timezone.now()
    )


def write_reading(file: File, result: ReadResult) -> Suggestion | None:
    """The row of a reading, and its columns; returns the suggested sample when the file's name is certain about it."""
    return write_readings([(file, result)])[0]


def write_readings(pairs: Sequence[tuple[File, ReadResult]]) -> list[Suggestion | None]:
    """As `write_reading`, for files that came together: in few statements."""
    note_blobs({column.sha256: column.size for _, result in pairs for column in result.columns}, derived=True)
    open_ones = [file for file, _ in pairs if file.reading.why != CHOSEN]
    found = suggest_all(open_ones)
    rows, certain = [], []
    for file, result in pairs:
        reading, suggested = file.reading, found.get(file.id)
        reading.state, reading.answer, reading.refused = result.state, result.answer, result.refused
        reading.technique, reading.format = result.answer.get("technique") or "", result.answer.get("format") or ""
        reading.read_at = timezone.now()
        if reading.why != CHOSEN:
            reading.sample_id = suggested.sample if suggested else None
            reading.device_id = suggested.device if suggested else None
            reading.why = suggested.why if suggested else ""
        rows.append(reading)
        certain.append(suggested if suggested and suggested.certain else None)
    Reading.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["file"], update_fields=_WRITTEN, batch_size=_BATCH
    )
    return certain


def record_alone(file: File, suggestion: Suggestion) -> None:
    """A measurement without a person, as the instrument's rule says; if that is refused, the file waits for one."""
    measurements = import_module("jointlab.laboratory.operations.measurements")
    try:
        actor = actor_of(file.received_by, home=settings.NODE.prefix)
        sample = Sample.objects.get(id=suggestion.sample)
        device = Device.objects.get(id=suggestion.device) if suggestion.device else None
        measurements.record(actor, file=file, sample=sample, device=device)
    except Fault as fault:
        log.info("a file of %s is left to a person: %s", file.instrument, fault.code)
