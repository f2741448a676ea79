"""A node out of an old backup asks its partners before it says anything more in its shared logs."""

import pytest
from django.db import transaction

from jointlab.errors import BadInput, Conflict
from jointlab.history import serving
from jointlab.history.arrivals import blob_arrived, wanted_blobs
from jointlab.history.blobs import store
from jointlab.history.erasure import erase
from jointlab.history.fsck import fsck
from jointlab.history.models import Entry, Log
from jointlab.history.rebuild import rebuild
from jointlab.history.recovery import Recovered, mark_restored, must_recover, recover, resume
from jointlab.history.sharing import share, sharing_round
from jointlab.history.signing import house_keys, sign_logs
from jointlab.laboratory.models import Note, Project, Sample
from jointlab.laboratory.operations import notes, projects, samples, sharing
from jointlab.ledger.mirror import Accepted, Line, Mirror
from jointlab.people.actors import Actor
from tests.integration.partner import PARTNERSHIP, Partner

pytestmark = pytest.mark.django_db
OWN = "kz+nj/kz"


class World:
    """A node that shares a project, and what its partner holds of its log."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.partner = Partner()
        self.partner.pair()
        self.partner.begin()
        self.partner.followed()
        self.project = projects.add(actor, projects.ProjectDraft(title="Shared"))
        sharing.agree(actor, project=self.project, partnership=PARTNERSHIP)
        sharing_round(PARTNERSHIP)
        self.partner.put(
            "project-sharing/1",
            "word",
            {"project": self.project.id, "partnership": PARTNERSHIP, "agreed": True, "by": "nj:wang"},
        )
        self.partner.followed()
        self.sample = self.add("Before the backup")
        self.copied = 0
        self.copy()
        self.backup = transaction.savepoint()

    def add(self, title: str) -> Sample:
        """A sample that is shared."""
        sample = samples.add(self.actor, samples.SampleDraft(title=title, project=self.project.id))
        sharing_round(PARTNERSHIP)
        return sample

    def change(self, sample: Sample, title: str) -> None:
        """A revision, in words of its own."""
        row = Sample.objects.get(id=sample.id)
        samples.change(
            self.actor,
            sample=row,
            draft=samples.SampleDraft(title=title, project=self.project.id),
            expected_rev=row.rev,
        )

    def copy(self) -> None:
        """The partner pulls."""
        sharing_round(PARTNERSHIP)
        sign_logs()
        note = serving.newest_checkpoint(OWN)
        assert note is not None
        self.note, self.size = note, Log.objects.get(name=OWN).size
        self.lines = list(serving.entries(OWN, start=0, upto=self.size))

    def restore(self) -> None:
        """The backup comes back."""
        transaction.savepoint_rollback(self.backup)
        assert mark_restored() == 1

    def recover(self, lines: list[Line] | None = None) -> Recovered:
        """The partner is asked."""
        here = Log.objects.get(name=OWN).size
        return recover(OWN, self.note, [(self.lines if lines is None else lines)[here:]])

    def prove(self) -> None:
        """One log for the partner, before and after; the node is whole, and a rebuild gives the same."""
        sharing_round(PARTNERSHIP)
        sign_logs()
        log = Log.objects.get(name=OWN)
        mirror = Mirror(log.origin, "kz", house_keys()).accept(self.note, [self.lines])
        assert isinstance(mirror, Accepted)
        note = serving.newest_checkpoint(OWN)
        assert note is not None
        further = mirror.mirror.accept(note, [serving.entries(OWN, start=self.size, upto=log.size)])
        assert isinstance(further, Accepted), further
        assert fsck().clean, fsck().findings
        assert rebuild().changed == ()


@pytest.fixture
def world(actor: Actor) -> World:
    return World(actor)


def test_nothing_is_appended_or_signed_before_partners_were_asked(world: World) -> None:
    world.restore()
    with pytest.raises(Conflict, match="have not been asked yet"):
        share(PARTNERSHIP, [world.sample.id])
    samples.add(world.actor, samples.SampleDraft(title="At home", project=world.project.id))
    assert sharing_round(PARTNERSHIP).entries == 0
    sign_logs()
    assert Log.objects.get(name=OWN).state == "recovering"
    resume(OWN)
    assert sharing_round(PARTNERSHIP).entries == 1


def test_what_the_backup_lacks_comes_back_from_the_partner(world: World) -> None:
    lost = world.add("After the backup")
    note = notes.add(world.actor, sample=lost, text="It was grey.", files=[notes.NewFile("p.txt", [b"a photo"])])
    world.change(world.sample, "Better words")
    world.copy()
    photo = note.attachments.get().sha256
    world.restore()
    store().remove(photo)
    assert not Sample.objects.filter(id=lost.id).exists()
    done = world.recover()
    assert (done.records, done.kept_apart, done.files) == (3, [], (photo,))
    assert Sample.objects.get(id=lost.id).code == lost.code
    assert Sample.objects.get(id=world.sample.id).title == "Better words"
    assert Note.objects.get(id=note.id).text == "It was grey."
    resume(OWN)
    assert samples.add(world.actor, samples.SampleDraft(title="Next")).code > lost.code
    assert [(one.sha256, one.size) for one in wanted_blobs(PARTNERSHIP)] == [(photo, 7)]
    store().put([b"a photo"], limit=100)
    blob_arrived(sha256=photo, size=7)
    world.prove()


def test_what_was_erased_since_the_backup_is_erased_again(world: World) -> None:
    erase(id=world.sample.id, by=world.actor.person, why="asked")
    world.copy()
    world.restore()
    assert Sample.objects.get(id=world.sample.id).title
    world.recover()
    assert Sample.objects.get(id=world.sample.id).title == ""
    assert not Entry.objects.filter(record=world.sample.id, op="put").exclude(body=None).exists()
    resume(OWN)
    world.prove()


def test_a_record_changed_on_both_sides_of_the_restore_keeps_the_later_word(world: World) -> None:
    world.change(world.sample, "Lost words")
    world.copy()
    world.restore()
    world.change(world.sample, "Words after the restore")
    world.recover()
    assert Sample.objects.get(id=world.sample.id).title == "Words after the restore"
    resume(OWN)
    sharing_round(PARTNERSHIP)
    bodies = [line.body for line in serving.entries(OWN, start=0, upto=Log.objects.get(name=OWN).size) if line.body]
    assert sum(b"Lost words" in body for body in bodies) == 1
    assert b"Words after the restore" in bodies[-1]
    world.prove()


def test_what_was_withheld_since_stays_withheld(world: World) -> None:
    sharing.end(world.actor, project=world.project, partnership=PARTNERSHIP)
    world.copy()
    world.restore()
    world.recover()
    resume(OWN)
    served = [line.body for line in serving.entries(OWN, start=0, upto=Log.objects.get(name=OWN).size) if line.body]
    assert not any(b"Before the backup" in body for body in served if b"ground" not in body)
    assert not Project.objects.get(id=world.project.id).sharings.get(home="kz").agreed
    world.prove()


def test_a_partner_who_holds_less_or_as_much_gives_nothing_back(world: World) -> None:
    world.restore()
    assert world.recover().entries == 0
    resume(OWN)
    world.prove()


def test_a_copy_that_we_did_not_sign_or_that_does_not_fit_is_refused(world: World) -> None:
    world.add("After the backup")
    world.copy()
    world.restore()
    with pytest.raises(Conflict, match="another log"):
        world.recover(world.lines[:-1])
    spoiled = [*world.lines[:-1], Line(world.lines[-1].entry, b"{}")]
    with pytest.raises(BadInput, match="another body"):
        world.recover(spoiled)
    with pytest.raises(BadInput):
        recover(OWN, world.partner.note(), [world.lines])
    assert Log.objects.get(name=OWN).size == world.size - 1
    assert world.recover().entries == 1


def test_a_log_that_went_on_after_a_restore_is_not_hidden(world: World) -> None:
    world.add("After the backup")
    world.copy()
    transaction.savepoint_rollback(world.backup)  # a copied disk: nobody said that it is old
    world.add("Another one")
    assert must_recover(Log.objects.filter(name=OWN)) == 1
    with pytest.raises(Conflict, match="another log"):
        world.recover()
