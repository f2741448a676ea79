"""Following a partner's logs: ask for the checkpoint, fetch pages up to it, let `history` verify and apply, cosign.

A page comes from a source: the partner over HTTP, its delivery, or a disk. What follows after the source is the same.
"""

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol
from urllib.parse import quote

import orjson
from django.db.models import F, Min

from jointlab.errors import BadInput, Conflict, Fault, NotFound, Unavailable
from jointlab.federation import bodies, codec, comparing, together
from jointlab.federation.client import ANSWER_LIMIT, Link
from jointlab.federation.models import Partner
from jointlab.federation.receipts import cosigned
from jointlab.history import mirroring
from jointlab.history.identifiers import home
from jointlab.history.logs import keys_from_rows, mirrors
from jointlab.history.models import Checkpoint, Log
from jointlab.ledger.checkpoints import Checkpoint as Statement
from jointlab.ledger.mirror import Line
from jointlab.ledger.notes import NOTE_LIMIT, Note

FIRST_PAGE: Final = 500  # entries; a page grows while it takes less than PAGE_SECONDS
PAGE_SECONDS: Final = 10.0
AHEAD_FROM: Final = 1_000  # entries of a step after which more are likely
UNKNOWN_KEY: Final = "link.unknown-key"
KEPT_BYTES: Final = 64 * 1024 * 1024  # of pages of one checkpoint that are kept for when the link comes back

Kind = Literal["logs", "mirror"]  # the partner's own logs, or its copies of ours


class Source(Protocol):
    """Where pages come from."""

    def note_after(self, log: str, size: int) -> bytes | None:
        """The farthest checkpoint within one span beyond this size, else the newest; None when there is none."""

    def pages(self, log: str, *, start: int, upto: int) -> Iterator[list[Line]]:
        """The entries from `start` up to, not including, `upto`, page by page."""

    def give_receipt(self, log: str, note: bytes) -> None:
        """Our cosignature under the note, after it is stored."""


@dataclass(frozen=True, slots=True)
class Followed:
    """One round over a partner's logs."""

    entries: int  # that were new
    bytes: int  # of pages
    halted: tuple[str, ...]  # names of logs


@dataclass
class _Part:
    """Pages of one checkpoint that have come so far."""

    start: int
    upto: int
    next: int = 0
    pages: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.next = self.start


class HttpSource:
    """The partner itself. Pages that have come are kept until their checkpoint is reached: a cut costs one page.

    After a large step the next checkpoint and its pages come over a second connection while that step is verified and
    stored: neither the link nor the processor waits for the other.
    """

    def __init__(
        self, link: Link, *, records: int = FIRST_PAGE, kind: Kind = "logs", ahead_from: int = AHEAD_FROM
    ) -> None:
        self.link = link
        self.kind: Kind = kind
        self.records = records  # entries asked for at once
        self.received = 0
        self._parts: dict[str, _Part] = {}
        self._ahead_from = ahead_from
        self._second: Link | None = None
        self._ahead: tuple[threading.Thread, str, int] | None = None  # with the log and the size after which it looks
        self._found: tuple[bytes, _Part] | None = None  # by that thread

    def note_after(self, log: str, size: int) -> bytes | None:
        """As Source says."""
        found = self._fetched(log, size)
        if found is not None:
            note, self._parts[log] = found
            return note
        return self._note_after(self.link, log, size)

    def _note_after(self, link: Link, log: str, size: int) -> bytes | None:
        try:
            return link.get(f"{log_path('logs', log)}/checkpoint?after={size}", limit=NOTE_LIMIT).body
        except Conflict as fault:
            if fault.code == "partner.behind":
                return None
            raise

    def pages(self, log: str, *, start: int, upto: int) -> Iterator[list[Line]]:
        """As Source says; nothing is verified yet, so what was kept is forgotten once it has been shown."""
        part = self._parts.get(log)
        if part is None or (part.start, part.upto) != (start, upto):
            part = self._parts[log] = _Part(start, upto)
        self._fill(self.link, log, part)
        del self._parts[log]
        if self.kind == "logs" and upto - start >= self._ahead_from:
            self._fetch_ahead(log, upto)
        for data in part.pages:
            yield codec.read_page(data)

    def _fill(self, link: Link, log: str, part: _Part) -> None:
        """All pages of a part that have not come yet."""
        while part.next < part.upto:
            data = self._page(link, log, part.next, part.upto)
            lines = codec.read_page(data)
            if not lines:
                raise BadInput("page.line", "The partner sent a page without entries.")
            part.pages.append(data)
            part.next += len(lines)
            if sum(map(len, part.pages)) > KEPT_BYTES:
                raise BadInput("page.size", "The page is larger than {limit} bytes.", limit=KEPT_BYTES)

    def _fetch_ahead(self, log: str, size: int) -> None:
        """Begin, in a thread of its own."""
        self._fetched("", 0)
        self._second = self._second or self.link.another()
        thread = threading.Thread(target=self._look_ahead, args=(self._second, log, size), daemon=True, name="ahead")
        self._ahead = (thread, log, size)
        thread.start()

    def _look_ahead(self, link: Link, log: str, size: int) -> None:
        """What fails here is asked for again, and told, where it is needed."""
        with suppress(Fault):
            note = self._note_after(link, log, size)
            if note is not None and (upto := said_size(note)) > size:
                part = _Part(size, upto)
                self._found = note, part
                self._fill(link, log, part)

    def _fetched(self, log: str, size: int) -> "tuple[bytes, _Part] | None":
        """What the thread has found, when it looked for just this; it has ended."""
        if self._ahead is None:
            return None
        thread, *wanted = self._ahead
        thread.join()
        found, self._found, self._ahead = self._found, None, None
        return found if wanted == [log, size] else None

    def close(self) -> None:
        """The connections end."""
        self._fetched("", 0)
        for link in (self.link, self._second):
            if link is not None:
                link.close()

    def give_receipt(self, log: str, note: bytes) -> None:
        """As Source says."""
        self.link.post(f"{log_path('logs', log)}/cosignatures", note)

    def offered(self) -> list[str]:
        """Names of the logs that the partner lets us read. Raises BadInput ``link.form``."""
        try:
            found = orjson.loads(self.link.get("/fed/v1/logs").body)["logs"]
            return [str(one["log"]) for one in found]
        except (ValueError, KeyError, TypeError):
            raise BadInput("link.form", "The partner's answer cannot be understood.") from None

    def _page(self, link: Link, log: str, start: int, upto: int) -> bytes:
        path = f"{log_path(self.kind, log)}/entries?from={start}&upto={upto}&limit={self.records}"
        try:
            answer = link.get(path, limit=ANSWER_LIMIT)
        except Fault:
            self.records = max(1, self.records // 2)
            raise
        if answer.took < PAGE_SECONDS / 2:
            self.records = min(codec.PAGE_RECORDS, self.records * 2)
        elif answer.took > PAGE_SECONDS:
            self.records = max(1, self.records // 2)
        self.received += len(answer.body)
        return answer.body


def follow_all(partner: Partner, source: Source, *, logs: list[Log] | None = None) -> Followed:
    """Every mirror of this partner up to its newest checkpoint: the log of the two alone first, which tells of keys."""
    entries, halted = 0, []
    for log in _in_turn(partner) if logs is None else logs:
        if log.state != Log.State.HALTED:
            entries += follow(partner, source, log)
            bodies.ask_again(source, log)
        if log.state == Log.State.HALTED:
            halted.append(log.name)
    return Followed(entries, getattr(source, "received", 0), tuple(halted))


def _in_turn(partner: Partner) -> Iterator[Log]:
    """Its mirrors, those too that open while the first are followed."""
    done: set[str] = set()
    while fresh := [log for log in mirrors_of(partner) if log.name not in done]:
        done.update(log.name for log in fresh)
        yield from fresh


def follow(partner: Partner, source: Source, log: Log) -> int:
    """One mirror, checkpoint by checkpoint; how many entries were new. What is refused changes nothing."""
    before = log.size
    while True:
        note = source.note_after(log.name, log.size)
        if note is None:
            return log.size - before
        ahead = (
            said_size(note) > log.size
        )  # if not: a proof that nothing is kept from us, and that the log has not shrunk
        step(partner, source, log, note)
        if not ahead or log.state == Log.State.HALTED:
            return log.size - before


def step(partner: Partner, source: Source, log: Log, note: bytes) -> bool:
    """One checkpoint; whether there was anything new. `log` is read again.

    Raises Unavailable ``link.refused`` when what came may have been damaged on its way: worth asking again.
    """
    opened, start = Note.from_bytes(note), log.size
    if not known_signer(log, opened):
        raise Unavailable(UNKNOWN_KEY, "The log {log} is signed with a key of {partner} that is not known here.", log=log.name, partner=partner.prefix)  # fmt: skip
    upto = Statement.from_text(opened.text).size
    done = mirroring.accept(log.name, note, source.pages(log.name, start=start, upto=upto))
    log.refresh_from_db()
    if isinstance(done, mirroring.Halted):
        return False
    if isinstance(done, mirroring.Followed) and done.moved:
        together.open_copies()
        if not comparing.look_again(log):
            return False
    if isinstance(done, mirroring.Refused):
        raise Unavailable("link.refused", "What came of the log {log} was not taken over: {reason}", log=log.name, reason=done.sentence)  # fmt: skip
    Partner.objects.filter(prefix=partner.prefix).update(proof_at=proved_at(partner))
    source.give_receipt(log.name, cosigned(note))
    return done.moved


def proved_at(partner: Partner) -> dt.datetime | None:
    """The time up to which none of the partner's logs can hide anything: the oldest of their newest signatures.

    A running node signs its newest checkpoint again every day. Whoever shows an old one, so as to keep from us what came
    after, cannot make it younger.
    """
    newest = Checkpoint.objects.filter(log__kind=Log.Kind.MIRROR, log__home=partner.prefix, log__state=Log.State.OPEN)
    found: dt.datetime | None = newest.filter(size=F("log__size")).aggregate(oldest=Min("at"))["oldest"]
    return found


def known_signer(log: Log, note: Note) -> bool:
    """Whether a key of this log claims the note, be it void or not: an unknown one may have been announced elsewhere."""
    return any(line.is_by(key) for key in keys_from_rows(log.keys).keys for line in note.signatures)


def mirrors_of(partner: Partner) -> list[Log]:
    """Our copies of the partner's logs, that of the two alone first."""
    found = [log for log in mirrors() if log.home == partner.prefix]
    return sorted(found, key=lambda log: (log.partnership.count("+"), log.name))


def shared_with(partner: Partner) -> list[Log]:
    """Our logs that the partner reads: in partnerships of more than two, from its own word on."""
    return [log for log in meant_for(partner) if together.has_joined(partner.prefix, log.partnership)]


def meant_for(partner: Partner) -> list[Log]:
    """Our logs that the partner may read; whether it knows of them already is another matter."""
    found = Log.objects.filter(kind=Log.Kind.SHARED, home=home()).order_by("name")
    return [log for log in found if partner.prefix in log.partnership.split("+")]


def said_size(note: bytes) -> int:
    """The size that a note says, before anything in it is believed. Raises BadInput ``note.*``, ``checkpoint.*``."""
    return Statement.from_text(Note.from_bytes(note).text).size


def partner_named(prefix: str) -> Partner:
    """Raises NotFound ``federation.partner``."""
    partner = Partner.objects.filter(prefix=prefix).first()
    if partner is None:
        raise NotFound("federation.partner", "There is no partner {prefix}. See: jointlab partners", prefix=prefix)
    return partner


def log_path(kind: Kind, log: str) -> str:
    """The address of a partner's log, or of its copy of ours."""
    return f"/fed/v1/{kind}/{quote(log, safe='+/')}"
