"""The pages of measurements: for three persons, with the numbers that were recorded, without scripts."""

import csv
import io
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jointlab.laboratory.exports import safe_name
from jointlab.laboratory.models import File, Measurement, Result
from jointlab.laboratory.operations import measurements as operations
from jointlab.laboratory.operations import projects
from jointlab.laboratory.operations.projects import ProjectDraft
from jointlab.people.actors import Actor
from jointlab.people.models import Person
from jointlab.science.quantities import QUANTITIES
from jointlab.web.numbers import with_uncertainty
from tests.integration.conftest import signed_in
from tests.integration.measured import a_file, a_sample

HOSTILE = '../..\\=cmd|"x"\r\n\u202egpj.<script>.xrdml'


@pytest.fixture
def measurement(actor: Actor) -> Measurement:
    return operations.record(actor, file=a_file(actor, "xrdml"), sample=a_sample(actor))


def pages(code: str) -> list[str]:
    one = f"/measurements/{code}"
    return [
        one, f"{one}/compare", f"{one}/plot/0", f"{one}/plot/0.json", f"{one}/plot/0.csv", f"{one}/plot/0.svg",
        f"{one}/table/0", f"{one}/table/0.csv", f"{one}/table/0.parquet", f"{one}/figures.csv", f"{one}/file",
        f"{one}/cite.bib", f"{one}/cite.json",
    ]  # fmt: skip


def body(response: Any) -> bytes:
    return b"".join(response) if response.streaming else bytes(response.content)


def test_three_persons(measurement: Measurement, researcher: Person, partner: Person) -> None:
    for page in pages(measurement.code):
        own = signed_in(researcher).get(page)
        assert own.status_code == 200, page
        assert body(own), page
        assert signed_in(partner).get(page).status_code == 404, page
        stranger = Client().get(page)
        assert (stranger.status_code, stranger["Location"].startswith("/sign-in")) == (302, True), page
    for act in ("analyse", "show", "withdraw", "put-back"):
        address = f"/measurements/{measurement.code}/{act}"
        assert signed_in(partner).post(address).status_code == 404
        assert Client().post(address).status_code == 302
        assert signed_in(researcher).get(address).status_code == 405
    assert signed_in(partner).get("/measurements").status_code == 200
    assert measurement.code not in signed_in(partner).get("/measurements").content.decode()
    measurement.refresh_from_db()
    assert not measurement.withdrawn


def test_a_partner_in_the_project_sees_the_measurement(actor: Actor, partner: Person) -> None:
    project = projects.add(actor, ProjectDraft(title="Anatase", members=(partner.id,)))
    found = operations.record(actor, file=a_file(actor, "xrdml"), sample=a_sample(actor, project=project.id))
    for page in pages(found.code):
        answer = signed_in(partner).get(page)
        assert answer.status_code == 200, page
        assert body(answer), page
    assert found.code in signed_in(partner).get("/measurements").content.decode()


def test_the_numbers_on_the_page_are_the_recorded_ones(measurement: Measurement, researcher: Person) -> None:
    html = signed_in(researcher).get(f"/measurements/{measurement.code}").content.decode()
    for result in measurement.results.filter(headline=True):
        told = with_uncertainty(result.value_text, result.uncertainty_text or None, result.unit)
        assert f">{told.value} <small>" in html
        recorded = result.value_text + (f" ± {result.uncertainty_text}" if result.uncertainty_text else "")
        assert f'title="{recorded}"' in html
    assert measurement.results.filter(headline=True).exists()
    assert measurement.file.sha256 in html
    assert html.count('<svg class="plot') == len(re.findall(r"open interactive plot", html)) > 0


def test_no_inline_style_or_script(measurement: Measurement, researcher: Person) -> None:
    for page in (*pages(measurement.code)[:3], f"/measurements/{measurement.code}/table/0", "/measurements"):
        html = signed_in(researcher).get(page).content.decode()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)", html), page


def test_reanalyse_by_form_preview_then_record(measurement: Measurement, researcher: Person) -> None:
    client, address = signed_in(researcher), f"/measurements/{measurement.code}/analyse"
    recorded = {f"s-{key}": value for key, value in measurement.analyses.get().settings.items()}
    shown = client.post(address, {**recorded, "analysis": "1", "s-scherrer_k": "0,94", "do": "preview"})
    assert shown.status_code == 200
    html = shown.content.decode()
    assert "What these settings would give" in html
    assert 'value="0,94"' in html, "what was typed stays"
    assert "Record as analysis 2" in html
    assert measurement.analyses.count() == 1
    done = client.post(
        address, {**recorded, "analysis": "1", "s-scherrer_k": "0,94", "why": "K of spheres", "do": "record"}
    )
    assert (done.status_code, done["Location"]) == (302, f"/measurements/{measurement.code}?analysis=2")
    assert measurement.analyses.get(number=2).why == "K of spheres"
    compared = client.get(f"/measurements/{measurement.code}/compare?a=1&b=2").content.decode()
    assert "0,94" in compared
    assert "Crystallite size" in compared
    again = client.post(address, {**recorded, "analysis": "2", "s-scherrer_k": "0,94", "do": "record"})
    assert again.status_code == 409
    assert "same settings" in again.content.decode()


def test_faults_stand_at_their_fields_all_at_once(measurement: Measurement, researcher: Person) -> None:
    given = {
        "analysis": "1",
        "s-scherrer_k": "0.9.1",
        "s-instrument_fwhm": "-3 deg",
        "s-breadth": "broad",
        "do": "preview",
    }
    response = signed_in(researcher).post(f"/measurements/{measurement.code}/analyse", given)
    assert response.status_code == 400
    html = response.content.decode()
    for key in ("scherrer_k", "instrument_fwhm", "breadth"):
        assert f'id="s-{key}_error"' in html
        assert re.search(rf'name="s-{key}"[^>]*aria-invalid="true"', html)
    named = signed_in(researcher).post(
        f"/measurements/{measurement.code}/analyse", {"analysis": "1", "s-wavelength": "cu_kx", "do": "preview"}
    )
    assert named.status_code == 400
    assert 'id="s-wavelength_error"' in named.content.decode(), "what only the computation can tell stands there too"


def test_withdraw_and_undo(measurement: Measurement, researcher: Person) -> None:
    client = signed_in(researcher)
    client.post(f"/measurements/{measurement.code}/withdraw")
    html = client.get(f"/measurements/{measurement.code}").content.decode()
    assert "This measurement is withdrawn" in html
    assert f'action="{reverse("measurement-put-back", args=[measurement.code])}"' in html
    assert measurement.code not in client.get("/measurements").content.decode()
    assert measurement.code in client.get("/measurements?withdrawn=on").content.decode()
    client.post(f"/measurements/{measurement.code}/put-back")
    assert measurement.code in client.get("/measurements").content.decode()


def test_csv_and_parquet_hold_the_columns_with_units(measurement: Measurement, researcher: Person) -> None:
    import polars as pl

    client, one = signed_in(researcher), f"/measurements/{measurement.code}"
    text = body(client.get(f"{one}/table/0.csv")).decode()
    rows = list(csv.reader(io.StringIO(text)))
    frame = pl.read_parquet(io.BytesIO(body(client.get(f"{one}/table/0.parquet"))))
    table = measurement.analyses.get().answer["tables"][0]
    assert rows[0] == [f"{c['name']} ({c['unit']})" if c["unit"] else c["name"] for c in table["columns"]]
    assert len(rows) - 1 == frame.height == table["rows"]
    assert [float(row[0]) for row in rows[1:]] == frame.to_series(0).to_list()
    figures = list(csv.DictReader(io.StringIO(body(client.get(f"{one}/figures.csv")).decode())))
    stored = list(measurement.results.order_by("order").values_list("quantity", "value_text", "uncertainty_text"))
    assert [(row["quantity"], row["value"], row["uncertainty"]) for row in figures] == stored
    points = list(csv.reader(io.StringIO(body(client.get(f"{one}/plot/0.csv")).decode())))
    plotted = json.loads(body(client.get(f"{one}/plot/0.json")))
    assert len(points) - 1 == sum(len(trace["x"]) for trace in plotted["data"])


def test_a_lost_derived_file_is_made_again(measurement: Measurement, researcher: Person) -> None:
    from jointlab.history.blobs import store

    answer = measurement.analyses.get().answer
    client, one = signed_in(researcher), f"/measurements/{measurement.code}"
    before = body(client.get(f"{one}/table/0.csv")), body(client.get(f"{one}/plot/0.csv"))
    store().remove(answer["tables"][0]["parquet_sha256"])
    store().remove(answer["plots_sha256"])
    assert (body(client.get(f"{one}/table/0.csv")), body(client.get(f"{one}/plot/0.csv"))) == before
    assert store().has(answer["plots_sha256"])


@pytest.mark.damages
def test_the_original_file_is_saved_and_never_shown(actor: Actor, researcher: Person) -> None:
    file = a_file(actor, "xrdml")
    File.objects.filter(id=file.id).update(name=HOSTILE)
    file.refresh_from_db()
    found = operations.record(actor, file=file, sample=a_sample(actor))
    response = signed_in(researcher).get(f"/measurements/{found.code}/file")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    assert not re.search(r"[\r\n\u202e<>/\\]|\.\./", disposition)
    import hashlib

    assert hashlib.sha256(body(response)).hexdigest() == file.sha256
    page = signed_in(researcher).get(f"/measurements/{found.code}").content.decode()
    assert "<script>.xrdml" not in page


@pytest.mark.parametrize(
    ("name", "expected"),
    [("../../etc/passwd", "_.._etc_passwd"), ("CON:\x00a\u202eb", "CON_ab"), ("...", "file"), ("样品 1.xrdml", "样品 1.xrdml"), ("a" * 500, "a" * 120)],
)  # fmt: skip
def test_names_of_files_are_safe(name: str, expected: str) -> None:
    assert safe_name(name, ending=".csv") == f"{expected}.csv"


def test_citations(measurement: Measurement, researcher: Person) -> None:
    client, one = signed_in(researcher), f"/measurements/{measurement.code}"
    entry = json.loads(client.get(f"{one}/cite.json").content)[0]
    assert entry["author"] == [{"literal": "A. Serikov"}]
    assert entry["number"] == measurement.code
    assert entry["URL"] == f"http://testserver{one}?analysis=1"
    bib = body(client.get(f"{one}/cite.bib?analysis=1")).decode()
    assert bib.startswith("@misc{kz-m-000001-1,")
    assert "author = {{A. Serikov}}" in bib
    assert bib.count("{") == bib.count("}")
    assert client.get(f"{one}/cite.bib?analysis=7").status_code == 404


@pytest.mark.damages
def test_the_list_filters_sorts_and_pages(actor: Actor, researcher: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    from jointlab.laboratory.queries import measurements as queries

    samples = [a_sample(actor, title=title) for title in ("Anatase", "Rutile", "LiFePO₄")]
    xrd = [operations.record(actor, file=a_file(actor, "xrdml"), sample=sample) for sample in samples]
    cell = operations.record(actor, file=a_file(actor, "mpt"), sample=samples[0])
    client = signed_in(researcher)

    def codes(query: str) -> list[str]:
        html = client.get(f"/measurements?{query}").content.decode()
        return re.findall(r'href="/measurements/(KZ-M-\d+)"', html)

    assert set(codes("")) == {m.code for m in (*xrd, cell)}
    assert codes("technique=galvanostatic_cycling") == [cell.code]
    assert codes("text=rutile") == [xrd[1].code]
    assert set(codes("text=diffraction")) == {m.code for m in xrd}, "the technique's name"
    assert codes("since=2026-10-13") == [cell.code]
    assert codes(f"person={researcher.id}&until=2026-10-12&text=lifepo4") == [xrd[2].code]
    sizes = Result.objects.filter(quantity="crystallite_size", headline=True)
    for number, result in enumerate(sizes.order_by("measurement")):
        Result.objects.filter(id=result.id).update(value=[20.0, 5.0, 20.0][number])
    monkeypatch.setattr(queries, "PER_PAGE", 2)
    page = queries.listing(actor, queries.Filter(sort="crystallite_size"), most=2)
    rest = queries.listing(actor, queries.Filter(sort="crystallite_size"), after=page.after, most=2)
    assert [row.measurement.code for row in (*page.rows, *rest.rows)] == [xrd[2].code, xrd[0].code, xrd[1].code]
    assert rest.after == ""
    first = queries.listing(actor, queries.Filter(), most=3)
    others = queries.listing(actor, queries.Filter(), after=first.after, most=3)
    assert [row.measurement.code for row in (*first.rows, *others.rows)] == [
        cell.code,
        *(m.code for m in reversed(xrd)),
    ]
    assert client.get("/measurements?after=zzz").status_code == 400
    empty = client.get("/measurements?text=nothing&technique=impedance").content.decode()
    assert "No measurement fits" in empty
    without = client.get("/measurements?text=nothing&technique=galvanostatic_cycling").content.decode()
    assert re.search(r"without “Words”</a>: 1", without)


def test_an_empty_node_says_so(researcher: Person) -> None:
    assert "No measurements yet" in signed_in(researcher).get("/measurements").content.decode()


@pytest.mark.parametrize("language", ["ru", "kk", "zh-hans"])
def test_names_of_quantities_follow_the_language(measurement: Measurement, researcher: Person, language: str) -> None:
    html = (
        signed_in(researcher)
        .get(f"/measurements/{measurement.code}", headers={"accept-language": language})
        .content.decode()
    )
    name = QUANTITIES["crystallite_size"].title({"zh-hans": "zh-Hans"}.get(language, language))
    assert name[:1].upper() + name[1:] in html
