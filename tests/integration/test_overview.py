"""The first page draws on all rooms: what waits for whom, what is under way, what is ahead, what came last."""

from datetime import date, timedelta

from django.utils import timezone

from jointlab.agreements.operations.proposing import clear
from jointlab.agreements.queries.listing import version_on_table
from jointlab.cases import operations
from jointlab.laboratory.operations import projects, samples, transfers
from jointlab.laboratory.operations.projects import ProjectDraft
from jointlab.laboratory.operations.samples import SampleDraft
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.reports import queries
from tests.integration.agreeing import proposed, step
from tests.integration.conftest import signed_in
from tests.integration.letters import KIND

PARTIES = {"writer": "kz", "reader": "nj"}


def _letter(actor: Actor, until: date, code: str) -> str:
    form = {"title": "Greeting", "words": "We greet you.", "until": until.isoformat()}
    return operations.open_case(
        actor, kind=KIND, party="writer", parties=PARTIES, form=form, code=code, subject=actor.person
    ).id


def test_each_side_sees_whose_move_it_is(actor: Actor, partner: Person) -> None:
    guest, today = actor_of(partner, home="kz"), timezone.localdate()
    late, later = _letter(actor, today - timedelta(2), "KZ-L-1"), _letter(actor, today + timedelta(20), "KZ-L-2")
    _letter(actor, today + timedelta(200), "KZ-L-3")
    assert (queries.waits_for_us(actor).total, queries.waits_for_others(actor).total) == (0, 3)
    (first, *_) = queries.waits_for_us(guest).rows
    assert (first.site, first.what) == ("kz", "Answer") and "KZ-L-3" in first.about
    ahead = queries.dates_ahead(actor, today=today)
    assert [(one.address.rpartition("/")[2], one.late) for one in ahead] == [(late, True), (later, False)]
    assert [one.kind for one in queries.latest(actor)] == ["step"] * 3


def test_a_transfer_waits_and_is_under_way(actor: Actor, partner: Person, researcher: Person) -> None:
    project = projects.add(actor, ProjectDraft("Cathodes", members=(actor.person, partner.id)))
    sample = samples.add(actor, SampleDraft(title="LiFePO₄", amount="620 mg", project=project.id))
    transfer = transfers.ask(actor, sample=sample, partner="nj", form={"amount": "180 mg", "purpose": "Cycling"})
    assert [one.what for one in queries.waits_for_us(actor).rows] == ["Record clearance"]
    clearance = dict.fromkeys(("export_control", "hazard", "customs", "cleared_by"), "nothing in the way")
    transfer = transfers.take(actor, transfer=transfer, step="clear", form=clearance, seen=transfer.head)
    parcel = {"amount": "180 mg", "on": "2026-09-28", "carrier": "DHL"}
    transfers.take(actor, transfer=transfer, step="send", form=parcel, seen=transfer.head)
    assert [one.code for one in queries.in_transit(actor)] == [f"{sample.code}-T1"]
    page = signed_in(researcher).get("/").content.decode()
    assert "Note that the carrier has it" in page and f"{sample.code}-T1" in page


def test_an_agreed_text_waits_for_each_house(actor: Actor, partner: Person) -> None:
    guest = actor_of(partner, home="kz")
    case = proposed(actor)
    case = step(guest, case, "agree_second", version=version_on_table(case))

    def what(one: Actor) -> list[str]:
        return [row.what for row in queries.waits_for_us(one).rows]

    assert what(actor) == what(guest) == ["Clear inside the house"]
    case = clear(actor, case=case, office="Legal office", seen=case.head)
    assert (what(actor), what(guest), case.waits_id) == ([], ["Clear inside the house"], "nj")
    case = clear(guest, case=case, office="Legal office", seen=case.head)
    assert (what(actor), what(guest), case.waits_id) == (["Attest the signed paper"], [], "kz")
