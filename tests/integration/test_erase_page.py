"""An administrator erases on a page: what will go is shown first, exactly that goes, and the log still verifies."""

import re
from html import unescape

import pytest
from django.test import Client

from jointlab.history.blobs import store
from jointlab.history.erasure import rehearse
from jointlab.history.fsck import fsck
from jointlab.history.models import Blob, Entry, Record
from jointlab.history.rebuild import projection_digest, rebuild
from jointlab.history.signing import sign_house_log
from jointlab.laboratory.models import File, Measurement, Sample
from jointlab.laboratory.operations import measurements, notes
from jointlab.laboratory.operations.notes import NewFile
from jointlab.ledger.entries import unseal
from jointlab.node.erasing import find
from jointlab.people.actors import Actor
from jointlab.people.models import Person, Viewing
from tests.integration.conftest import signed_in
from tests.integration.measured import a_file, a_sample

pytestmark = pytest.mark.django_db(transaction=True)
GROUND = "Request of 3 May 2026, granted by the dean’s office"


@pytest.fixture
def office(administrator: Person) -> Client:
    return signed_in(administrator)


@pytest.fixture
def measurement(actor: Actor) -> Measurement:
    return measurements.record(actor, file=a_file(actor, "xrdml"), sample=a_sample(actor))


def _hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form that erases."""
    return {
        name: unescape(re.search(rf'name="{name}" value="([^"]*)"', page)[1])  # type: ignore[index]
        for name in ("record", "mark")
    }


def _whole() -> None:
    before = projection_digest()
    assert rebuild().changed == ()
    assert projection_digest() == before
    sign_house_log()
    assert fsck().findings == ()


def test_what_is_shown_is_what_goes(office: Client, measurement: Measurement) -> None:
    file = measurement.file
    held = set(store().names())
    page = office.get("/erase", {"record": f"https://lab.example.org/files/{file.sha256}?x=1"}).content.decode()
    for told in (file.id, file.name, measurement.id, measurement.code, measurement.analyses.get().id):
        assert told in unescape(page)
    assert File.objects.exists() and Blob.objects.exists() and set(store().names()) == held, "looking changes nothing"
    answer = office.post("/erase", {**_hidden(page), "ground": GROUND}, follow=True)
    assert "Erased" in answer.content.decode()
    assert not File.objects.exists() and not Measurement.objects.exists() and not list(store().names())
    entry = Entry.objects.filter(record=file.id).order_by("-position")[0]
    assert unseal(bytes(entry.body or b""))["why"] == GROUND
    _whole()
    again = office.get("/erase", {"record": file.id})
    assert again.status_code == 422 and "has been erased already" in unescape(again.content.decode())


def test_without_a_ground_nothing_goes(office: Client, measurement: Measurement) -> None:
    given = _hidden(office.get("/erase", {"record": measurement.code}).content.decode())
    for ground in ("", "   ", "x" * 501, "a\u202eb"):
        assert office.post("/erase", {**given, "ground": ground}).status_code == 422
    assert Measurement.objects.exists() and not Record.objects.filter(erased=True).exists()


def test_what_came_meanwhile_is_shown_before_it_goes(office: Client, actor: Actor, measurement: Measurement) -> None:
    given = _hidden(office.get("/erase", {"record": measurement.code}).content.decode())
    later = measurements.reanalyse(actor, measurement=measurement, settings={"scherrer_k": "0.94"})
    answer = office.post("/erase", {**given, "ground": GROUND})
    page = answer.content.decode()
    assert (answer.status_code, later.id in page, GROUND in unescape(page)) == (409, True, True)
    assert Measurement.objects.exists()
    office.post("/erase", {**_hidden(page), "ground": GROUND})
    assert not Measurement.objects.exists()
    _whole()


def test_a_rehearsal_leaves_no_trace(actor: Actor, measurement: Measurement) -> None:
    before = (projection_digest(), Entry.objects.count(), set(store().names()), Blob.objects.count())
    told = rehearse(id=measurement.file_id, by=actor.person)
    assert measurement.id in told.taken and measurement.file.sha256 in told.blobs
    assert (projection_digest(), Entry.objects.count(), set(store().names()), Blob.objects.count()) == before
    sign_house_log()
    assert fsck().findings == ()


def test_what_cannot_be_erased_is_told(office: Client, actor: Actor, administrator: Person) -> None:
    institution = Record.objects.filter(type="institution/1")[0].id
    for text, said in (
        ("nothing", "There is no record"), ("", ""), ("\u2603" * 500, ""), (administrator.id, "You cannot erase yourself"),
        (institution, "cannot be erased"),
    ):  # fmt: skip
        answer = office.get("/erase", {"record": text})
        assert answer.status_code == 422 and said in unescape(answer.content.decode()), text
        posted = office.post("/erase", {"record": text, "ground": GROUND, "mark": "x"})
        assert 400 <= posted.status_code < 500, text
    assert not Record.objects.filter(erased=True).exists()


def test_that_a_persons_data_were_looked_at_is_noted(office: Client, researcher: Person, administrator: Person) -> None:
    page = office.get("/erase", {"record": f"/people/{researcher.id}"}).content.decode()
    assert researcher.name in page
    assert Viewing.objects.filter(of=researcher.id, by=administrator, page="erase").exists()
    office.post("/erase", {**_hidden(page), "ground": GROUND})
    assert Person.objects.get(id=researcher.id).name == "—"
    _whole()


def test_a_record_is_found_by_what_people_know_of_it(actor: Actor, measurement: Measurement) -> None:
    sample = Sample.objects.get()
    note = notes.add(actor, sample=sample, text="x", files=[NewFile("a.txt", [b"a"])])
    for text, id in (
        (sample.code, sample.id), (f"/samples/{sample.code}/", sample.id), (measurement.code, measurement.id),
        (measurement.file.sha256, measurement.file_id), (note.id, note.id), (f" {note.id}\n", note.id),
    ):  # fmt: skip
        assert find(text).id == id
