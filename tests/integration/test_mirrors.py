"""A partner's log: followed to its checkpoints, applied, set aside, halted."""

import datetime as dt

import pytest

from jointlab.errors import Conflict, NotAllowed
from jointlab.history.applying import apply_again, supply_body
from jointlab.history.mirroring import Followed, Halted, Refused, accept, settle
from jointlab.history.models import Checkpoint, Entry, Halt, Log, Record, SetAside
from jointlab.history.rebuild import rebuild
from jointlab.history.registry import RecordType, register
from jointlab.history.signing import cosigner_of
from jointlab.laboratory.models import Device, Note, Project, Sample, Term
from jointlab.laboratory.operations import devices, notes, projects, samples
from jointlab.laboratory.records import Origin
from jointlab.ledger.checkpoints import Checkpoint as Statement
from jointlab.ledger.checkpoints import cosign
from jointlab.ledger.entries import Op, Sealed
from jointlab.ledger.evidence import Exhibit, Verdict
from jointlab.ledger.keys import KeyKind, SigningKey
from jointlab.ledger.mirror import Line, Reason
from jointlab.ledger.notes import Note as SignedNote
from jointlab.people.actors import Actor
from jointlab.people.models import Institution, Person
from tests.integration.partner import Partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def nanjing(node: None) -> Partner:
    partner = Partner()
    partner.pair()
    return partner


def test_a_partners_records_become_rows_with_its_own_words_for_itself(nanjing: Partner) -> None:
    person, project = nanjing.begin()
    sample = nanjing.sample(
        "0042", by=person, project=project, parents=[{"parent": "nj:not-shared", "how": "made_from"}]
    )
    followed = nanjing.followed()
    assert (followed.entries, followed.applied, followed.set_aside) == (4, 4, 0)
    row = Sample.objects.get(id=sample)
    assert (row.code, row.project_id, row.created_by.name) == ("NJ-26-0042", project, "Wang Lei")
    assert Institution.objects.get(prefix="nj").names["en"] == "Nanjing, in its own words"
    assert Person.objects.get(id=person).role == "reader"
    assert Log.objects.get(name="kz+nj/nj").size == 4
    assert Record.objects.get(id=sample).home == "nj"
    assert Term.objects.filter(target=sample).exists()


def test_a_partner_does_not_speak_for_us(nanjing: Partner) -> None:
    before = Institution.objects.get(prefix="kz").names
    nanjing.put(
        "institution/1", "ours", {"prefix": "kz", "names": {"en": "Fooled"}, "city": {}, "mark": "n", "zone": "UTC"}
    )
    nanjing.followed()
    assert Institution.objects.get(prefix="kz").names == before


def test_what_was_accepted_is_asked_for_once(nanjing: Partner) -> None:
    nanjing.begin()
    nanjing.followed(2)
    assert nanjing.followed().entries == 1
    again = nanjing.followed()
    assert (again.entries, again.moved) == (0, False)


def test_a_new_revision_replaces_the_row_and_the_same_one_changes_nothing(nanjing: Partner) -> None:
    person, project = nanjing.begin()
    sample = nanjing.sample("0042", by=person, project=project)
    nanjing.followed()
    nanjing.sample("0042", by=person, project=project, amount="3 g")
    nanjing.followed()
    assert Sample.objects.get(id=sample).amount == "3 g"


@pytest.mark.parametrize("wrong", ["drop", "double", "swap", "entry bit", "body bit"])
def test_pages_that_a_link_has_spoiled_are_refused_and_nothing_is_stored(nanjing: Partner, wrong: str) -> None:
    person, project = nanjing.begin()
    nanjing.sample("0042", by=person, project=project)
    lines = list(nanjing.lines)
    spoiled = {
        "drop": lines[:-1], "double": [*lines, lines[-1]], "swap": [lines[1], lines[0], *lines[2:]],
        "entry bit": [Line(_flipped(lines[0].entry), lines[0].body), *lines[1:]],
        "body bit": [Line(lines[0].entry, _flipped(lines[0].body or b"")), *lines[1:]],
    }  # fmt: skip
    refused = accept(nanjing.name, nanjing.note(), [spoiled[wrong]])
    assert isinstance(refused, Refused)
    assert not Entry.objects.filter(log=nanjing.name).exists()
    assert nanjing.followed().entries == 4  # and the next try is a fresh one
    assert Log.objects.get(name=nanjing.name).refusals == 0


def _flipped(data: bytes) -> bytes:
    return data[:9] + bytes([data[9] ^ 1]) + data[10:]


def test_three_refusals_in_a_row_halt_the_copy(nanjing: Partner) -> None:
    nanjing.begin()
    wrong = [nanjing.lines[:-1]]
    found = [accept(nanjing.name, nanjing.note(), wrong) for _ in range(3)]
    assert [type(one) for one in found] == [Refused, Refused, Halted]
    with pytest.raises(Conflict, match="has stopped"):
        nanjing.send()
    settle(nanjing.name, by="kz:admin", settlement="A broken proxy; it was replaced.")
    assert isinstance(nanjing.send(), Followed)
    assert Halt.objects.get(log=nanjing.name).settlement.startswith("A broken proxy")


def test_a_note_that_nobody_signed_never_halts(nanjing: Partner) -> None:
    nanjing.begin()
    for _ in range(5):
        assert isinstance(accept(nanjing.name, b"no note", [nanjing.lines]), Refused)
    assert isinstance(nanjing.send(), Followed)


def test_a_shorter_log_halts_and_what_came_stays_readable(nanjing: Partner) -> None:
    _, project = nanjing.begin()
    nanjing.followed()
    halted = accept(nanjing.name, nanjing.note(2), [])
    assert isinstance(halted, Halted)
    assert halted.reason is Reason.ROLLBACK
    assert Project.objects.filter(id=project).exists()
    shown = Exhibit.from_bytes(bytes(Halt.objects.get(pk=halted.halt).evidence))
    assert shown.verdict() is Verdict.TWO_SIZES
    assert shown.keys.keys[0].fingerprint == nanjing.key.public.fingerprint


def test_two_logs_of_one_size_are_proof_that_needs_no_node(nanjing: Partner) -> None:
    nanjing.begin()
    nanjing.followed()
    other = Partner()
    other.key = nanjing.key
    other.begin()
    halted = accept(nanjing.name, other.note(), [])
    assert isinstance(halted, Halted)
    assert halted.reason is Reason.EQUIVOCATION
    assert Exhibit.from_bytes(bytes(Halt.objects.get().evidence)).verdict() is Verdict.EQUIVOCATION


def test_a_rewritten_history_does_not_extend_the_copy(nanjing: Partner) -> None:
    nanjing.begin()
    nanjing.followed()
    other = Partner()
    other.key = nanjing.key
    person, project = other.begin()
    other.sample("0042", by=person, project=project)
    found = [accept(nanjing.name, other.note(), [other.lines[3:]]) for _ in range(3)]
    assert isinstance(found[-1], Halted)
    assert found[-1].reason is Reason.FORK
    assert not Sample.objects.exists()


def test_a_bad_record_is_set_aside_and_the_log_goes_on(nanjing: Partner) -> None:
    person, project = nanjing.begin()
    floats = Sealed(b'{"amount":1.5,"salt":"00000000000000000000000000000000"}')
    nanjing.add(floats, "nj:float", "sample/1", Op.PUT, None, body=True)
    nanjing.put("sample/1", "empty", {"title": "no code"})
    nanjing.put("sample/1", "stranger", {"code": "X-1", "title": "x", "institution": "kz", "by": "kz:x"}, home="kz")
    sample = nanjing.sample("0042", by=person, project=project)
    followed = nanjing.followed()
    assert (followed.applied, followed.set_aside) == (4, 3)
    assert Sample.objects.filter(id=sample).exists()
    aside = {row.record: row.code for row in SetAside.objects.all()}
    assert aside == {
        "nj:float": "canonical.float",
        "nj:empty": "history.not-applied",
        "kz:stranger": "mirror.wrong-home",
    }
    assert Entry.objects.filter(log=nanjing.name).count() == 7
    rebuild()
    assert Sample.objects.filter(id=sample).exists()


def test_types_of_a_newer_program_wait_for_the_upgrade(nanjing: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import dataclass

    nanjing.begin()
    nanjing.put("sample/2", "later", {"title": "of the future"})
    nanjing.put("spectrum/1", "unknown", {"title": "of another laboratory"})
    assert nanjing.followed().set_aside == 2
    codes = dict(SetAside.objects.values_list("type", "code"))
    assert codes == {"sample/2": "history.newer-type", "spectrum/1": "history.type"}

    @dataclass(frozen=True)
    class Body:
        title: str

    from jointlab.history import registry

    seen: list[str] = []
    monkeypatch.setattr(registry, "_types", dict(registry._types))
    register(RecordType("spectrum/1", Body, lambda recorded, body: seen.append(body.title)))
    assert apply_again() == 1
    assert seen == ["of another laboratory"]
    assert list(SetAside.objects.values_list("type", flat=True)) == ["sample/2"]


def test_what_comes_before_its_ground_waits_for_it(nanjing: Partner) -> None:
    sample = nanjing.sample("0042", by="nj:wang", project="nj:project")
    assert nanjing.followed().set_aside == 1
    assert not Sample.objects.exists()
    nanjing.begin()
    assert nanjing.followed().applied == 4
    assert Sample.objects.get(id=sample).code == "NJ-26-0042"
    assert not SetAside.objects.exists()
    before = Sample.objects.values().get(id=sample)
    rebuild()
    assert Sample.objects.values().get(id=sample) == before


def test_a_body_that_did_not_come_is_shown_and_supplied_later(nanjing: Partner) -> None:
    person, project = nanjing.begin()
    sample = nanjing.sample("0042", by=person, project=project)
    body = nanjing.lines[-1].body
    nanjing.lines[-1] = Line(nanjing.lines[-1].entry)
    assert nanjing.followed().set_aside == 1
    assert SetAside.objects.get().why == SetAside.Why.BODY
    with pytest.raises(Conflict, match="not the body"):
        supply_body(nanjing.name, position=3, body=b"{}")
    assert supply_body(nanjing.name, position=3, body=body or b"")
    assert Sample.objects.filter(id=sample).exists()


def test_a_partner_cannot_change_what_is_ours(nanjing: Partner, actor: Actor) -> None:
    ours = samples.add(actor, samples.SampleDraft(title="Ours"))
    person, _ = nanjing.begin()
    nanjing.put("measurement-state/1", "state", {"measurement": "kz:whatever", "by": person, "withdrawn": True})
    nanjing.put("colleague/1", "fake", {"person": actor.person, "name": "Fooled", "institution": "kz"})
    assert nanjing.followed().set_aside == 2
    assert set(SetAside.objects.values_list("code", flat=True)) == {"history.foreign"}
    assert Person.objects.get(id=actor.person).name == "A. Serikov"
    assert Sample.objects.get(id=ours.id).title == "Ours"


def test_what_is_a_partners_is_not_changed_here_but_added_to(nanjing: Partner, actor: Actor) -> None:
    person, project = nanjing.begin()
    id = nanjing.sample("0042", by=person, project=project)
    nanjing.followed()
    sample = Sample.objects.get(id=id)
    for change in (
        lambda: samples.archive(actor, sample=sample),
        lambda: samples.change(actor, sample=sample, draft=samples.SampleDraft(title="Mine"), expected_rev=1),
        lambda: projects.change(
            actor, project=Project.objects.get(id=project), draft=projects.ProjectDraft(title="Mine"), expected_rev=1
        ),
    ):
        with pytest.raises(NotAllowed, match="belongs to the node of NJ"):
            change()
    note = notes.add(actor, sample=sample, text="Looks well here too.")
    assert Note.objects.get(id=note.id).sample_id == id
    device = devices.add(actor, sample=sample, draft=devices.DeviceDraft(kind="electrode"))
    assert Device.objects.get(id=device.id).code == "NJ-26-0042-KZ-E1"
    ours = samples.add(
        actor, samples.SampleDraft(title="Made of it", project=project, parents=(Origin(id, "made_from"),))
    )
    assert ours.code.startswith("KZ-")
    rebuild()
    assert Sample.objects.get(id=ours.id).parents.get().parent_id == id


def test_codes_and_short_names_that_are_taken_get_the_partners_mark(nanjing: Partner, actor: Actor) -> None:
    ours = samples.add(actor, samples.SampleDraft(title="Ours"))
    projects.add(actor, projects.ProjectDraft(title="LFP"), slug="lfp")
    person, project = nanjing.begin()
    clash = nanjing.put("sample/1", "clash", {"code": ours.code, "title": "x", "institution": "nj", "by": person})
    future = nanjing.put("sample/1", "future", {"code": "KZ-26-0002", "title": "x", "institution": "nj", "by": person})
    nanjing.followed()
    assert Sample.objects.get(id=clash).code == f"{ours.code}.nj"
    assert Sample.objects.get(id=future).code == "KZ-26-0002.nj"
    assert Project.objects.get(id=project).slug == "nj-lfp"
    assert samples.add(actor, samples.SampleDraft(title="Next")).code == "KZ-26-0002"
    rebuild()
    assert Sample.objects.get(id=clash).code == f"{ours.code}.nj"


def test_an_erased_record_loses_bodies_and_words_and_is_acknowledged(nanjing: Partner) -> None:
    from jointlab.history.sharing import sharing_round

    person, project = nanjing.begin()
    sample = nanjing.sample("0042", by=person, project=project, title="Something private")
    nanjing.followed()
    kept = {
        "code": "NJ-26-0042",
        "form": "powder",
        "project": project,
        "institution": "nj",
        "at": "2026-11-20T10:00:00+00:00",
        "by": person,
    }
    nanjing.erase(sample, "sample/1", kept)
    assert nanjing.followed().erased == (sample,)
    assert Sample.objects.get(id=sample).title == ""
    assert Entry.objects.get(log=nanjing.name, record=sample, op="put").body is None
    assert sharing_round("kz+nj").entries == 1
    ack = Entry.objects.get(log="kz+nj/kz")
    assert (ack.op, ack.record) == ("erase.ack", "kz:ack-nj-sample-0042")
    assert sharing_round("kz+nj").entries == 0
    rebuild()
    assert Sample.objects.get(id=sample).title == ""


def test_a_late_joiner_gets_no_body_of_what_was_erased(nanjing: Partner) -> None:
    person, project = nanjing.begin()
    sample = nanjing.sample("0042", by=person, project=project)
    kept = {
        "code": "NJ-26-0042",
        "form": "powder",
        "project": project,
        "institution": "nj",
        "at": "2026-11-20T10:00:00+00:00",
        "by": person,
    }
    nanjing.erase(sample, "sample/1", kept)
    followed = nanjing.followed(4)
    assert followed.set_aside == 1  # the erasure is behind the checkpoint
    assert nanjing.followed().erased == (sample,)
    assert not SetAside.objects.exists()
    assert Sample.objects.get(id=sample).code == "NJ-26-0042"


def test_what_is_withheld_goes_and_may_come_again(nanjing: Partner) -> None:
    person, project = nanjing.begin()
    sample = nanjing.sample("0042", by=person, project=project)
    nanjing.followed()
    kept = {
        "code": "NJ-26-0042",
        "form": "powder",
        "project": project,
        "institution": "nj",
        "at": "2026-11-20T10:00:00+00:00",
        "by": person,
    }
    nanjing.withhold(sample, "sample/1", kept)
    nanjing.followed()
    assert Sample.objects.get(id=sample).title == ""
    assert Record.objects.get(id=sample).withheld
    plain = {"code": "NJ-26-0042", "title": "Here again", "institution": "nj", "by": person, "project": project}
    nanjing.put("sample/1", "sample-0042", plain, rev=1)
    nanjing.followed()
    assert Sample.objects.get(id=sample).title == "Here again"
    assert not Record.objects.get(id=sample).withheld
    rebuild()
    assert Sample.objects.get(id=sample).title == "Here again"


def test_a_key_that_is_revoked_no_longer_counts(nanjing: Partner) -> None:
    from jointlab.history.mirroring import add_key, revoke_key
    from jointlab.ledger.keys import SigningKey

    nanjing.begin()
    nanjing.followed(1)
    old, fresh = nanjing.key, SigningKey.generate(name=nanjing.node)
    add_key(nanjing.name, fresh.public, valid_from_size=1)
    nanjing.key = fresh
    nanjing.followed(2)
    revoke_key(nanjing.name, old.public, void_from_size=2)
    nanjing.key = old
    halted = nanjing.send()
    assert isinstance(halted, Halted)
    assert halted.reason is Reason.VOID_KEY


def test_an_old_note_that_is_shown_again_makes_nothing_fresh(nanjing: Partner) -> None:
    """Whoever shows the same checkpoint for ever cannot make it younger, with its time or without."""
    nanjing.begin()
    nanjing.followed()
    Checkpoint.objects.filter(log=nanjing.name).update(at="2026-01-01T00:00:00Z")
    nanjing.followed()
    held = Checkpoint.objects.get(log=nanjing.name, size=3)
    assert held.at == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    key = SigningKey.from_pem(nanjing.key.to_pem(), name=nanjing.node, kind=KeyKind.COSIGNATURE)
    assert key.public == cosigner_of(nanjing.key.public)
    note = SignedNote.from_bytes(held.note.encode())
    for stamp, day in ((1767312000, 2), (1767225600, 2), (4102444800, 0)):  # 2 January, then the first again, then 2100
        stamped = note.adding(cosign(Statement.from_text(note.text), key, time=stamp)).to_bytes()
        accept(nanjing.name, stamped, [])
        at = Checkpoint.objects.get(log=nanjing.name, size=3).at
        assert at.day == day if day else at <= dt.datetime.now(dt.UTC)


def test_a_signed_note_of_the_same_size_is_kept_as_the_fresher_one(nanjing: Partner) -> None:
    nanjing.begin()
    nanjing.followed()
    before = Checkpoint.objects.get(log=nanjing.name, size=3).at
    nanjing.followed()
    assert Checkpoint.objects.get(log=nanjing.name, size=3).at >= before
