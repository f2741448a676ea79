"""What this node shares: a project that both sides share, by age or by hand; later revisions; holds, ends, erasures."""

import datetime as dt

import pytest

from jointlab.errors import Conflict, NotAllowed
from jointlab.history import serving
from jointlab.history.erasure import erase
from jointlab.history.models import Entry, Log, NamedBlob, SetAside
from jointlab.history.sharing import Shared, share, sharing_round
from jointlab.history.signing import freshen, house_keys, log_keys, sign_logs
from jointlab.laboratory.models import Note, Project, Sample
from jointlab.laboratory.operations import devices, notes, projects, samples, sharing
from jointlab.laboratory.queries.sharing import State, sharing_of_project
from jointlab.ledger.entries import Entry as Line
from jointlab.ledger.entries import Op
from jointlab.ledger.mirror import Accepted, Mirror, Record
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.people.operations import add_person
from jointlab.people.records import PersonRecord
from tests.integration.partner import PARTNERSHIP, Partner

pytestmark = pytest.mark.django_db
OWN = "kz+nj/kz"


@pytest.fixture
def nanjing(node: None) -> Partner:
    partner = Partner()
    partner.pair()
    partner.begin()
    partner.followed()
    return partner


@pytest.fixture
def project(actor: Actor, nanjing: Partner) -> Project:
    return projects.add(actor, projects.ProjectDraft(title="Shared cathodes"))


def _agree(
    actor: Actor, nanjing: Partner, project: Project, *, after_days: int = 0, agreed: bool = True, hold: bool = False
) -> None:
    """Both sides."""
    sharing.agree(actor, project=project, partnership=PARTNERSHIP, after_days=after_days)
    sharing_round(PARTNERSHIP)
    _they_say(nanjing, project, agreed=agreed, hold=hold)


def _they_say(nanjing: Partner, project: Project, *, agreed: bool = True, hold: bool = False) -> None:
    nanjing.put(
        "project-sharing/1", "word",
        {"project": project.id, "partnership": PARTNERSHIP, "agreed": agreed, "by": "nj:wang", "hold": hold},
    )  # fmt: skip
    nanjing.followed()


def _round() -> Shared:
    return sharing_round(PARTNERSHIP)


def _as_partner_sees() -> list[Record]:
    """The whole log, verified by a pure mirror with nothing but our key."""
    sign_logs()
    log = Log.objects.get(name=OWN)
    note = serving.newest_checkpoint(OWN)
    assert note is not None
    found = Mirror(log.origin, "kz", house_keys()).accept(note, [serving.entries(OWN, start=0, upto=log.size)])
    assert isinstance(found, Accepted), found
    assert not found.quarantined
    return list(found.records)


def _bodies() -> dict[str, dict[str, object]]:
    """By record, the last body that a partner gets."""
    return {
        one.entry.id: one.content for one in _as_partner_sees() if one.content is not None and one.entry.op is Op.PUT
    }


def test_nothing_is_shared_before_both_sides_say_so(actor: Actor, nanjing: Partner, project: Project) -> None:
    sample = samples.add(actor, samples.SampleDraft(title="Secret yet", project=project.id))
    _round()
    assert not Entry.objects.filter(log=OWN).exists()
    sharing.agree(actor, project=project, partnership=PARTNERSHIP)
    _round()
    types = {one.entry.type for one in _as_partner_sees()}
    assert types == {"institution/1", "colleague/1", "project/1", "project-sharing/1"}
    assert sharing_of_project(actor, project=project)[0].state is State.OFFERED
    _they_say(nanjing, project)
    _round()
    assert sample.id in _bodies()
    stands = sharing_of_project(actor, project=project)[0]
    assert (stands.state, stands.shared, stands.waiting) == (State.SHARED, 1, 0)


def test_a_person_travels_without_mail_and_role(actor: Actor, nanjing: Partner) -> None:
    boss = add_person(PersonRecord("S. Boss", "kz", "administrator", email="boss@kz.example"))
    project = projects.add(actor_of(boss, home="kz"), projects.ProjectDraft(title="Hers"))
    sharing.agree(actor_of(boss, home="kz"), project=project, partnership=PARTNERSHIP)
    _round()
    everything = b"".join(one.line.body or b"" for one in _as_partner_sees())
    assert b"S. Boss" in everything
    assert b"boss@kz.example" not in everything
    assert b"administrator" not in everything


def test_what_hangs_on_a_sample_comes_after_it_and_later_revisions_follow(
    actor: Actor, nanjing: Partner, project: Project
) -> None:
    _agree(actor, nanjing, project)
    sample = samples.add(actor, samples.SampleDraft(title="First", project=project.id))
    device = devices.add(actor, sample=sample, draft=devices.DeviceDraft(kind="electrode"))
    note = notes.add(actor, sample=sample, text="Dark grey.", files=[notes.NewFile("p.txt", [b"a photo"])])
    _round()
    order = [one.entry.id for one in _as_partner_sees()]
    assert order.index(sample.id) < order.index(device.id)
    assert order.index(sample.id) < order.index(note.id)
    samples.change(actor, sample=sample, draft=samples.SampleDraft(title="Second", project=project.id), expected_rev=1)
    assert _bodies()[sample.id]["title"] == "First"
    _round()
    assert _bodies()[sample.id]["title"] == "Second"
    last = [one.entry for one in _as_partner_sees() if one.entry.id == sample.id][-1]
    assert (last.rev, last.prev) == (2, order.index(sample.id))
    photo = note.attachments.get().sha256
    assert serving.may_have(PARTNERSHIP, sha256=photo)
    assert not serving.may_have("kz+ru", sha256=photo)


def test_a_quiet_round_asks_for_nothing(
    actor: Actor, nanjing: Partner, project: Project, django_assert_max_num_queries: object
) -> None:
    _agree(actor, nanjing, project)
    _round()
    _round()
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert _round().entries == 0


def test_records_wait_for_their_age_unless_somebody_shares_them(
    actor: Actor, nanjing: Partner, project: Project
) -> None:
    _agree(actor, nanjing, project, after_days=30)
    young = samples.add(actor, samples.SampleDraft(title="Young", project=project.id))
    chosen = samples.add(actor, samples.SampleDraft(title="Chosen", project=project.id))
    old = samples.add(actor, samples.SampleDraft(title="Old", project=project.id))
    Sample.objects.filter(id=old.id).update(created_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=31))
    sharing.share_now(actor, thing=chosen, partnership=PARTNERSHIP)
    _round()
    assert {young.id, chosen.id, old.id} & _bodies().keys() == {chosen.id, old.id}
    Sample.objects.filter(id=old.id).update(created_at=old.created_at)


def test_a_hold_stops_new_records_and_revisions_until_it_is_over(
    actor: Actor, nanjing: Partner, project: Project
) -> None:
    _agree(actor, nanjing, project)
    sample = samples.add(actor, samples.SampleDraft(title="Before", project=project.id))
    _round()
    _they_say(nanjing, project, hold=True)
    samples.change(actor, sample=sample, draft=samples.SampleDraft(title="During", project=project.id), expected_rev=1)
    other = samples.add(actor, samples.SampleDraft(title="Patent", project=project.id))
    _round()
    _round()
    assert _bodies()[sample.id]["title"] == "Before"
    assert other.id not in _bodies()
    assert sharing_of_project(actor, project=project)[0].state is State.HELD
    _they_say(nanjing, project)
    _round()
    assert _bodies()[sample.id]["title"] == "During"
    assert other.id in _bodies()


def test_who_takes_the_word_back_ends_the_sharing_and_may_begin_again(
    actor: Actor, nanjing: Partner, project: Project
) -> None:
    _agree(actor, nanjing, project)
    sample = samples.add(actor, samples.SampleDraft(title="Shared", project=project.id))
    note = notes.add(actor, sample=sample, text="words", files=[notes.NewFile("p.txt", [b"a photo"])])
    _round()
    photo = note.attachments.get().sha256
    sharing.end(actor, project=project, partnership=PARTNERSHIP)
    _round()
    assert not {sample.id, note.id} & _bodies().keys()
    assert not serving.may_have(PARTNERSHIP, sha256=photo)
    ends = [one for one in _as_partner_sees() if one.entry.op is Op.WITHHOLD]
    assert [one.entry.id for one in ends] == [note.id, sample.id]  # what rests on others goes first
    assert ends[1].content is not None
    assert ends[1].content["kept"]["code"] == sample.code  # type: ignore[index]
    assert _round().entries == 0
    sharing.agree(actor, project=project, partnership=PARTNERSHIP)
    _round()
    assert {sample.id, note.id} <= _bodies().keys()
    assert serving.may_have(PARTNERSHIP, sha256=photo)


def test_a_sample_that_leaves_the_project_is_withheld(actor: Actor, nanjing: Partner, project: Project) -> None:
    _agree(actor, nanjing, project)
    sample = samples.add(actor, samples.SampleDraft(title="Shared", project=project.id))
    _round()
    other = projects.add(actor, projects.ProjectDraft(title="Secret"))
    samples.change(actor, sample=sample, draft=samples.SampleDraft(title="Moved", project=other.id), expected_rev=1)
    _round()
    assert sample.id not in _bodies()
    samples.change(actor, sample=sample, draft=samples.SampleDraft(title="Patent", project=other.id), expected_rev=2)
    _round()
    assert sample.id not in _bodies()  # what is done to it there stays there
    assert not any(one.entry.id == other.id for one in _as_partner_sees())


def test_revisions_from_a_time_in_another_project_stay_at_home(
    actor: Actor, nanjing: Partner, project: Project
) -> None:
    secret = projects.add(actor, projects.ProjectDraft(title="Secret"))
    sample = samples.add(actor, samples.SampleDraft(title="In secret", project=secret.id))
    samples.change(
        actor, sample=sample, draft=samples.SampleDraft(title="In the open", project=project.id), expected_rev=1
    )
    _agree(actor, nanjing, project)
    _round()
    assert [one.entry.rev for one in _as_partner_sees() if one.entry.id == sample.id] == [2]
    everything = b"".join(one.line.entry + (one.line.body or b"") for one in _as_partner_sees())
    assert secret.id.encode() not in everything


def test_an_erasure_is_told_in_every_log_that_holds_the_record(
    actor: Actor, nanjing: Partner, project: Project
) -> None:
    _agree(actor, nanjing, project)
    sample = samples.add(actor, samples.SampleDraft(title="A private thing", project=project.id))
    _round()
    erase(id=sample.id, by=actor.person, why="asked for")
    assert [one.entry.op for one in _as_partner_sees() if one.entry.id == sample.id] == [Op.PUT, Op.ERASE]
    assert b"A private thing" not in b"".join(one.line.body or b"" for one in _as_partner_sees())
    assert _round().entries == 0
    assert not NamedBlob.objects.filter(record=sample.id).exists()


def test_audiences_never_mix(actor: Actor, nanjing: Partner, administrator: Person) -> None:
    Partner(home="ru", partnership="kz+ru").pair()
    theirs = Project.objects.get(id="nj:project")
    with pytest.raises(Conflict, match="has not offered"):
        sharing.agree(actor_of(administrator, home="kz"), project=theirs, partnership="kz+ru")
    ours = samples.add(actor, samples.SampleDraft(title="For Nanjing", project=theirs.id))
    shared = share("kz+ru", [ours.id])
    assert (shared.entries, dict(shared.left_out)) == (0, {ours.id: "history.needs-other"})


def test_a_partner_rests_nothing_on_what_only_another_partnership_has(
    actor: Actor, nanjing: Partner, project: Project
) -> None:
    """A note about a sample that its writer was never shown is kept in its log, and is no row before it is shown one."""
    moscow = Partner(home="ru", partnership="kz+ru")
    moscow.pair()
    sample = samples.add(actor, samples.SampleDraft(title="For Nanjing", project=project.id))
    _agree(actor, nanjing, project)
    _round()
    by = moscow.person("ivan", "Ivan")
    moscow.put("note/1", "guess", {"sample": sample.id, "text": "a guess", "by": by})
    moscow.followed()
    assert not Note.objects.exists()
    assert [one.code for one in SetAside.objects.all()] == ["history.other-audience"]
    share("kz+ru", [sample.id])
    moscow.put("note/1", "word", {"sample": sample.id, "text": "a word", "by": by})
    moscow.followed()
    assert sorted(Note.objects.values_list("text", flat=True)) == ["a guess", "a word"]


def test_only_members_and_administrators_decide(
    actor: Actor, nanjing: Partner, project: Project, administrator: Person
) -> None:
    stranger = actor_of(add_person(PersonRecord("B. Other", "kz", "researcher")), home="kz")
    with pytest.raises(NotAllowed, match="decided by its members"):
        sharing.agree(stranger, project=project, partnership=PARTNERSHIP)
    sharing.agree(actor_of(administrator, home="kz"), project=project, partnership=PARTNERSHIP)


def test_a_log_is_signed_every_ten_thousand_and_daily_again(
    actor: Actor, nanjing: Partner, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jointlab.history import signing

    monkeypatch.setattr(signing, "SPAN", 3)
    _agree(actor, nanjing, project)
    for number in range(5):
        samples.add(actor, samples.SampleDraft(title=f"Sample {number}", project=project.id))
    _round()
    sign_logs()
    size = Log.objects.get(name=OWN).size
    assert serving.checkpoints(OWN) == sorted({*range(3, size, 3), size})
    assert serving.next_checkpoint(OWN, after=1, most=4) == serving.checkpoint_at(OWN, size=3)
    assert not freshen(OWN)
    assert freshen(OWN, after=dt.timedelta(0))
    assert log_keys(Log.objects.get(name=OWN)) == house_keys()
    _as_partner_sees()


def test_what_is_stored_as_shared_is_what_the_house_log_says(actor: Actor, nanjing: Partner, project: Project) -> None:
    _agree(actor, nanjing, project)
    sample = samples.add(actor, samples.SampleDraft(title="Shared", project=project.id))
    _round()
    row = Entry.objects.get(log=OWN, record=sample.id)
    assert row.body is None
    assert row.source is not None
    house = Entry.objects.get(log="house", position=row.source)
    assert Line.from_bytes(bytes(row.entry)).body == Line.from_bytes(bytes(house.entry)).body
