"""The API of the laboratory: samples, devices, notes, files, measurements, figures and exports, as a program uses them."""

import io
import json
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jointlab.laboratory.models import File, Reading
from jointlab.laboratory.reading_apart import read_file
from jointlab.laboratory.tasks import task_of, write_reading
from jointlab.people.actors import Actor
from jointlab.people.models import Person
from tests.integration.made_files import UNKNOWN
from tests.integration.measured import a_file, a_sample, made
from tests.integration.test_api import Program


@pytest.fixture
def program(researcher: Person) -> Program:
    return Program(researcher)


def _read(sha256: str) -> None:
    """What the worker does."""
    file = File.objects.get(sha256=sha256)
    write_reading(file, read_file(task_of(file)))


def _recorded(program: Program, actor: Actor, part: str = "anatase.xrdml") -> Any:
    file = a_file(actor, part)
    answer = program.call("POST", "/measurements", {"file": file.sha256, "target": a_sample(actor).code})
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_sample_is_made_changed_split_archived(program: Program) -> None:
    program.call("POST", "/projects", {"title": "Cathodes"})
    first = program.call("POST", "/samples", {"title": "Precursor", "amount": "2 g"}).json()
    given = {
        "title": "LFP", "composition": "LiFePO4", "project": "cathodes", "amount": "620 mg", "tags": ["zn"], "hazards": ["GHS07"],
        "steps": [{"what": "fired", "temperature": "700 °C"}], "parents": [{"code": first["code"], "amount": "1 g"}],
    }  # fmt: skip
    made = program.call("POST", "/samples", given)
    assert (made.status_code, made.json()["project"], made.json()["rev"]) == (201, "cathodes", 1)
    code = made.json()["code"]
    changed = program.call("PUT", f"/samples/{code}", {**given, "title": "LFP/C", "rev": 1})
    assert (changed.status_code, changed.json()["title"], changed.json()["rev"]) == (200, "LFP/C", 2)
    stale = program.call("PUT", f"/samples/{code}", {**given, "rev": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "history.stale")
    parts = program.call("POST", f"/samples/{code}/split", {"parts": [{"amount": "200 mg", "title": "for Nanjing"}]})
    assert parts.status_code == 201
    whole = program.call("GET", f"/samples/{code}").json()
    assert [one["code"] for one in whole["ancestors"]] == [first["code"]]
    assert [(one["code"], one["how"]) for one in whole["descendants"]] == [(parts.json()[0]["code"], "split")]
    assert whole["left"] == "420 mg"
    assert program.call("POST", f"/samples/{code}/archive").json()["archived"] is True
    assert code not in [row["code"] for row in program.call("GET", "/samples").json()["items"]]
    assert program.call("POST", f"/samples/{code}/put-back").json()["archived"] is False


def test_a_change_of_a_part_keeps_what_it_was_split_from(program: Program) -> None:
    code = program.call("POST", "/samples", {"title": "LFP", "amount": "1 g"}).json()["code"]
    part = program.call("POST", f"/samples/{code}/split", {"parts": [{"amount": "1 mg"}]}).json()[0]
    program.call("PUT", f"/samples/{part['code']}", {"title": "A grain", "rev": 1})
    assert program.call("GET", f"/samples/{part['code']}").json()["ancestors"][0]["how"] == "split"


def test_the_list_of_samples_is_filtered_and_paged(program: Program, actor: Actor) -> None:
    codes = {a_sample(actor, title=f"No. {n}").code for n in range(53)}
    first = program.call("GET", "/samples?sort=code").json()
    second = program.call("GET", f"/samples?sort=code&after={first['after']}").json()
    assert (len(first["items"]), len(second["items"]), second["after"]) == (50, 3, "")
    assert {row["code"] for row in first["items"] + second["items"]} == codes
    assert program.call("GET", "/samples?text=nothing").json()["items"] == []
    assert program.call("GET", "/samples?sort=beauty").json()["code"] == "list.sort"
    assert program.call("GET", f"/samples?text={'x' * 201}").status_code == 422


def test_a_device_is_made_read_changed(program: Program, actor: Actor) -> None:
    code = a_sample(actor).code
    anode = program.call(
        "POST", f"/samples/{code}/devices", {"kind": "electrode", "properties": {"active_mass": "12 mg"}}
    )
    assert anode.status_code == 201, anode.content
    cell = program.call("POST", f"/samples/{code}/devices", {"kind": "cell", "made_of": anode.json()["code"]}).json()
    assert cell["made_of"] == anode.json()["code"]
    changed = program.call(
        "PUT", f"/devices/{cell['code']}", {"note": "leaks", "made_of": anode.json()["code"], "rev": 1}
    )
    assert (changed.json()["note"], changed.json()["kind"]) == ("leaks", "cell")
    assert program.call("PUT", f"/devices/{cell['code']}", {"rev": 1}).status_code == 409
    assert program.call("POST", f"/samples/{code}/devices", {"kind": "rocket"}).json()["code"] == "device.kind"
    assert [one["code"] for one in program.call("GET", f"/samples/{code}").json()["devices"]] == [
        anode.json()["code"], cell["code"],
    ]  # fmt: skip


def test_notes_with_and_without_files(program: Program, actor: Actor) -> None:
    code = a_sample(actor).code
    assert program.call("POST", f"/samples/{code}/notes", {"text": "Grey."}).status_code == 201
    sent = Client().post(
        f"/api/v1/samples/{code}/notes/files",
        {"text": "A photo.", "files": [SimpleUploadedFile("a.txt", b"grey")]},
        headers={"authorization": f"Bearer {program.secret}"},
    )
    assert sent.status_code == 201, sent.content
    note = sent.json()
    found = program.call("GET", f"/samples/{code}/notes").json()
    assert {one["text"] for one in found} == {"Grey.", "A photo."}
    file = program.call("GET", f"/notes/{note['id']}/files/{note['files'][0]['sha256']}")
    assert b"".join(file.streaming_content) == b"grey"
    program.call("POST", f"/notes/{note['id']}/withdraw")
    assert len(program.call("GET", f"/samples/{code}/notes").json()) == 1


def test_a_file_is_sent_as_body_or_form_and_comes_back(program: Program) -> None:
    name, data, _ = made("anatase.xrdml")
    sent = program.call("PUT", f"/files?name={name}", raw=data)
    assert (sent.status_code, sent.json()["received"][0]["new"]) == (201, True)
    sha256 = sent.json()["received"][0]["sha256"]
    assert program.call("GET", f"/files/{sha256}").json()["state"] == "waiting"
    _read(sha256)
    assert program.call("GET", "/files").json()["items"][0]["state"] == "read"
    again = Client().post(
        "/api/v1/files", {"file": SimpleUploadedFile("other.raw", data)},
        headers={"authorization": f"Bearer {program.secret}"},
    )  # fmt: skip
    assert again.json()["received"] == [{"sha256": sha256, "name": name, "new": False, "state": "read"}]
    assert b"".join(program.call("GET", f"/files/{sha256}/original").streaming_content) == data


def test_what_is_wrong_with_a_file_is_told(program: Program) -> None:
    assert program.call("PUT", "/files?name=x&instrument=none", raw=b"x").status_code == 404
    assert program.call("PUT", "/files?name=%20", raw=b"x").json()["code"] == "file.name"
    assert program.call("PUT", "/files", raw=b"x").status_code == 422
    assert program.call("GET", f"/files/{'0' * 64}").status_code == 404
    assert File.objects.count() == 0


def test_a_file_is_answered_or_kept_as_a_document(program: Program) -> None:
    sha256 = program.call("PUT", "/files?name=a.txt", raw=UNKNOWN).json()["received"][0]["sha256"]
    _read(sha256)
    assert program.call("GET", f"/files/{sha256}").json()["refused"]["code"]
    kept = program.call("POST", f"/files/{sha256}/keep", {"attached": True})
    assert kept.json()["state"] == "attached"
    assert program.call("POST", f"/files/{sha256}/answer", {"settings": {"encoding": "gbk"}}).status_code == 409
    assert [one["sha256"] for one in program.call("GET", "/files?kept=documents").json()["items"]] == [sha256]
    program.call("POST", f"/files/{sha256}/keep", {"attached": False})
    answered = program.call("POST", f"/files/{sha256}/answer", {"settings": {"decimal_mark": ","}})
    assert answered.status_code == 200, answered.content
    assert answered.json()["settings"] == {"decimal_mark": ","}
    assert program.call("POST", f"/files/{sha256}/answer", {"settings": {"beauty": "1"}}).status_code == 400
    assert program.call("POST", "/files/stop-reading").json() == {"stopped": 1}


def test_bytes_of_a_hidden_project_are_not_betrayed(
    program: Program, actor: Actor, researcher: Person, partner: Person
) -> None:
    _recorded(program, actor)
    name, data, _ = made("anatase.xrdml")
    sent = Program(partner).call("PUT", f"/files?name={name}", raw=data)
    assert sent.json()["received"][0]["new"] is True
    assert sent.json()["received"][0]["state"] == Reading.State.WAITING


def test_a_measurement_is_recorded_read_withdrawn_put_back(program: Program, actor: Actor) -> None:
    done = _recorded(program, actor)
    code = done["code"]
    again = program.call("POST", "/measurements", {"file": done["file"], "target": done["sample"]})
    assert (again.status_code, again.json()["code"]) == (409, "measurement.there")
    whole = program.call("GET", f"/measurements/{code}").json()
    assert [one["number"] for one in whole["analyses"]] == [1]
    figures = whole["analysis"]["figures"]
    assert figures
    assert all(isinstance(one["value"], str) and Decimal(one["value"]).is_finite() and one["unit"] for one in figures)
    assert program.call("POST", f"/measurements/{code}/withdraw").json()["withdrawn"] is True
    assert program.call("GET", "/measurements").json()["items"] == []
    assert [one["code"] for one in program.call("GET", "/measurements?withdrawn=true").json()["items"]] == [code]
    assert program.call("POST", f"/measurements/{code}/put-back").json()["withdrawn"] is False
    assert program.call("GET", f"/samples/{done['sample']}").json()["figures"]


def test_settings_are_previewed_then_recorded_then_shown(program: Program, actor: Actor) -> None:
    code = _recorded(program, actor)["code"]
    known = {"wavelength": "1.5406"}
    preview = program.call("POST", f"/measurements/{code}/preview", {"settings": known})
    assert preview.status_code == 200, preview.content
    assert len(program.call("GET", f"/measurements/{code}").json()["analyses"]) == 1
    made_anew = program.call("POST", f"/measurements/{code}/analyses", {"settings": known, "why": "the tube"})
    assert (made_anew.status_code, made_anew.json()["number"]) == (201, 2)
    same = program.call("POST", f"/measurements/{code}/analyses", {"settings": known})
    assert (same.status_code, same.json()["code"]) == (409, "analysis.same")
    assert program.call("POST", f"/measurements/{code}/preview", {"settings": {"beauty": "1"}}).status_code == 400
    assert program.call("POST", f"/measurements/{code}/show", {"number": 1}).status_code == 200
    assert program.call("GET", f"/measurements/{code}").json()["analysis"]["number"] == 1
    assert program.call("GET", f"/measurements/{code}?analysis=2").json()["analysis"]["settings"] == known
    assert program.call("POST", f"/measurements/{code}/show", {"number": 7}).status_code == 404
    for odd in (True, "1", 1.5):  # only a whole number is one
        assert program.call("POST", f"/measurements/{code}/show", {"number": odd}).status_code == 422


def test_figures_of_one_quantity_over_all_samples_in_pages(
    program: Program, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = _recorded(program, actor)
    figures = program.call("GET", f"/measurements/{done['code']}").json()["analysis"]["figures"]
    quantity = max((one["quantity"] for one in figures), key=lambda q: sum(one["quantity"] == q for one in figures))
    whole = program.call("GET", f"/figures?quantity={quantity}").json()
    expected = sorted(float(one["value"]) for one in figures if one["quantity"] == quantity)
    assert len(expected) > 2
    assert [float(one["value"]) for one in whole["items"]] == expected
    assert {one["measurement"] for one in whole["items"]} == {done["code"]}
    monkeypatch.setattr("jointlab.laboratory.queries.figures.listing.__kwdefaults__", {"after": "", "most": 2})
    paged, after = [], ""
    while True:
        page = program.call("GET", f"/figures?quantity={quantity}&after={after}").json()
        paged += page["items"]
        after = page["after"]
        if not after:
            break
    assert paged == whole["items"]
    assert program.call("GET", f"/figures?quantity={quantity}&sample=KZ-0").json()["items"] == []
    assert program.call("GET", f"/figures?quantity={quantity}&after=W10").json()["code"] == "list.after"


def test_figures_of_a_restricted_project_are_not_listed(
    program: Program, actor: Actor, administrator: Person, partner: Person
) -> None:
    program.call("POST", "/projects", {"title": "Secret", "restricted": True})
    sample = program.call("POST", "/samples", {"title": "x", "project": "secret"}).json()["code"]
    done = program.call(
        "POST", "/measurements", {"file": a_file(actor, "anatase.xrdml").sha256, "target": sample}
    ).json()
    quantity = program.call("GET", f"/measurements/{done['code']}").json()["analysis"]["figures"][0]["quantity"]
    assert program.call("GET", f"/figures?quantity={quantity}").json()["items"]
    for other in (administrator, partner):
        assert Program(other).call("GET", f"/figures?quantity={quantity}").json()["items"] == []
        assert Program(other).call("GET", f"/measurements/{done['code']}").status_code == 404


def test_numbers_come_as_files(program: Program, actor: Actor) -> None:
    code = _recorded(program, actor)["code"]

    def data(path: str) -> bytes:
        answer = program.call("GET", f"/measurements/{code}/{path}")
        assert answer.status_code == 200, answer.content
        assert answer["Content-Disposition"].startswith("attachment")
        return b"".join(answer.streaming_content)

    table = program.call("GET", f"/measurements/{code}").json()["analysis"]["tables"][0]
    frame = pl.read_parquet(io.BytesIO(data("tables/0.parquet")))
    assert (frame.height, frame.columns) == (table["rows"], [column["name"] for column in table["columns"]])
    assert data("tables/0.csv").count(b"\n") == table["rows"] + 1
    assert data("figures.csv").startswith(b"measurement,analysis,quantity,value")
    assert data("plots/0.svg").startswith(b"<")
    assert data("plots/0.csv").startswith(b"curve,")
    assert data("original") == made("anatase.xrdml")[1]
    assert program.call("GET", f"/measurements/{code}/tables/99.csv").json()["code"] == "table.none"
    assert program.call("GET", f"/measurements/{code}/tables/x.csv").status_code in (404, 422)


@pytest.mark.parametrize(
    "path",
    [
        "/samples/a%00b",
        "/samples?text=%00",
        "/figures?quantity=%00",
        "/people/%00",
        "/projects/%00",
        "/files?after=%00",
    ],
)
def test_a_nul_in_an_address_is_refused(program: Program, path: str) -> None:
    answer = program.call("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (400, "api.address")


def test_a_backslash_before_u0000_is_no_nul(program: Program) -> None:
    answer = program.call("POST", "/samples", raw=json.dumps({"title": r"\u0000"}).encode())
    assert (answer.status_code, answer.json()["title"]) == (201, r"\u0000")


@pytest.mark.parametrize("rev", [0, -1, 2**31, 2**63, 2**64, 10**30, 1.5, "x", None])
def test_a_revision_beyond_every_database_is_refused(program: Program, actor: Actor, rev: Any) -> None:
    answer = program.call("PUT", f"/samples/{a_sample(actor).code}", {"title": "x", "rev": rev})
    assert answer.status_code in (400, 422)
