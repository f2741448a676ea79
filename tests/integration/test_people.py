"""Pages about people, projects and instruments, as three persons: own side, partner, stranger."""

import pytest
from django.test import Client

from jointlab.errors import BadInput, Conflict, NotAllowed
from jointlab.history.identifiers import new_id
from jointlab.history.models import Entry
from jointlab.history.operations import write
from jointlab.laboratory.models import Instrument, Project
from jointlab.laboratory.operations import instruments, projects
from jointlab.ledger.entries import unseal
from jointlab.people import operations
from jointlab.people.actors import actor_of
from jointlab.people.models import Person, Token, Viewing
from jointlab.people.records import PersonRecord
from tests.integration.conftest import PASSWORD, signed_in
from tests.integration.partner import Partner


@pytest.fixture
def boss(administrator: Person) -> Client:
    return signed_in(administrator)


def test_an_administrator_adds_a_person_who_then_signs_in(boss: Client) -> None:
    page = boss.get("/people/new")
    assert page.status_code == 200
    typed = {
        "name": "Z. Abenova",
        "institution": "kz",
        "role": "reader",
        "login": "Abenova",
        "password": PASSWORD,
        "active": "on",
    }
    assert boss.post("/people/new", typed).status_code == 302
    fresh = Client()
    assert fresh.post("/sign-in", {"username": "abenova", "password": PASSWORD}).status_code == 302
    assert fresh.get("/people/new").status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("orcid", "0000-0002-1825-0098", "check digit"),
        ("password", "123456789012", "entirely numeric"),
        ("name", " ", "required"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_the_rest_stays(boss: Client, field: str, value: str, said: str) -> None:
    typed = {
        "name": "Z. Abenova",
        "institution": "kz",
        "role": "reader",
        "login": "abenova",
        "password": PASSWORD,
        "active": "on",
    }
    answer = boss.post("/people/new", {**typed, field: value})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert said in text
    assert 'value="abenova"' in text
    assert not Person.objects.filter(name="Z. Abenova").exists()


def test_an_orcid_with_its_check_digit_is_taken(administrator: Person) -> None:
    actor = actor_of(administrator, home="kz")
    for orcid in ("0000-0002-1825-0097", "0000-0002-9079-593X"):  # ORCID's own examples
        operations.invite(actor, PersonRecord("X", "kz", "reader", orcid=orcid), login="", password="")


def test_an_administrator_cannot_shut_out_himself(administrator: Person) -> None:
    actor = actor_of(administrator, home="kz")
    with pytest.raises(BadInput, match="yourself"):
        operations.change_person(actor, person=administrator, record=PersonRecord("D", "kz", "reader"), expected_rev=1)


def test_two_administrators_editing_one_person(boss: Client, researcher: Person) -> None:
    typed = {"name": "Aidar Serikov", "institution": "kz", "role": "reader", "active": "on", "rev": "1"}
    assert boss.post(f"/people/{researcher.id}/edit", typed).status_code == 302
    stale = boss.post(f"/people/{researcher.id}/edit", {**typed, "name": "Other"})
    assert stale.status_code == 422
    assert "meanwhile" in stale.content.decode()
    assert Person.objects.get(id=researcher.id).name == "Aidar Serikov"


def test_who_read_personal_data_is_noted(boss: Client, administrator: Person, researcher: Person) -> None:
    boss.get(f"/people/{researcher.id}")
    assert Viewing.objects.get(of=researcher.id).by == administrator
    own = signed_in(researcher).get(f"/people/{researcher.id}")
    assert "D. Omarova" in own.content.decode()
    assert Viewing.objects.filter(of=researcher.id).count() == 1  # reading one's own is nobody's business


def test_a_partner_sees_nobody_but_own_people_and_common_projects(
    partner: Person, researcher: Person, administrator: Person
) -> None:
    browser = signed_in(partner)
    assert browser.get(f"/people/{researcher.id}").status_code == 404
    projects.add(actor_of(researcher, home="kz"), projects.ProjectDraft("Cathodes", members=(partner.id,)))
    assert browser.get(f"/people/{researcher.id}").status_code == 200
    assert browser.get(f"/people/{administrator.id}").status_code == 404
    assert "Omarova" not in browser.get("/people").content.decode()


@pytest.mark.parametrize(
    "address", ["/people", "/people/new", "/people/x", "/people/x/edit", "/people/x/password", "/account", "/projects", "/projects/new", "/projects/x", "/projects/x/edit", "/instruments", "/instruments/new", "/instruments/x", "/instruments/x/edit"],
)  # fmt: skip
def test_a_stranger_is_sent_to_sign_in(node: None, address: str) -> None:
    answer = Client().get(address)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in")


def test_a_restricted_project_is_not_there_for_others(
    researcher: Person, administrator: Person, partner: Person
) -> None:
    projects.add(actor_of(researcher, home="kz"), projects.ProjectDraft("Secret alloy", restricted=True))
    assert signed_in(researcher).get("/projects/secret-alloy").status_code == 200
    for other in (administrator, partner):
        assert signed_in(other).get("/projects/secret-alloy").status_code == 404
        assert "Secret alloy" not in signed_in(other).get("/projects").content.decode()


def test_projects_are_made_and_changed_on_pages(researcher: Person) -> None:
    browser = signed_in(researcher)
    typed = {"title": "Cathodes for cold climates", "kind": "applied", "members": [researcher.id]}
    assert browser.post("/projects/new", typed)["Location"] == "/projects/cathodes-for-cold-climates"
    assert browser.post("/projects/new", typed).status_code == 422  # the short name is taken
    answer = browser.post("/projects/cathodes-for-cold-climates/edit", {**typed, "closed": "on", "rev": "1"})
    assert answer.status_code == 302
    assert Project.objects.get().closed
    assert browser.get("/projects/cathodes-for-cold-climates").status_code == 200


def test_instruments_and_their_drives(boss: Client, administrator: Person, researcher: Person) -> None:
    typed = {"name": "X’Pert Pro", "zone": "Asia/Almaty", "computer": "xrd-pc", "place": "Room 12"}
    assert boss.post("/instruments/new", typed)["Location"] == "/instruments/xpert-pro"
    page = boss.post("/instruments/xpert-pro")
    token = Token.objects.get()
    assert "jl_" in page.content.decode()
    assert "jl_" not in boss.get("/instruments/xpert-pro").content.decode()
    own = signed_in(researcher)
    assert own.post("/instruments/xpert-pro").status_code == 403
    assert own.post(f"/instruments/xpert-pro/tokens/{token.id}/revoke").status_code == 403
    assert boss.post(f"/instruments/xpert-pro/tokens/{token.id}/revoke").status_code == 302
    token.refresh_from_db()
    assert token.revoked_at


def test_what_is_remembered_for_an_instrument_can_be_forgotten(administrator: Person, researcher: Person) -> None:
    made = instruments.add(actor_of(administrator, home="kz"), name="FTIR", zone="Asia/Almaty")
    instruments.remember(actor_of(researcher, home="kz"), instrument=made, settings={"decimal": "comma"})
    browser = signed_in(researcher)
    assert "comma" in browser.get("/instruments/ftir").content.decode()
    browser.post("/instruments/ftir/forget", {"key": "decimal"})
    assert Instrument.objects.get().settings == {}


def test_instruments_refuse_what_cannot_be(administrator: Person, researcher: Person) -> None:
    boss = actor_of(administrator, home="kz")
    with pytest.raises(BadInput, match="time zone"):
        instruments.add(boss, name="FTIR", zone="Mars/Olympus")
    instruments.add(boss, name="FTIR", zone="Asia/Almaty")
    with pytest.raises(Conflict):
        instruments.add(boss, name="ftir", zone="Asia/Almaty")
    with pytest.raises(NotAllowed):
        instruments.add(actor_of(researcher, home="kz"), name="Other", zone="Asia/Almaty")


def test_an_account_page_does_what_it_says(researcher: Person) -> None:
    browser = Client()
    browser.post("/sign-in", {"username": "serikov", "password": PASSWORD})
    assert browser.get("/account").status_code == 200
    made = browser.post("/account", {"form": "token", "name": "notebook", "scope": "write", "days": "30"})
    assert "jl_" in made.content.decode()
    wrong = browser.post("/account", {"form": "password", "old": "x", "password": "another long password"})
    assert "not your present password" in wrong.content.decode()
    assert (
        browser.post("/account", {"form": "password", "old": PASSWORD, "password": "another long password"}).status_code
        == 302
    )
    assert browser.get("/account").status_code == 200  # this session stays
    set_language = browser.post("/account", {"form": "preferences", "language": "kk"})
    assert set_language.cookies["jointlab_almaty_language"].value == "kk"
    assert browser.post("/sign-out").status_code == 302
    assert browser.get("/account").status_code == 302


def test_persons_from_before_there_were_partners_become_known_to_them(node: None, researcher: Person) -> None:
    assert operations.complete_colleagues() == 0
    write(type="person/1", id=new_id(), body=PersonRecord("Z. Early", "kz", "researcher"), expected_rev=0)
    assert operations.complete_colleagues() == 1
    assert operations.complete_colleagues() == 0
    told = Entry.objects.filter(type="colleague/1").order_by("-pk")[0]
    assert unseal(bytes(told.body or b""))["name"] == "Z. Early"


def test_a_person_known_from_the_partners_node_has_no_role_here_and_is_not_changed(
    boss: Client, administrator: Person
) -> None:
    nanjing = Partner()
    nanjing.pair()
    known, _ = nanjing.begin()
    nanjing.followed()
    row = Person.objects.get(id=known)
    listed = next(line for line in boss.get("/people").content.decode().split("<tr>") if "Wang Lei" in line)
    assert "person of the partner" in listed and "Nanjing, in its own words" in listed
    assert "Reader" not in listed and "works here" not in listed
    page = boss.get(f"/people/{known}").content.decode()
    assert "person of the partner" in page and "kept by the Nanjing node" in page
    assert "Reader" not in page and f"/people/{known}/edit" not in page
    typed = {"name": "Other", "institution": "nj", "role": "researcher", "active": "on", "rev": "1"}
    assert boss.get(f"/people/{known}/edit").status_code == 403
    assert boss.post(f"/people/{known}/edit", typed).status_code == 403
    assert boss.get(f"/people/{known}/password").status_code == 403
    with pytest.raises(NotAllowed, match="changed there only") as refused:
        operations.change_person(
            actor_of(administrator, home="kz"),
            person=row,
            record=PersonRecord("Other", "nj", "researcher"),
            expected_rev=1,
        )
    assert refused.value.code == "people.foreign"
    row.refresh_from_db()
    assert (row.name, row.role) == ("Wang Lei", "reader")


def test_a_patent_hold_is_set_and_shown_and_lifted(researcher: Person) -> None:
    client = signed_in(researcher)
    made = client.post("/projects/new", {"title": "Cathodes", "kind": "education", "patent_hold": "on"})
    page = client.get(made.headers["Location"]).content.decode()
    assert "patent hold" in page
    assert "Education" in page
    slug = made.headers["Location"].rpartition("/")[2]
    client.post(f"/projects/{slug}/edit", {"title": "Cathodes", "kind": "education", "rev": "1"})
    assert "patent hold" not in client.get(made.headers["Location"]).content.decode()
