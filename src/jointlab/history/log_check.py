"""One log, entry by entry: its order, its bodies, its frontier, and the checkpoints that were signed of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from jointlab.errors import BadInput, Fault
from jointlab.history.findings import Finding, fault, remark
from jointlab.history.logs import HOUSE
from jointlab.history.models import Checkpoint, Entry, Log, Record, SetAside
from jointlab.history.progress import Progress
from jointlab.history.registry import from_plain, record_type
from jointlab.history.replay import standing
from jointlab.history.signing import log_keys
from jointlab.ledger.checkpoints import open_checkpoint
from jointlab.ledger.entries import Entry as Line
from jointlab.ledger.entries import Op, body_hash, unseal
from jointlab.ledger.notes import Note
from jointlab.ledger.tree import Frontier, leaf_hash

EVERY = 500
_RESTORE = "Restore a backup."
_AGAIN = "Take the copy anew from the partner, or restore a backup."


@dataclass
class Walk:
    """One walk along a log: what has been seen so far."""

    log: Log
    frontier: Frontier = field(default_factory=Frontier)
    stands: dict[str, Record] = field(default_factory=dict)
    bodiless: dict[str, int] = field(default_factory=dict)  # records with a body gone, with the position
    named: dict[str, str] = field(default_factory=dict)  # SHA-256 of raw files, with a record that names it
    derived: dict[str, str] = field(default_factory=dict)  # the same of derived ones
    roots: dict[int, bytes] = field(default_factory=dict)  # at the sizes of the checkpoints
    aside: frozenset[int] = frozenset()  # positions that were set aside: nothing is expected of them

    @property
    def is_mirror(self) -> bool:
        """Whether it is a partner's: what is amiss in it may be the partner's doing, and is set aside then."""
        return self.log.kind == Log.Kind.MIRROR

    @property
    def advice(self) -> str:
        """What to do when it does not fit."""
        return _AGAIN if self.is_mirror else _RESTORE


def walk_of(log: Log) -> Walk:
    """Ready to begin."""
    aside = SetAside.objects.filter(log=log).values_list("position", flat=True)
    return Walk(log, aside=frozenset(aside))


def check_entries(walk: Walk, progress: Progress) -> Iterator[Finding]:
    """Entries: in order, canonical, with the bodies that they name; the frontier is theirs."""
    log, sizes = walk.log, set(Checkpoint.objects.filter(log=walk.log).values_list("size", flat=True))
    rows = Entry.objects.filter(log=log).order_by("position")
    for row in rows.iterator(chunk_size=500):
        if walk.frontier.size % EVERY == 0:
            progress("log", done=walk.frontier.size, total=log.size)
        if row.position != walk.frontier.size:
            yield fault("log.gap", f"{log.name}:{walk.frontier.size}", "An entry is missing from the log.", walk.advice)
            return
        walk.frontier.push(leaf_hash(bytes(row.entry)))
        if walk.frontier.size in sizes:
            walk.roots[walk.frontier.size] = walk.frontier.root()
        yield from _entry(walk, row)
    progress("log", done=walk.frontier.size, total=log.size)
    for record, position in walk.bodiless.items():
        if not walk.stands[record].erased:
            yield fault("log.body-missing", f"{log.name}:{position}", f"The body of {record} is gone, but it was not erased.", walk.advice)  # fmt: skip
    if walk.frontier.size != log.size or walk.frontier.to_bytes() != bytes(log.frontier):
        yield fault(
            "log.frontier", log.name,
            f"The log says it has {log.size} entries; the {walk.frontier.size} that are there do not give its frontier.",
            walk.advice,
        )  # fmt: skip


def check_checkpoints(walk: Walk) -> Iterator[Finding]:
    """Each is signed by a key that counts, and its root is that of the entries."""
    log, newest = walk.log, 0
    keys = log_keys(log)
    for row in Checkpoint.objects.filter(log=log).order_by("size").iterator():
        where = f"{log.name}@{row.size}"
        newest = max(newest, row.size)
        try:
            said = open_checkpoint(Note.from_bytes(row.note.encode()), keys, origin=log.origin).checkpoint
        except BadInput as wrong:
            yield fault("checkpoint.signature", where, wrong.message, "Restore a backup, with its keys.")
            continue
        root = walk.roots.get(row.size) if row.size else Frontier().root()
        if said.size != row.size or said.root != root:
            yield fault("checkpoint.root", where, "The log is not the one that was signed.", walk.advice)
        elif Frontier.from_bytes(bytes(row.frontier)).root() != said.root:
            yield fault("checkpoint.frontier", where, "The frontier kept with the checkpoint is not the signed one.", walk.advice)  # fmt: skip
    if newest != log.signed_size:
        yield fault("checkpoint.newest", log.name, f"The newest checkpoint is at {newest}, not at {log.signed_size}.", walk.advice)  # fmt: skip


def _entry(walk: Walk, row: Entry) -> Iterator[Finding]:
    where, data = f"{walk.log.name}:{row.position}", bytes(row.entry)
    body = None if row.body is None else bytes(row.body)
    try:
        line = Line.from_bytes(data)
    except BadInput as wrong:
        yield fault("log.entry", where, wrong.message, walk.advice)
        return
    before = walk.stands.get(line.id)
    walk.stands[line.id] = standing(line, row.position)
    if (row.record, row.type, row.op) != (line.id, line.type, line.op.value):
        yield fault(
            "log.columns", where,
            f"The row says {row.record} {row.type} {row.op}, the entry {line.id} {line.type} {line.op}.", walk.advice,
        )  # fmt: skip
    if walk.log.name == HOUSE:
        yield from _chain(where, line, before)
    if body is not None and not _fits(walk, row, line, body):
        yield fault("log.body", where, f"The body of {line.id} is not the one whose hash was logged.", walk.advice)
    elif walk.log.kind == Log.Kind.SHARED:
        yield from _shared(where, row, line)
    elif row.position not in walk.aside:
        yield from _content(walk, where, line, body)


def _fits(walk: Walk, row: Entry, line: Line, body: bytes) -> bool:
    """Of what a partner signed and this node set aside only the hash counts: its size may be what is amiss."""
    return body_hash(body) == line.body if row.position in walk.aside else line.is_of(body)


def _content(walk: Walk, where: str, line: Line, body: bytes | None) -> Iterator[Finding]:
    """What the body says, or who has said that it may be gone."""
    if body is None and line.op is Op.PUT:
        walk.bodiless[line.id] = walk.stands[line.id].position
    elif line.op is Op.WITHHOLD:
        walk.bodiless.pop(line.id, None)
    elif body is not None and line.op is Op.PUT:
        if walk.is_mirror:
            walk.bodiless.pop(line.id, None)  # an older revision whose body was not sent
        yield from _body(walk, where, line, body)


def _chain(where: str, line: Line, before: Record | None) -> Iterator[Finding]:
    """Revisions follow each other. Some may be lost between those that partners gave back after a restore."""
    if line.prev != (before.position if before else None) or (before and line.rev <= before.rev):
        yield fault("log.chain", where, f"The entry does not follow the one before it of {line.id}.", _RESTORE)
    elif line.rev != (before.rev + 1 if before else 1):
        if Entry.objects.filter(record=line.id, log__kind=Log.Kind.SHARED).exists():
            yield remark("log.revisions", where, f"Revisions of {line.id} are missing before this one.", "They were lost when a backup was restored.")  # fmt: skip
        else:
            yield fault("log.chain", where, f"The entry does not follow the one before it of {line.id}.", _RESTORE)
    if before and before.erased:
        yield fault("log.after-erase", where, f"{line.id} goes on after it was erased.", "Erase it again.")


def _body(walk: Walk, where: str, line: Line, body: bytes) -> Iterator[Finding]:
    try:
        known = record_type(line.type)
        plain = unseal(body)
        if known.names_blobs():
            content = from_plain(line.type, plain)
            for sha256 in known.blobs(content):
                walk.named.setdefault(sha256, line.id)
            for sha256 in known.derived(content):
                walk.derived.setdefault(sha256, line.id)
    except (Fault, ValueError) as wrong:  # pydantic's ValidationError is a ValueError
        yield fault("log.body", where, f"The body of {line.id} cannot be read: {wrong}", "Upgrade jointlab.")


def _shared(where: str, row: Entry, line: Line) -> Iterator[Finding]:
    """It says what the house log says; only the place of the revision before it is this log's own."""
    if row.source is None or row.body is not None:
        return  # withheld since, or an entry that the house log does not hold
    house = Entry.objects.filter(log_id=HOUSE, position=row.source).values_list("entry", flat=True).first()
    said = Line.from_bytes(bytes(house)) if house is not None else None
    if said is None or _without_place(said) != _without_place(line):
        yield fault("log.source", where, f"The house log says something else of {line.id} at {row.source}.", _RESTORE)


def _without_place(line: Line) -> tuple[object, ...]:
    return line.at, line.body, line.home, line.id, line.op, line.rev, line.size, line.type
