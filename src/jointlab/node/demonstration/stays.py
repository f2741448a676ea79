"""Stays of the demonstration, under the agreements that were just signed: each in another state, so that the board has a use.

Days are counted from today. The persons are invented; two of them sign in and see their own page.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from jointlab.errors import Conflict

if TYPE_CHECKING:
    from jointlab.cases.models import Case
    from jointlab.people.actors import Actor
    from jointlab.processes import Instance, Step


@dataclass(frozen=True)
class DemonstrationStay:
    """One person's stay, as far as the demonstration takes it."""

    person: str  # key of somebody of the sending node
    name: str
    agreement: str  # title, in English
    clause: str
    level: str
    activity: str
    programme: str
    begins: int  # days from today
    days: int
    until: str  # the state in which it is left
    ground: str


_LABORATORY: Final = "Agreement on a joint international laboratory"
STAYS: Final[Mapping[str, tuple[DemonstrationStay, ...]]] = {
    "almaty": (
        DemonstrationStay("abenova", "ABENOVA Z.", _LABORATORY, "5.1", "doctoral", "research", "Materials science, year 2", 0, 150, "abroad",
                          "Scientific council, minutes 7"),
        DemonstrationStay("serikov", "SERIKOV A.", _LABORATORY, "5.1", "doctoral", "research", "Physics, year 1", 100, 120, "nominated",
                          "Scientific council, minutes 8"),
    ),
    "nanjing": (
        DemonstrationStay("li", "LI N.", _LABORATORY, "5.2", "doctoral", "research", "Chemistry, year 3", 80, 90, "nominated",
                          "Interview of 12 candidates"),
    ),
}  # fmt: skip
_FORMS: Final[Mapping[str, Mapping[str, str]]] = {
    "admit": {"unit": "Joint laboratory", "supervisor": "Prof. Wang"},
    "propose": {
        "programme_of_work": "Perovskite films on anatase of both cities: made in Nanjing, measured under AM1.5G, compared with the films of Almaty."
    },
    "arrive": {"on": "today"},
}


def nominate(actors: "Mapping[str, Actor]", boss: "Actor", *, site: str, partner: str) -> None:
    """This side's persons are nominated."""
    from jointlab.agreements.queries.lives import lives_between, today
    from jointlab.mobility.operations import stays

    lives = {life.version.head.title["en"]: life.version for life in lives_between(boss.institution, partner)}
    for one in STAYS[site]:
        version = lives[one.agreement]
        first = today(version) + timedelta(one.begins)
        form = {
            "agreement": version.hash, "clause": one.clause, "name": one.name, "level": one.level, "activity": one.activity,
            "first": first.isoformat(), "last": (first + timedelta(one.days)).isoformat(), "ground": one.ground, "programme": one.programme,
        }  # fmt: skip
        stays.nominate(boss, person=actors[one.person].person, receiving=partner, form=form)


def go_on(actors: "Mapping[str, Actor]", boss: "Actor") -> list[str]:
    """What this side can do now; which stays, of both sides, do not stand here where they are left, each with its state."""
    from jointlab.cases.models import Case
    from jointlab.cases.queries import instance_of
    from jointlab.mobility.process import MOBILITY

    left = {one.name: one.until for stays in STAYS.values() for one in stays}
    for case in Case.objects.filter(process=MOBILITY.name).order_by("opened_at", "id"):
        if case.state != left[case.title]:
            _step(actors, boss, case, instance_of(case.id, case.process))
    now = dict(Case.objects.filter(process=MOBILITY.name).values_list("title", "state"))
    return [f"{name}: {now.get(name, 'unknown')}" for name, until in left.items() if now.get(name) != until]


def _step(actors: "Mapping[str, Actor]", boss: "Actor", case: "Case", instance: "Instance") -> None:
    """The next step of the main path, if it is this side's or one of its persons'."""
    from jointlab.cases.queries import may_take

    own = next((actor for actor in actors.values() if actor.person == case.subject), None)
    for actor in (own, boss) if own else (boss,):
        steps = (one for one in may_take(actor, case, instance) if one.main)
        step = next((one for one in steps if one.name != "propose" or case.state == "admitted"), None)  # written once
        if step is not None:
            with suppress(Conflict):  # the count has not numbered the place yet, or the other side's step came just now
                _take(actor, case, step)
            return


def _take(actor: "Actor", case: "Case", step: "Step") -> None:
    from jointlab.agreements.queries.book import version_of
    from jointlab.agreements.queries.lives import today
    from jointlab.cases.operations import take

    day = today(version_of(case.agreement)).isoformat()
    form = {name: day if value == "today" else value for name, value in _FORMS.get(step.name, {}).items()}
    take(actor, case=case, step=step.name, form=form, seen=case.head)
