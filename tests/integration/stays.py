"""Stays for tests: an agreement in force with places both ways, a student who signs in, steps of the main path."""

from datetime import timedelta
from typing import Any

from jointlab.agreements.drafting import meant
from jointlab.agreements.operations import drafts, proposing
from jointlab.agreements.queries.listing import version_on_table
from jointlab.cases.models import Case
from jointlab.cases.operations import take
from jointlab.mobility.operations import stays
from jointlab.mobility.operations.places import keep_counts
from jointlab.people.actors import Actor
from jointlab.people.models import Person
from tests.days import today
from tests.integration.agreeing import agreed, signed

FIRST = today() + timedelta(100)
WAY: tuple[tuple[str, str, dict[str, str]], ...] = (  # who, step, form
    ("receiving", "admit", {"unit": "School of Materials", "supervisor": "Prof. Wang"}),
    ("sending", "propose", {"components": "PHY201 | Solid state physics | 5 | MAT305 | Materials science | 3\nPHY202 | Practice | 4 | MAT309 | Laboratory | 2.5",
                            "home_scheme": "ects", "host_scheme": "nj-credit"}),
    ("person", "sign_person", {}), ("sending", "sign_sending", {}), ("receiving", "sign_receiving", {}),
    ("receiving", "arrive", {"on": FIRST.isoformat()}), ("receiving", "depart", {"on": (FIRST + timedelta(80)).isoformat()}),
    ("receiving", "transcript", {"results": "MAT305 | Materials science | 3 | 87\nMAT309 | Laboratory | 2.5 | B", "on": (FIRST + timedelta(90)).isoformat()}),
    ("sending", "recognise", {"decisions": "MAT305 | PHY201 | full | 4.5 | \nMAT309 | PHY202 | full | 3.5 | ", "outcome": "full",
                              "on": (FIRST + timedelta(99)).isoformat()}),
    ("sending", "close", {}),
)  # fmt: skip
_FACTORS = [
    {"level": level, "from": "nj-credit", "to": "ects", "factor": "3/2", "since": "2020-01-01"}
    for level in ("bachelor", "doctoral")
]


def granted(
    first: Actor, second: Actor, *, partner: str = "nj", duration: dict[str, Any] | None = None, **terms: Any
) -> str:
    """The hash of an agreement in force; `terms` are those of its clauses on places, 5.1 there and 5.2 back."""
    draft = drafts.from_template(first, template="laboratory", partner=partner)
    document = meant(draft.document)
    document["clauses"] = [clause for clause in document["clauses"] if clause["kind"] != "parent"]  # it stands alone
    for clause in document["clauses"]:
        if clause["kind"] == "duration":
            clause["terms"] |= duration or {}
        if clause["kind"] == "mobility-places":
            clause["terms"] |= {"activities": ["study", "research", "internship"], "carry_over": "2"} | terms
    copy = dict.fromkeys(document["head"]["languages"], "Credits")
    document["clauses"].append({
        "number": "90", "kind": "credit-conversion", "title": copy, "text": copy,
        "terms": {"factors": _FACTORS, "step": "0.5", "rounding": "half-up"},
    })  # fmt: skip
    draft = drafts.edit(first, draft=draft.pk, document=document, seen=draft.revision)
    case = signed(first, second, agreed(first, second, proposing.propose(first, draft=draft.pk)))
    return version_on_table(case)


def nomination(hash: str, clause: str = "5.1", **more: str) -> dict[str, str]:
    """The form of a nomination, with its clause."""
    return {
        "agreement": hash, "clause": clause, "name": "NURLANOVA B.", "level": "bachelor", "activity": "study", "ground": "Minutes 4",
        "first": FIRST.isoformat(), "last": (FIRST + timedelta(80)).isoformat(),
    } | more  # fmt: skip


def nominated(
    actor: Actor,
    person: Person | str,
    hash: str,
    *,
    to: str = "nj",
    clause: str = "5.1",
    count: bool = True,
    **more: str,
) -> Case:
    """A case, numbered where this node counts."""
    id = person if isinstance(person, str) else person.id
    case = stays.nominate(actor, person=id, receiving=to, form=nomination(hash, clause, **more))
    if count:
        keep_counts()
    return Case.objects.get(pk=case.pk)


def took(actor: Actor, case: Case, name: str, **form: str) -> Case:
    """The next step, seen as it is now; then the count follows, as after each transaction."""
    moved = take(actor, case=case, step=name, form=form, seen=Case.objects.get(pk=case.pk).head)
    keep_counts()
    return moved


def walked(case: Case, until: str, **actors: Actor) -> Case:
    """The main path up to and with a step; `actors` by who."""
    for who, name, form in WAY:
        case = took(actors[who], case, name, **form)
        if name == until:
            break
    return case
