"""How files of partners are on their way: for pages. Nothing is changed here."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils import timezone

from jointlab.federation.blobs import wanting
from jointlab.federation.blobs.chunks import present_bytes
from jointlab.federation.blobs.models import Fetch
from jointlab.federation.blobs.policy import Policy
from jointlab.federation.blobs.settings import policy
from jointlab.federation.models import Partner

SILENT = dt.timedelta(minutes=15)  # a file of which nothing has come for so long is not called running
SHOWN = 20  # files of one partner on its page


class Stage(StrEnum):
    """How far a file is, in one word."""

    UNKNOWN = "unknown"  # no record that is shared with this node names it any more
    HERE = "here"
    RUNNING = "running"
    NEXT = "next"  # begins as soon as there is room, or when the link is back (`code` then says why not now)
    ON_DEMAND = "on-demand"  # larger than what comes by itself
    NIGHT = "night"  # comes by itself, but not before the night
    FAILED = "failed"  # with `code` and `sentence`; again at `next_at`
    STOPPED = "stopped"  # by a person


@dataclass(frozen=True)
class Coming:
    """One file of a partner."""

    sha256: str
    stage: Stage
    home: str = ""  # prefix of the node that has it
    size: int | None = None  # bytes
    derived: bool = False  # columns or plots, made of a raw file
    present: int = 0  # bytes of it that are here and proved
    rate: float = 0.0  # bytes a second, lately
    asked: bool = False
    code: str = ""
    sentence: str = ""
    next_at: dt.datetime | None = None
    reach: str = ""  # of the partner: who calls whom
    night: tuple[dt.time, dt.time] | None = None

    @property
    def rest(self) -> int | None:
        """Seconds until it is here, at the speed of now; None when nobody can tell."""
        if not self.rate or self.size is None:
            return None
        return max(1, round((self.size - self.present) / self.rate))

    @property
    def moves(self) -> bool:
        """Whether a page should look again by itself."""
        return self.stage in (Stage.RUNNING, Stage.NEXT, Stage.FAILED)

    @property
    def help(self) -> "Any":
        """What would help, in words; "" where nothing is amiss."""
        from jointlab.federation.blobs.words import helping

        return helping(self.code)


def coming(sha256: str) -> Coming:
    """One file that is not in the store."""
    row = wanting.row_of(sha256)
    return Coming(sha256, Stage.UNKNOWN) if row is None else _of([row])[0]


def on_the_way(prefix: str) -> tuple[list[Coming], int]:
    """Files of a partner that are not here: those under way first, then what went wrong, then what waits; and how many all are."""
    open_ = Fetch.objects.filter(partner=prefix).exclude(state=Fetch.State.HERE)
    order = [Fetch.State.FETCHING, Fetch.State.RESTING]
    rows: list[Fetch] = []
    for state in order:
        rows += open_.filter(state=state).order_by("-asked", "size", "sha256")[: SHOWN - len(rows)]
    if len(rows) < SHOWN:
        waiting = open_.exclude(state__in=order).order_by("-asked", "stopped", "size", "sha256")
        rows += waiting[: SHOWN - len(rows)]
    return _of(rows), open_.count()


# names ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Named:
    """What a room above knows of a file: its name, and the address of its page."""

    name: str
    address: str


Names = Callable[[Any, Collection[str]], Mapping[str, Named]]  # (actor, SHA-256 of files): those that the actor may see

_names: list[Names] = []


def register_names(names: Names) -> None:
    """Make known who can name files."""
    if names not in _names:
        _names.append(names)


def names_for(actor: Any, files: Collection[str]) -> dict[str, Named]:
    """By SHA-256, the files that the actor may know by name; the others are left out."""
    return {sha256: one for names in _names for sha256, one in names(actor, files).items()}


def _of(rows: Collection[Fetch]) -> list[Coming]:
    known, now = policy(), timezone.now()
    slugs = wanting.projects(rows)
    reaches = dict(Partner.objects.filter(prefix__in={row.partner for row in rows}).values_list("prefix", "reach"))
    return [
        Coming(
            row.sha256, _stage(row, known, slugs.get(row.sha256, ""), now), home=row.partner, size=row.size, derived=row.derived,
            present=_present(row), rate=row.rate if row.state == Fetch.State.FETCHING else 0.0, asked=row.asked, code=row.code, sentence=row.sentence,
            next_at=row.next_at, reach=reaches.get(row.partner, ""), night=known.night,
        )
        for row in rows
    ]  # fmt: skip


def _present(row: Fetch) -> int:
    if row.state == Fetch.State.HERE:
        return row.size or 0
    return 0 if row.size is None else present_bytes(row.size, bytes(row.have))


def _stage(row: Fetch, known: Policy, project: str, now: dt.datetime) -> Stage:
    if row.state == Fetch.State.HERE:
        return Stage.HERE
    if row.stopped:
        return Stage.STOPPED
    if row.state == Fetch.State.FETCHING and now - (row.changed_at or row.started_at or now) < SILENT:
        return Stage.RUNNING
    if row.state == Fetch.State.RESTING:
        return Stage.FAILED
    if row.asked:
        return Stage.NEXT
    if wanting.waits_for_night(row, known, project, now=now):
        return Stage.NIGHT
    by_itself = known.limits(project).by_itself
    if (row.size is None and by_itself < 0) or (row.size is not None and row.size > by_itself):
        return Stage.ON_DEMAND
    return Stage.NEXT
