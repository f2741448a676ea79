"""The link to a partner, as its page shows it. Nothing is changed here."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Sum

from jointlab.federation.clocks import REFUSED, SHOWN
from jointlab.federation.models import Partner, Receipt
from jointlab.federation.overview import is_frozen, state_of
from jointlab.federation.pulling import mirrors_of, shared_with
from jointlab.history.models import Blob, Checkpoint, Halt, Log, NamedBlob, SetAside
from jointlab.ledger.checkpoints import Checkpoint as Statement
from jointlab.ledger.evidence import Exhibit, Verdict
from jointlab.ledger.notes import Note

WRONG_HOME = "mirror.wrong-home"  # why a record was set aside that is not its writer's own


@dataclass(frozen=True)
class LogLine:
    """One log of the link."""

    log: Log
    own: bool
    root: str  # hexadecimal, of the last checkpoint; "" when there is none yet
    at: dt.datetime | None  # of the last checkpoint
    held: int  # entries that the other side holds: of ours as it has cosigned, of theirs what they showed us
    proof_at: dt.datetime | None

    @property
    def short(self) -> str:
        """Both ends of the root."""
        return f"{self.root[:4]}…{self.root[-4:]}" if self.root else ""

    @property
    def missing(self) -> int:
        """Entries of ours that the other side has not cosigned yet."""
        return max(0, self.log.size - self.held) if self.own else 0


@dataclass(frozen=True)
class Parted:
    """A halt, with what its evidence says of both sides."""

    halt: Halt
    verdict: Verdict
    held: Statement | None
    shown: Statement | None
    size: int  # bytes of the evidence


@dataclass(frozen=True)
class LinkState:
    """Everything of one partner."""

    partner: Partner
    state: str
    lines: tuple[LogLine, ...]
    aside: tuple[SetAside, ...]
    aside_count: int
    files: int  # named by the partner and not here yet
    file_bytes: int  # of them, as far as it was said
    halts: tuple[Parted, ...] = ()
    settled: tuple[Halt, ...] = ()
    frozen: bool = False
    strangers: int = 0  # records that the partner wrote in the name of another node

    @property
    def waits(self) -> bool:
        """Whether only the other side’s confirmation is missing, as far as this node can tell."""
        return self.state != Partner.State.HALTED and self.partner.waits

    @property
    def shared(self) -> list[Log]:
        """Our log of each partnership with it: what goes there goes nowhere else."""
        return [line.log for line in self.lines if line.own]

    @property
    def to_send(self) -> int:
        """Records of ours that the partner has not cosigned yet."""
        return sum(line.missing for line in self.lines)

    @property
    def sent_at(self) -> dt.datetime | None:
        """When the partner last said that it holds something of ours."""
        return max((line.proof_at for line in self.lines if line.own and line.proof_at), default=None)

    @property
    def held(self) -> int:
        """Records of the partner that are proved and kept here."""
        return sum(line.log.size for line in self.lines if not line.own)

    @property
    def skewed(self) -> bool:
        """Whether the clocks are far apart."""
        return abs(self.partner.skew) >= SHOWN

    @property
    def refused(self) -> bool:
        """Whether they are so far apart that signed requests are refused."""
        return abs(self.partner.skew) > REFUSED

    @property
    def apart(self) -> int:
        """Seconds between the clocks, whichever is ahead."""
        return round(abs(self.partner.skew))


def link_state(partner: Partner) -> LinkState:
    """What the partner's page shows."""
    mirrors = mirrors_of(partner)
    receipts = {one.log: one for one in Receipt.objects.filter(partner=partner.prefix)}
    lines = [_line(log, receipts.get(log.name)) for log in [*shared_with(partner), *mirrors]]
    names = [log.name for log in mirrors]
    aside = SetAside.objects.filter(log__in=names).order_by("-at")
    waiting = NamedBlob.objects.filter(log__in=names, derived=False).exclude(sha256__in=Blob.objects.values("sha256"))
    sizes = waiting.values("sha256").annotate(size=Sum("size")).values_list("size", flat=True)
    halts = Halt.objects.filter(log__in=names).select_related("log").order_by("-at")
    return LinkState(
        partner=partner, state=state_of(partner), lines=tuple(lines), aside=tuple(aside[:20]), aside_count=aside.count(),
        files=len(sizes), file_bytes=sum(size or 0 for size in sizes),
        halts=tuple(_parted(one) for one in halts if one.settled_at is None),
        settled=tuple(one for one in halts if one.settled_at is not None), frozen=is_frozen(partner),
        strangers=aside.filter(code=WRONG_HOME).count(),
    )  # fmt: skip


def _line(log: Log, receipt: Receipt | None) -> LogLine:
    last = Checkpoint.objects.filter(log=log).order_by("-size").first()
    root = _statement(last.note.encode()).root.hex() if last else ""
    if log.kind == Log.Kind.SHARED:
        return LogLine(log, True, root, last.at if last else None, receipt.size if receipt else 0, receipt.at if receipt else None)  # fmt: skip
    return LogLine(log, False, root, last.at if last else None, log.size, last.at if last else None)


def _parted(halt: Halt) -> Parted:
    evidence = bytes(halt.evidence)
    exhibit = Exhibit.from_bytes(evidence)
    held, shown = exhibit.evidence.held, exhibit.evidence.shown
    return Parted(halt, exhibit.verdict(), _read(held), _read(shown), len(evidence))


def _read(note: bytes | None) -> Statement | None:
    """What a note says; a malformed one says nothing."""
    from jointlab.errors import BadInput

    try:
        return _statement(note) if note else None
    except BadInput:
        return None


def _statement(note: bytes) -> Statement:
    return Statement.from_text(Note.from_bytes(note).text)
