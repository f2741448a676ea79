"""What leaves the house about agreements: treaties that they refer to, lists by forms, the API beside that of cases."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from jointlab.agreements.models import AgreementDraft, FormTemplate, Reference
from jointlab.agreements.operations import references
from jointlab.agreements.proofs import check_proof
from jointlab.agreements.queries import listing, ministry
from jointlab.agreements.queries.references import entered_by_title
from jointlab.agreements.versions import read_version
from jointlab.errors import NotAllowed
from jointlab.history.rebuild import projection_digest, rebuild
from jointlab.people import tokens
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from tests.integration.agreeing import drafted, in_force, proposed
from tests.integration.conftest import signed_in
from tests.integration.stays import FIRST, granted, nominated, took


@pytest.fixture
def guest(partner: Person) -> Actor:
    return actor_of(partner, home="kz")


@pytest.fixture
def ours(researcher: Person) -> Client:
    return signed_in(researcher)


def _page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def _got(actor: Actor, address: str, status: int = 200) -> Any:
    secret = tokens.make(actor, name="test", scope="read").secret
    answer = Client().get(f"/api/v1{address}", headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == status, answer.content
    return answer


def test_a_treaty_is_entered_with_its_text_and_a_draft_refers_to_it(actor: Actor, ours: Client) -> None:
    page = _page(ours, "/agreements/references")
    assert "No treaty or initiative yet" in page
    assert "Known by the standard texts" in page
    assert ours.post("/agreements/references/new", {"kind": "treaty"}).status_code == 422
    wrong = {"kind": "treaty", "title-en": "x", "on": "2020-01-01", "in_force": "2019-01-01"}
    assert "comes after the last" in ours.post("/agreements/references/new", wrong).content.decode()
    file = SimpleUploadedFile("charter.pdf", b"%PDF charter")
    sent = {"kind": "treaty", "title-ru": "Хартия", "text-ru": "Статья 3", "on": "2002-06-07", "brought": [file]}
    address = ours.post("/agreements/references/new", sent)["Location"]
    row = Reference.objects.get()
    page = _page(ours, address)
    assert all(word in page for word in ("Хартия", "Статья 3", "charter.pdf", "None yet"))
    assert b"".join(ours.get(f"{address}/files/{row.files['charter.pdf']}").streaming_content) == b"%PDF charter"  # type: ignore[attr-defined]
    assert ours.get(f"{address}/files/{'0' * 64}").status_code == 404
    draft = drafted(actor, template="framework")
    head = f"/agreements/drafts/{draft.pk}/head"
    assert "Refer also to" in _page(ours, head)
    kept = draft.document["head"]
    form = {
        "rank": "framework",
        "precedence": "equal",
        "zone": "Asia/Almaty",
        "rev": str(draft.revision),
        "refer": [row.pk],
    }
    form |= {f"language-{at}": one for at, one in enumerate(kept["languages"])} | {
        f"title-{one}": text for one, text in kept["title"].items()
    }
    form |= {
        f"party-{at}-{one}": text for at, party in enumerate(kept["parties"]) for one, text in party["names"].items()
    }
    assert ours.post(head, form).status_code == 302
    refers = AgreementDraft.objects.get().document["head"]["refers"]
    assert [(one["kind"], one["title"]["en"], one["on"]) for one in refers] == [("treaty", "Хартия", "2002-06-07")]
    assert "Refer also to" not in _page(ours, head)


def test_the_list_tells_which_agreements_refer_to_a_treaty(actor: Actor, guest: Actor, ours: Client) -> None:
    charter = references.add_known(actor, key="sco-charter")
    case = in_force(actor, guest, template="framework")
    assert f"/agreements/{listing.version_on_table(case)}" in _page(ours, f"/agreements/references/{charter.pk}")
    assert "/agreements/references/known/sco-charter" not in _page(ours, "/agreements/references")


def test_what_agreements_name_is_listed_before_anybody_enters_it(actor: Actor, guest: Actor, ours: Client) -> None:
    hash = listing.version_on_table(in_force(actor, guest, template="framework"))
    page = _page(ours, "/agreements/references")
    assert "Named by agreements, not entered yet" in page
    assert "No treaty or initiative yet" not in page
    assert "Known by the standard texts" not in page
    assert "/agreements/references/new?in=" in page
    assert 'href="/agreements/references">Charter of the Shanghai' in _page(ours, "/agreements")
    form = _page(ours, f"/agreements/references/new?in={hash}&at=0")
    assert 'value="上海合作组织宪章"' in form
    assert 'value="2002-06-07"' in form
    assert 'value="2002-06-07"' not in _page(ours, f"/agreements/references/new?in={hash}&at=99")
    assert ours.get(f"/agreements/references/new?in={'0' * 64}&at=0").status_code == 404
    charter = references.add_known(actor, key="sco-charter")
    address = f'href="/agreements/references/{charter.pk}"'
    assert all(address in _page(ours, one) for one in ("/agreements", f"/agreements/{hash}", "/agreements/references"))


def test_a_treaty_is_corrected_and_what_was_signed_stays(actor: Actor, guest: Actor, ours: Client) -> None:
    charter = references.add(
        actor,
        kind="treaty",
        title={"en": "Charter of the Shanghai Cooperation Organisation"},
        files={"a.pdf": [b"%PDF a"]},
    )
    hash = listing.version_on_table(in_force(actor, guest, template="framework"))
    address = f"/agreements/references/{charter.pk}"
    assert f"{address}/correct" in _page(ours, address)
    form = _page(ours, f"{address}/correct")
    assert 'name="rev" value="1"' in form
    assert "a.pdf" in form
    sent = {"kind": "treaty", "title-en": "SCO Charter", "on": "2002-06-07", "rev": "1", "keep": ["a.pdf"]}
    assert ours.post(f"{address}/correct", sent | {"title-en": ""}).status_code == 422
    assert "comes after the last" in ours.post(f"{address}/correct", sent | {"in_force": "2001-01-01"}).content.decode()
    assert ours.post(f"{address}/correct", sent)["Location"] == address
    row = Reference.objects.get()
    assert (row.rev, row.title, list(row.files), len(row.formerly)) == (2, {"en": "SCO Charter"}, ["a.pdf"], 1)
    page = _page(ours, address)
    assert "Called before it was corrected:" in page
    assert f"/agreements/{hash}" in page, "a signed text is found by the title that it was signed with"
    assert "Charter of the Shanghai Cooperation Organisation" in _page(ours, f"/agreements/{hash}")
    stale = ours.post(f"{address}/correct", sent | {"title-en": "Charter, anew"})
    assert stale.status_code == 409
    assert all(
        one in stale.content.decode() for one in ("As it stands now", "SCO Charter", "Charter, anew", 'value="2"')
    )
    assert (
        ours.post(f"{address}/correct", sent | {"title-en": "Charter, anew", "rev": "2", "keep": []}).status_code == 302
    )
    row.refresh_from_db()
    assert (row.rev, row.files, len(row.formerly)) == (3, {}, 2)
    before = projection_digest()
    assert rebuild().changed == ()
    assert projection_digest() == before


def test_only_our_own_side_corrects_what_our_house_entered(actor: Actor, guest: Actor, partner: Person) -> None:
    charter = references.add(guest, kind="treaty", title={"en": "SCO Charter"})
    with pytest.raises(NotAllowed) as caught:
        references.correct(guest, reference=charter.pk, seen=1, kind="treaty", title={"en": "x"})
    assert caught.value.code == "reference.not-yours"
    assert "/correct" not in _page(signed_in(partner), f"/agreements/references/{charter.pk}")
    assert references.correct(actor, reference=charter.pk, seen=1, kind="treaty", title={"en": "Charter"}).rev == 2


def test_what_a_partner_entered_takes_no_link_from_ours(actor: Actor, guest: Actor) -> None:
    ours = references.add(actor, kind="treaty", title={"en": "SCO Charter"})
    references.correct(actor, reference=ours.pk, seen=1, kind="treaty", title={"en": "Charter"})
    theirs = Reference(
        id="nj:1", kind="treaty", title={"en": "Charter", "ru": "SCO Charter", "zh": "宪章"}, formerly=["Treaty of 1992"], by_id=actor.person,
        on=date(2002, 6, 7), at=ours.at,
    )  # fmt: skip
    theirs.save()
    assert entered_by_title(actor) == {"SCO Charter": ours.pk, "Charter": ours.pk, "宪章": "nj:1"}
    theirs.delete()  # no log here gives it


def test_the_list_counts_what_runs_under_each_agreement(actor: Actor, guest: Actor, ours: Client) -> None:
    hash = granted(actor, guest)
    assert "1 case" not in _page(ours, "/agreements")
    case = nominated(actor, actor.person, hash)
    nominated(
        actor, actor.person, hash, first=(FIRST + timedelta(200)).isoformat(), last=(FIRST + timedelta(280)).isoformat()
    )
    assert '<span class="nw">2 cases</span>' in _page(ours, "/agreements")
    took(actor, case, "withdraw", why="Ill")
    assert '<span class="nw">1 case</span>' in _page(ours, "/agreements")


def test_a_list_speaks_the_language_of_the_page(actor: Actor, guest: Actor, ours: Client) -> None:
    in_force(actor, guest)
    with translation.override("ru"):
        lines = ministry.as_csv(actor).decode("utf-8-sig").splitlines()
    assert lines[0] == "№,Название,Стороны,Страны,Подписано,Действует с,Действует до,Состояние"
    assert "Соглашение о совместной международной лаборатории" in lines[1]
    page = ours.get("/agreements/exports/forms/new", headers={"accept-language": "zh-hans"}).content.decode()
    assert 'value="有效期至"' in page
    assert 'value="Title"' not in page
    assert page.count("选填") == 0


def test_the_office_writes_the_form_of_its_list(actor: Actor, guest: Actor, ours: Client) -> None:
    in_force(actor, guest)
    proposed(actor, template="diploma")
    page = _page(ours, "/agreements/exports")
    assert "Your ministry asks for other columns?" in page
    lines = ours.get("/agreements/exports/list.csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    form = {
        "name": "Форма 7", "order-0": "2", "title-0": "Название", "value-0": "title_ru", "order-1": "1", "title-1": "ВУЗ", "value-1": "fixed",
        "words-1": "КазНУ", "order-2": "3", "title-2": "", "value-2": "",
    }  # fmt: skip
    for more, said in (
        ({"title-0": ""}, "needs a heading"), ({"value-0": ""}, "Choose what stands in it"), ({"words-1": ""}, "Write the words"),
        ({"name": ""}, "required"), ({"value-0": "salary"}, "Select a valid choice"),
    ):  # fmt: skip
        answer = ours.post("/agreements/exports/forms/new", form | more)
        assert (answer.status_code, said in answer.content.decode()) == (422, True), more
    assert ours.post("/agreements/exports/forms/new", form)["Location"] == "/agreements/exports"
    row = FormTemplate.objects.get()
    lines = ours.get("/agreements/exports/list.csv?form=Форма 7").content.decode("utf-8-sig").splitlines()
    assert lines[0] == "ВУЗ,Название"
    assert lines[1].startswith("КазНУ,")
    address = f"/agreements/exports/forms/{row.pk}"
    assert 'value="КазНУ"' in _page(ours, address)
    again = form | {"name": "Форма 8", "order-0": "1", "order-1": "2", "more": "1"}
    assert ours.post(address, again)["Location"] == address
    row.refresh_from_db()
    assert (row.name, [title for title, _ in row.columns]) == ("Форма 8", ["Название", "ВУЗ"])
    ours.post("/agreements/exports/forms/new", form)
    assert "Another form is called" in ours.post(address, form).content.decode()
    ours.post(f"{address}/delete")
    assert [one.name for one in FormTemplate.objects.all()] == ["Форма 7"]


def test_programs_read_what_pages_show(actor: Actor, guest: Actor) -> None:
    hash = granted(actor, guest)
    waiting = listing.version_on_table(proposed(actor, template="diploma"))
    found = _got(actor, "/agreements").json()
    assert {one["current"] for one in found} == {hash, waiting}
    assert found == _got(guest, "/agreements").json()
    whole = _got(actor, f"/agreements/{hash}").json()
    assert (whole["standing"]["state"], whole["institutions"], whole["hash"]) == ("in-force", ["kz", "nj"], hash)
    terms = next(one["terms"] for one in whole["clauses"] if one["number"] == "5.1")
    assert (terms["from"], terms["to"]) == ("kz", "nj")
    assert [one["hash"] for one in whole["versions"]] == [hash]
    assert _got(actor, f"/cases/{whole['case']}").json()["state"] == "signed"
    before = (date.fromisoformat(whole["standing"]["first"]) - timedelta(400)).isoformat()
    assert _got(actor, f"/agreements/{hash}?on={before}").json()["standing"]["state"] == "unsigned"
    assert _got(actor, f"/agreements/{waiting}").json()["standing"]["waits_for"] == ["kz", "nj"]
    assert read_version(_got(actor, f"/agreements/{hash}/version.json").content.decode()).hash == hash
    proof = _got(actor, f"/agreements/{hash}/clauses/5.1/proof").content
    assert [one["part"] for one in check_proof(proof, hash).shown] == ["head", "clause"]
    assert json.loads(_got(actor, f"/agreements/{hash}/clauses/99/proof", 404).content)["code"] == "agreement.clause"
    places = _got(actor, f"/agreements/{hash}/places").json()
    assert [(one["clause"], one["source"], one["used"]) for one in places] == [("5.1", "kz", "0"), ("5.2", "nj", "0")]
    assert "BEGIN:VCALENDAR" in _got(actor, f"/agreements/{hash}/calendar.ics").content.decode()
    assert _got(actor, "/agreements/calendar.ics").content.decode().count("BEGIN:VEVENT") > 1
    assert _got(actor, "/agreements/list.csv").content.decode("utf-8-sig").startswith("No.,Title")
    assert _got(actor, "/agreements/list.csv?form=none", 404).json()["code"] == "form.none"
    assert _got(actor, f"/agreements/{'0' * 64}", 404).json()["code"] == "agreement.unknown"
    assert _got(actor, "/agreements/nonsense", 422).json()["code"] == "api.values"
    assert [one["kind"] for one in _got(actor, "/agreements/references").json()] == []


def test_the_page_tells_the_places_of_each_clause(actor: Actor, guest: Actor, ours: Client) -> None:
    hash = granted(actor, guest)
    page = _page(ours, f"/agreements/{hash}")
    assert "in all, 0 used, 0 reserved" in page
    assert "Nothing is shared under it yet" in page
