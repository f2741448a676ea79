"""How this room's records become rows."""

from dataclasses import asdict

from jointlab.errors import BadInput
from jointlab.federation.models import Joining, KeyWord, Pairing
from jointlab.federation.records import KeyRecord, PairingRecord, PartnershipRecord
from jointlab.history.identifiers import home
from jointlab.history.logs import members, partnership_of
from jointlab.history.registry import Recorded, RecordType
from jointlab.history.registry import register as register_types

NAME_LIMIT = 80  # characters of the name of a partnership


def register() -> None:
    """Called once when the program starts."""
    register_types(
        RecordType("pairing/1", PairingRecord, _pairing),
        RecordType("key/1", KeyRecord, _key),
        RecordType("partnership/1", PartnershipRecord, _partnership),
        tables=(Pairing, KeyWord, Joining),
    )


def _pairing(recorded: Recorded, body: PairingRecord) -> None:
    Pairing.objects.update_or_create(
        record=recorded.id,
        defaults={
            "home": recorded.home, "partner": body.partner, "origin": body.origin, "key": body.key,
            "recovery": body.recovery, "code": body.code, "by": body.by, "at": recorded.at,
        },
    )  # fmt: skip


def _partnership(recorded: Recorded, body: PartnershipRecord) -> None:
    """A member's word. Raises BadInput ``partnership.members`` for a set that its writer cannot speak of to this node."""
    told = [one.home for one in body.members]
    name = partnership_of(*told)
    fits = len(told) > 2 and len(name) <= NAME_LIMIT and tuple(told) == members(name)
    if not fits or not {recorded.home, home()} <= set(told):
        raise BadInput(
            "partnership.members", "{home} names {members} as a partnership, which it cannot.", home=recorded.home,
            members=name[:200],
        )  # fmt: skip
    Joining.objects.update_or_create(
        record=recorded.id,
        defaults={
            "home": recorded.home, "partnership": name, "members": [asdict(one) for one in body.members], "by": body.by,
            "at": recorded.at,
        },
    )  # fmt: skip


def _key(recorded: Recorded, body: KeyRecord) -> None:
    KeyWord.objects.update_or_create(
        record=recorded.id,
        defaults={"home": recorded.home, "number": body.number, "note": body.note, "at": recorded.at},
    )
