"""Agreements as they are stored: from a draft to force, amended, ended, refused; the same after a rebuild."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from jointlab.agreements.calendars import days_of, ics
from jointlab.agreements.clauses import Clause
from jointlab.agreements.drafting import meant
from jointlab.agreements.life import State, standing
from jointlab.agreements.models import AgreementDraft, AgreementVersion, Clearance
from jointlab.agreements.operations import drafts, proposing
from jointlab.agreements.queries import listing, lives
from jointlab.agreements.queries.book import book
from jointlab.agreements.queries.drafts import drafts as drafts_of
from jointlab.agreements.queries.drafts import faults_of
from jointlab.cases.models import CaseStep
from jointlab.errors import Conflict, Fault
from jointlab.history.models import Entry
from jointlab.history.rebuild import projection_digest, rebuild
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.people.operations import add_institution
from jointlab.people.records import InstitutionRecord
from tests.integration.agreeing import agreed, drafted, in_force, paper, proposed, signed, step
from tests.integration.conftest import _person

TODAY = date.today()


@pytest.fixture
def guest(partner: Person) -> Actor:
    return actor_of(partner, home="kz")


@pytest.fixture
def stranger(node: None) -> Actor:
    add_institution(InstitutionRecord("uz", {"en": "Tashkent"}, {"en": "Tashkent"}, "n", "Asia/Tashkent", "UZ"))
    return actor_of(_person("U. Stranger", "uz", "researcher"), home="kz")


def _code(call: object, *args: object, **kwargs: object) -> str:
    before = Entry.objects.count()
    with pytest.raises(Fault) as caught:
        call(*args, **kwargs)  # type: ignore[operator]
    assert Entry.objects.count() == before, "nothing was written"
    return caught.value.code


def test_from_a_draft_to_force(actor: Actor, guest: Actor) -> None:
    case = proposed(actor)
    hash = listing.version_on_table(case)
    assert (case.state, case.waits_id, case.title) == (
        "with_second",
        "nj",
        "Agreement on a joint international laboratory",
    )
    assert not AgreementDraft.objects.exists()
    assert lives.standing_on(hash).state is State.UNSIGNED  # type: ignore[union-attr]
    case = agreed(actor, guest, case)
    assert lives.lives_between("kz", "nj") == ()
    case = signed(actor, guest, case)
    assert (case.state, lives.standing_on(hash, TODAY).state) == ("signed", State.IN_FORCE)  # type: ignore[union-attr]
    assert [life.version.hash for life in lives.in_force(("kz", "nj"), TODAY)] == [hash]
    assert lives.in_force(("kz", "uz"), TODAY) == ()
    found = lives.clause_in_force(hash, "5.1", TODAY)
    assert isinstance(found, Clause)
    assert found.terms["limit"] == "5"
    before = projection_digest()
    assert rebuild().changed == ()
    assert projection_digest() == before
    assert [one.current.hash for one in listing.agreements(guest)] == [hash]


def test_whose_house_it_is_sees_it(actor: Actor, guest: Actor, stranger: Actor) -> None:
    case = in_force(actor, guest)
    hash = listing.version_on_table(case)
    draft = drafts.amendment(actor, hash=hash, begins="2030-01-01")
    for one in (actor, guest):
        assert listing.agreement_by_hash(one, hash).case == case
        assert [row.hash for row in listing.versions_of_case(one, case)] == [hash]
    assert listing.agreements(stranger) == []
    assert _code(listing.agreement_by_hash, stranger, hash) == "agreement.unknown"
    assert _code(listing.versions_of_case, stranger, case) == "case.none"
    assert _code(drafts.amendment, stranger, hash=hash) == "agreement.unknown"
    assert list(drafts_of(actor)) == [draft]
    for one in (guest, stranger):
        assert list(drafts_of(one)) == []
        assert _code(drafts.delete, one, draft=draft.pk, seen=1) == "draft.none"
        assert _code(proposing.propose, one, draft=draft.pk) == "draft.none"


def test_the_partner_sees_that_a_text_is_cleared_and_nothing_of_why(actor: Actor, guest: Actor) -> None:
    case = agreed(actor, guest, proposed(actor))
    assert [(one.office, one.ground) for one in listing.clearances(actor, case)] == [("Legal office", "Ours alone")]
    assert [one.office for one in listing.clearances(guest, case)] == ["International office"]
    assert {step.step: step.form for step in CaseStep.objects.filter(step__startswith="clear")} == {
        "clear_first": {},
        "clear_second": {},
    }
    assert Clearance.objects.count() == 2


def test_two_who_edit_one_draft(actor: Actor) -> None:
    colleague = actor_of(_person("C. Colleague", "kz", "researcher"), home="kz")
    draft = drafts.from_template(actor, template="framework", partner="nj")
    changed = drafts.edit_head(colleague, draft=draft.pk, values={"zone": "Asia/Shanghai"}, seen=1)
    with pytest.raises(Conflict, match="Colleague") as caught:
        drafts.put_clause(actor, draft=draft.pk, clause={"number": "12"}, seen=1)
    assert (caught.value.code, caught.value.facts["newest"], changed.revision) == ("draft.stale", 2, 2)
    again = drafts.put_clause(actor, draft=draft.pk, clause={"number": "12", "kind": "free"}, seen=2)
    assert (again.document["head"]["zone"], again.document["clauses"][-1]["number"], again.revision) == (
        "Asia/Shanghai",
        "12",
        3,
    )
    assert len(drafts.remove_clause(actor, draft=draft.pk, number="12", seen=3).document["clauses"]) == 11
    drafts.delete(actor, draft=draft.pk, seen=4)
    assert not AgreementDraft.objects.exists()


def test_examples_are_replaced_before_a_text_is_proposed(actor: Actor) -> None:
    draft = drafts.from_template(actor, template="laboratory", partner="nj")
    assert {fault.code for fault in faults_of(draft)} == {"agreement.example"}
    assert _code(proposing.propose, actor, draft=draft.pk) == "agreement.example"
    draft = drafts.edit(actor, draft=draft.pk, document=meant(draft.document), seen=1)
    assert faults_of(draft) == ()


def test_dates_reversed(actor: Actor) -> None:
    draft = drafted(actor, begins="2030-01-01", ends="2029-01-01")
    assert [fault.code for fault in faults_of(draft)] == ["agreement.reversed"]
    assert _code(proposing.propose, actor, draft=draft.pk) == "agreement.reversed"


def test_a_clause_that_contradicts_its_parent(actor: Actor, guest: Actor) -> None:
    frame = listing.version_on_table(in_force(actor, guest, template="framework"))
    draft = drafted(actor, parent=frame, ends="2040-12-31")
    assert [fault.code for fault in faults_of(draft)] == ["agreement.outlives"]
    assert _code(proposing.propose, actor, draft=draft.pk) == "agreement.outlives"
    case = in_force(actor, guest, template="diploma", parent=frame)
    life = lives.life_of(listing.version_on_table(case))
    assert life is not None
    assert life.parent is not None
    assert life.parent.version.hash == frame


def test_drafted_together(actor: Actor, guest: Actor) -> None:
    case = proposed(actor)
    first = listing.version_on_table(case)
    case = step(guest, case, "remark_second", clause="5.1", words="Six would be better.")
    assert _code(step, guest, case, "remark_second", clause="77", words="x") == "agreement.no_clause"
    draft = drafts.answer(guest, case=case.pk)
    clause = next(one for one in draft.document["clauses"] if one["number"] == "5.1")
    clause["terms"]["limit"] = 6
    draft = drafts.put_clause(guest, draft=draft.pk, number="5.1", clause=clause, seen=1)
    case = proposing.counter(guest, draft=draft.pk, why="We have room", seen=case.head)
    second = listing.version_on_table(case)
    assert (case.state, case.waits_id, first != second) == ("with_first", "kz", True)
    assert [row.hash for row in listing.versions_of_case(actor, case)] == [first, second]
    before, after = (lives.version_named(hash) for hash in (first, second))
    assert before is not None
    assert after is not None
    assert [one.number for one in after.clauses if one.salt != before.clause(one.number).salt] == ["5.1"]  # type: ignore[union-attr]
    assert _code(step, actor, case, "agree_first", version=first) == "agreement.other_version"
    case = step(actor, case, "agree_first", version=second)
    assert case.state == "frozen"


def test_who_signs_what_and_when(actor: Actor, guest: Actor) -> None:
    case = agreed(actor, guest, proposed(actor))
    scan = {"scan": [b"%PDF"]}

    def attested(**more: str) -> str:
        return _code(proposing.attest, actor, case=case, form=paper(case, **more), seen=case.head, uploads=scan)

    assert attested(version="a" * 64) == "agreement.other_version"
    assert attested(mandate="") == "process.empty"
    assert attested(mandate_until=(TODAY - timedelta(1)).isoformat()) == "agreement.mandate"
    assert attested(signed_on=(TODAY + timedelta(2)).isoformat()) == "agreement.future"
    assert attested(signed_on=(TODAY - timedelta(30)).isoformat()) == "agreement.back_dated"
    assert _code(proposing.attest, actor, case=case, form=paper(case), seen=case.head) == "process.empty"  # no scan
    assert _code(step, guest, case, "attest", **paper(case)) == "process.party"


def test_an_amendment_takes_over(actor: Actor, guest: Actor) -> None:
    old = listing.version_on_table(in_force(actor, guest, begins="2026-01-01"))
    begins = (TODAY + timedelta(10)).isoformat()
    draft = drafts.amendment(actor, hash=old, cases="new", begins=begins)
    case = signed(actor, guest, agreed(actor, guest, proposing.propose(actor, draft=draft.pk)))
    new = listing.version_on_table(case)
    life = lives.life_of(old)
    assert life is not None
    assert life.successor is not None
    assert life.successor.version.hash == new
    later = TODAY + timedelta(20)
    assert (standing(life, TODAY).state, standing(life, later).state) == (State.IN_FORCE, State.RUN_OFF)
    assert [life.version.hash for life in lives.in_force(("kz", "nj"), later)] == [new]
    assert [life.version.hash for life in lives.in_force(("kz", "nj"), later, running=True)] == [old, new]
    refused = lives.clause_in_force(old, "5.1", later)
    assert isinstance(refused, Fault)
    assert (refused.code, "5.1" in refused.message, "Places for internships" in refused.message) == (
        "clause.ended",
        True,
        True,
    )
    assert isinstance(lives.clause_in_force(old, "5.1", later, new=False), Clause)
    again = drafts.amendment(guest, hash=old, begins=begins)
    assert _code(proposing.propose, guest, draft=again.pk) == "agreement.amended"
    assert [one.hash for one in listing.agreements(actor)[0].versions] == [new, old]


def test_what_happens_to_what_is_signed(actor: Actor, guest: Actor) -> None:
    case = in_force(actor, guest)
    hash = listing.version_on_table(case)
    day = TODAY.isoformat()
    assert _code(step, actor, case, "ask_first", what="extend", last="2027-01-01", why="x") == "agreement.no_extension"
    case = step(actor, case, "ask_first", what="suspend", clause="5.1", first=day, why="Repairs")
    case = step(guest, case, "grant_second")
    refused = lives.clause_in_force(hash, "5.1", TODAY)
    assert isinstance(refused, Fault)
    assert refused.code == "clause.suspended"
    assert isinstance(lives.clause_in_force(hash, "5.2", TODAY), Clause)
    case = step(guest, case, "ask_second", what="resume", clause="5.1", first=day, why="Done")
    case = step(actor, case, "grant_first")
    assert isinstance(lives.clause_in_force(hash, "5.1", TODAY), Clause)
    case = step(actor, case, "ask_first", what="extend", last="2035-12-31", why="Goes well")
    case = step(guest, case, "grant_second")
    assert str(lives.standing_on(hash).last) == "2035-12-31"  # type: ignore[union-attr]
    assert _code(step, guest, case, "notice", on="2099-01-01", why="x") == "agreement.future"
    assert _code(step, guest, case, "fulfil", clause="5.1", on=day, ground="x") == "agreement.no_condition"
    case = step(guest, case, "notice", on=day, why="Closed")
    now = lives.standing_on(hash)
    assert now is not None
    assert (now.under_notice, now.new_cases) == (True, True)
    before = projection_digest()
    rebuild()
    assert projection_digest() == before


def test_reaches_are_read_once(actor: Actor, guest: Actor, django_assert_max_num_queries: object) -> None:
    in_force(actor, guest)
    reaches = lives.reaches_on(TODAY)
    assert [(one.clause, one.parties) for one in reaches.listed] == [("3", frozenset({"kz", "nj"}))]
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        assert lives.reaches_on(TODAY) is reaches


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("hash", "agreement.not_its_hash"),
        ("text", "agreement.not_its_hash"),
        ("id", "agreement.record"),
        ("by", "agreement.by"),
    ],
)
def test_what_a_partner_may_not_record(actor: Actor, change: str, code: str) -> None:
    from jointlab.agreements.records import AgreementVersionRecord, version_id
    from jointlab.history.operations import now
    from jointlab.history.registry import Recorded, record_type

    proposed(actor)
    row = AgreementVersion.objects.get()
    values = {"hash": row.hash, "text": row.text, "by": "nj:wang"} | {
        "hash": {"hash": "a" * 64},
        "text": {"text": row.text.replace(":", ": ", 1)},
        "by": {"by": "kz:x"},
    }.get(change, {})
    id = "nj:version-1" if change == "id" else version_id(home="nj", hash=row.hash)
    with pytest.raises(Fault) as caught:
        record_type("agreement-version/1").apply(
            Recorded(id, "agreement-version/1", 1, now(), 0, "nj"), AgreementVersionRecord(**values)
        )
    assert caught.value.code == code
    assert AgreementVersion.objects.count() == 1


def test_a_life_of_an_earlier_book_leaves_no_standing_in_this_one(actor: Actor, guest: Actor) -> None:
    hash = listing.version_on_table(in_force(actor, guest))
    known = book()
    life = known.life(hash)
    assert life is not None
    before = replace(life, events=())  # as it stood before the parties signed
    assert known.standing(before, TODAY) == standing(before, TODAY)
    assert known.standing(life, TODAY) == standing(life, TODAY) != standing(before, TODAY)


def test_a_day_that_somebody_asks_for_is_not_kept(actor: Actor, guest: Actor) -> None:
    hash = listing.version_on_table(in_force(actor, guest))
    known = book()
    assert lives.standing_on(hash) is not None
    kept = len(known.of_day)
    assert kept > 0
    for days in range(3, 50):
        assert lives.standing_on(hash, TODAY + timedelta(days)) is not None
        assert lives.standing_on(hash, TODAY - timedelta(days)) is not None
    assert lives.standing_on(hash, date.min) and lives.standing_on(hash, date.max)
    assert book() is known and len(known.of_day) == kept


def test_an_agreement_until_the_last_day_of_all_calendars(actor: Actor, guest: Actor) -> None:
    case = in_force(actor, guest, ends="9999-12-31")
    hash = listing.version_on_table(case)
    assert _code(drafts.renewal, actor, hash=hash) == _code(drafts.renewal, actor, hash=hash, years=5) == "agreement.far_end"  # fmt: skip
    assert "DTSTART;VALUE=DATE:99991231" in ics(days_of(listing.agreements(actor)[0].versions[0]))


def test_a_day_that_has_begun_here_is_not_to_come(actor: Actor, guest: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """In Nanjing it is tomorrow already while an agreement that counts by Almaty's clock has today."""
    case = agreed(actor, guest, proposed(actor))
    monkeypatch.setattr(lives, "today", lambda version: TODAY - timedelta(1))
    uploads, later = {"scan": [b"%PDF"]}, (TODAY + timedelta(1)).isoformat()
    form = paper(case, signed_on=later)
    assert _code(proposing.attest, actor, case=case, form=form, seen=case.head, uploads=uploads) == "agreement.future"
    form = paper(case, signed_on=TODAY.isoformat())
    assert proposing.attest(actor, case=case, form=form, seen=case.head, uploads=uploads).state == "attested"
