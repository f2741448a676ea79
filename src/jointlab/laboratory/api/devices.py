"""Devices for programs: what is built of a sample and measured in its place."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from jointlab.laboratory.api.values import Code, Day, Revision, Settings
from jointlab.laboratory.models import Device, Sample
from jointlab.laboratory.operations import devices as operations
from jointlab.laboratory.operations.devices import DeviceDraft
from jointlab.laboratory.queries.devices import device_by_code, devices_of
from jointlab.laboratory.queries.samples import sample_by_code
from jointlab.people.actors import Actor
from jointlab.people.pages import actor_at

router = Router(tags=["samples"])


class DeviceIn(Schema):
    """A device. `made_of` is the code of the electrode that a cell is built of; properties are decimals with units."""

    made_of: Annotated[str, Field(max_length=80)] = ""
    properties: Settings = Field({})
    note: Annotated[str, Field(max_length=5000)] = ""
    made_on: Day = ""


class DeviceNew(DeviceIn):
    """A new device: electrode, cell, solar_cell or other."""

    kind: Annotated[str, Field(max_length=20)]


class DeviceChange(DeviceIn):
    """The whole device anew; its kind and its code stay."""

    rev: Revision


class DeviceOut(Schema):
    """A device."""

    id: str
    rev: int
    code: str
    sample: str
    kind: str
    made_of: str
    properties: dict[str, str]
    note: str
    made_on: date | None
    created_at: datetime
    created_by: str
    archived: bool


@router.post("/samples/{code}/devices", response={201: DeviceOut})
def device_add(request: HttpRequest, code: Code, given: DeviceNew) -> Status[dict[str, Any]]:
    """A new device of a sample."""
    actor = actor_at(request)
    sample = sample_by_code(actor, code)
    made = operations.add(actor, sample=sample, draft=_draft(actor, sample, given, kind=given.kind))
    return Status(201, device_out(made))


@router.get("/devices/{code}", response=DeviceOut)
def device(request: HttpRequest, code: Code) -> dict[str, Any]:
    """One device."""
    return device_out(device_by_code(actor_at(request), code))


@router.put("/devices/{code}", response=DeviceOut)
def device_change(request: HttpRequest, code: Code, given: DeviceChange) -> dict[str, Any]:
    """Change a device; 409 when it has moved on since `rev`."""
    actor = actor_at(request)
    found = device_by_code(actor, code)
    draft = _draft(actor, found.sample, given, kind=found.kind)
    return device_out(operations.change(actor, device=found, draft=draft, expected_rev=given.rev))


@router.post("/devices/{code}/archive", response=DeviceOut)
def device_archive(request: HttpRequest, code: Code) -> dict[str, Any]:
    """Take a device out of the lists; its measurements stay."""
    actor = actor_at(request)
    return device_out(operations.archive(actor, device=device_by_code(actor, code)))


@router.post("/devices/{code}/put-back", response=DeviceOut)
def device_put_back(request: HttpRequest, code: Code) -> dict[str, Any]:
    """Put an archived device back."""
    actor = actor_at(request)
    return device_out(operations.archive(actor, device=device_by_code(actor, code), archived=False))


def device_out(device: Device) -> dict[str, Any]:
    """A device as `DeviceOut`."""
    plain = ("id", "rev", "code", "kind", "properties", "note", "made_on", "created_at", "archived")
    return {
        **{name: getattr(device, name) for name in plain}, "sample": device.sample.code,
        "made_of": device.made_of.code if device.made_of else "", "created_by": device.created_by_id,
    }  # fmt: skip


def _draft(actor: Actor, sample: Sample, given: DeviceIn, *, kind: str) -> DeviceDraft:
    """As the operation takes it; a code that is not known stays what it is, and is refused there."""
    known = {device.code: device.id for device in devices_of(actor, sample)} if given.made_of else {}
    return DeviceDraft(
        kind=kind, made_of=known.get(given.made_of, given.made_of), properties=given.properties, note=given.note,
        made_on=given.made_on,
    )  # fmt: skip
