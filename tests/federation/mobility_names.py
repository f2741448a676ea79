"""What a scenario of stays does at a node: an office, a student, steps, the count, and what is seen."""

from typing import Any

from jointlab.agreements.drafting import meant
from jointlab.agreements.operations import drafts, proposing
from jointlab.agreements.queries.listing import version_on_table
from jointlab.cases.kinds import kind_of
from jointlab.cases.models import Case, CaseStep
from jointlab.cases.operations import open_case, take
from jointlab.history.identifiers import home
from jointlab.history.rebuild import rebuild
from jointlab.mobility.models import Mobility, PlaceEntry
from jointlab.mobility.operations import stays
from jointlab.mobility.operations.places import keep_counts
from jointlab.mobility.queries.places import places_of
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.people.operations import add_person
from jointlab.people.records import PersonRecord
from tests.integration.agreeing import paper
from tests.integration.stays import FIRST, WAY, nomination

PARTNERSHIP = "cn+kz"
YEAR = f"{FIRST:%Y}"
FORMS = {name: form for _, name, form in WAY}
WHY = {"refuse": {"why": "No supervisor"}, "withdraw": {"why": "Ill"}, "cancel": {"why": "Closed"}}


def office() -> Actor:
    """The office of this node."""
    person = Person.objects.filter(name=f"Office of {home()}").first()
    return actor_of(person or add_person(PersonRecord(f"Office of {home()}", home(), "researcher")), home=home())


def student(name: str) -> Actor:
    """A person of this node who only reads."""
    person = Person.objects.filter(name=name).first()
    return actor_of(person or add_person(PersonRecord(name, home(), "reader")), home=home())


def propose_agreement(**terms: Any) -> str:
    """A text with places on the table of both."""
    draft = drafts.from_template(office(), template="laboratory", partner="cn" if home() == "kz" else "kz")
    document = meant(draft.document)
    document["clauses"] = [clause for clause in document["clauses"] if clause["kind"] != "parent"]
    for clause in document["clauses"]:
        if clause["kind"] == "mobility-places":
            clause["terms"] |= {"activities": ["study", "research"], "carry_over": "2"} | terms
    draft = drafts.edit(office(), draft=draft.pk, document=document, seen=draft.revision)
    return version_on_table(proposing.propose(office(), draft=draft.pk))


def agreement(step: str) -> None:
    """A step of the agreement, for this side."""
    case = Case.objects.get(process="agreement/1")
    if step == "clear":
        proposing.clear(office(), case=case, office="Legal office", ground="Ours", seen=case.head)
    elif step == "attest":
        proposing.attest(
            office(), case=case, form=paper(case), seen=case.head, uploads={"scan": [f"%PDF {home()}".encode()]}
        )
    else:
        take(office(), case=case, step=step, form={"version": version_on_table(case)}, seen=case.head)


def hash() -> str:
    """Of the agreement."""
    return version_on_table(Case.objects.get(process="agreement/1"))


def nominate(name: str, clause: str = "5.1", *, unasked: bool = False, **more: str) -> str:
    """A person of this node; `unasked` as a node that does not look at the count."""
    to = "cn" if home() == "kz" else "kz"
    form = nomination(hash(), clause, name=name.upper(), **more)
    if unasked:
        from dataclasses import replace

        parties = {"sending": home(), "receiving": to}
        kind = replace(kind_of("mobility/1"), guard=lambda asking: None)
        return open_case(
            office(),
            kind=kind,
            party="sending",
            parties=parties,
            form=form,
            code=f"{home()}-{name}",
            subject=student(name).person,
        ).pk
    return stays.nominate(office(), person=student(name).person, receiving=to, form=form).pk


def of(name: str) -> Case:
    """The case of a person."""
    return Case.objects.get(process="mobility/1", title=name.upper())


def step(name: str, what: str, **form: str) -> None:
    """The next step of a person's case, by whoever it is for."""
    case = of(name)
    actor = student(name) if what == "sign_person" else office()
    take(actor, case=case, step=what, form=FORMS.get(what, WHY.get(what, {})) | form, seen=case.head)


def figures(clause: str = "5.1") -> list[str]:
    """Limit, used, reserved, left, asked."""
    found = places_of(hash(), clause, YEAR)
    return [str(value) for value in (found.limit, found.used, found.reserved, found.left, found.asked)]


def seen() -> dict[str, object]:
    """Everything that must be alike on both nodes."""
    names = ("number", "act", "period", "amount", "case", "home", "id")
    return {
        "cases": list(Case.objects.filter(process="mobility/1").order_by("id").values("id", "state", "waits_id", "head", "due", "title")),
        "stays": list(Mobility.objects.order_by("id").values()),
        "entries": list(PlaceEntry.objects.order_by("agreement", "clause", "number").values(*names)),
        "steps": list(CaseStep.objects.filter(process="mobility/1").order_by("hash").values("hash", "verdict", "number", "step")),
        "figures": [figures(), figures("5.2")],
    }  # fmt: skip


def rebuilt() -> list[str]:
    """Tables that a rebuild changes: none."""
    return list(rebuild().changed)


__all__ = [
    "agreement",
    "figures",
    "hash",
    "keep_counts",
    "nominate",
    "of",
    "office",
    "propose_agreement",
    "rebuilt",
    "seen",
    "step",
    "student",
]
