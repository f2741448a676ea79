"""How this room's records become rows."""

from jointlab.federation.models import KeyWord, Pairing
from jointlab.federation.records import KeyRecord, PairingRecord
from jointlab.history.registry import Recorded, RecordType
from jointlab.history.registry import register as register_types


def register() -> None:
    """Called once when the program starts."""
    register_types(
        RecordType("pairing/1", PairingRecord, _pairing),
        RecordType("key/1", KeyRecord, _key),
        tables=(Pairing, KeyWord),
    )


def _pairing(recorded: Recorded, body: PairingRecord) -> None:
    Pairing.objects.update_or_create(
        record=recorded.id,
        defaults={
            "home": recorded.home, "partner": body.partner, "origin": body.origin, "key": body.key,
            "recovery": body.recovery, "code": body.code, "by": body.by, "at": recorded.at,
        },
    )  # fmt: skip


def _key(recorded: Recorded, body: KeyRecord) -> None:
    KeyWord.objects.update_or_create(
        record=recorded.id,
        defaults={"home": recorded.home, "number": body.number, "note": body.note, "at": recorded.at},
    )
