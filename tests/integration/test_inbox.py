"""The inbox page: drop, read, ask, record, undo, keep; without scripts."""

import json
from html import escape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jointlab.jobs.runner import work_off
from jointlab.laboratory.models import File, Measurement, Reading, Sample
from jointlab.laboratory.operations.projects import ProjectDraft
from jointlab.laboratory.operations.projects import add as add_project
from jointlab.laboratory.operations.samples import SampleDraft, add
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.science.demonstration import laboratory
from tests.integration.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sample(actor: Actor) -> Sample:
    return add(actor, SampleDraft(title="LiFePO4/C"))


@pytest.fixture
def client(researcher: Person) -> Client:
    return signed_in(researcher)


def _made(ending: str) -> bytes:
    """The first demonstration file with this ending."""
    return next(file.make() for file in laboratory.FILES if file.path.endswith(ending))


def _send(client: Client, name: str, content: bytes, **fields: str) -> "object":
    return client.post("/inbox/files", {"files": [SimpleUploadedFile(name, content)], **fields}, follow=True)


def _page(client: Client, address: str = "/inbox") -> str:
    return client.get(address).content.decode()


def test_an_empty_inbox_teaches(client: Client) -> None:
    page = _page(client)
    assert "Nothing waits here" in page and 'href="/formats"' in page
    assert client.get("/formats").status_code == 200


def test_from_a_dropped_file_to_a_record_and_back(client: Client, sample: Sample) -> None:
    _send(client, f"{sample.code}_N2.aif", _made(".aif"))
    assert "waiting" in _page(client)
    work_off()
    page = _page(client)
    assert "Gas adsorption" in page and "BET area" in page and "from the file name" in page
    file = File.objects.get()
    said = client.post("/inbox/record", {"one": file.id}, follow=True).content.decode()
    measurement = Measurement.objects.get()
    assert measurement.sample == sample and f"1 file recorded on {sample.code}" in said
    undo = said.partition('action="/inbox/undo')[2].partition('"')[0].replace("&amp;", "&")
    assert measurement.code in undo
    client.post(f"/inbox/undo{undo}")
    measurement.refresh_from_db()
    assert measurement.withdrawn
    client.post(
        "/inbox/record", {"file": [file.id], "sample": sample.code.lower()}
    )  # again, on the sample that was typed
    measurement.refresh_from_db()
    assert not measurement.withdrawn


def test_many_files_go_on_one_sample_and_one_that_cannot_stops_no_other(client: Client, sample: Sample) -> None:
    _send(client, "a.aif", _made(".aif"))
    _send(client, "b.xrdml", _made(".xrdml"))
    _send(client, "c.pdf", b"%PDF-1.4 a report")
    work_off()
    ids = list(File.objects.values_list("id", flat=True))
    page = client.post("/inbox/record", {"file": ids, "sample": sample.code}, follow=True).content.decode()
    assert Measurement.objects.count() == 2
    assert f"2 files recorded on {sample.code}" in page and "c.pdf" in page


def test_what_is_missing_is_said(client: Client, sample: Sample) -> None:
    _send(client, "a.aif", _made(".aif"))
    work_off()
    file = File.objects.get()
    assert client.post("/inbox/record", {"sample": sample.code}).status_code == 400
    assert client.post("/inbox/record", {"file": [file.id], "sample": ""}).status_code == 400
    assert client.post("/inbox/record", {"file": [file.id], "sample": "KZ-26-9999"}).status_code == 404
    assert client.post("/inbox/record", {"file": ["kz:none"], "sample": sample.code}).status_code == 404
    assert client.post("/inbox/files", {}).status_code == 400
    assert not Measurement.objects.exists()


def test_a_refused_file_says_why_and_is_kept_as_a_document(client: Client) -> None:
    _send(client, "report.pdf", b"%PDF-1.4 a report")
    work_off()
    assert "is in no format that is known here" in _page(client)
    file = File.objects.get()
    page = client.post("/inbox/keep", {"keep": file.id}, follow=True).content.decode()
    assert "is kept as a document" in page and "1 document" in page
    assert "report.pdf" in _page(client, "/inbox?documents")
    client.post(f"/inbox/keep?back=&file={file.id}")
    assert Reading.objects.get().state == Reading.State.WAITING


ASKS = b"2theta (deg)\tIntensity\n" + b"".join(
    b"%d,%03d\t%d,%03d\n" % (10 + i // 10, i % 10, 100 + i, i) for i in range(90)
)


def test_a_question_shows_both_readings_and_is_answered(client: Client) -> None:
    _send(client, "q.txt", ASKS)
    work_off()
    page = _page(client)
    question = Reading.objects.get().refused["question"]  # type: ignore[index]
    assert "one decision" in page and len(question["options"]) == 2
    for option in question["options"]:
        assert escape(option["example"]) in page
    file = File.objects.get()
    client.post("/inbox/answer", {"answer": f"{file.id}|{question['options'][0]['value']}"})
    assert Reading.objects.get().state == Reading.State.WAITING
    work_off()
    assert Reading.objects.get().state == Reading.State.READ
    assert client.post("/inbox/answer", {"answer": f"{file.id}|comma"}).status_code == 400


def test_the_same_file_twice_is_said_and_stored_once(client: Client) -> None:
    _send(client, "a.aif", _made(".aif"))
    answer = client.post(
        "/inbox/files", {"files": [SimpleUploadedFile("b.aif", _made(".aif"))]}, headers={"accept": "application/json"}
    )
    assert answer.json() == {"received": 1, "known": [{"name": "a.aif", "state": "waiting"}], "left": []}
    assert File.objects.count() == 1


def test_a_cut_archive_is_refused_to_a_script_as_json(client: Client) -> None:
    answer = client.post(
        "/inbox/files",
        {"files": [SimpleUploadedFile("a.zip", b"PK\x03\x04 cut")]},
        headers={"accept": "application/json"},
    )
    assert answer.status_code == 400 and json.loads(answer.content)["code"] == "archive.broken"


def test_reading_can_be_stopped_and_begun_again(client: Client) -> None:
    _send(client, "a.aif", _made(".aif"))
    client.post("/inbox/stop")
    assert Reading.objects.get().state == Reading.State.REFUSED
    work_off()
    assert Reading.objects.get().state == Reading.State.REFUSED
    client.post("/inbox/again", {"again": File.objects.get().id})
    work_off()
    assert Reading.objects.get().state == Reading.State.READ


def test_a_name_is_shown_and_never_obeyed(client: Client) -> None:
    _send(client, "<img src=x onerror=alert(1)>.csv", b"a;b\n1;2\n")
    assert "<img src=x" not in _page(client)


def test_a_file_is_downloaded_as_it_came_and_never_shown(client: Client, partner: Person) -> None:
    content = b"<script>alert(1)</script>"
    _send(client, "page.html", content)
    answer = client.get(f"/files/{File.objects.get().sha256}")
    assert b"".join(answer.streaming_content) == content  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/octet-stream" and answer["Content-Disposition"].startswith(
        "attachment"
    )
    assert answer["Content-Security-Policy"] == "sandbox"
    assert signed_in(partner).get(f"/files/{File.objects.get().sha256}").status_code == 404
    assert Client().get(f"/files/{File.objects.get().sha256}").status_code == 302


def test_a_partner_neither_sees_nor_decides(client: Client, partner: Person, sample: Sample) -> None:
    _send(client, f"{sample.code}.aif", _made(".aif"))
    work_off()
    other = signed_in(partner)
    assert f"{sample.code}.aif" not in _page(other)
    assert other.post("/inbox/record", {"one": File.objects.get().id}).status_code == 404
    assert other.post("/inbox/keep", {"keep": File.objects.get().id}).status_code == 404


def test_a_suggested_sample_of_a_hidden_project_is_not_named(client: Client, administrator: Person) -> None:
    keeper = actor_of(administrator, home="kz")
    project = add_project(keeper, ProjectDraft(title="Hidden", kind="contract", restricted=True))
    hidden = add(keeper, SampleDraft(title="Secret", project=project.id))
    _send(client, f"{hidden.code}.aif", _made(".aif"))
    work_off()
    assert Reading.objects.get().sample == hidden
    assert f">{hidden.code}<" not in _page(client) and "no sample named in the file" in _page(client)


def test_the_overview_counts_and_tells(client: Client, sample: Sample) -> None:
    _send(client, f"{sample.code}.aif", _made(".aif"))
    _send(client, "report.pdf", b"%PDF-1.4 a report")
    work_off()
    page = _page(client, "/")
    assert "1 file is read and on no sample" in page and "1 file was refused" in page
    client.post("/inbox/record", {"one": File.objects.get(name__endswith=".aif").id})
    page = _page(client, "/")
    assert "A. Serikov recorded a measurement of" in page and "BET area" in page and "Almaty 100 %" in page


def test_the_overview_of_an_empty_laboratory_says_how_to_begin(client: Client) -> None:
    assert "This laboratory is empty" in _page(client, "/")
