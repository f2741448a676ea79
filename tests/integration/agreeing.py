"""Agreements for tests of the stored half: a draft that can be proposed, and a case brought as far as is asked."""

from typing import Any

from jointlab.agreements.drafting import meant
from jointlab.agreements.models import AgreementDraft
from jointlab.agreements.operations import drafts, proposing
from jointlab.agreements.queries.listing import version_on_table
from jointlab.cases.models import Case
from jointlab.cases.operations import take
from jointlab.people.actors import Actor
from tests.days import today

WHY = {"why": "Said so"}


def drafted(
    actor: Actor, *, partner: str = "nj", template: str = "laboratory", parent: str = "", **terms: Any
) -> AgreementDraft:
    """A draft of a standard text without examples; `terms` are those of its duration."""
    draft = drafts.from_template(actor, template=template, partner=partner, parent=parent)
    document = meant(draft.document)
    for clause in document["clauses"]:
        if clause["kind"] == "duration":
            clause["terms"] |= terms
    return drafts.edit(actor, draft=draft.pk, document=document, seen=draft.revision)


def proposed(actor: Actor, **more: Any) -> Case:
    """The text is on the table."""
    return proposing.propose(actor, draft=drafted(actor, **more).pk)


def agreed(first: Actor, second: Actor, case: Case) -> Case:
    """Agreed to by the second party and cleared in both houses."""
    case = step(second, case, "agree_second", version=version_on_table(case))
    case = proposing.clear(first, case=case, office="Legal office", ground="Ours alone", seen=case.head)
    return proposing.clear(second, case=case, office="International office", seen=case.head)


def paper(case: Case, **more: str) -> dict[str, str]:
    """What a side attests of its paper."""
    return {
        "version": version_on_table(case), "signed_on": today().isoformat(), "signatory": "Rector", "mandate": "Charter, article 5",
    } | more  # fmt: skip


def signed(first: Actor, second: Actor, case: Case) -> Case:
    """Attested by both."""
    case = proposing.attest(first, case=case, form=paper(case), seen=case.head, uploads={"scan": [b"%PDF first"]})
    return proposing.attest(second, case=case, form=paper(case), seen=case.head, uploads={"scan": [b"%PDF second"]})


def in_force(first: Actor, second: Actor, **more: Any) -> Case:
    """From the draft to both signatures."""
    return signed(first, second, agreed(first, second, proposed(first, **more)))


def step(actor: Actor, case: Case, name: str, **form: str) -> Case:
    """The next step, seen as it is now."""
    return take(actor, case=case, step=name, form=form, seen=Case.objects.get(pk=case.pk).head)
