"""Signed checkpoints of the logs that this node writes: re-read what was appended, compare, sign.

Appending and signing are two steps, so that a fault between memory and disk is found before it is signed for ever.
"""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum

from jointlab.errors import BadInput, Conflict, Unavailable
from jointlab.history.durable import durable
from jointlab.history.logs import HOUSE, keys_from_rows
from jointlab.history.models import Checkpoint, Entry, Log
from jointlab.ledger.checkpoints import Checkpoint as Statement
from jointlab.ledger.checkpoints import cosign, open_checkpoint, sign_checkpoint
from jointlab.ledger.entries import Entry as Line
from jointlab.ledger.keys import KeyHistory, KeyKind, SigningKey, VerifyingKey
from jointlab.ledger.notes import Note
from jointlab.ledger.tree import Frontier, leaf_hash

SPAN = 10_000  # entries at most from one checkpoint to the next: what a partner verifies and commits at once
SPAN_BYTES = 64 * 1024 * 1024  # the same in bytes of entries and bodies
FRESH = dt.timedelta(
    hours=23
)  # a shared log's newest checkpoint that is older is signed again: daily, for whoever looks
KEY_FILE = "signing.pem"


@dataclass(frozen=True)
class Signed:
    """The newest checkpoint of a log."""

    size: int
    root: bytes


def house_key() -> SigningKey:
    """The key that signs this node's logs; made when the first checkpoint is signed.

    Raises Unavailable ``history.key-missing`` when it is gone though something was signed with it.
    """
    pem: str = settings.NODE.secret(KEY_FILE, _first_key)
    return SigningKey.from_pem(pem.encode("ascii"), name=settings.NODE.origin)


def house_keys() -> KeyHistory:
    """The keys that count for the house log."""
    return KeyHistory().add(house_key().public, valid_from_size=0)


def cosigner() -> SigningKey:
    """The same key for cosignatures: of partners' checkpoints that are held here, and with the time, of our own.

    The texts of the two kinds can never be each other's, so one key may sign both, and one fingerprint is compared.
    """
    pem: str = settings.NODE.secret(KEY_FILE, _first_key)
    return SigningKey.from_pem(pem.encode("ascii"), name=settings.NODE.origin, kind=KeyKind.COSIGNATURE)


def cosigner_of(key: VerifyingKey) -> VerifyingKey:
    """The key that verifies cosignatures of the holder of a node key."""
    return VerifyingKey(key.name, KeyKind.COSIGNATURE, key.raw)


def sign_house_log() -> Signed:
    """As `sign_log`, of the house log."""
    return sign_log(HOUSE)


def sign_logs() -> dict[str, Signed]:
    """All logs that this node writes, by name; shared ones are signed again daily, so that a partner knows them fresh."""
    own = Log.objects.exclude(kind=Log.Kind.MIRROR).exclude(state=Log.State.RECOVERING).order_by("name")
    signed = {name: sign_log(name) for name in own.values_list("name", flat=True)}
    for name in signed:
        if name != HOUSE:
            freshen(name)
    return signed


def keep_signed() -> None:
    """The house log signed, shared logs fresh: what a running node does by itself.

    New entries of shared logs are signed by whoever has asked the readers first how far they got.
    """
    sign_house_log()
    for log in Log.objects.filter(kind=Log.Kind.SHARED).order_by("name"):
        freshen(log.name)


def sign_log(name: str) -> Signed:
    """Sign everything that was appended since the last checkpoint, after reading it again: a checkpoint for every
    10,000 entries or 64 MiB, so that a partner verifies and stores that much at once.

    Raises Conflict ``history.log-broken`` when entries, frontier and last checkpoint do not fit: nothing is signed then;
    ``history.recovering`` when partners must be asked first.
    """
    with durable():  # a partner may see it at once
        while True:
            signed = _sign_span(name)
            if signed is not None:
                return signed


@transaction.atomic
def freshen(name: str, *, after: dt.timedelta = FRESH) -> bool:
    """Sign the newest checkpoint again, with the time, when it is older than `after`; whether it was."""
    log = Log.objects.select_for_update().get(name=name)
    last = Checkpoint.objects.filter(log=log, size=log.signed_size).first()
    now = dt.datetime.now(dt.UTC)
    if last is None or now - last.at < after or log.state == Log.State.RECOVERING:
        return False
    statement = open_checkpoint(Note.from_bytes(last.note.encode()), log_keys(log), origin=log.origin).checkpoint
    last.note, last.at = _stamped(statement, now), now
    last.save(update_fields=["note", "at"])
    return True


def unsigned() -> int:
    """How many entries of this node's logs no checkpoint covers yet."""
    own = Log.objects.exclude(kind=Log.Kind.MIRROR)
    return own.aggregate(rest=Sum(F("size") - F("signed_size")))["rest"] or 0


def unsigned_since() -> dt.datetime | None:
    """When the oldest entry was appended that no checkpoint covers yet."""
    found = []
    for log in Log.objects.exclude(kind=Log.Kind.MIRROR).filter(size__gt=F("signed_size")):
        entry = Entry.objects.filter(log=log, position=log.signed_size).first()
        if entry is not None:
            found.append(dt.datetime.fromisoformat(Line.from_bytes(bytes(entry.entry)).at))
    return min(found, default=None)


def log_keys(log: Log) -> KeyHistory:
    """The keys that count for a log of this node, old ones too."""
    return keys_from_rows(log.keys) if log.keys else house_keys()


@transaction.atomic
def _sign_span(name: str) -> Signed | None:
    """One checkpoint more; None when entries are left for another one."""
    log = Log.objects.select_for_update().get(name=name)
    if log.state == Log.State.RECOVERING:
        raise Conflict(
            "history.recovering",
            "A backup was restored here, and the partners of {partnership} have not been asked yet how far they got. Run: jointlab recover",
            partnership=log.partnership,
        )  # fmt: skip
    frontier = _last_frontier(log)
    if frontier.size == log.size and log.signed_size == log.size and log.size:
        return Signed(log.size, frontier.root())
    if log.size == 0 and (log.kind == Log.Kind.HOUSE or log.checkpoints.exists()):
        return Signed(0, frontier.root())
    upto = min(log.size, (frontier.size // SPAN + 1) * SPAN)
    _extend(log, frontier, upto)
    upto = frontier.size
    if upto == log.size and frontier.to_bytes() != bytes(log.frontier):
        raise _broken(log, upto, "the frontier that was kept is not that of the entries")
    now = dt.datetime.now(dt.UTC)
    note = _stamped(Statement(log.origin, upto, frontier.root()), now)
    Checkpoint.objects.create(log=log, size=upto, note=note, frontier=frontier.to_bytes(), at=now)
    log.signed_size = upto
    log.save(update_fields=["signed_size"])
    return Signed(upto, frontier.root()) if upto == log.size else None


def _stamped(statement: Statement, now: dt.datetime) -> str:
    """Signed, and with the time in a cosignature of our own: a checkpoint itself says none."""
    note = sign_checkpoint(statement, house_key())
    return note.adding(cosign(statement, cosigner(), time=int(now.timestamp()))).to_bytes().decode()


def _last_frontier(log: Log) -> Frontier:
    """The frontier at the last checkpoint, believed only when the signed root is its root."""
    last = Checkpoint.objects.filter(log=log).order_by("-size").first()
    if last is None:
        if log.signed_size:
            raise _broken(log, log.signed_size, "the checkpoints are gone")
        return Frontier()
    try:
        opened = open_checkpoint(Note.from_bytes(last.note.encode()), log_keys(log), origin=log.origin)
        frontier = Frontier.from_bytes(bytes(last.frontier))
    except BadInput as fault:
        raise _broken(log, last.size, fault.message) from fault
    said = opened.checkpoint
    if not said.size == frontier.size == last.size == log.signed_size or said.root != frontier.root():
        raise _broken(log, last.size, "the last checkpoint is not the one that was signed")
    return frontier


def _extend(log: Log, frontier: Frontier, upto: int) -> None:
    """Push the entries from the frontier's size on, as they are read back; fewer when their bodies are large."""
    start, left = frontier.size, SPAN_BYTES
    rows = Entry.objects.filter(log=log, position__gte=start, position__lt=upto).order_by("position")
    for position, data in rows.values_list("position", "entry").iterator(chunk_size=2000):
        if position != frontier.size:
            raise _broken(log, frontier.size, "the entry is missing")
        try:
            left -= len(data) + Line.from_bytes(bytes(data)).size
        except BadInput as fault:
            raise _broken(log, position, fault.message) from fault
        if left < 0 and frontier.size > start:
            return
        frontier.push(leaf_hash(bytes(data)))
    if frontier.size != upto:
        raise _broken(log, frontier.size, "the entry is missing")


def _first_key() -> str:
    if Checkpoint.objects.exclude(log__kind=Log.Kind.MIRROR).exists():
        raise Unavailable(
            "history.key-missing",
            "The node's signing key {path} is gone, but the log was signed with it. Put it back from a backup.",
            path=str(settings.NODE.secrets / KEY_FILE),
        )
    return SigningKey.generate(name=settings.NODE.origin).to_pem().decode("ascii")


def _broken(log: Log, position: int, reason: str) -> Conflict:
    if log.kind == Log.Kind.SHARED:
        return Conflict(
            "history.log-broken",
            "The log shared with {partnership} does not fit at {position}: {reason}. Nothing was signed. Run: jointlab fsck",
            partnership=log.partnership, position=position, reason=reason,
        )  # fmt: skip
    return Conflict(
        "history.log-broken",
        "The house log does not fit at {position}: {reason}. Nothing was signed. Run: jointlab fsck",
        position=position,
        reason=reason,
    )
