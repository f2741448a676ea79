"""Every change of devices: what is built of a sample and measured in its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.db import transaction

from jointlab.errors import BadInput, NotFound
from jointlab.history.identifiers import new_id
from jointlab.history.operations import write
from jointlab.laboratory.models import Device, Sample
from jointlab.laboratory.operations.codes import next_code
from jointlab.laboratory.operations.samples import day_of
from jointlab.laboratory.properties import check_properties
from jointlab.laboratory.properties import faults_of as faults_of_properties
from jointlab.laboratory.queries.visibility import visible_samples
from jointlab.laboratory.records import DeviceRecord
from jointlab.people.actors import Actor, Right
from jointlab.web.typed import clean_text

LETTERS = {"electrode": "E", "cell": "C", "solar_cell": "S", "other": "D"}  # KZ-26-0117-C3


@dataclass(frozen=True)
class DeviceDraft:
    """What a form or the API gives, as typed."""

    kind: str
    made_of: str = ""  # the record of the electrode that a cell is built of
    properties: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    made_on: str = ""  # ISO date


@transaction.atomic
def add(actor: Actor, *, sample: Sample, draft: DeviceDraft) -> Device:
    """A new device of a sample. Raises BadInput ``device.*``."""
    _require(actor, sample)
    record = checked(actor, sample, draft, device=None)
    ours = (
        sample.id.partition(":")[0] == actor.home
    )  # both sites build devices of a shared sample, each with its own numbers
    site = "" if ours else f"{actor.home.upper()}-"
    code = next_code(f"{sample.code}-{site}{LETTERS[draft.kind]}{{n}}")
    recorded = write(type="device/1", id=new_id(), body=replace(record, code=code), expected_rev=0)
    return Device.objects.get(id=recorded.id)


@transaction.atomic
def change(actor: Actor, *, device: Device, draft: DeviceDraft, expected_rev: int) -> Device:
    """Change a device; its code and its kind stay. Raises also Conflict ``history.stale``."""
    _require(actor, device.sample)
    draft = replace(draft, kind=device.kind)
    record = replace(checked(actor, device.sample, draft, device=device), code=device.code, archived=device.archived)
    write(type="device/1", id=device.id, body=record, expected_rev=expected_rev)
    return Device.objects.get(id=device.id)


@transaction.atomic
def archive(actor: Actor, *, device: Device, archived: bool = True) -> Device:
    """Take a device out of the lists, or put it back; its measurements stay."""
    _require(actor, device.sample)
    write(type="device/1", id=device.id, body=replace(record_of(device), by=actor.person, archived=archived))
    return Device.objects.get(id=device.id)


def faults_of(
    actor: Actor, draft: DeviceDraft, *, sample: Sample, device: Device | None = None
) -> tuple[BadInput, ...]:
    """Everything that is wrong with a draft, each with its field among the facts."""
    found = list(faults_of_properties(draft.properties, kind=draft.kind))
    try:
        checked(actor, sample, replace(draft, properties={}), device=device)
    except BadInput as fault:
        found.append(fault)
    return tuple(found)


def record_of(device: Device) -> DeviceRecord:
    """The record that the row was made of; `by` belongs to the revision."""
    return DeviceRecord(
        code=device.code, kind=device.kind, sample=device.sample_id, by="", made_of=device.made_of_id or "",
        properties=dict(device.properties), note=device.note,
        made_on=device.made_on.isoformat() if device.made_on else "", archived=device.archived,
    )  # fmt: skip


def _require(actor: Actor, sample: Sample) -> None:
    if not visible_samples(actor).filter(pk=sample.pk).exists():
        raise NotFound("sample.none", "There is no sample {code}.", code=sample.code)
    actor.require(Right.WRITE)


def checked(actor: Actor, sample: Sample, draft: DeviceDraft, *, device: Device | None) -> DeviceRecord:
    """The record that a draft would become; raises its first fault."""
    if draft.kind not in Device.Kind.values:
        raise BadInput("device.kind", "“{kind}” is no kind of device.", field="kind", kind=draft.kind[:40])
    if draft.made_of:
        _check_made_of(sample, draft.made_of, device)
    return DeviceRecord(
        code="", kind=draft.kind, sample=sample.id, by=actor.person, made_of=draft.made_of,
        properties=check_properties(draft.properties, kind=draft.kind),
        note=clean_text(draft.note, field="note", most=5000), made_on=day_of(draft.made_on),
    )  # fmt: skip


def _check_made_of(sample: Sample, made_of: str, device: Device | None) -> None:
    """Of the same sample, and no device is built of itself or of what is built of it."""
    part = Device.objects.filter(pk=made_of, sample=sample).first()
    if part is None:
        raise BadInput("device.made-of", "There is no such device of {code}.", field="made_of", code=sample.code)
    while part is not None:
        if device is not None and part.pk == device.pk:
            raise BadInput("device.cycle", "{code} cannot be built of itself.", field="made_of", code=device.code)
        part = part.made_of
