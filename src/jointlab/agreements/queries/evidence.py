"""Digital evidence beside the paper, with what can be said of it here and now."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from jointlab.agreements.kinds import EARLIER
from jointlab.agreements.models import Evidence, Passkey, SignatoryKey
from jointlab.agreements.queries.listing import version_for
from jointlab.agreements.queries.papers import content_of, papers_of
from jointlab.agreements.records import KEY, NATIONAL, PASSKEY
from jointlab.agreements.signing import NationalSignature, Signed, Statement, check_national
from jointlab.agreements.versions import Version
from jointlab.errors import Fault, NotFound
from jointlab.history.blobs import store
from jointlab.people.actors import Actor, Right


@dataclass(frozen=True)
class Shown:
    """One signature: with a key, or brought from elsewhere."""

    row: Evidence
    statement: Statement | None = None
    fingerprint: str = ""
    passkeys: tuple[Evidence, ...] = ()  # that answered the same statement
    back_dated: date | None = None  # the day on which it was really made
    clause: str = ""  # that allows it; "" when none does
    national: tuple[NationalSignature, ...] = ()
    here: bool = True  # whether its file is
    why: Fault | None = None  # why its file cannot be read


def key_of(actor: Actor) -> SignatoryKey | None:
    """The person's key that signs."""
    return SignatoryKey.objects.filter(by=actor.person).order_by("-at", "-id").first()


def passkeys_of(actor: Actor) -> list[Passkey]:
    """The person's passkeys at this node."""
    return list(Passkey.objects.filter(by=actor.person).order_by("at", "id"))


def evidence_by_id(actor: Actor, id: str) -> Evidence:
    """One signature over a text that the person may see. Raises NotFound ``signing.none``."""
    row = Evidence.objects.filter(id=id).select_related("by").first()
    if row is None or Right.READ not in actor.rights:
        raise NotFound("signing.none", "There is no such signature.")
    version_for(actor, row.version)
    return row


def evidence_of(actor: Actor, hash: str) -> list[Shown]:
    """Every signature over a text, the oldest first."""
    version = version_for(actor, hash)
    rows = list(Evidence.objects.filter(version=hash).select_related("by").order_by("at", "id"))
    answers = [one for one in rows if one.kind == PASSKEY]
    files = _files(version) if any(one.kind == NATIONAL for one in rows) else {}
    return [
        _signed(one, version, tuple(answer for answer in answers if answer.of == one.pk)) if one.kind == KEY else _national(one, files)
        for one in rows if one.kind != PASSKEY
    ]  # fmt: skip


def _signed(row: Evidence, version: Version, passkeys: tuple[Evidence, ...]) -> Shown:
    signed = Signed.from_bytes(row.signed.encode())
    made = row.at.astimezone(ZoneInfo(version.head.zone)).date()
    back = made if signed.statement.day < made else None
    clause = next(
        (one.number for one in version.of_kind(EARLIER) if (one.day("since") or date.max) <= signed.statement.day), ""
    )
    return Shown(
        row, signed.statement, signed.key.fingerprint, passkeys, back_dated=back, clause=clause if back else "",
        here=not row.file or store().has(row.file),
    )  # fmt: skip


def _national(row: Evidence, files: dict[str, bytes]) -> Shown:
    if not store().has(row.file):
        return Shown(row, here=False)
    with store().open(row.file) as file:
        data = file.read()
    try:
        return Shown(row, national=check_national(data, files=files))
    except Fault as fault:  # a partner's file that is no signature
        return Shown(row, why=fault)


def _files(version: Version) -> dict[str, bytes]:
    """What may have been signed elsewhere: every printed file that is here, the version itself, and its hash as text."""
    here = {one.name: content_of(version.hash, one) for one in papers_of(version.hash) if one.here}
    return {**here, "json": version.to_bytes(), "hash": version.hash.encode()}
