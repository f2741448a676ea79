"""How the sharing of a project stands, for pages."""

from dataclasses import dataclass
from enum import StrEnum

from jointlab.errors import NotFound
from jointlab.history.identifiers import home
from jointlab.history.logs import members, own_name
from jointlab.history.models import Entry
from jointlab.laboratory.models import Project, ProjectSharing
from jointlab.laboratory.queries.agreed import clauses_decide
from jointlab.laboratory.queries.due import records_of_project
from jointlab.laboratory.queries.homes import partnerships
from jointlab.laboratory.queries.visibility import visible_projects
from jointlab.people.actors import Actor


class State(StrEnum):
    """In one word."""

    NONE = "none"  # nobody has said anything
    OFFERED = "offered"  # we share it, others have not said so yet
    ASKED = "asked"  # another side shares it, we have not said so yet
    SHARED = "shared"
    HELD = "held"
    ENDED = "ended"  # a side has taken its word back
    CLAUSE = "clause"  # an agreement decides


@dataclass(frozen=True)
class ProjectShared:
    """One project and one partnership."""

    partnership: str
    state: State
    sides: dict[str, ProjectSharing | None]  # by the member's prefix; None: nothing said yet
    mine: ProjectSharing | None
    shared: int  # of our records of the project, how many the partners may have
    waiting: int  # how many they may not have yet
    by_clause: bool = False  # an agreement decides, whether or not a side holds the project


def sharing_of_project(actor: Actor, *, project: Project) -> list[ProjectShared]:
    """For each partnership of this node that the person may know of. Raises NotFound ``project.none``."""
    if not visible_projects(actor).filter(pk=project.pk).exists():
        raise NotFound("project.none", "There is no such project.")
    return [_shared(project, partnership) for partnership in partnerships(actor)]


def _shared(project: Project, partnership: str) -> ProjectShared:
    of = members(partnership)
    rows = ProjectSharing.objects.filter(project=project, partnership=partnership).select_related("by")
    said = {row.home: row for row in rows}
    by_clause = clauses_decide(partnership)
    ids = sorted(set(records_of_project(project.id))) if said or by_clause else []
    there = 0
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        entries = Entry.objects.filter(log=own_name(partnership), record__in=part, source__isnull=False)
        there += entries.values("record").distinct().count()
    sides = {one: said.get(one) for one in of}
    held = any(row.hold for row in said.values())
    state = (State.HELD if held else State.CLAUSE) if by_clause else _state(said, of)
    return ProjectShared(partnership, state, sides, said.get(home()), there, len(ids) - there, by_clause)


def _state(said: dict[str, ProjectSharing], of: tuple[str, ...]) -> State:
    if not said:
        return State.NONE
    if all(one in said and said[one].agreed for one in of):
        return State.HELD if any(row.hold for row in said.values()) else State.SHARED
    if any(not row.agreed and row.rev > 1 for row in said.values()):
        return State.ENDED
    mine = said.get(home())
    return State.OFFERED if mine is not None and mine.agreed else State.ASKED
