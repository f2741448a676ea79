"""What a scenario of transfers does at a node: a researcher, a shared project, a sample, steps, and what is seen."""

from decimal import Decimal

from jointlab.history.identifiers import home
from jointlab.history.rebuild import rebuild
from jointlab.laboratory.models import Project, Sample, Transfer, TransferStep
from jointlab.laboratory.operations import projects, samples, sharing, transfers
from jointlab.laboratory.queries.custody import custody_of
from jointlab.laboratory.queries.transfers import instance_of, may_take
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.people.operations import add_person
from jointlab.people.records import PersonRecord

PARTNERSHIP = "cn+kz"
WORDS = {
    "export_control": "Not on the list", "hazard": "Harmless powder", "customs": "Sample without value", "cleared_by": "Export office",
    "carrier": "DHL", "condition": "Seal whole", "purpose": "Cycling", "why": "Said so", "on": "2026-10-05",
}  # fmt: skip


def someone() -> Actor:
    """The researcher of this node."""
    person = Person.objects.filter(name=f"R. of {home()}").first()
    return actor_of(person or add_person(PersonRecord(f"R. of {home()}", home(), "researcher")), home=home())


def offer(title: str) -> None:
    """A project of this node, offered to the partner with an age that nothing reaches."""
    made = projects.add(someone(), projects.ProjectDraft(title=title, members=(someone().person,)))
    sharing.agree(someone(), project=made, partnership=PARTNERSHIP, after_days=3650)


def agree(title: str) -> None:
    """The partner's project."""
    sharing.agree(_boss(), project=Project.objects.get(title=title), partnership=PARTNERSHIP, after_days=3650)


def share(title: str) -> None:
    """A sample of this node, before its age."""
    sharing.share_now(_boss(), thing=Sample.objects.get(title=title), partnership=PARTNERSHIP)


def _boss() -> Actor:
    return actor_of(add_person(PersonRecord("Boss", home(), "administrator")), home=home())


def make(title: str, project: str, amount: str) -> None:
    """A sample."""
    draft = samples.SampleDraft(title=title, project=Project.objects.get(title=project).id, amount=amount)
    samples.add(someone(), draft)


def ask(title: str, amount: str) -> None:
    """Open a transfer: to the partner, or from it."""
    sample = Sample.objects.get(title=title)
    partner = "cn" if home() == "kz" else "kz"
    transfers.ask(someone(), sample=sample, partner=partner, form={"amount": amount, "purpose": "Cycling"})


def take(code: str, step: str, **form: str) -> None:
    """The next step of a transfer, with words for all that it needs."""
    transfer = Transfer.objects.get(code=code)
    wanted = instance_of(transfer.id).process.step(step)
    assert wanted is not None
    filled = {one.name: WORDS[one.name] for one in wanted.fields if one.required and one.name in WORDS} | form
    transfers.take(someone(), transfer=transfer, step=step, form=filled, seen=transfer.head)


def seen() -> dict[str, object]:
    """Everything that must be alike on both nodes: transfers, steps with their fate, custody."""
    custody = {}
    for sample in Sample.objects.order_by("code"):
        found = custody_of(sample)
        parts = (
            found.at_home,
            found.under_way,
            sum((one.there for one in found.held), Decimal(0)),
            found.used,
            found.lost,
        )
        assert found.whole is None or sum(part for part in parts if part is not None) == found.whole
        custody[sample.code] = [found.amount(part) for part in parts] + [f"{one.institution} {one.since}" for one in found.held]  # fmt: skip
    return {
        "transfers": list(Transfer.objects.order_by("id").values()),
        "steps": list(TransferStep.objects.order_by("id").values()),
        "custody": custody,
    }


def offered(code: str) -> list[str]:
    """The steps that the researcher here may take now."""
    transfer = Transfer.objects.get(code=code)
    return [step.name for step in may_take(someone(), transfer, instance_of(transfer.id))]


def rebuilt() -> list[str]:
    """The tables that a rebuild changes."""
    return list(rebuild().changed)
