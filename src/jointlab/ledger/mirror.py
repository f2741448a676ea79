"""A verified copy of another's log: it grows only by what the home signed, and nothing that is refused changes it.

A mirror that has seen every entry keeps the frontier of the tree. Old frontier, then the new entries, must give the
signed root: that is the whole proof that the home only appended. A refusal is a value, `Halt`, with its evidence.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import Final

from jointlab.errors import BadInput
from jointlab.ledger.checkpoints import Checkpoint, open_checkpoint
from jointlab.ledger.entries import Entry, body_faults, body_hash, unsealed
from jointlab.ledger.keys import KeyHistory
from jointlab.ledger.notes import Note
from jointlab.ledger.tree import Frontier, leaf_hash

ENTRIES_LIMIT: Final = 100_000  # accepted at once; a home signs a checkpoint at least every 10,000
BYTES_LIMIT: Final = 256 * 1024 * 1024  # of entries and bodies accepted at once; a home signs at least every 64 MiB
_TOGETHER: Final = 512  # lines that are looked at together
_TOGETHER_BYTES: Final = 4 * 1024 * 1024  # of them


class Reason(StrEnum):
    """Why a mirror did not follow."""

    MALFORMED_NOTE = "malformed-note"
    BAD_SIGNATURE = "bad-signature"  # a line that claims a known key is not its signature
    UNKNOWN_KEY = "unknown-key"
    VOID_KEY = "void-key"  # a key of this log, but not at this size
    WRONG_LOG = "wrong-log"
    ROLLBACK = "rollback"  # signed, but shorter than what was signed before
    EQUIVOCATION = "equivocation"  # two signed roots for one size: proof of misbehaviour
    SPLIT_VIEW = "split-view"  # another reader was shown a signed log that parts from this one: the same proof
    TOO_MUCH = "too-much"  # more at once than the limits; ask for a checkpoint in between
    WRONG_LENGTH = "wrong-length"  # fewer entries than the checkpoint says, or more
    NOT_CANONICAL = "not-canonical"  # an entry's bytes
    INVALID_ENTRY = "invalid-entry"
    BODY_MISMATCH = "body-mismatch"
    FORK = "fork"  # what was shown does not lead from this copy to the signed root

    @property
    def may_be_transport(self) -> bool:
        """Whether a broken link can look like this, so that asking again is fair before anybody is blamed."""
        return self in _TRANSPORT


_TRANSPORT: Final = frozenset(
    {
        Reason.MALFORMED_NOTE, Reason.BAD_SIGNATURE, Reason.WRONG_LENGTH, Reason.NOT_CANONICAL, Reason.INVALID_ENTRY,
        Reason.BODY_MISMATCH, Reason.FORK,
    }
)  # fmt: skip
_REASON_OF_CODE: Final = {
    "note.signature": Reason.BAD_SIGNATURE,
    "note.unknown-key": Reason.UNKNOWN_KEY,
    "checkpoint.void-key": Reason.VOID_KEY,
    "checkpoint.wrong-log": Reason.WRONG_LOG,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as it travels, with its body unless that is erased, withheld or superseded."""

    entry: bytes
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the log that has been verified."""

    position: int  # from 0
    line: Line
    entry: Entry
    fault: BadInput | None = None  # why it is in quarantine: kept and shown, not applied

    @property
    def content(self) -> dict[str, object] | None:
        """The body without its salt, read anew each time, as many values take much memory; None without one, or in quarantine."""
        return None if self.fault or self.line.body is None else unsealed(self.line.body)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was at hand when a mirror refused, byte for byte."""

    held: bytes | None  # the note that the mirror had accepted last
    shown: bytes  # the note that it was shown
    position: int | None = None  # of the entry in question
    line: Line | None = None
    # Of two signed logs of different sizes: the root of the larger at the smaller's size, and the proof of it
    root: bytes | None = None
    proof: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Halt:
    """The mirror did not follow, and is as it was."""

    reason: Reason
    fault: BadInput
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Accepted:
    """The mirror that follows, and what is new in it. Store both in one transaction, then cosign."""

    mirror: "Mirror"
    records: tuple[Record, ...]

    @property
    def quarantined(self) -> tuple[Record, ...]:
        """The records with a fault."""
        return tuple(record for record in self.records if record.fault)


class _Refusal(Exception):
    """Leaves the reading of lines; never leaves this module."""

    def __init__(self, reason: Reason, fault: BadInput, position: int | None = None, line: Line | None = None) -> None:
        self.reason, self.fault, self.position, self.line = reason, fault, position, line
        super().__init__(fault.code)


@dataclass(frozen=True, slots=True)
class Mirror:
    """A copy's state. Raises BadInput ``mirror.state`` when the frontier is not that of the note's checkpoint."""

    origin: str  # the log's name
    home: str  # the node that alone may write in it
    keys: KeyHistory  # of this log
    frontier: bytes = Frontier().to_bytes()
    note: bytes | None = None  # accepted last; None before the first

    def __post_init__(self) -> None:
        """A damaged state must not pass for a partner's fault."""
        if self.note is None:
            good = self.size == 0
        else:
            good = Checkpoint.from_text(Note.from_bytes(self.note).text) == self.checkpoint
        if not good:
            raise BadInput("mirror.state", "The copy of {origin} does not fit its own checkpoint.", origin=self.origin)

    @property
    def size(self) -> int:
        """How many entries it holds."""
        return Frontier.from_bytes(self.frontier).size

    @property
    def checkpoint(self) -> Checkpoint:
        """What it holds, ready to be cosigned."""
        frontier = Frontier.from_bytes(self.frontier)
        return Checkpoint(self.origin, frontier.size, frontier.root())

    def accept(
        self,
        note: bytes,
        pages: Iterable[Iterable[Line]],
        *,
        judge: Callable[[Record], None] | None = None,
        entries_limit: int = ENTRIES_LIMIT,
        bytes_limit: int = BYTES_LIMIT,
    ) -> Accepted | Halt:
        """Follow to a checkpoint: `pages` hold the entries from the mirror's size up to that of the note.

        Pages are read only when the note is good and ahead. Whatever raises while they are read leaves the mirror as it
        was. `judge` looks at each record once the root is verified; a BadInput that it raises puts that record in
        quarantine, and the log goes on. So do a body outside the profile, without salt or of another size than its
        entry says, and an entry of another home.
        """
        try:
            found = open_checkpoint(Note.from_bytes(note), self.keys, origin=self.origin).checkpoint
        except BadInput as fault:
            return self._halt(_Refusal(_REASON_OF_CODE.get(fault.code, Reason.MALFORMED_NOTE), fault), note)
        try:
            ahead = self._ahead(found, entries_limit)
            frontier, records = self._read(chain.from_iterable(pages) if ahead else (), ahead, bytes_limit)
            if (frontier.size, frontier.root()) != (found.size, found.root):
                raise _refusal(Reason.FORK, "The entries shown do not lead from this copy to the signed root.")
        except _Refusal as refusal:
            return self._halt(refusal, note)
        judged = tuple(records) if judge is None else tuple(_judged(record, judge) for record in records)
        return Accepted(replace(self, frontier=frontier.to_bytes(), note=note), judged)

    def _ahead(self, found: Checkpoint, entries_limit: int) -> int:
        """How many entries there are to read."""
        mine = self.checkpoint
        ahead = found.size - mine.size
        if ahead < 0:
            raise _refusal(
                Reason.ROLLBACK,
                "The log was signed with {mine} entries, now with {size}.",
                mine=mine.size,
                size=found.size,
            )
        if ahead == 0 and found.root != mine.root:
            raise _refusal(Reason.EQUIVOCATION, "Two different logs of {size} entries are signed.", size=found.size)
        if ahead > entries_limit:
            raise _refusal(Reason.TOO_MUCH, "{ahead} entries at once are too many.", ahead=ahead)
        return ahead

    def _read(self, lines: Iterable[Line], ahead: int, bytes_limit: int) -> tuple[Frontier, list[Record]]:
        """Exactly `ahead` lines, checked many at a time; of several faults the first in the log's order is told."""
        frontier, left, size = Frontier.from_bytes(self.frontier), bytes_limit, 0
        records: list[Record] = []
        waiting: list[Line] = []
        for line in lines:
            position = frontier.size + len(waiting)
            if len(records) + len(waiting) == ahead:
                self._take(waiting, frontier, records)
                raise _refusal(
                    Reason.WRONG_LENGTH, "More than {ahead} entries were shown.", position, line, ahead=ahead
                )
            here = len(line.entry) + len(line.body or b"")
            left -= here
            if left < 0:
                self._take(waiting, frontier, records)
                raise _refusal(Reason.TOO_MUCH, "More than {limit} bytes at once.", position, limit=bytes_limit)
            waiting.append(line)
            size += here
            if len(waiting) == _TOGETHER or size > _TOGETHER_BYTES:
                self._take(waiting, frontier, records)
                size = 0
        self._take(waiting, frontier, records)
        if len(records) < ahead:
            found = len(records)
            raise _refusal(
                Reason.WRONG_LENGTH, "{found} entries were shown instead of {ahead}.", found=found, ahead=ahead
            )
        return frontier, records

    def _take(self, lines: list[Line], frontier: Frontier, records: list[Record]) -> None:
        """Lines that have come: none that is broken counts, those that are whole become records and leaves. Empties `lines`."""
        first = frontier.size
        entries = [_whole(line, position) for position, line in enumerate(lines, start=first)]
        faults = iter(body_faults([line.body for line in lines if line.body is not None]))
        for position, (line, entry) in enumerate(zip(lines, entries, strict=True), start=first):
            unusable = None if line.body is None else next(faults)
            records.append(Record(position, line, entry, self._misfit(entry, line.body) or unusable))
            frontier.push(leaf_hash(line.entry))
        lines.clear()

    def _misfit(self, entry: Entry, body: bytes | None) -> BadInput | None:
        """What the home signed may still be unusable: then this record is set aside, not the log."""
        if entry.home != self.home:
            return BadInput("mirror.wrong-home", "{home} wrote a record of {other}.", home=self.home, other=entry.home)
        if body is not None and len(body) != entry.size:
            return BadInput(
                "mirror.size",
                "The body has {found} bytes, its entry says {wanted}.",
                found=len(body),
                wanted=entry.size,
            )
        return None

    def _halt(self, refusal: _Refusal, note: bytes) -> Halt:
        return Halt(refusal.reason, refusal.fault, Evidence(self.note, note, refusal.position, refusal.line))


def proves_equivocation(first: bytes, second: bytes, keys: KeyHistory, *, origin: str) -> bool:
    """Whether two notes show that a log was signed twice at one size with two roots; needs nothing but the keys.

    Raises BadInput as `open_checkpoint` does when one of them is no signed checkpoint of this log.
    """
    one, other = (open_checkpoint(Note.from_bytes(note), keys, origin=origin).checkpoint for note in (first, second))
    return one.size == other.size and one.root != other.root


def _whole(line: Line, position: int) -> Entry:
    """The entry of a line whose body has the hash that it says."""
    try:
        entry = Entry.from_bytes(line.entry)
    except BadInput as fault:
        broken = fault.code.startswith("canonical.")
        raise _Refusal(Reason.NOT_CANONICAL if broken else Reason.INVALID_ENTRY, fault, position, line) from None
    if entry.prev is not None and entry.prev >= position:
        raise _refusal(Reason.INVALID_ENTRY, "The entry names one after it.", position, line)
    if line.body is not None and body_hash(line.body) != entry.body:
        raise _refusal(Reason.BODY_MISMATCH, "A body does not have the hash of its entry.", position, line)
    return entry


def _judged(record: Record, judge: Callable[[Record], None]) -> Record:
    if record.fault:
        return record
    try:
        judge(record)
    except BadInput as fault:
        return replace(record, fault=fault)
    return record


def _refusal(
    reason: Reason, template: str, position: int | None = None, line: Line | None = None, /, **facts: object
) -> _Refusal:
    return _Refusal(reason, BadInput(f"mirror.{reason}", template, None, **facts), position, line)
