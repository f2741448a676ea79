"""What the law has made us erase is gone: bodies, rows, files, and what was made of them; a rebuild leaves it out too."""

from collections.abc import Callable
from pathlib import Path

import pytest

from jointlab.errors import Conflict
from jointlab.history.blobs import store
from jointlab.history.erasure import Erased, erase
from jointlab.history.fsck import fsck
from jointlab.history.models import Blob, Entry, Record
from jointlab.history.operations import note_blob
from jointlab.history.rebuild import projection_digest, rebuild
from jointlab.history.registry import record_types
from jointlab.history.signing import sign_house_log
from jointlab.laboratory.models import Analysis, Device, File, Measurement, Note, Reading, Result, Sample, Series, Term
from jointlab.laboratory.operations import devices, measurements, notes, samples
from jointlab.laboratory.operations.devices import DeviceDraft
from jointlab.laboratory.operations.notes import NewFile
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Account, Person
from jointlab.people.operations import add_person
from jointlab.people.records import PersonRecord
from tests.integration.measured import a_file, a_sample

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "request of 3 May"


def _gone(id: str, actor: Actor) -> Erased:
    """Erased, and the node proved whole without it, before and after a rebuild."""
    done = erase(id=id, by=actor.person, why=REASON)
    for one in (*done.taken, id):
        bodies = list(Entry.objects.filter(record=one).order_by("position").values_list("body", flat=True))
        assert [body is None for body in bodies] == [True] * (len(bodies) - 1) + [False]
    assert not set(done.blobs) & set(store().names())
    before = projection_digest()
    assert rebuild().changed == ()
    assert projection_digest() == before
    sign_house_log()
    assert fsck().findings == ()
    return done


def test_a_file_takes_everything_that_was_made_of_it(actor: Actor) -> None:
    sample = a_sample(actor)
    file, other = a_file(actor, "xrdml"), a_file(actor, "aif")
    measurement = measurements.record(actor, file=file, sample=sample)
    measurements.reanalyse(actor, measurement=measurement, settings={"scherrer_k": "0.94"})
    measurements.withdraw(actor, measurement=measurement)
    notes.add(actor, sample=sample, text="About the pattern.", measurement=measurement)
    before = set(store().names())
    done = _gone(file.id, actor)
    assert file.sha256 in done.blobs
    assert len(done.blobs) >= 3, "raw, columns, plots"
    assert measurement.id in done.taken
    assert set(store().names()) == before - set(done.blobs)
    assert not File.objects.filter(id=file.id).exists()
    for table in (Measurement, Analysis, Result):
        assert not table._default_manager.exists()
    assert not Term.objects.filter(target=measurement.id).exists()
    assert Note.objects.get().measurement is None
    assert Reading.objects.get(file=other).state == "read", "what others brought stays"
    later = measurements.record(actor, file=other, sample=sample)
    assert later.code > measurement.code, "a number is not given twice"


def test_a_file_that_was_only_read_leaves_no_columns(actor: Actor) -> None:
    file = a_file(actor, "xrdml")
    assert Blob.objects.filter(derived=True).exists()
    _gone(file.id, actor)
    assert list(store().names()) == []
    assert not Blob.objects.exists()


def test_a_measurement_gives_its_file_back(actor: Actor) -> None:
    file = a_file(actor, "xrdml")
    measurement = measurements.record(actor, file=file, sample=a_sample(actor))
    _gone(measurement.id, actor)
    assert Reading.objects.get(file=file).state == "read"
    assert store().has(file.sha256)


def test_an_analysis_goes_alone(actor: Actor) -> None:
    measurement = measurements.record(actor, file=a_file(actor, "xrdml"), sample=a_sample(actor))
    second = measurements.reanalyse(actor, measurement=measurement, settings={"scherrer_k": "0.94"})
    measurements.show(actor, measurement=measurement, number=2)
    _gone(second.id, actor)
    assert [analysis.shown for analysis in measurement.analyses.all()] == [True]


def test_a_sample_and_a_device_leave_a_row_to_point_to(actor: Actor) -> None:
    sample = a_sample(actor, title="Secret recipe")
    device = devices.add(
        actor, sample=sample, draft=DeviceDraft("solar_cell", properties={}, note="for the competitor")
    )
    measurements.record(actor, file=a_file(actor, "xrdml"), sample=sample, device=device)
    samples.split(actor, sample=sample, parts=[samples.Part("10 mg")])
    _gone(device.id, actor)
    _gone(sample.id, actor)
    left = Sample.objects.get(id=sample.id)
    assert (left.code, left.title, left.synthesis, left.archived) == (sample.code, "", "", True)
    assert Device.objects.get(id=device.id).note == ""
    assert not Term.objects.filter(target=sample.id).exists()
    assert a_sample(actor).code > Series.objects.get(head=sample.code[:-4]).head + sample.code[-4:]
    with pytest.raises(Conflict, match="erased"):
        samples.archive(actor, sample=left)


def test_a_note_goes_with_its_files(actor: Actor) -> None:
    note = notes.add(actor, sample=a_sample(actor), text="A face.", files=[NewFile("face.jpg", [b"a face"])])
    assert len(_gone(note.id, actor).blobs) == 1
    assert not Note.objects.exists()


def test_a_person_loses_name_and_way_in_but_not_the_work(actor: Actor, researcher: Person) -> None:
    sample = a_sample(actor)
    officer = add_person(PersonRecord("Z. Officer", "kz", "administrator"))
    _gone(researcher.id, actor_of(officer, home="kz"))
    left = Person.objects.get(id=researcher.id)
    assert (left.name, left.email, left.active) == ("—", "", False)
    assert not Account.objects.filter(person=left).exists()
    assert Sample.objects.get(id=sample.id).created_by == left
    logged = b"".join(bytes(body) for body in Entry.objects.exclude(body=None).values_list("body", flat=True) if body)
    assert researcher.name.encode() not in logged


def test_every_type_that_names_files_can_be_erased(node: None) -> None:
    named = {name: known for name, known in record_types().items() if known.names_blobs()}
    assert {"file/1", "note/1", "measurement/1", "analysis/1"} <= set(named)
    kept_whole = {"agreement-version/1", "reference/1"}  # what both sides signed, and treaties: words of institutions
    assert {name for name, known in named.items() if not known.erase} <= kept_whole
    assert record_types()["person/1"].erase


def _derived(sha256: str) -> None:
    Blob.objects.filter(sha256=sha256).delete()


@pytest.mark.damages
@pytest.mark.parametrize(("code", "damage"), [("blob.missing", lambda name: store().remove(name)), ("blob.unknown", _derived)])  # fmt: skip
@pytest.mark.parametrize("which", ["raw", "columns", "plots", "attachment"])
def test_each_named_file_is_asked_for(actor: Actor, which: str, code: str, damage: Callable[[str], object]) -> None:
    sample, file = a_sample(actor), a_file(actor, "xrdml")
    answer = measurements.record(actor, file=file, sample=sample).analyses.get().answer
    note = notes.add(actor, sample=sample, text="", files=[NewFile("a.txt", [b"attached"])])
    names = {
        "raw": file.sha256, "columns": answer["tables"][0]["parquet_sha256"], "plots": answer["plots_sha256"],
        "attachment": note.attachments.get().sha256,
    }  # fmt: skip
    sign_house_log()
    assert fsck().findings == ()
    damage(names[which])
    assert (code, names[which]) in {(finding.code, finding.subject) for finding in fsck().findings if finding.wrong}


def test_a_file_erased_while_it_is_sent_again_is_not_named(actor: Actor, tmp_path: Path) -> None:
    stored = store().put([b"sent"], limit=100)
    store().remove(stored.sha256)  # an erasure was faster
    records = Record.objects.count()
    with pytest.raises(Conflict, match="erased at this very moment"):
        note_blob(sha256=stored.sha256, size=stored.size)
    assert (Blob.objects.count(), Record.objects.count()) == (0, records)
