"""A sample goes to the partner and back: who may take which step, where how much is, and what two nodes make of it."""

import dataclasses
from decimal import Decimal

import pytest

from jointlab.errors import BadInput, Conflict, Fault, NotAllowed, NotFound
from jointlab.history.erasure import erase
from jointlab.history.identifiers import uuid7
from jointlab.history.models import Entry, Record
from jointlab.history.operations import now
from jointlab.history.rebuild import projection_digest, rebuild
from jointlab.history.registry import Recorded, from_plain, record_type, to_plain
from jointlab.laboratory.models import ProjectSharing, Sample, Transfer, TransferStep
from jointlab.laboratory.operations import projects, samples, transfers
from jointlab.laboratory.operations.projects import ProjectDraft
from jointlab.laboratory.operations.samples import Part, SampleDraft
from jointlab.laboratory.queries.custody import custody_of
from jointlab.laboratory.queries.transfers import instance_of, listed, may_take, wait_for
from jointlab.laboratory.records.transfers import TransferStepRecord
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.processes import replay
from tests.integration.conftest import _person, signed_in
from tests.integration.test_api import Program

DRAFT = SampleDraft(title="LiFePO₄/C", amount="620 mg")
CLEARANCE = {
    "export_control": "Not in the list of dual-use goods", "hazard": "Harmless powder, sheet 12", "customs": "Sample without value",
    "cleared_by": "Export office",
}  # fmt: skip
SENT = {"amount": "180 mg", "on": "2026-09-28", "carrier": "DHL", "tracking": "JD01"}
WANG = "nj:wang"  # a person of the partner's node
RECEIVED = {"amount": "180 mg", "on": "2026-10-04", "condition": "Seal whole"}


@pytest.fixture
def guest(actor: Actor, partner: Person) -> Actor:
    """The partner's researcher, a member of the project of the sample."""
    return actor_of(partner, home="kz")


@pytest.fixture
def sample(actor: Actor, partner: Person) -> Sample:
    project = projects.add(actor, ProjectDraft("Cathodes", members=(actor.person, partner.id)))
    return samples.add(actor, dataclasses.replace(DRAFT, project=project.id))


def _ask(actor: Actor, sample: Sample, amount: str = "180 mg") -> Transfer:
    return transfers.ask(actor, sample=sample, partner="nj", form={"amount": amount, "purpose": "Cycling"})


def _take(actor: Actor, transfer: Transfer, step: str, **form: str) -> Transfer:
    seen = Transfer.objects.get(pk=transfer.pk).head
    return transfers.take(actor, transfer=transfer, step=step, form=form, seen=seen)


def _sent(actor: Actor, sample: Sample, amount: str = "180 mg") -> Transfer:
    transfer = _ask(actor, sample, amount)
    _take(actor, transfer, "clear", **CLEARANCE)
    return _take(actor, transfer, "send", **{**SENT, "amount": amount})


def _fault(transfer: Transfer, actor: Actor, step: str, **form: str) -> Fault:
    entries = Entry.objects.count()
    with pytest.raises(Fault) as caught:
        _take(actor, transfer, step, **form)
    assert Entry.objects.count() == entries, "nothing was written"
    return caught.value


def _at(sample: Sample) -> tuple[str, str, str, str, str]:
    """At home, under way, at the partner, used, lost; and they are the whole."""
    custody = custody_of(sample)
    there = sum((one.there for one in custody.held), Decimal(0))
    parts = (custody.at_home, custody.under_way, there, custody.used, custody.lost)
    assert sum(part for part in parts if part is not None) == custody.whole
    return tuple(custody.amount(part) for part in parts)  # type: ignore[return-value]


def test_there_used_and_back(actor: Actor, guest: Actor, sample: Sample) -> None:
    transfer = _ask(actor, sample)
    assert (transfer.code, transfer.state, transfer.waits_id) == (f"{sample.code}-T1", "asked", "kz")
    assert _at(sample) == ("620 mg", "0 mg", "0 mg", "0 mg", "0 mg")
    _take(actor, transfer, "clear", **CLEARANCE)
    transfer = _take(actor, transfer, "send", **SENT)
    assert _at(sample) == ("440 mg", "180 mg", "0 mg", "0 mg", "0 mg")
    transfer = _take(actor, transfer, "depart", on="2026-09-29")
    assert (transfer.state, transfer.waits_id, str(transfer.sent_on)) == ("in_transit", "nj", "2026-09-28")
    _take(guest, transfer, "receive", **{**RECEIVED, "amount": "0,178 g"})
    assert _at(sample) == ("440 mg", "0 mg", "178 mg", "0 mg", "2 mg")
    _take(guest, transfer, "use", amount="30 mg", on="2026-10-05", purpose="Ten electrodes")
    _take(guest, transfer, "send_back", amount="100 mg", on="2026-10-06", carrier="By hand")
    assert _at(sample) == ("440 mg", "100 mg", "48 mg", "30 mg", "2 mg")
    transfer = _take(actor, transfer, "take_back_part", amount="100 mg", on="2026-10-07", condition="Good")
    assert (transfer.state, _at(sample)) == ("received", ("540 mg", "0 mg", "48 mg", "30 mg", "2 mg"))
    transfer = _take(guest, transfer, "use_rest", on="2026-10-08", purpose="Adsorption")
    assert (transfer.state, transfer.ended, transfer.waits_id) == ("consumed", True, None)
    assert _at(sample) == ("540 mg", "0 mg", "0 mg", "78 mg", "2 mg")
    before = projection_digest()
    assert rebuild().changed == ()
    assert projection_digest() == before


@pytest.mark.parametrize(
    ("steps", "state", "at"),
    [
        ([("own", "lose", {"why": "Parcel burnt"})], "lost", ("440 mg", "0 mg", "0 mg", "0 mg", "180 mg")),
        ([("own", "withdraw", {"why": "Wrong vial"})], "withdrawn", ("620 mg", "0 mg", "0 mg", "0 mg", "0 mg")),
        ([("guest", "turn_away", {"why": "Broken seal"}), ("own", "take_back", {**RECEIVED, "amount": "170 mg"})], "returned",
         ("610 mg", "0 mg", "0 mg", "0 mg", "10 mg")),
        ([("guest", "receive_part", {**RECEIVED, "amount": "100 mg"}), ("guest", "lose_rest", {"why": "Second vial empty"}),
          ("guest", "keep", {})], "closed", ("440 mg", "0 mg", "100 mg", "0 mg", "80 mg")),
        ([("guest", "receive", RECEIVED), ("guest", "send_back", SENT), ("own", "lose_back", {"why": "Lost by the post"})], "lost",
         ("440 mg", "0 mg", "0 mg", "0 mg", "180 mg")),
    ],
)  # fmt: skip
def test_every_other_way_it_can_end(
    actor: Actor, guest: Actor, sample: Sample, steps: list[tuple[str, str, dict[str, str]]], state: str, at: tuple[str, ...]
) -> None:  # fmt: skip
    transfer = _sent(actor, sample)
    for who, step, form in steps:
        transfer = _take(actor if who == "own" else guest, transfer, step, **form)
    assert (transfer.state, transfer.ended, _at(sample)) == (state, True, at)
    assert may_take(actor, transfer, instance_of(transfer.id)) == may_take(guest, transfer, instance_of(transfer.id)) == ()  # fmt: skip


def test_who_may_take_which_step(actor: Actor, guest: Actor, sample: Sample) -> None:
    transfer = _ask(actor, sample)
    reader = actor_of(_person("R. Reader", "kz", "reader"), home="kz")
    stranger = actor_of(_person("Li Na", "nj", "researcher"), home="kz")  # of no project of ours
    assert _fault(transfer, guest, "clear", **CLEARANCE).code == "process.party"
    assert _fault(transfer, actor, "refuse", why="x").code == "process.party"
    assert isinstance(_fault(transfer, reader, "clear", **CLEARANCE), NotAllowed)
    assert isinstance(_fault(transfer, stranger, "refuse", why="x"), NotFound)
    assert [step.name for step in may_take(actor, transfer, instance_of(transfer.id))] == ["clear", "withdraw"]
    assert [step.name for step in may_take(guest, transfer, instance_of(transfer.id))] == ["refuse"]
    assert may_take(reader, transfer, instance_of(transfer.id)) == ()
    with pytest.raises(NotFound):
        _ask(stranger, sample)
    with pytest.raises(NotAllowed):
        _ask(reader, sample)
    with pytest.raises(BadInput, match="institution"):
        transfers.ask(actor, sample=sample, partner="kz", form={"amount": "1 mg", "purpose": "x"})


def test_the_partner_asks_for_some(actor: Actor, guest: Actor, sample: Sample) -> None:
    transfer = transfers.ask(guest, sample=sample, form={"amount": "50 mg", "purpose": "XRD"})
    assert (transfer.sender_id, transfer.receiver_id, transfer.waits_id) == ("kz", "nj", "kz")
    assert (wait_for(actor), wait_for(guest)) == (1, 0)
    assert [one.id for one in listed(actor).mine] == [one.id for one in listed(guest).others] == [transfer.id]
    assert [step.name for step in may_take(guest, transfer, instance_of(transfer.id))] == ["refuse"]


def test_a_step_on_a_stale_view_is_refused(actor: Actor, guest: Actor, sample: Sample) -> None:
    transfer = _ask(actor, sample)
    seen = transfer.head
    _take(guest, transfer, "refuse", why="No licence")
    with pytest.raises(Conflict) as caught:
        transfers.take(actor, transfer=transfer, step="clear", form=CLEARANCE, seen=seen)
    assert caught.value.code == "process.stale"
    assert "“Refused”" in caught.value.message


def test_what_is_wrong_with_a_form(actor: Actor, sample: Sample) -> None:
    transfer = _ask(actor, sample)
    empty = _fault(transfer, actor, "clear", **{**CLEARANCE, "hazard": " "})
    assert (empty.code, empty.facts["field"]) == ("process.empty", "hazard")
    _take(actor, transfer, "clear", **CLEARANCE)
    for field, value, code in (
        ("amount", "621 mg", "transfer.not-here"), ("amount", "3 pcs", "transfer.sample-unit"), ("amount", "lots", "amount.number"),
        ("amount", "0 mg", "transfer.nothing"), ("on", "28.09.2026", "process.day"), ("on", "2099-01-01", "sample.day"),
        ("salary", "1", "process.field"), ("carrier", "x" * 201, "process.long"),
    ):  # fmt: skip
        fault = _fault(transfer, actor, "send", **{**SENT, field: value})
        assert (fault.code, fault.facts.get("field", fault.facts.get("name"))) == (code, field)
        assert fault.message


def test_what_is_away_can_be_neither_split_nor_sent_again(actor: Actor, sample: Sample) -> None:
    _sent(actor, sample, "500 mg")
    with pytest.raises(BadInput) as caught:
        samples.split(actor, sample=sample, parts=[Part("121 mg")])
    assert caught.value.code == "sample.split-more"
    samples.split(actor, sample=sample, parts=[Part("20 mg")])
    second = _ask(actor, sample, "101 mg")
    assert second.code == f"{sample.code}-T2"
    _take(actor, second, "clear", **CLEARANCE)
    assert _fault(second, actor, "send", **{**SENT, "amount": "101 mg"}).code == "transfer.not-here"
    _take(actor, second, "send", **{**SENT, "amount": "100 mg"})
    assert _at(sample) == ("0 mg", "600 mg", "0 mg", "0 mg", "0 mg")
    for amount in ("619 mg", "", "5 pcs"):
        with pytest.raises(BadInput) as caught:
            samples.change(actor, sample=sample, draft=dataclasses.replace(DRAFT, amount=amount), expected_rev=1)
        assert caught.value.code == "sample.amount-gone"
    samples.change(actor, sample=sample, draft=dataclasses.replace(DRAFT, amount="0.7 g"), expected_rev=1)
    assert _at(Sample.objects.get(pk=sample.pk)) == ("0.08 g", "0.6 g", "0 g", "0 g", "0 g")


def test_a_sample_without_an_amount_is_followed_all_the_same(actor: Actor, guest: Actor, sample: Sample) -> None:
    nothing_stated = dataclasses.replace(samples.draft_of(sample), amount="")
    samples.change(actor, sample=sample, draft=nothing_stated, expected_rev=1)
    plain = Sample.objects.get()
    _take(guest, _sent(actor, plain, "3 pcs"), "receive_part", **{**RECEIVED, "amount": "1 pcs"})
    custody = custody_of(plain)
    assert (custody.at_home, custody.amount(custody.under_way), custody.amount(custody.held[0].there)) == (
        None,
        "2 pcs",
        "1 pcs",
    )


# ---- two nodes


def _comes(record: TransferStepRecord, *, home: str = "nj") -> None:
    """A step of the partner's log, as the federation applies it."""
    body = from_plain("transfer-step/1", to_plain(record))
    recorded = Recorded(f"{home}:{uuid7()}", "transfer-step/1", 1, now(), 0, home)
    record_type("transfer-step/1").apply(recorded, body)


def _theirs(transfer: Transfer, step: str, by: Actor, *, previous: str = "", **form: str) -> TransferStepRecord:
    seen = previous or Transfer.objects.get(pk=transfer.pk).head
    return TransferStepRecord(
        process="sample-transfer/1",
        instance=transfer.id,
        step=step,
        party="receiver",
        by=WANG,
        previous=seen,
        form=form,
    )


@pytest.fixture
def paired(actor: Actor, sample: Sample) -> None:
    """The partner has a node of its own: a record and a person of it are known here, and it shares the project."""
    Record.objects.create(id="nj:1", type="note/1", rev=1, position=0, home="nj")
    Person.objects.create(id=WANG, rev=1, name="Wang L.", institution_id="nj", role="reader")
    for home in ("kz", "nj"):
        ProjectSharing.objects.create(
            id=f"{home}:s", rev=1, project_id=str(sample.project_id), partnership="kz+nj", home=home, agreed=True, by_id=actor.person, at=now()
        )  # fmt: skip


@pytest.mark.damages  # what comes from the partner stands in its log, which is not here
def test_a_step_of_the_partners_node_applies_alike(paired: None, actor: Actor, guest: Actor, sample: Sample) -> None:
    transfer = _sent(actor, sample)
    assert isinstance(_fault(transfer, guest, "receive", **RECEIVED), NotAllowed)  # its people act on their own node
    _comes(_theirs(transfer, "receive", guest, **RECEIVED))
    transfer = Transfer.objects.get()
    assert (transfer.state, str(transfer.arrived_on), _at(sample)[2]) == ("received", "2026-10-04", "180 mg")


@pytest.mark.damages
def test_a_step_that_the_partner_may_not_take_changes_nothing(
    paired: None, actor: Actor, guest: Actor, sample: Sample
) -> None:
    transfer = _sent(actor, sample)
    honest = _theirs(transfer, "receive", guest, **RECEIVED)
    for forged, code in (
        (dataclasses.replace(_theirs(transfer, "lose", guest, why="x"), party="sender"), "process.node"),
        (dataclasses.replace(_theirs(transfer, "withdraw", guest, why="x"), party="receiver"), "process.party"),
        (dataclasses.replace(honest, step="fly"), "process.step"),
        (dataclasses.replace(honest, process="sample-transfer/2"), "process.step"),
        (dataclasses.replace(honest, by=actor.person), "transfer.by"),
    ):
        with pytest.raises(Fault) as caught:
            _comes(forged)
        assert caught.value.code == code
        assert not TransferStep.objects.filter(home="nj").exists()
    _comes(_theirs(transfer, "receive", guest, **{**RECEIVED, "amount": "1 kg"}))
    _comes(_theirs(transfer, "receive", guest, **{**RECEIVED, "on": "yesterday"}))
    assert (Transfer.objects.get().state, _at(sample)[1]) == ("sent", "180 mg")
    assert TransferStep.objects.filter(verdict="refused").count() == 2


@pytest.mark.damages
def test_a_race_is_decided_by_the_arbiter_and_the_other_step_is_kept(
    paired: None, actor: Actor, guest: Actor, sample: Sample
) -> None:
    transfer = _sent(actor, sample)
    seen = transfer.head
    _take(actor, transfer, "lose", why="Nothing heard for weeks")  # while the parcel lies in Nanjing
    assert Transfer.objects.get().ended
    _comes(_theirs(transfer, "receive", guest, previous=seen, **RECEIVED))
    assert (Transfer.objects.get().state, _at(sample)[2]) == ("received", "180 mg")
    assert TransferStep.objects.get(step="lose").verdict == "overtaken"
    there = replay(instance_of(transfer.id).process, transfer.id, [*instance_of(transfer.id).standing])
    assert there.state == "received"


@pytest.mark.damages
def test_steps_that_come_out_of_order_wait_for_each_other(
    paired: None, actor: Actor, guest: Actor, sample: Sample
) -> None:
    transfer = _sent(actor, sample)
    first = _theirs(transfer, "receive_part", guest, **{**RECEIVED, "amount": "100 mg"})
    second = _theirs(transfer, "receive", guest, previous=first.taken(home="nj").hash, **{**RECEIVED, "amount": "80 mg"})  # fmt: skip
    _comes(second)
    assert TransferStep.objects.get(step="receive").verdict == "waiting"
    _comes(first)
    assert (Transfer.objects.get().state, _at(sample)[2]) == ("received", "180 mg")


@pytest.mark.damages
def test_the_partner_opens_a_transfer_on_its_own_node(paired: None, actor: Actor, guest: Actor, sample: Sample) -> None:
    instance = f"nj:{uuid7()}"
    sides = {"sender": "kz", "receiver": "nj"}
    asked = TransferStepRecord(
        process="sample-transfer/1", instance=instance, step="ask", party="receiver", by=WANG, sample=sample.id,
        code=f"{sample.code}-NJ-T1", parties=sides, nodes=sides, form={"amount": "5 mg", "purpose": "TEM"},
    )  # fmt: skip
    with pytest.raises(BadInput) as caught:
        _comes(dataclasses.replace(asked, instance=f"kz:{uuid7()}"))  # under our name
    assert caught.value.code == "process.opening"
    assert not TransferStep.objects.exists()
    _comes(asked)
    transfer = _take(actor, Transfer.objects.get(), "clear", **CLEARANCE)
    assert (transfer.id, transfer.state) == (instance, "cleared")


@pytest.mark.damages
def test_what_is_left_of_an_erased_step_speaks_for_its_home_only(
    paired: None, actor: Actor, guest: Actor, sample: Sample
) -> None:
    """A partner that erases its step cannot leave one of ours in its place, nor take the place of one."""
    transfer = _sent(actor, sample)
    _comes(_theirs(transfer, "receive", guest, **RECEIVED))
    theirs, ours = TransferStep.objects.get(home="nj"), TransferStep.objects.get(step="send")
    known = record_type("transfer-step/1")
    assert known.erase is not None
    kept = dict(known.keeps(theirs.id))
    unseen = Recorded(f"nj:{uuid7()}", "transfer-step/1", 1, now(), 1, "nj")  # erased before this node has seen it
    known.erase(unseen, {**kept, "home": "kz", "party": "sender", "step": "lose", "hash": "0" * 64})
    assert (Transfer.objects.get().state, TransferStep.objects.get(id=unseen.id).verdict) == ("received", "refused")
    for bad, fault in (({"hash": ours.hash}, Conflict), ({"opening": "[1]"}, TypeError), ({"form": '{"amount": 5}'}, ValueError)):  # fmt: skip
        with pytest.raises(fault):
            known.erase(dataclasses.replace(unseen, id=f"nj:{uuid7()}"), {**kept, **bad})


@pytest.mark.damages
def test_an_erasure_takes_words_and_no_amount(paired: None, actor: Actor, guest: Actor, sample: Sample) -> None:
    """What is here and stands keeps its sums, whatever its home now says of it."""
    transfer = _sent(actor, sample)
    _comes(_theirs(transfer, "receive", guest, **RECEIVED))
    theirs, before = TransferStep.objects.get(home="nj"), _at(sample)
    known = record_type("transfer-step/1")
    assert known.erase is not None
    kept = dict(known.keeps(theirs.id))
    for said in ({"form": "{}"}, {"form": '{"amount": "1 mg"}'}, {"step": "lose", "form": '{"why": "x"}'}, {"hash": "0" * 64}):  # fmt: skip
        known.erase(Recorded(theirs.id, "transfer-step/1", 1, now(), 1, "nj"), {**kept, **said})
        left = TransferStep.objects.get(id=theirs.id)
        assert (left.form, left.erased) == ({**RECEIVED, "condition": "—"}, True)
        assert (Transfer.objects.get().state, _at(sample)) == ("received", before)


@pytest.mark.damages
def test_a_transfer_alone_shares_no_sample(paired: None, actor: Actor, researcher: Person, sample: Sample) -> None:
    """Refused with the reason, also before the form is filled in; another institution that has no node stays a choice."""
    browser = signed_in(researcher)
    assert "Open the transfer" in browser.get(f"/samples/{sample.code}/send").content.decode()
    ProjectSharing.objects.filter(home="nj").update(hold=True)
    held, none = "is not shared with Nanjing", "belongs to no project, so the node of Nanjing"
    for private, why in ((sample, held), (samples.add(actor, DRAFT), none)):
        entries = Entry.objects.count()
        page = browser.get(f"/samples/{private.code}/send").content.decode()
        assert why in page
        assert "Open the transfer" not in page
        with pytest.raises(BadInput, match=why) as caught:
            _ask(actor, private)
        assert (caught.value.code, Entry.objects.count()) == ("transfer.not-shared", entries)


def test_an_erased_step_leaves_chain_and_sums(actor: Actor, guest: Actor, sample: Sample) -> None:
    transfer = _sent(actor, sample)
    _take(guest, transfer, "receive", **RECEIVED)
    before = _at(sample)
    for step in TransferStep.objects.order_by("number"):
        erase(id=step.id, by=actor.person, why="request")
        assert (Transfer.objects.get().state, _at(sample)) == ("received", before)
    assert not TransferStep.objects.filter(form__condition="Seal whole").exists()
    digest = projection_digest()
    assert rebuild().changed == ()
    assert projection_digest() == digest
    transfer = _take(guest, transfer, "keep")
    assert transfer.ended


def test_a_program_takes_the_steps_that_it_is_offered(researcher: Person, partner: Person, sample: Sample) -> None:
    ours, theirs = Program(researcher), Program(partner)
    opened = ours.call(
        "POST", f"/samples/{sample.code}/transfers", {"partner": "nj", "amount": "180 mg", "purpose": "x"}
    )
    assert (opened.status_code, opened.json()["state"], opened.json()["waits_for"]) == (201, "asked", "kz")
    address = f"/transfers/{opened.json()['id']}"
    words = {"line": "word", "text": "words", "day": "2026-10-01", "amount": "180 mg"}
    for program, step in ((ours, "clear"), (ours, "send"), (ours, "depart"), (theirs, "receive")):
        seen = program.call("GET", address).json()
        offer = seen["offered"][0]
        assert offer["step"] == step
        form = {field["name"]: words[field["kind"]] for field in offer["fields"]}
        taken = program.call("POST", f"{address}/steps", {"step": step, "seen": seen["head"], "form": form})
        assert taken.status_code == 200, taken.content
    whole = ours.call("GET", address).json()
    assert (whole["state"], whole["amounts"]["there"], len(whole["steps"])) == ("received", "180 mg", 5)
    stale = theirs.call("POST", f"{address}/steps", {"step": "keep", "seen": opened.json()["head"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "process.stale")
    assert ours.call("GET", f"/samples/{sample.code}/custody").json() == {
        "whole": "620 mg", "at_home": "440 mg", "under_way": "0 mg", "used": "0 mg", "lost": "0 mg",
        "held": [{"institution": "nj", "amount": "180 mg", "since": "2026-10-01"}],
    }  # fmt: skip
    assert [one["id"] for one in theirs.call("GET", "/transfers").json()["open"]] == [whole["id"]]
    assert ours.call("GET", f"{address}/slip.pdf").content.startswith(b"%PDF-")
