"""The printed files of an agreement: made once when its text is frozen, named by the signed step, served as they were stored."""

import re
from hashlib import sha256

import pytest
from django.test import Client

from jointlab import printing
from jointlab.agreements import case_kinds
from jointlab.agreements.queries.listing import version_on_table
from jointlab.cases.models import Case, CaseFile, CaseStep
from jointlab.errors import BadInput, Conflict, Unavailable
from jointlab.history.blobs import store
from jointlab.history.erasure import erase
from jointlab.history.models import Blob
from jointlab.history.rebuild import projection_digest, rebuild
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from tests.integration.agreeing import proposed, step
from tests.integration.conftest import signed_in

NAMES = {"paper", "paper_beside", "paper_en", "paper_ru", "paper_kk", "paper_zh"}


@pytest.fixture
def guest(partner: Person) -> Actor:
    return actor_of(partner, home="kz")


@pytest.fixture
def ours(researcher: Person) -> Client:
    return signed_in(researcher)


def _frozen(actor: Actor, guest: Actor) -> tuple[Case, dict[str, str]]:
    """A text that is agreed to, and the files that the step names."""
    case = proposed(actor)
    case = step(guest, case, "agree_second", version=version_on_table(case))
    row = CaseStep.objects.get(step="agree_second")
    return case, {name: value for name, value in row.form.items() if name not in ("version", "printer")}


def _address(case: Case, query: str = "") -> str:
    return f"/agreements/{version_on_table(case)}/agreement.pdf{query}"


def test_the_freezing_step_names_every_file_and_these_are_served(actor: Actor, guest: Actor, ours: Client) -> None:
    case, files = _frozen(actor, guest)
    assert files.keys() == NAMES and len(set(files.values())) == 6
    assert set(Blob.objects.values_list("sha256", flat=True)) >= set(files.values())
    assert {row.sha256: row.size for row in CaseFile.objects.all()} == {
        one: store().path(one).stat().st_size for one in files.values()
    }
    for query, name in (("", "paper"), ("?beside=1", "paper_beside"), ("?language=kk", "paper_kk")):
        answer = ours.get(_address(case, query))
        assert answer.content == store().path(files[name]).read_bytes()
        assert sha256(answer.content).hexdigest() == files[name]
        assert answer["Repr-Digest"].startswith("sha-256=:")
    page = ours.get(_address(case).replace("/agreement.pdf", "")).content.decode()
    assert all(f'class="sum">{one}<' in page for one in files.values())
    assert "Printed once" in page
    before = projection_digest()
    rebuild()
    assert projection_digest() == before


def test_stored_bytes_are_served_not_printed_again(
    actor: Actor, guest: Actor, ours: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, _ = _frozen(actor, guest)
    first = ours.get(_address(case)).content
    monkeypatch.setattr("jointlab.agreements.queries.papers.render", _no_printer)
    assert ours.get(_address(case)).content == first


def _no_printer(*args: object, **more: object) -> bytes:
    raise AssertionError("what is stored is not printed again")


@pytest.mark.damages
def test_a_file_that_has_not_come_is_said_to_be_away(actor: Actor, guest: Actor, ours: Client) -> None:
    case, files = _frozen(actor, guest)
    store().remove(files["paper"])
    answer = ours.get(_address(case))
    assert answer.status_code == 404
    assert files["paper"] in answer.content.decode() and "has not come here yet" in answer.content.decode()
    page = ours.get(_address(case).replace("/agreement.pdf", "")).content.decode()
    assert len(re.findall("not here yet", page)) == 1


def test_a_text_frozen_before_files_were_recorded_is_printed_on_request(
    actor: Actor, guest: Actor, ours: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_kinds, "printed_all", lambda hash: {})
    case, files = _frozen(actor, guest)
    assert files == {}
    assert ours.get(_address(case)).content.startswith(b"%PDF-")
    page = ours.get(_address(case).replace("/agreement.pdf", "")).content.decode()
    assert "Printed when you ask for it" in page


def test_an_erased_freezing_takes_its_files_along(actor: Actor, guest: Actor, ours: Client) -> None:
    case, files = _frozen(actor, guest)
    gone = erase(id=CaseStep.objects.get(step="agree_second").id, by=actor.person, why="law")
    assert set(gone.blobs) == set(files.values())
    assert Case.objects.get(pk=case.pk).state == "frozen"
    page = ours.get(_address(case).replace("/agreement.pdf", "")).content.decode()
    assert "Printed when you ask for it" in page
    assert ours.get(_address(case)).content.startswith(b"%PDF-")
    before = projection_digest()
    rebuild()
    assert projection_digest() == before


def test_nobody_else_puts_a_file_there(actor: Actor, guest: Actor) -> None:
    case = proposed(actor)
    with pytest.raises(BadInput) as refused:
        step(guest, case, "agree_second", version=version_on_table(case), paper="0" * 64)
    assert refused.value.code == "case.made"
    assert Case.objects.get(pk=case.pk).state == "with_second"


def test_nothing_is_printed_for_a_step_that_is_refused(
    actor: Actor, guest: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = proposed(actor)
    monkeypatch.setattr(case_kinds, "printed_all", _no_printer)
    with pytest.raises(Conflict, match="has the hash"):
        step(guest, case, "agree_second", version="0" * 64)


def test_a_text_that_takes_too_long_is_not_frozen(actor: Actor, guest: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    case = proposed(actor)
    monkeypatch.setattr(printing, "SECONDS", 0.01)
    with pytest.raises(Unavailable) as late:
        step(guest, case, "agree_second", version=version_on_table(case))
    assert late.value.code == "printing.slow"
    assert Case.objects.get(pk=case.pk).state == "with_second"
    assert not CaseFile.objects.exists()
