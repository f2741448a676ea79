"""Pages of agreements: from a standard text to both signatures, amended, compared, proved; what is wrong stands at its field."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jointlab.agreements.drafting import meant
from jointlab.agreements.models import AgreementDraft
from jointlab.agreements.operations import drafts
from jointlab.agreements.queries import listing
from jointlab.agreements.queries.lives import standing_on, today, version_named
from jointlab.agreements.queries.waiting import waits_for_us
from jointlab.agreements.versions import read_version
from jointlab.cases.models import Case
from jointlab.laboratory.operations import projects
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from tests.integration.agreeing import agreed, drafted, in_force, proposed, step
from tests.integration.conftest import signed_in


@pytest.fixture
def guest(partner: Person) -> Actor:
    return actor_of(partner, home="kz")


@pytest.fixture
def ours(researcher: Person) -> Client:
    return signed_in(researcher)


@pytest.fixture
def theirs(partner: Person) -> Client:
    return signed_in(partner)


@pytest.fixture
def other(administrator: Person) -> Client:
    return signed_in(administrator)


def _text(answer: Any) -> str:
    return str(answer.content.decode())


def _page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return _text(answer)


def _signature(seen: str, **more: Any) -> dict[str, Any]:
    scan = SimpleUploadedFile("scan.pdf", b"%PDF-1.7 signed and sealed")
    usual = {
        "seen": seen,
        "scan": scan,
        "signed_on": "",
        "signatory": "Rector",
        "mandate": "Charter, article 5",
        "compared": "on",
    }
    return usual | more


def test_an_empty_list_teaches_with_three_standard_texts(ours: Client) -> None:
    page = _page(ours, "/agreements")
    assert all(f"/agreements/new?text={name}" in page for name in ("framework", "laboratory", "diploma"))


def test_from_a_standard_text_to_both_signatures(actor: Actor, guest: Actor, ours: Client, theirs: Client) -> None:
    begun = ours.post("/agreements/new", {"text": "laboratory", "partner": "nj", "languages": ["en", "ru"]})
    draft = AgreementDraft.objects.get()
    assert begun["Location"] == f"/agreements/drafts/{draft.pk}"
    page = _page(ours, begun["Location"])
    assert "holds examples" in page
    assert "things must change" in page
    refused = ours.post(f"{begun['Location']}/propose", {"note": ""})
    assert (refused.status_code, Case.objects.count()) == (422, 0)
    drafts.edit(actor, draft=draft.pk, document=meant(draft.document), seen=draft.revision)
    assert "This text can be proposed" in _page(ours, begun["Location"])
    address = ours.post(f"{begun['Location']}/propose", {"note": "Please read"})["Location"]
    hash = address.rpartition("/")[2]
    assert "not signed yet" in _page(ours, address)
    assert [case.id for case in waits_for_us(guest)] == [case.id for case in Case.objects.all()]
    page = _page(theirs, address)
    assert f'name="version" value="{hash}"' in page
    case = Case.objects.get()
    assert theirs.post(f"/cases/{case.pk}/agree_second", {"version": hash, "seen": case.head})["Location"] == address
    for client in (theirs, ours):
        assert "Clear it inside our house" in _page(client, f"{address}/sign")
        seen = Case.objects.get().head
        assert (
            client.post(f"{address}/sign", {"office": "Legal office", "ground": "Opinion 12", "seen": seen}).status_code
            == 302
        )
    assert waits_for_us(guest) == []
    assert "Opinion 12" in _page(theirs, address)
    day = today(version_named(hash)).isoformat()  # type: ignore[arg-type]
    for client in (ours, theirs):
        sent = client.post(f"{address}/sign", _signature(Case.objects.get().head, version=hash, signed_on=day))
        assert sent["Location"] == address
    page = _page(ours, address)
    assert "All parties have signed" in page
    assert "Propose amendment" in page
    assert standing_on(hash).state == "in-force"  # type: ignore[union-attr]
    assert f"/agreements/{hash}" in _page(theirs, "/agreements")


def test_what_is_wrong_with_a_signature_stands_at_its_field(actor: Actor, guest: Actor, ours: Client) -> None:
    case = agreed(actor, guest, proposed(actor))
    hash = listing.version_on_table(case)
    for more, said in (
        ({"compared": ""}, "This field is required"),
        ({"signed_on": "2020-01-01"}, "has this hash since"),
        ({"signed_on": "2999-01-01"}, "still to come"),
        ({"mandate_until": "2020-01-01"}, "The mandate was valid until"),
    ):
        day = today(version_named(hash)).isoformat()  # type: ignore[arg-type]
        sent = ours.post(
            f"/agreements/{hash}/sign", _signature(case.head, **({"version": hash, "signed_on": day} | more))
        )
        assert sent.status_code == 422
        assert said in _text(sent)
    stale = ours.post(f"/agreements/{hash}/sign", _signature("0" * 64, version=hash, signed_on=day))
    assert stale.status_code == 409
    assert Case.objects.get(pk=case.pk).state == "frozen"


def test_another_text_is_sent_as_answer(actor: Actor, guest: Actor, ours: Client, theirs: Client) -> None:
    case = proposed(actor)
    hash = listing.version_on_table(case)
    address = theirs.post(f"/agreements/{hash}/answer")["Location"]
    again = theirs.post(f"/agreements/{hash}/answer")["Location"]
    assert address == again
    draft = AgreementDraft.objects.get()
    clause = next(one for one in draft.document["clauses"] if one["kind"] == "free")
    form = {"number": clause["number"], "rev": draft.revision}
    form |= {f"title-{code}": clause["title"][code] for code in clause["title"]}
    form |= {f"text-{code}": f"{clause['text'][code]} More." for code in clause["text"]}
    theirs.post(f"{address}/clauses/{clause['number']}", form)
    assert f"§ {clause['number']}" in _page(theirs, address)
    sent = theirs.post(f"{address}/propose", {"note": "One word more", "seen": case.head})
    other = sent["Location"].rpartition("/")[2]
    assert Case.objects.get(pk=case.pk).state == "with_first"
    compared = _page(ours, f"/agreements/{other}/compare/{hash}")
    assert "<ins> More</ins>" in compared or "More" in compared.partition("<ins>")[2]
    assert compared.count('<section class="card">') == 1
    assert f"/agreements/{other}/compare/{hash}" in _page(ours, f"/agreements/{hash}"), "what was replaced leads on"
    assert "This text took the place of another one" in _page(ours, f"/agreements/{other}")


def test_two_edit_at_once(actor: Actor, ours: Client) -> None:
    draft = drafted(actor)
    address = f"/agreements/drafts/{draft.pk}/clauses/2"
    words = {f"{name}-{code}": "Ours" for name in ("title", "text") for code in ("en", "ru", "kk", "zh")}
    form = {"number": "2", "rev": draft.revision, **words}
    assert ours.post(address, form).status_code == 302
    late = ours.post(address, form | {"text-en": "Typed late"})
    assert late.status_code == 409
    assert "Typed late" in _text(late)
    assert "As it stands in the draft now" in _text(late)
    again = ours.post(address, form | {"text-en": "Typed late", "rev": draft.revision + 1})
    assert again.status_code == 302
    clause = AgreementDraft.objects.get().document["clauses"][1]
    assert clause["text"]["en"] == "Typed late"


def test_terms_are_typed_as_their_kinds_are_declared(actor: Actor, ours: Client) -> None:
    draft = drafted(actor)
    address = f"/agreements/drafts/{draft.pk}/clauses/new?kind=mobility-places"
    form = {
        "number": "77",
        "rev": draft.revision,
        "from": "kz",
        "to": "kz2",
        "levels": ["doctoral", "bachelor"],
        "limit": "five",
        "t-weights-0-what": "semester",
    }
    assert ours.post(address, form)["Location"].endswith("/clauses/77")
    page = _page(ours, f"/agreements/drafts/{draft.pk}/clauses/77")
    assert "“five” is not an exact decimal number" in page
    terms = AgreementDraft.objects.get().document["clauses"][-1]["terms"]
    assert terms == {
        "from": "kz",
        "to": "kz2",
        "levels": ["doctoral", "bachelor"],
        "limit": "five",
        "weights": [{"what": "semester"}],
    }
    moved = ours.post(f"/agreements/drafts/{draft.pk}/clauses/77/move", {"to": "up", "rev": draft.revision + 1})
    assert moved.status_code == 302
    assert [one["number"] for one in AgreementDraft.objects.get().document["clauses"]].index("77") == len(
        draft.document["clauses"]
    ) - 1
    ours.post(f"/agreements/drafts/{draft.pk}/clauses/77/remove", {"rev": draft.revision + 2})
    assert AgreementDraft.objects.get().document["clauses"] == draft.document["clauses"]


def test_projects_are_chosen_by_title(actor: Actor, ours: Client, other: Client) -> None:
    """A restricted project is named to its members alone; what a clause names already stays, whoever looks."""
    known, secret = (
        projects.add(actor, projects.ProjectDraft(title=title, restricted=title == "Тайна"))
        for title in ("Катоды", "Тайна")
    )
    assert (known.slug, secret.slug) == ("kz-p1", "kz-p2")
    draft = drafted(actor)
    number = next(one["number"] for one in draft.document["clauses"] if one["kind"] == "data-sharing")
    address = f"/agreements/drafts/{draft.pk}/clauses/{number}"
    assert all(title in _page(ours, address) for title in ("Катоды", "Тайна"))
    page = _page(other, address)
    assert ("Катоды" in page, "Тайна" in page) == (True, False)
    ours.post(address, {"number": number, "rev": draft.revision, "projects": [known.pk, secret.pk]})
    clause = next(one for one in AgreementDraft.objects.get().document["clauses"] if one["number"] == number)
    assert sorted(clause["terms"]["projects"]) == sorted([known.pk, secret.pk])
    page = _page(other, address)
    assert ("Тайна" in page, f'value="{secret.pk}"' in page) == (False, True)


def test_a_draft_on_paper_says_that_it_is_none_to_sign(actor: Actor, ours: Client) -> None:
    draft = drafts.from_template(actor, template="diploma", partner="nj", languages=["en"])
    answer = ours.get(f"/agreements/drafts/{draft.pk}/preview.pdf")
    assert answer.content.startswith(b"%PDF-")


def test_what_is_downloaded(actor: Actor, guest: Actor, theirs: Client) -> None:
    hash = listing.version_on_table(in_force(actor, guest, template="framework"))
    whole = theirs.get(f"/agreements/{hash}/agreement.json").content
    assert read_version(whole).hash == hash
    days = _page(theirs, f"/agreements/{hash}/calendar.ics")
    assert "SUMMARY:last day: Framework agreement" in days
    assert all(len(line.encode()) <= 75 for line in days.split("\r\n"))
    assert days.count("BEGIN:VEVENT") == _page(theirs, "/agreements/calendar.ics").count("BEGIN:VEVENT") > 1
    one, two = (
        theirs.get(f"/agreements/{hash}/agreement.pdf?{asked}").content for asked in ("language=en", "beside=1")
    )
    assert one.startswith(b"%PDF-")
    assert one != two
    assert theirs.get(f"/agreements/{hash}/agreement.pdf?language=fr").status_code == 400
    redirected = theirs.get(f"/agreements/{version_named(hash).head.agreement}")  # type: ignore[union-attr]
    assert redirected["Location"] == f"/agreements/{hash}"


def test_a_proof_is_checked(actor: Actor, guest: Actor, ours: Client) -> None:
    hash = listing.version_on_table(proposed(actor))
    proof = ours.get(f"/agreements/{hash}/clauses/1/proof.json").content
    grouped = " ".join(hash[at : at + 8] for at in range(0, 64, 8)).upper()
    good = ours.post("/agreements/proof", {"hash": grouped, "text": proof.decode()})
    assert "The proof holds" in _text(good)
    changed = json.loads(proof)
    changed["parts"][1]["part"]["text"]["en"] = "Everything is allowed."
    bad = ours.post(
        "/agreements/proof",
        {"hash": hash, "text": json.dumps(changed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))},
    )
    assert (bad.status_code, "does not lead to the hash" in _text(bad)) == (422, True)
    other = ours.post("/agreements/proof", {"hash": "0" * 64, "file": SimpleUploadedFile("proof.json", proof)})
    assert (other.status_code, "not of 000000" in _text(other)) == (422, True)


def test_an_amendment_says_what_it_changes(actor: Actor, guest: Actor, ours: Client) -> None:
    hash = listing.version_on_table(in_force(actor, guest))
    address = ours.post(f"/agreements/{hash}/amend", {"cases": "new"})["Location"]
    draft = AgreementDraft.objects.get()
    document = meant(draft.document)
    places = next(one for one in document["clauses"] if one["kind"] == "mobility-places")
    places["terms"]["limit"], places["text"]["en"] = "8", "Up to eight persons."
    drafts.edit(actor, draft=draft.pk, document=document, seen=draft.revision)
    after = ours.post(f"{address}/propose", {"note": ""})["Location"]
    page = _page(ours, f"{after}/sign")
    assert f"changes clauses {places['number']}" in page
    assert "<ins>eight</ins> persons" in page
    assert f"/agreements/{after.rpartition('/')[2]}" in _page(ours, f"/agreements/{hash}")
    case = Case.objects.get(state="with_second")
    step(guest, case, "reject_second", why="Too many")
    assert "Rejected" in _page(ours, after)


def test_nobody_else_sees_it(actor: Actor, guest: Actor, ours: Client, theirs: Client) -> None:
    draft = drafted(actor)
    assert theirs.get(f"/agreements/drafts/{draft.pk}").status_code == 404
    assert ours.get(f"/agreements/{'0' * 64}").status_code == 404
    assert ours.get("/agreements/kz:none").status_code == 404
