"""device/1 becomes rows."""

from collections.abc import Iterable
from datetime import date, datetime

from jointlab.history.registry import Kept, Recorded, RecordType
from jointlab.laboratory.models import Device
from jointlab.laboratory.projections.codes import free_code, here, note_code
from jointlab.laboratory.records import DeviceRecord
from jointlab.people.queries import colleague_of


def apply_device(recorded: Recorded, body: DeviceRecord) -> None:
    """One revision of a device."""
    values = {
        "rev": recorded.rev, "code": free_code(Device, recorded, body.code), "kind": body.kind, "sample_id": body.sample,
        "made_of_id": body.made_of or None, "properties": dict(body.properties), "note": body.note,
        "made_on": date.fromisoformat(body.made_on) if body.made_on else None, "archived": body.archived,
    }  # fmt: skip
    created = {"created_at": recorded.at, "created_by_id": body.by}
    Device.objects.update_or_create(id=recorded.id, defaults=values, create_defaults={**values, **created})
    note_code(recorded, body.code)


def _keeps(device: str) -> Kept:
    row = Device.objects.get(id=device)
    return {
        "code": row.code, "kind": row.kind, "sample": row.sample_id, "made_of": row.made_of_id or "",
        "at": row.created_at.isoformat(), "by": row.created_by_id,
    }  # fmt: skip


def _erase(recorded: Recorded, kept: Kept) -> None:
    """What was said of an erased device is gone; its row is what measurements and cells hang on."""
    values = {
        "rev": recorded.rev, "code": free_code(Device, recorded, kept["code"]), "kind": kept["kind"], "sample_id": kept["sample"],
        "made_of_id": here(Device, kept["made_of"]), "properties": {}, "note": "", "made_on": None, "archived": True,
        "created_at": datetime.fromisoformat(kept["at"]), "created_by_id": kept["by"],
    }  # fmt: skip
    Device.objects.update_or_create(id=recorded.id, defaults=values)
    note_code(recorded, kept["code"])


def _needs(body: DeviceRecord) -> Iterable[str]:
    return (body.sample, *filter(None, (body.made_of,)), colleague_of(body.by))


TYPES = (RecordType("device/1", DeviceRecord, apply_device, erase=_erase, keeps=_keeps, needs=_needs),)
