"""An agreement of three institutions of one node: from the form to force, whose move it is, what it allows to whom."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from jointlab.agreements.api import version_out
from jointlab.agreements.life import State
from jointlab.agreements.models import AgreementDraft
from jointlab.agreements.operations import drafts, entering, proposing
from jointlab.agreements.queries import listing, lives
from jointlab.agreements.queries.drafts import faults_of, partners_of
from jointlab.agreements.queries.waiting import waits_for_us
from jointlab.agreements.sharing import Thing, decide
from jointlab.cases.models import Case, CaseStep
from jointlab.cases.queries import visible_cases
from jointlab.errors import Fault
from jointlab.history.logs import empty_frontier
from jointlab.history.models import Log
from jointlab.history.rebuild import rebuild
from jointlab.history.sharing import open_shared_log
from jointlab.mobility.queries.places import ways_in_force
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.people.operations import add_institution
from jointlab.people.records import InstitutionRecord
from tests.integration.agreeing import WHY, drafted, paper, proposed, step
from tests.integration.conftest import _person, signed_in


def _of(prefix: str, city: str) -> Person:
    add_institution(InstitutionRecord(prefix, {"en": city}, {"en": city}, "n", "Asia/Tashkent", "UZ"))
    return _person(f"P. of {city}", prefix, "researcher")


@pytest.fixture
def third_person(node: None) -> Person:
    return _of("uz", "Tashkent")


@pytest.fixture
def second(partner: Person) -> Actor:
    return actor_of(partner, home="kz")


@pytest.fixture
def third(third_person: Person) -> Actor:
    return actor_of(third_person, home="kz")


@pytest.fixture
def fourth(node: None) -> Actor:
    return actor_of(_of("ru", "Tomsk"), home="kz")


def _code(call: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(Fault) as caught:
        call(*args, **kwargs)  # type: ignore[operator]
    return caught.value.code


def _agreed(actor: Actor, second: Actor, third: Actor) -> Case:
    case = proposed(actor, partner="nj+uz")
    hash = listing.version_on_table(case)
    case = step(second, case, "accept_second", version=hash)
    return step(third, case, "agree_third", version=hash)


def _attested(case: Case, *actors: Actor) -> Case:
    for actor in actors:
        case = proposing.attest(
            actor, case=case, form=paper(case), seen=case.head, uploads={"scan": [f"%PDF {actor.institution}".encode()]}
        )
    return case  # fmt: skip


def _in_force(actor: Actor, second: Actor, third: Actor) -> Case:
    case = _agreed(actor, second, third)
    for one in (actor, second, third):
        case = proposing.clear(one, case=case, office="Legal office", seen=case.head)
    return _attested(case, actor, second, third)


def test_from_a_draft_to_force(actor: Actor, second: Actor, third: Actor, fourth: Actor) -> None:
    case = _agreed(actor, second, third)
    everybody = (actor, second, third)
    assert (case.process, case.state, case.waits_id) == ("agreement-3/1", "frozen", "kz")
    assert [len(waits_for_us(one)) for one in everybody] == [1, 1, 1]
    case = proposing.clear(actor, case=case, office="Legal office", seen=case.head)
    assert ([len(waits_for_us(one)) for one in everybody], case.waits_id) == ([0, 1, 1], "nj")
    for one in (second, third):
        case = proposing.clear(one, case=case, office="Legal office", seen=case.head)
    assert _code(_attested, case, second) == "process.state"
    case = _attested(case, actor)
    assert (case.state, case.waits_id, [len(waits_for_us(one)) for one in everybody]) == ("attested", "nj", [0, 1, 0])
    case = _attested(case, second)
    hash = listing.version_on_table(case)
    now = lives.standing_on(hash)
    assert now is not None and (now.state, now.waits_for) == (State.PARTLY_SIGNED, ("uz",))
    case = _attested(case, third)
    assert [listing.agreement_by_hash(one, hash).state for one in everybody] == [State.IN_FORCE] * 3
    assert not visible_cases(fourth).exists() and listing.agreements(fourth) == []
    assert _code(step, fourth, case, "notice", on=date.today().isoformat(), **WHY) == "case.none"
    assert rebuild().changed == ()


def test_it_allows_to_all_and_between_two_of_them(actor: Actor, second: Actor, third: Actor) -> None:
    case = _in_force(actor, second, third)
    thing, later = Thing("uz", "uz:p", "fundamental", "samples", date.today()), date.today() + timedelta(700)
    reaches = lives.reaches_on(later)
    assert (
        {one.parties for one in reaches.listed}
        == {one.givers for one in reaches.listed}
        == {frozenset({"kz", "nj", "uz"})}
    )
    assert [decide(reaches, thing, to=one, day=later).allowed for one in ("kz", "nj", "ru")] == [True, True, False]
    for pair in (("kz", "nj"), ("kz", "uz"), ("nj", "uz")):
        assert len(lives.lives_between(*pair)) == 1
    ways = {(way.source, way.target) for way in ways_in_force("kz")}
    assert ways == {(one, other) for one in ("kz", "nj", "uz") for other in ("kz", "nj", "uz") if one != other}
    case = step(third, case, "ask_third", what="terminate", last="2028-01-31", why="Moved")
    case = step(actor, case, "pass_first")
    life = lives.life_of(listing.version_on_table(case))
    assert life is not None and lives.standing_on(life.version.hash, date(2028, 3, 1)).state is State.IN_FORCE  # type: ignore[union-attr]
    case = step(second, case, "grant_second")
    assert lives.standing_on(life.version.hash, date(2028, 3, 1)).state is not State.IN_FORCE  # type: ignore[union-attr]


def test_an_amendment_is_between_the_same(actor: Actor, second: Actor, third: Actor) -> None:
    case = _in_force(actor, second, third)
    draft = drafts.amendment(second, hash=listing.version_on_table(case))
    assert partners_of(draft) == ["kz", "uz"]
    amended = proposing.propose(second, draft=draft.pk)
    assert (amended.process, amended.waits_id) == ("agreement-3/1", "kz")
    answer = drafts.answer(actor, case=amended.pk)
    amended = proposing.counter(actor, draft=answer.pk, why="So", seen=amended.head)
    assert amended.waits_id == "uz"


def test_what_was_signed_on_paper_is_confirmed_by_each(actor: Actor, second: Actor, third: Actor) -> None:
    draft = drafted(actor, partner="nj+uz")
    form = {"signed_on": "2016-05-20", "signatory": "Rector", "mandate": "Charter"}
    case = entering.enter(actor, draft=draft.pk, form=form, uploads={"scan": [b"%PDF"]})
    assert (case.process, case.waits_id) == ("agreement-entry-3/1", "nj")
    for one, state in ((second, "entered_second"), (third, "signed")):
        given = form | {"version": listing.version_on_table(case)}
        case = proposing.attest(one, case=case, form=given, seen=case.head, uploads={"scan": [b"%PDF own"]})
        assert case.state == state


def test_a_table_names_several_partners_with_a_plus(actor: Actor, second: Actor, third: Actor) -> None:
    table = (
        "title_en,partner,signed_on,signatory,mandate,scan\nMemorandum of three,nj+uz,2016-05-20,Rector,Charter,m.pdf\n"
        "Memorandum of none,nj+xx,2016-05-20,Rector,Charter,n.pdf\n"
    )
    scans = {name: entering.bring(actor, name=name, pieces=[name.encode()]) for name in ("m.pdf", "n.pdf")}
    found = entering.preview(actor, data=table.encode(), scans=scans)
    assert [[fault.code for fault in one.faults] for one in found.rows] == [[], ["entering.partner"]]
    (case,) = entering.enter_table(actor, data=table.partition("Memorandum of none")[0].encode(), scans=scans)
    assert case.process == "agreement-entry-3/1"
    again = entering.preview(actor, data=table.partition("Memorandum of none")[0].encode(), scans=scans)
    assert [fault.code for fault in again.rows[0].faults] == ["entering.there"]


def test_nodes_that_are_no_partnership_are_refused(actor: Actor, second: Actor, third: Actor) -> None:
    """Two of them on nodes of their own, each paired with this one alone; a draft from before then says so, too."""
    draft = drafted(actor, partner="nj+uz")
    for other in ("nj", "uz"):
        log = open_shared_log(f"kz+{other}")
        log.pk, log.name, log.home, log.kind = f"kz+{other}/{other}", f"kz+{other}/{other}", other, "mirror"
        log.save(force_insert=True)
    assert _code(drafts.from_template, actor, template="laboratory", partner="nj+uz") == "agreement.apart"
    assert [fault.code for fault in faults_of(draft)] == ["agreement.apart"]
    assert _code(proposing.propose, actor, draft=draft.pk) == "agreement.apart"


def _opened_without_a_partnership(case: Case) -> Case:
    """As if the others wrote on nodes of their own, which no partnership joins with this one."""
    for party, node in (("second", "nj"), ("third", "uz")):
        CaseStep.objects.filter(instance=case.pk, party=party).update(home=node)
    opening = CaseStep.objects.get(instance=case.pk, previous="")
    opening.opening["nodes"] = {"first": "kz", "second": "nj", "third": "uz"}
    opening.save()
    return Case.objects.get(pk=case.pk)


@pytest.mark.damages  # the rows are made what no log here says
def test_no_step_goes_on_in_a_case_that_has_no_way_to_travel(actor: Actor, second: Actor, third: Actor) -> None:
    """Also where it was not opened here; giving it up stays possible, and with the partnership it goes on."""
    case = _opened_without_a_partnership(_agreed(actor, second, third))
    assert _code(proposing.clear, actor, case=case, office="Legal office", seen=case.head) == "agreement.apart"
    assert _code(step, actor, case, "reopen_first", **WHY) == "agreement.apart"
    with pytest.raises(_Undone), transaction.atomic():
        assert step(actor, case, "withdraw", **WHY).ended
        raise _Undone
    open_shared_log("kz+nj+uz")
    for other in ("nj", "uz"):
        name = f"kz+nj+uz/{other}"
        Log.objects.create(name=name, partnership="kz+nj+uz", home=other, kind="mirror", frontier=empty_frontier())
    case = proposing.clear(actor, case=case, office="Legal office", seen=case.head)
    assert case.waits_id == "nj"


class _Undone(Exception):
    pass


def test_too_many_or_none_or_a_text_for_two(actor: Actor, second: Actor, third: Actor) -> None:
    for partner in ("", "kz", "nj+xx", "nj+kz"):
        assert _code(drafts.from_template, actor, template="laboratory", partner=partner) == "agreement.partner"
    assert _code(drafts.from_template, actor, template="diploma", partner="nj+uz") == "agreement.template_of_two"
    five = [_of(f"x{number}", f"City {number}").institution_id for number in range(5)]
    assert _code(drafts.blank, actor, partner="+".join(("nj", *five))) == "agreement.many"
    assert partners_of(drafts.blank(actor, partner="+".join(five))) == five


def test_a_standard_text_marks_what_counts_two(actor: Actor, second: Actor, third: Actor) -> None:
    draft = drafts.from_template(actor, template="framework", partner="nj+uz")
    first, *others = [clause["text"]["en"] for clause in draft.document["clauses"]]
    assert "Nanjing" in first and "Tashkent" in first
    assert any("[[both]]" in text for text in others)
    assert "[[both]]" not in str(drafts.from_template(actor, template="framework", partner="nj").document)


def test_the_pages_of_three_persons(researcher: Person, partner: Person, third_person: Person, actor: Actor) -> None:
    ours, theirs, last = (signed_in(one) for one in (researcher, partner, third_person))
    form = {"text": "laboratory", "partner": "nj", "others": ["uz"], "languages": ["en"]}
    assert b'name="others"' in ours.get("/agreements/new").content
    page = ours.post("/agreements/new", form)
    row = AgreementDraft.objects.get()
    assert page["Location"].endswith(row.pk) and partners_of(row) == ["nj", "uz"]
    body = ours.get(page["Location"]).content.decode()
    assert "Nanjing" in body and "Tashkent" in body
    second, third = actor_of(partner, home="kz"), actor_of(third_person, home="kz")
    case = _agreed(actor, second, third)
    for one in (actor, second, third):
        case = proposing.clear(one, case=case, office="Legal office", seen=case.head)
    hash = listing.version_on_table(case)
    case = _attested(case, actor)
    assert "Attest the signed paper" in theirs.get(f"/agreements/{hash}/sign").content.decode()
    waiting = last.get(f"/agreements/{hash}/sign").content.decode()
    assert "Nanjing is next to act here." in waiting and "Attest the signed paper</button>" not in waiting
    for client in (ours, theirs, last):
        body = client.get(f"/agreements/{hash}").content.decode()
        assert "Steps, signed by all sides" in body and "Third party" in body
    assert version_out(listing.agreement_by_hash(third, hash))["institutions"] == ["kz", "nj", "uz"]
