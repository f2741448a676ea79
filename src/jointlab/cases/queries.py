"""Cases that a person may know of: one with its steps, the lists, and what may be done next."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from jointlab.cases.kinds import kind_of, kinds
from jointlab.cases.models import Case, CaseFile, CaseParty, CaseStep
from jointlab.errors import Conflict, NotFound
from jointlab.history.identifiers import home
from jointlab.history.models import Log, Record
from jointlab.people.actors import Actor, Right
from jointlab.processes import Instance, Step, Taken, offered, replay

PAGE = 50
_SAME = ("process", "instance", "step", "party", "previous", "hash", "home", "form")


def visible_cases(actor: Actor, *, processes: Collection[str] = ()) -> QuerySet[Case]:
    """The cases that this person may know of, of some processes or of all."""
    wanted = processes or kinds().keys()
    if Right.READ not in actor.rights or not wanted:
        return Case.objects.none()
    same: dict[Callable[[Actor], Q], list[str]] = {}  # processes with one rule are asked for once
    for name in sorted(wanted):
        same.setdefault(kind_of(name).visible, []).append(name)
    seen = Q()
    for visible, names in same.items():
        seen |= Q(process__in=names) & visible(actor)
    rows = Case.objects.filter(seen)
    return rows if actor.own_side else Case.objects.filter(pk__in=rows.values("pk"))  # joins would double rows


def case_by_id(actor: Actor, id: str) -> Case:
    """Raises NotFound ``case.none`` also for what this person may not see."""
    found = visible_cases(actor).select_related("waits").filter(pk=id).first()
    if found is None:
        raise NotFound("case.none", "There is no such case.")
    return found


@dataclass(frozen=True)
class Listed:
    """A page of cases; `after` leads to the next, "" when there is none."""

    cases: tuple[Case, ...]
    after: str


def listed(actor: Actor, *, process: str = "", waiting: bool = False, after: str = "") -> Listed:
    """What moved last first, a page at a time; `after` is the last case of the page before."""
    if process and process not in kinds():
        return Listed((), "")
    rows = visible_cases(actor, processes=[process] if process else ())
    if waiting:
        rows = rows.filter(waits=actor.institution, ended=False)
    last = Case.objects.filter(pk=after).first() if after else None
    if last is not None:
        rows = rows.filter(Q(moved_at__lt=last.moved_at) | Q(moved_at=last.moved_at, id__lt=last.id))
    found = list(rows.order_by("-moved_at", "-id")[: PAGE + 1])
    return Listed(tuple(found[:PAGE]), found[PAGE - 1].id if len(found) > PAGE else "")


def waiting(actor: Actor) -> QuerySet[Case]:
    """Cases whose next step is this person's side's, what moved last first."""
    return visible_cases(actor).filter(waits=actor.institution, ended=False).order_by("-moved_at", "-id")


def waiting_for_others(actor: Actor) -> QuerySet[Case]:
    """Cases that wait for another side than this person's."""
    open_cases = visible_cases(actor).filter(ended=False, waits__isnull=False)
    return open_cases.exclude(waits=actor.institution).order_by("-moved_at", "-id")


def due_soon(actor: Actor, *, day: date, within: int = 30) -> QuerySet[Case]:
    """Open cases with a deadline before `within` days from `day` are over, what is due first, first; also overdue ones."""
    rows = visible_cases(actor).filter(ended=False, due__isnull=False, due__lte=day + timedelta(days=within))
    return rows.order_by("due", "id")


def steps_of(case: Case) -> list[CaseStep]:
    """Every step that was signed, also those that do not stand, in the order in which they stand or came."""
    rows = CaseStep.objects.filter(instance=case.id).select_related("by").prefetch_related("files")
    return sorted(rows, key=lambda row: (row.at, row.number or 10**6, row.id))


def instance_of(id: str, process: str) -> Instance:
    """The case after every step that is here."""
    return replay(kind_of(process).process, id, taken_of_rows(CaseStep.objects.filter(instance=id)))


def used(id: str, *, opening: str = "") -> Conflict | None:
    """Why a case may not be opened with this identifier: it was used before. `opening`: hash of the one opening that may stand.

    An identifier is never used twice, not even after the case was withdrawn: what was opened first stays readable.
    """
    others = CaseStep.objects.filter(instance=id, previous="").exclude(hash=opening)
    if not id or not others.exists():
        return None
    return Conflict(
        "case.exists", "There was a case with this identifier before. A new case gets an identifier of its own."
    )


def instances_of(cases: Iterable[Case]) -> dict[str, Instance]:
    """Many cases after every step that is here, by id, in one query."""
    listed = list(cases)
    rows: dict[str, list[Taken]] = {case.id: [] for case in listed}
    for taken in taken_of_rows(CaseStep.objects.filter(instance__in=list(rows))):
        rows[taken.instance].append(taken)
    return {case.id: replay(kind_of(case.process).process, case.id, rows[case.id]) for case in listed}


def taken_of_rows(rows: Iterable[CaseStep]) -> list[Taken]:
    """Rows as steps of the process."""
    return [
        Taken(
            by=row.by_id, subject=row.opening.get("subject", ""), code=row.opening.get("code", ""),
            parties=row.opening.get("parties", {}), nodes=row.opening.get("nodes", {}),
            **{name: getattr(row, name) for name in _SAME},
        )
        for row in rows
    ]  # fmt: skip


def party_of(actor: Actor, case: Case) -> str:
    """The side that this person is of; "" for none."""
    found = CaseParty.objects.filter(case=case, institution=actor.institution).first()
    return found.party if found else ""


def may_take(actor: Actor, case: Case, instance: Instance) -> tuple[Step, ...]:
    """The steps that this person may take here and now, the main one first."""
    party = party_of(actor, case)
    if not party or instance.nodes.get(party) != home():
        return ()
    return tuple(step for step in offered(instance, party) if may_person(actor, step, subject=case.subject))


def may_person(actor: Actor, step: Step, *, subject: str) -> bool:
    """Whether the person, apart from the side, may: whom the case is about takes the own steps without further right."""
    return actor.person == subject if step.personal else Right.WRITE in actor.rights


def node_of(institution: str) -> str:
    """The node that writes an institution's steps: its own where one is known here, else this one."""
    if institution == home():
        return institution
    known = Log.objects.filter(name__endswith=f"/{institution}") or Record.objects.filter(home=institution)
    return institution if known.exists() else home()


def file_of(actor: Actor, case: Case, *, sha256: str) -> CaseFile:
    """A file that a step of the case names. Raises NotFound ``file.none``."""
    found = CaseFile.objects.filter(sha256=sha256, step__instance=case.id).select_related("step").first()
    if found is None or not visible_cases(actor).filter(pk=case.pk).exists():
        raise NotFound("file.none", "There is no such file.")
    return found
