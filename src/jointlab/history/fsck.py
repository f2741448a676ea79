"""Proof that a node is whole: the logs by their hashes and signatures, what is shared by the house log, the rows by the
logs, the files by their names.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from jointlab.errors import Fault
from jointlab.history.blob_check import BlobCount, check_blobs
from jointlab.history.findings import Finding, fault
from jointlab.history.identifiers import home
from jointlab.history.log_check import Walk, check_checkpoints, check_entries, walk_of
from jointlab.history.logs import HOUSE
from jointlab.history.models import Checkpoint, Log, Record
from jointlab.history.moment import one_moment
from jointlab.history.progress import Progress, silent
from jointlab.history.rebuild import tables_that_differ
from jointlab.ledger.tree import Frontier

MOST = 1000  # findings that are kept; a broken disk has more than anyone reads


@dataclass(frozen=True)
class LogSeen:
    """One log as it is here; of a mirror, that is what its home signed, else there is a finding."""

    name: str
    size: int
    root: str  # hexadecimal


@dataclass(frozen=True)
class Report:
    """What fsck looked at and what it found."""

    findings: tuple[Finding, ...]
    entries: int
    records: int
    checkpoints: int
    blobs: int
    size: int  # of the house log
    root: str  # hexadecimal, of the entries as they are
    logs: "tuple[LogSeen, ...]" = ()  # all of them, the house log first

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong; remarks, such as a file that nobody names, are allowed."""
        return not any(finding.wrong for finding in self.findings)


def fsck(*, rows: bool = True, contents: bool = True, progress: Progress = silent) -> Report:
    """Check everything; others may write meanwhile.

    Without `rows` the rebuild is not tried; without `contents` files are not read, only looked for.
    """
    with one_moment():
        findings, walks = _logs(progress)
    if not walks:
        return Report(tuple(findings), 0, 0, 0, 0, 0, Frontier().root().hex())
    own = walks[0]
    house = own.log
    named, derived = dict(own.named), dict(own.derived)
    theirs = {sha256: record for walk in walks[1:] for sha256, record in (*walk.named.items(), *walk.derived.items())}
    blobs = BlobCount()
    findings += _limited(check_blobs(named, derived, theirs, blobs, contents=contents, progress=progress))
    if rows and all(not finding.wrong for finding in findings if finding.code.startswith("log.")):
        findings += _limited(_rows(progress))
    return Report(
        tuple(findings), sum(walk.frontier.size for walk in walks), len(own.stands), Checkpoint.objects.count(),
        blobs.seen, house.size, own.frontier.root().hex(),
        tuple(LogSeen(walk.log.name, walk.frontier.size, walk.frontier.root().hex()) for walk in walks),
    )  # fmt: skip


def _logs(progress: Progress) -> tuple[list[Finding], list[Walk]]:
    """What is wrong with the logs and with where our records stand; the walks along the logs, the house log's first."""
    house = Log.objects.filter(name=HOUSE).first()
    if house is None:
        return [fault("log.missing", HOUSE, "The node has no house log.", "Restore a backup.")], []
    findings: list[Finding] = []
    walks = [walk_of(log) for log in (house, *Log.objects.exclude(name=HOUSE).order_by("name"))]
    for walk in walks:
        findings += _limited(check_entries(walk, progress))
        findings += _limited(check_checkpoints(walk))
    findings += _limited(_records(walks[0]))
    return findings, walks


def _limited(found: Iterator[Finding]) -> list[Finding]:
    """All of the walk is done; of what it finds no more is kept than anyone reads."""
    kept: list[Finding] = []
    for number, finding in enumerate(found):
        if number < MOST:
            kept.append(finding)
    return kept


def _records(walk: Walk) -> Iterator[Finding]:
    """Each of our records stands where its last entry says."""
    wanted = dict(walk.stands)
    for row in Record.objects.filter(home=home()).iterator(chunk_size=2000):  # partners' are compared with the rows
        due = wanted.pop(row.id, None)
        if due is None:
            yield fault("record.extra", row.id, "The record stands in no log.", "Run: jointlab rebuild")
        elif _place(row) != _place(due):
            yield fault("record.place", row.id, "The record does not stand where its last entry says.", "Run: jointlab rebuild")  # fmt: skip
    for id in wanted:
        yield fault("record.missing", id, "The record is in the log, but has no row.", "Run: jointlab rebuild")


def _place(row: Record) -> tuple[object, ...]:
    return row.type, row.rev, row.position, row.home, row.erased


def _rows(progress: Progress) -> Iterator[Finding]:
    """The tables are those that the log gives."""
    try:
        for name in tables_that_differ(progress=progress):
            yield fault("rows.differ", name, "The table is not what the log gives.", "Run: jointlab rebuild")
    except Fault as wrong:
        yield fault("rows.rebuild", HOUSE, wrong.message, "Upgrade jointlab, or restore a backup.")
