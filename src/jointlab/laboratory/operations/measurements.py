"""Every change of measurements: recorded, taken back, computed again, another analysis shown."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings as django_settings
from django.db import transaction
from django.utils import timezone

from jointlab.errors import BadInput, Conflict, NotFound
from jointlab.history.blobs import store
from jointlab.history.identifiers import new_id
from jointlab.history.logs import HOUSE
from jointlab.history.models import Log
from jointlab.history.operations import note_blob, write
from jointlab.laboratory.bodies import body_of_answer
from jointlab.laboratory.computing import Computed, Task, computed, with_rest
from jointlab.laboratory.models import Analysis, Device, File, Measurement, Reading, Sample
from jointlab.laboratory.operations.codes import next_code
from jointlab.laboratory.queries.devices import settings_of
from jointlab.laboratory.queries.measurements import relevant_settings
from jointlab.laboratory.queries.visibility import visible_files, visible_measurements, visible_samples
from jointlab.laboratory.reading_apart import ReadTask, read_file
from jointlab.laboratory.records import (  # fmt: skip
    AnalysisBody,
    AnalysisRecord,
    FigureRecord,
    MeasurementRecord,
    MeasurementStateRecord,
    Warned,
)
from jointlab.people.actors import Actor, Right
from jointlab.web.typed import clean_line

_LONGEST_WHY = 500  # characters


@dataclass(frozen=True)
class Preview:
    """What changed settings would give; nothing is recorded."""

    settings: dict[str, str]
    technique: str
    figures: tuple[FigureRecord, ...]
    warnings: tuple[Warned, ...]


@dataclass(frozen=True)
class Failed:
    """A file of many that could not be recorded, and why."""

    file: File
    fault: BadInput | Conflict | NotFound


@dataclass(frozen=True)
class Recordings:
    """What became of many files."""

    measurements: tuple[Measurement, ...]
    failed: tuple[Failed, ...]


def record(actor: Actor, *, file: File, sample: Sample, device: Device | None = None) -> Measurement:
    """Put a file that was read on a sample, or on a device of it, with its figures as the first analysis.

    What the device is made of (mass, area, what 1C means) goes to the reader: where that changes anything, the file is
    computed again. A measurement that was withdrawn is put back. Raises NotFound for what the actor does not see,
    BadInput ``measurement.unread`` or ``.device``, Conflict ``measurement.there``.
    """
    actor.require(Right.WRITE)
    reading = _readable(actor, file=file, sample=sample, device=device)
    before = _same(file, sample, device)
    if before is not None:
        return put_back(actor, measurement=before)
    found = _first_analysis(file, reading, device)
    with transaction.atomic():
        _one_at_a_time()
        _same(file, sample, device)
        body = MeasurementRecord(
            code=next_code("{prefix}-M-{n:06}"), file=file.id, sample=sample.id, by=actor.person, analysis=_noted(found),
            device=device.id if device else "", instrument=file.instrument_id or "",
            instrument_stated=(reading.answer.get("instrument") or "")[:200], started=(reading.answer.get("started") or "")[:40],
            started_zone=reading.answer.get("started_zone") or "", measured_on=_day(file, reading),
        )  # fmt: skip
        recorded = write(type="measurement/1", id=new_id(), body=body, expected_rev=0)
    return Measurement.objects.get(id=recorded.id)


def record_many(actor: Actor, *, files: Iterable[File], sample: Sample, device: Device | None = None) -> Recordings:
    """Put many files on one sample; one that cannot be recorded never stops the others."""
    done, failed = [], []
    for file in files:
        try:
            done.append(record(actor, file=file, sample=sample, device=device))
        except (BadInput, Conflict, NotFound) as fault:
            failed.append(Failed(file, fault))
    return Recordings(tuple(done), tuple(failed))


def withdraw(actor: Actor, *, measurement: Measurement) -> Measurement:
    """Take a measurement back: it stays in the log and citable, its figures are no longer shown. Raises Conflict."""
    return _state(actor, measurement, withdrawn=True)


def put_back(actor: Actor, *, measurement: Measurement) -> Measurement:
    """Undo a withdrawal. Raises Conflict ``measurement.state`` when it was not withdrawn."""
    return _state(actor, measurement, withdrawn=False)


def show(actor: Actor, *, measurement: Measurement, number: int) -> Measurement:
    """Mark the analysis whose figures are shown from now on; 0: the latest recorded. Raises NotFound ``analysis.none``."""
    actor.require(Right.WRITE)
    with transaction.atomic():
        held = _held(actor, measurement)
        if number and not held.analyses.filter(number=number).exists():
            raise NotFound("analysis.none", "{code} has no analysis {number}.", code=held.code, number=number)
        body = MeasurementStateRecord(held.id, actor.person, withdrawn=held.withdrawn, shown=number)
        write(type="measurement-state/1", id=new_id(), body=body, expected_rev=0)
    return Measurement.objects.get(id=measurement.id)


def preview(actor: Actor, *, measurement: Measurement, settings: Mapping[str, str]) -> Preview:
    """The figures that these settings would give, computed now from the raw file; nothing is stored.

    Raises BadInput with the code of the setting that does not fit, NotFound for what the actor does not see.
    """
    seen = _seen(actor, measurement)
    found = computed(_task(seen.file, _checked(seen, settings)))
    return Preview(dict(found.body.settings), found.body.technique, found.body.figures, found.body.warnings)


def reanalyse(actor: Actor, *, measurement: Measurement, settings: Mapping[str, str], why: str = "") -> Analysis:
    """Compute a measurement again and record it: a new analysis stands beside the earlier ones, which stay citable.

    Raises as `preview`, and Conflict ``analysis.same`` when neither settings nor versions differ from the latest one.
    """
    actor.require(Right.WRITE)
    seen = _seen(actor, measurement)
    if seen.withdrawn:
        raise Conflict("measurement.withdrawn", "{code} was withdrawn. Put it back first.", code=seen.code)
    found = computed(replace(_task(seen.file, _checked(seen, settings)), keep=_folders()))
    with transaction.atomic():
        held = _held(actor, measurement)
        latest = held.analyses.order_by("-number").first()
        _differs(held, latest, found.body)
        body = AnalysisRecord(
            held.id,
            (latest.number if latest else 0) + 1,
            actor.person,
            _noted(found),
            why=clean_line(why, field="why", empty=True, most=_LONGEST_WHY),
        )
        recorded = write(type="analysis/1", id=new_id(), body=body, expected_rev=0)
    return Analysis.objects.get(id=recorded.id)


def _readable(actor: Actor, *, file: File, sample: Sample, device: Device | None) -> Reading:
    """The reading of a file that the actor sees. Raises NotFound, BadInput."""
    if not visible_files(actor).filter(id=file.id).exists():
        raise NotFound("file.none", "There is no such file.")
    if not visible_samples(actor).filter(id=sample.id).exists():
        raise NotFound("sample.none", "There is no such sample.")
    if device is not None and device.sample_id != sample.id:
        raise BadInput(
            "measurement.device", "{device} is not made of {sample}.", device=device.code, sample=sample.code
        )
    reading = Reading.objects.filter(file=file).first()
    if reading is not None and reading.state == Reading.State.RECORDED and not reading.answer:
        _fill_again(file, reading)
    if reading is None or not reading.answer or reading.state in (Reading.State.WAITING, Reading.State.QUESTION, Reading.State.REFUSED):  # fmt: skip
        raise BadInput(
            "measurement.unread",
            "“{name}” is not read, so there is nothing to record yet. Answer its question, or read what it was refused for.",
            name=file.name,
        )
    return reading


def _fill_again(file: File, reading: Reading) -> None:
    """The answer of a recorded file is a draft, which a rebuild leaves empty: read the file for it."""
    zone = file.instrument.zone if file.instrument else ""
    blobs, incoming = map(Path, _folders())
    task = ReadTask(blobs, incoming, file.sha256, file.name, _read_with(file, reading), zone)
    reading.answer = read_file(task).answer
    reading.save(update_fields=["answer"])


def _same(file: File, sample: Sample, device: Device | None) -> Measurement | None:
    """The withdrawn measurement of this file on this target. Raises Conflict ``measurement.there`` for one that stands."""
    found = Measurement.objects.filter(file=file, sample=sample, device=device).first()
    if found is not None and not found.withdrawn:
        raise Conflict(
            "measurement.there", "“{name}” stands on {target} already, as {code}.",
            name=file.name, target=device.code if device else sample.code, code=found.code,
        )  # fmt: skip
    return found


def _one_at_a_time() -> None:
    """Take the house log's lock before its next number is looked for; `write` takes the same one."""
    Log.objects.select_for_update().filter(name=HOUSE).first()


def _first_analysis(file: File, reading: Reading, device: Device | None) -> Computed:
    """What the inbox holds of the file; computed again where the device says more than the file was read with."""
    used = _read_with(file, reading)
    if device is not None:
        wanted = {**settings_of(device), **dict(reading.settings)}  # an answer for this very file weighs more
        known = relevant_settings(reading.technique or reading.answer["technique"], reading.answer["format"])
        merged = {**used, **{key: value for key, value in wanted.items() if key in known}}
        if merged != used:
            return computed(replace(_task(file, merged), keep=_folders()))
    return with_rest(body_of_answer(reading.answer, settings=used), store())


def _read_with(file: File, reading: Reading) -> dict[str, str]:
    """The settings that the stored reading was made with."""
    remembered = dict(file.instrument.settings) if file.instrument else {}
    return {**remembered, **dict(reading.settings)}


def _task(file: File, settings: Mapping[str, str]) -> Task:
    return Task(path=str(store().path(file.sha256)), name=file.name, settings=dict(settings))


def _folders() -> tuple[str, str]:
    node = django_settings.NODE
    return str(node.blobs), str(node.incoming)


def _noted(found: Computed) -> AnalysisBody:
    """The body, once the rows of its blobs are written; inside the transaction of its record."""
    for blob in found.kept:
        note_blob(sha256=blob.sha256, size=blob.size, derived=blob.derived)
    return found.body


def _checked(measurement: Measurement, settings: Mapping[str, str]) -> dict[str, str]:
    """Settings without empty ones; each must be one that the technique or the reader knows. Raises BadInput."""
    given = {key: value.strip() for key, value in settings.items() if value.strip()}
    known = relevant_settings(measurement.technique, measurement.format)
    kept = dict(measurement.analyses.order_by("-number").values_list("settings", flat=True).first() or {})
    for key in given:
        if key not in known and key not in kept:
            raise BadInput(
                "analysis.setting", "{technique} of {format} has no setting “{key}”.",
                field=key, key=key, technique=measurement.technique, format=measurement.format,
            )  # fmt: skip
    return given


def _differs(measurement: Measurement, latest: Analysis | None, body: AnalysisBody) -> None:
    versions = {pair.name: pair.value for pair in body.versions}
    if latest is not None and latest.settings == dict(body.settings) and latest.versions == versions:
        raise Conflict(
            "analysis.same",
            "Analysis {number} of {code} was made with the same settings and versions, so it would give the same numbers.",
            number=latest.number, code=measurement.code,
        )  # fmt: skip


def _state(actor: Actor, measurement: Measurement, *, withdrawn: bool) -> Measurement:
    actor.require(Right.WRITE)
    with transaction.atomic():
        held = _held(actor, measurement)
        if held.withdrawn == withdrawn:
            raise Conflict(
                "measurement.state",
                "{code} is withdrawn already." if withdrawn else "{code} is not withdrawn.",
                code=held.code,
            )
        body = MeasurementStateRecord(held.id, actor.person, withdrawn=withdrawn, shown=held.marked)
        write(type="measurement-state/1", id=new_id(), body=body, expected_rev=0)
    return Measurement.objects.get(id=measurement.id)


def _seen(actor: Actor, measurement: Measurement) -> Measurement:
    found = visible_measurements(actor).select_related("file").filter(id=measurement.id).first()
    if found is None:
        raise NotFound("measurement.none", "There is no such measurement.")
    return found


def _held(actor: Actor, measurement: Measurement) -> Measurement:
    """The row, locked until the transaction ends, for one who sees it."""
    _seen(actor, measurement)
    return Measurement.objects.select_for_update().get(id=measurement.id)


def _day(file: File, reading: Reading) -> str:
    """The day that the file states, in the time of its instrument; else the day of its arrival at this node."""
    started = reading.answer.get("started") or ""
    if started:
        return dt.datetime.fromisoformat(started).date().isoformat()
    return timezone.localdate(file.received_at).isoformat()
