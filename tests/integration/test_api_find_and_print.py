"""The API beyond the records themselves: notes corrected, labels, citations, the search, lists walked forth and back."""

import pytest

from jointlab.laboratory.queries import measurements as queries
from jointlab.people.actors import Actor
from jointlab.people.models import Person
from tests.integration.conftest import signed_in
from tests.integration.measured import a_file, a_sample
from tests.integration.test_api import Program
from tests.integration.test_api_laboratory import _recorded


@pytest.fixture
def program(researcher: Person) -> Program:
    return Program(researcher)


def test_a_note_is_corrected_by_who_wrote_it(program: Program, actor: Actor, administrator: Person) -> None:
    note = program.call("POST", f"/samples/{a_sample(actor).code}/notes", {"text": "Gray."}).json()
    changed = program.call("PUT", f"/notes/{note['id']}", {"text": "Grey.", "rev": 1})
    assert (changed.status_code, changed.json()["text"], changed.json()["rev"]) == (200, "Grey.", 2)
    assert program.call("PUT", f"/notes/{note['id']}", {"text": "Red.", "rev": 1}).json()["code"] == "history.stale"
    assert program.call("PUT", f"/notes/{note['id']}", {"text": " ", "rev": 2}).json()["code"] == "note.empty"
    other = Program(administrator).call("PUT", f"/notes/{note['id']}", {"text": "Red.", "rev": 2})
    assert (other.status_code, other.json()["code"]) == (403, "note.not-own")


def test_labels_and_citations_are_those_of_the_pages(program: Program, actor: Actor, researcher: Person) -> None:
    code = _recorded(program, actor)["code"]
    browser = signed_in(researcher)
    for name in ("cite.bib", "cite.json"):
        answer = program.call("GET", f"/measurements/{code}/{name}?analysis=1")
        assert answer.status_code == 200
        data = answer.getvalue()
        assert data == browser.get(f"/measurements/{code}/{name}").getvalue()
        assert f"http://testserver/measurements/{code}?analysis=1".encode() in data
    assert program.call("GET", f"/measurements/{code}/cite.bib?analysis=2").json()["code"] == "analysis.none"
    sample = program.call("GET", f"/measurements/{code}").json()["sample"]
    device = program.call("POST", f"/samples/{sample}/devices", {"kind": "cell"}).json()["code"]
    for address in (f"/samples/{sample}/label.pdf?size=62x29", f"/devices/{device}/label.pdf"):
        label = program.call("GET", address)
        assert (label.status_code, label["Content-Type"], label.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert program.call("GET", f"/samples/{sample}/label.pdf?size=1x1").json()["code"] == "label.size"


def test_the_search_finds_each_kind(program: Program, actor: Actor, partner: Person) -> None:
    done = _recorded(program, actor)
    program.call("POST", "/projects", {"title": "Anatase and more"})
    found = program.call("GET", "/search?q=anat").json()
    assert [one["code"] for one in found["samples"]] == [done["sample"]]
    assert [one["code"] for one in found["measurements"]] == [done["code"]]
    assert [one["title"] for one in found["projects"]] == ["Anatase and more"]
    assert [one["title"] for one in program.call("GET", "/search?q=serikov").json()["persons"]] == ["A. Serikov"]
    assert program.call("GET", "/search").status_code == 422
    hidden = Program(partner).call("GET", "/search?q=anat").json()
    assert not any(hidden.values())


@pytest.mark.parametrize("sort", ["", "&sort=crystallite_size"])
@pytest.mark.parametrize("ascending", ["", "&ascending=true"])
def test_the_list_of_measurements_is_walked_forth_and_back(
    program: Program, actor: Actor, monkeypatch: pytest.MonkeyPatch, sort: str, ascending: str
) -> None:
    file = a_file(actor, "anatase.xrdml").sha256
    for _ in range(5):
        program.call("POST", "/measurements", {"file": file, "target": a_sample(actor).code})
    monkeypatch.setitem(queries.listing.__kwdefaults__, "most", 2)  # type: ignore[arg-type]
    pages, after = [], ""
    while True:
        page = program.call("GET", f"/measurements?after={after}{sort}{ascending}").json()
        pages.append([row["code"] for row in page["items"]])
        after = page["after"]
        if not after:
            break
    codes = [code for one in pages for code in one]
    assert ([len(one) for one in pages], len(set(codes))) == ([2, 2, 1], 5)
    back = [pages[-1]]
    while page["before"]:
        page = program.call("GET", f"/measurements?before={page['before']}{sort}{ascending}").json()
        assert page["after"]
        back.append([row["code"] for row in page["items"]])
    assert back == pages[::-1]
    assert program.call("GET", "/measurements?before=zzz").json()["code"] == "list.after"


@pytest.mark.parametrize("part", [[], [559], [[]], {"amount": []}, "10 mg", None, 1])
def test_a_list_is_no_part_of_a_sample(program: Program, actor: Actor, part: object) -> None:
    """Lists passed for objects whose fields all have defaults."""
    code = a_sample(actor).code
    split = program.call("POST", f"/samples/{code}/split", {"parts": [part]})
    assert (split.status_code, split.json()["code"]) == (422, "api.values")
    made = program.call("POST", "/samples", {"title": "x", "steps": [part]})
    assert made.status_code == (201 if isinstance(part, dict) else 422), "a step has no amount to be wrong"
