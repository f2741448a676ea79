"""Devices: what a person sees, and what readers are told about them."""

from dataclasses import dataclass

from django.db.models import F

from jointlab.errors import NotFound
from jointlab.laboratory.models import Device, Sample
from jointlab.laboratory.properties import PROPERTIES, reader_settings
from jointlab.laboratory.queries.visibility import visible_devices
from jointlab.people.actors import Actor


@dataclass(frozen=True)
class Known:
    """One property of a device; `of` is the device that it was given for: a cell has its electrode's."""

    name: str
    value: str
    of: Device


def device_by_code(actor: Actor, code: str) -> Device:
    """Raises NotFound ``device.none``."""
    found = (
        visible_devices(actor)
        .select_related("sample__project", "sample__institution", "made_of__made_of", "created_by")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise NotFound("device.none", "There is no device {code}.", code=code[:80])
    return found


def devices_of(actor: Actor, sample: Sample) -> list[Device]:
    """The devices of a sample, electrodes before cells, archived ones last."""
    return list(
        visible_devices(actor)
        .filter(sample=sample)
        .select_related("made_of")
        .order_by("archived", F("made_of").asc(nulls_first=True), "created_at", "code")
    )


def properties_of(device: Device) -> tuple[Known, ...]:
    """Its own properties, and those of what it is built of where it has none, in the order of the table."""
    found: dict[str, Known] = {}
    part: Device | None = device
    while part is not None:
        own = part.properties
        if part is not device and {"active_mass", "coating_mass", "loading"} & {*found} & {*own}:
            own = {name: value for name, value in own.items() if name not in _MASSES}  # one statement of the mass
        for name, value in own.items():
            found.setdefault(name, Known(name, value, part))
        part = part.made_of
    return tuple(found[known.name] for known in PROPERTIES if known.name in found)


def settings_of(device: Device) -> dict[str, str]:
    """Settings for the readers and techniques, by the names of science: active_mass, area, nominal_capacity."""
    return reader_settings({known.name: known.value for known in properties_of(device)})


_MASSES = frozenset({"active_mass", "coating_mass", "active_fraction", "loading"})
