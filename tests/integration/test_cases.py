"""Cases of two-party processes: opened, answered with a file, signed by the person, raced, refused, rebuilt, erased."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jointlab.cases import operations, queries
from jointlab.cases.models import Case, CaseFile, CaseStep
from jointlab.cases.projections import cases_rule
from jointlab.cases.records import CaseStepRecord
from jointlab.errors import BadInput, Conflict, Fault, NotAllowed, NotFound
from jointlab.history.blobs import store
from jointlab.history.erasure import erase
from jointlab.history.fsck import fsck
from jointlab.history.identifiers import uuid7
from jointlab.history.models import Entry, Record
from jointlab.history.operations import now
from jointlab.history.rebuild import projection_digest, rebuild
from jointlab.history.registry import Recorded, from_plain, record_type, to_plain
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from tests.integration.conftest import _person, signed_in
from tests.integration.letters import KIND

PARTIES = {"writer": "kz", "reader": "nj"}
LETTER = {"title": "Greeting", "words": "We greet you.", "until": "2026-12-01"}
ANSWER = {"mood": "glad"}
WANG = "nj:wang"


@pytest.fixture
def guest(partner: Person) -> Actor:
    return actor_of(partner, home="kz")


def _open(actor: Actor, **form: str) -> Case:
    return operations.open_case(
        actor, kind=KIND, party="writer", parties=PARTIES, form=LETTER | form, code="KZ-L-1", subject=actor.person
    )


def _take(actor: Actor, case: Case, step: str, **form: str) -> Case:
    uploads = {"scan": [b"%PDF-1.7 scan"]} if step == "answer" else {}
    seen = Case.objects.get(pk=case.pk).head
    return operations.take(actor, case=case, step=step, form=form, seen=seen, uploads=uploads)


def _fault(actor: Actor, case: Case, step: str, **form: str) -> Fault:
    before = Entry.objects.count()
    with pytest.raises(Fault) as caught:
        _take(actor, case, step, **form)
    assert Entry.objects.count() == before, "nothing was written"
    return caught.value


def test_written_answered_signed(actor: Actor, guest: Actor) -> None:
    case = _open(actor)
    assert (case.state, case.waits_id, case.title, case.due) == ("written", "nj", "Greeting", date(2026, 12, 1))
    assert (
        [one.pk for one in queries.waiting(guest)] == [one.pk for one in queries.waiting_for_others(actor)] == [case.pk]
    )
    assert [one.pk for one in queries.due_soon(actor, day=date(2026, 11, 20))] == [case.pk]
    assert not queries.due_soon(actor, day=date(2026, 10, 1)).exists()
    case = _take(guest, case, "answer", **ANSWER)
    file = CaseFile.objects.get()
    assert (file.size, store().has(file.sha256), case.waits_id, case.due) == (13, True, "kz", None)
    case = _take(actor, case, "sign")
    assert (case.state, case.ended, case.waits_id) == ("signed", True, None)
    before = projection_digest()
    assert rebuild().changed == ()
    assert projection_digest() == before
    assert fsck().clean


def test_who_may_take_which_step(actor: Actor, guest: Actor) -> None:
    case = _open(actor)
    reader, colleague = (
        actor_of(_person(name, "kz", role), home="kz") for name, role in (("R", "reader"), ("C", "researcher"))
    )
    assert _fault(guest, case, "withdraw", why="x").code == "process.party"
    assert isinstance(_fault(reader, case, "withdraw", why="x"), NotAllowed)
    assert [step.name for step in queries.may_take(actor, case, queries.instance_of(case.id, "letter/1"))] == [
        "withdraw"
    ]
    _take(guest, case, "answer", **ANSWER)
    assert _fault(colleague, case, "sign").code == "process.person"  # may write, but it is not about him
    instance = queries.instance_of(case.id, "letter/1")
    assert [queries.may_take(one, case, instance) == () for one in (actor, colleague)] == [False, True]
    with pytest.raises(NotAllowed):
        _open(reader)
    with pytest.raises(NotAllowed):
        operations.open_case(guest, kind=KIND, party="writer", parties=PARTIES, form=LETTER, code="x")
    with pytest.raises(BadInput, match="institution"):
        operations.open_case(
            actor, kind=KIND, party="writer", parties={**PARTIES, "reader": "xx"}, form=LETTER, code="x"
        )


def test_the_person_signs_without_further_rights(guest: Actor) -> None:
    student = actor_of(_person("S. Student", "kz", "reader"), home="kz")
    writer = actor_of(_person("W. Writer", "kz", "researcher"), home="kz")
    case = operations.open_case(
        writer, kind=KIND, party="writer", parties=PARTIES, form=LETTER, code="L", subject=student.person
    )
    _take(guest, case, "answer", **ANSWER)
    assert _take(student, case, "sign").state == "signed"


def test_what_is_wrong_with_a_step(actor: Actor, guest: Actor) -> None:
    case = _open(actor)
    for form, code in (
        ({"mood": "angry"}, "process.choice"), ({}, "process.empty"), ({"mood": "glad", "pay": "1"}, "process.field"),
    ):  # fmt: skip
        assert _fault(guest, case, "answer", **form).code == code
    with pytest.raises(BadInput) as caught:  # a file that nobody brought
        operations.take(guest, case=case, step="answer", form={**ANSWER, "scan": "a" * 64}, seen=case.head)
    assert caught.value.code == "case.no_file"
    kept = store().put([b"what the other side keeps for itself"], limit=1000)
    with pytest.raises(BadInput) as caught:  # one that is here, and not for this person
        operations.take(guest, case=case, step="answer", form={**ANSWER, "scan": kept.sha256}, seen=case.head)
    assert caught.value.code == "case.no_file"
    with pytest.raises(BadInput) as caught:
        operations.take(guest, case=case, step="answer", form=ANSWER, seen=case.head, uploads={"scan": [b""]})
    assert caught.value.code == "case.empty_file"
    assert _fault(actor, case, "burn").code == "case.step"
    with pytest.raises(Conflict, match="clause"):
        _open(actor, title="forbidden")


def test_a_stale_view_is_refused_with_the_newer_one(actor: Actor, guest: Actor) -> None:
    case = _open(actor)
    _take(guest, case, "answer", **ANSWER)
    with pytest.raises(Conflict) as caught:
        operations.take(actor, case=case, step="withdraw", form={"why": "x"}, seen=case.head)
    assert (caught.value.code, "“Answered”" in caught.value.message) == ("process.stale", True)


def test_an_erased_step_keeps_the_chain_and_loses_its_words(actor: Actor, guest: Actor) -> None:
    case = _open(actor)
    _take(guest, case, "answer", **ANSWER)
    erase(id=CaseStep.objects.get(step="write").id, by=actor.person, why="law")
    row = CaseStep.objects.get(step="write")
    assert (row.form["words"], row.form["until"], row.erased) == ("—", "2026-12-01", True)
    assert (Case.objects.get().state, Case.objects.get().title) == ("answered", "—")
    scan = CaseFile.objects.get().sha256
    gone = erase(id=CaseStep.objects.get(step="answer").id, by=actor.person, why="law")
    assert (gone.blobs, CaseFile.objects.exists(), Case.objects.get().state) == ((scan,), False, "answered")
    before = projection_digest()
    rebuild()
    assert projection_digest() == before


# ---- the partner's node


@pytest.fixture
def paired(actor: Actor) -> None:
    Record.objects.create(id="nj:1", type="note/1", rev=1, position=0, home="nj")
    Person.objects.create(id=WANG, rev=1, name="Wang L.", institution_id="nj", role="reader")


def _comes(
    step: str, case: Case, *, previous: str = "", home: str = "nj", by: str = WANG, party: str = "reader", **form: str
) -> None:
    body = CaseStepRecord(
        process="letter/1", instance=case.id, step=step, party=party, by=by, previous=previous or case.head, form=form
    )
    body = from_plain("case-step/1", to_plain(body))
    record_type("case-step/1").apply(Recorded(f"{home}:{uuid7()}", "case-step/1", 1, now(), 0, home), body)


@pytest.mark.damages  # what comes from the partner stands in its log, which is not here
def test_the_partners_step_and_a_race(paired: None, actor: Actor, guest: Actor) -> None:
    case = _open(actor)
    assert isinstance(_fault(guest, case, "answer", **ANSWER), NotAllowed)  # its people act on their own node
    seen = case.head
    _take(actor, case, "withdraw", why="Typing error")
    _comes("answer", case, previous=seen, mood="sad", scan="a" * 64)
    assert Case.objects.get().state == "taken_back"  # of a letter that is written, its writer is the arbiter
    assert CaseStep.objects.get(step="answer").verdict == "overtaken"


@pytest.mark.damages
def test_what_the_partner_may_not_claim(paired: None, actor: Actor, guest: Actor) -> None:
    case = _open(actor)
    for claim, code in (
        ({"step": "withdraw", "party": "writer", "why": "x"}, "process.node"), ({"step": "answer", "by": "kz:other"}, "case.by"),
        ({"step": "burn"}, "process.step"),
    ):  # fmt: skip
        with pytest.raises(Fault) as caught:
            _comes(case=case, **claim)
        assert caught.value.code == code
    assert CaseStep.objects.count() == 1
    with pytest.raises(NotFound):
        record_type("case-step/1").apply(
            Recorded("nj:9", "case-step/1", 1, now(), 0, "nj"), CaseStepRecord("other/9", case.id, "x", "reader", WANG)
        )


@pytest.mark.damages
def test_an_identifier_is_never_used_twice(paired: None, actor: Actor) -> None:
    case = _open(actor)
    _take(actor, case, "withdraw", why="Typing error")
    before = Entry.objects.count()
    with pytest.raises(Conflict) as caught:
        operations.open_case(
            actor,
            kind=KIND,
            party="writer",
            parties=PARTIES,
            form=LETTER | {"title": "Again"},
            code="KZ-L-2",
            id=case.id,
        )
    assert (caught.value.code, Entry.objects.count()) == ("case.exists", before)
    sides = {"writer": "nj", "reader": "kz"}
    for title, code in (("First", ""), ("First", ""), ("Second", "case.exists")):
        body = CaseStepRecord(
            process="letter/1", instance="nj:5", step="write", party="writer", by=WANG, form={"title": title, "words": "w"}, code="NJ-1",
            parties=sides, nodes=sides,
        )  # fmt: skip
        recorded = Recorded("nj:6" if title == "First" else "nj:7", "case-step/1", 1, now(), 0, "nj")
        try:
            record_type("case-step/1").apply(recorded, body)
        except Conflict as fault:
            assert fault.code == code
        else:
            assert code == ""
    assert Case.objects.get(pk="nj:5").title == "First"
    assert Case.objects.get(pk=case.pk).state == "taken_back", "what was cancelled stays readable"


@pytest.mark.damages
def test_steps_go_to_the_partnership_of_their_nodes_and_to_no_other(paired: None, actor: Actor) -> None:
    case = _open(actor)
    assert cases_rule("kz+nj").due == {CaseStep.objects.get(instance=case.id).id}
    assert cases_rule("cn+kz").due == cases_rule("cn+kz+nj").due == frozenset()


# ---- pages


def _at(case: Case, step: str) -> str:
    return f"/cases/{case.pk}/{step}"


def test_the_page_with_its_forms(actor: Actor, guest: Actor, partner: Person, researcher: Person) -> None:
    case, client = _open(actor), signed_in(partner)
    page = client.get(f"/cases/{case.pk}").content.decode()
    assert "You must act: Answer" in page and 'type="file"' in page and '<option value="glad">' in page
    empty = client.post(_at(case, "answer"), {"seen": case.head})
    assert (empty.status_code, Case.objects.get().state) == (422, "written")
    sent: dict[str, Any] = {"seen": case.head, "mood": "glad", "scan": SimpleUploadedFile("a.pdf", b"%PDF-1.7 x")}
    assert client.post(_at(case, "answer"), sent).status_code == 302
    late = signed_in(researcher).post(_at(case, "withdraw"), {"seen": case.head, "why": "Too late"})
    assert late.status_code == 409 and "moved on" in late.content.decode()
    sha256 = CaseFile.objects.get().sha256
    file = client.get(f"/cases/{case.pk}/files/{sha256}")
    assert (file["Content-Type"], b"".join(file.streaming_content)) == ("application/pdf", b"%PDF-1.7 x")  # type: ignore[attr-defined]
    assert file["Content-Disposition"] == 'attachment; filename="KZ-L-1-answer-scan.pdf"'
    assert client.get(f"/cases/{case.pk}/files/{'b' * 64}").status_code == 404
