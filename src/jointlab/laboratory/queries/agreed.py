"""The agreements of a partnership, as its sharing asks for them; from the first that all have signed on they decide."""

import datetime as dt

from jointlab.agreements.events import Life
from jointlab.agreements.queries.lives import institution_in, lives_between
from jointlab.agreements.rule import Rule, Subject, ever_signed, rule_at
from jointlab.history.logs import members
from jointlab.laboratory.models import Project, ProjectSharing


def lives_of(partnership: str) -> tuple[Life, ...]:
    """Every version between all members that all its parties have signed, also what has not begun or has ended."""
    return lives_between(*members(partnership))


def life_of(partnership: str, version: str) -> Life:
    """The one of them with this hash."""
    return next(life for life in lives_of(partnership) if life.version.hash == version)


def institution_of(party: str) -> str:
    """The prefix of whom texts call so; a party that is no institution here keeps a name that is nobody's prefix."""
    return institution_in(party) or f"?{party}"


def clauses_decide(partnership: str) -> bool:
    """Whether all members have ever signed an agreement with a clause on sharing: then nothing goes but by a clause."""
    return ever_signed(lives_of(partnership), now())


def rule_of(partnership: str, *, at: dt.datetime | None = None) -> Rule:
    """What its clauses say at a moment; parties are prefixes."""
    return rule_at(lives_of(partnership), at or now(), named=institution_of)


def now() -> dt.datetime:
    """The moment whose days count."""
    return dt.datetime.now(dt.UTC)


def held_projects(partnership: str) -> frozenset[str]:
    """Projects whose sharing a side has put on hold."""
    rows = ProjectSharing.objects.filter(partnership=partnership, hold=True)
    return frozenset(rows.values_list("project_id", flat=True))


def subject_of(project: Project | None, *, party: str, data: str, on_hold: bool) -> Subject:
    """Records of one side and kind in a project, or in none."""
    if project is None:
        return Subject(party, "", "", data)
    return Subject(
        party, project.pk, project.kind, data, restricted=project.restricted, patent_hold=project.patent_hold, on_hold=on_hold
    )  # fmt: skip
