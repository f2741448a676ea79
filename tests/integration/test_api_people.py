"""Persons, tokens and instruments through the API: what an administrator's program does, and what one's own does."""

import json
from typing import Any

import pytest
from django.test import Client

from jointlab.people.models import Account, Person, Token
from tests.integration.conftest import PASSWORD
from tests.integration.test_api import Program

NEW = {"name": "E. New", "institution": "kz", "role": "researcher", "email": "e@kaznu.kz"}


@pytest.fixture
def office(administrator: Person) -> Program:
    return Program(administrator, "administer")


def test_a_person_is_made_signs_in_changes_and_leaves(office: Program) -> None:
    made = office.call("POST", "/people", {**NEW, "login": "New", "password": "a sentence long enough"})
    assert (made.status_code, made.json()["rev"]) == (201, 1), made.content
    id = made.json()["id"]
    assert Client().login(username="new", password="a sentence long enough")
    Person.objects.filter(id=id).update(names={"ru": "Е. Новый"})
    changed = office.call("PUT", f"/people/{id}", {**NEW, "name": "E. Newer", "rev": 1})
    assert (changed.json()["name"], changed.json()["rev"]) == ("E. Newer", 2)
    assert Person.objects.get(id=id).names == {"ru": "Е. Новый"}, "names in other scripts stay"
    stale = office.call("PUT", f"/people/{id}", {**NEW, "rev": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "history.stale")
    assert office.call("POST", f"/people/{id}/password", {"password": "quite another sentence"}).status_code == 204
    browser = Client()
    assert browser.login(username="new", password="quite another sentence")
    assert browser.get("/samples").status_code == 200
    assert office.call("PUT", f"/people/{id}", {**NEW, "active": False, "rev": 2}).json()["active"] is False
    assert browser.get("/samples").status_code == 302


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"email": "nobody"}, "people.email"), ({"orcid": "0000-0002-1825-0098"}, "people.orcid"), ({"role": "king"}, "people.role"),
        ({"institution": "xx"}, "people.institution"), ({"login": "x", "password": "short"}, "people.password"),
        ({"name": " "}, "words.empty"), ({"name": "x" * 201}, "api.values"), ({"login": "omarova", "password": "a sentence long enough"}, "people.login"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_person_is_told(office: Program, given: dict[str, str], code: str) -> None:
    before = Person.objects.count()
    answer = office.call("POST", "/people", {**NEW, **given})
    assert (answer.json()["code"], Person.objects.count()) == (code, before)
    assert answer.status_code in (400, 409, 422)


def test_nobody_shuts_himself_out(office: Program, administrator: Person) -> None:
    answer = office.call(
        "PUT", f"/people/{administrator.id}", {"name": "D. Omarova", "institution": "kz", "role": "reader", "rev": 1}
    )
    assert answer.json()["code"] == "people.last-way-in"


def test_ones_own_password_needs_the_old_one(researcher: Person) -> None:
    program, address = Program(researcher), f"/people/{researcher.id}/password"
    for old in (None, "wrong"):
        answer = program.call("POST", address, {"password": "quite another sentence", "old": old})
        assert (answer.status_code, answer.json()["code"]) == (400, "people.old-password")
    assert program.call("POST", address, {"password": "quite another sentence", "old": PASSWORD}).status_code == 204
    assert Account.objects.get(person=researcher).check_password("quite another sentence")


def test_tokens_are_made_listed_revoked_and_never_wider(researcher: Person, administrator: Person) -> None:
    program = Program(researcher)
    made = program.call("POST", "/tokens", {"name": "notebook", "scope": "read", "days": 30})
    assert made.status_code == 201, made.content
    reading = Client(headers={"authorization": f"Bearer {made.json()['secret']}"})
    assert reading.get("/api/v1/me").json()["rights"] == ["read"]
    again = reading.post("/api/v1/tokens", json.dumps({"name": "x"}), content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (403, "people.no-right")
    wider = program.call("POST", "/tokens", {"name": "x", "scope": "administer"})
    assert (wider.status_code, wider.json()["code"]) == (403, "people.no-right")
    narrow = Program(administrator, "write").call("POST", "/tokens", {"name": "x", "scope": "administer"})
    assert narrow.status_code == 403, "a token makes none that opens more than itself"
    listed = program.call("GET", "/tokens").json()
    assert [one["name"] for one in listed] == ["notebook", "test"]
    assert made.json()["secret"] not in json.dumps(listed)
    assert program.call("POST", f"/tokens/{made.json()['id']}/revoke").status_code == 204
    assert reading.get("/api/v1/me").status_code == 401
    assert program.call("POST", f"/tokens/{made.json()['id']}/revoke").status_code == 404
    for days in (0, 1096, 10**30):
        assert program.call("POST", "/tokens", {"name": "x", "days": days}).status_code in (400, 422)


def test_only_an_administrator_is_offered_an_administering_token(researcher: Person, administrator: Person) -> None:
    def asked(person: Person) -> Any:
        client = Client()
        client.force_login(person.account)
        sent = {"form": "token", "name": "office", "scope": "administer", "days": "30"}
        return client.get("/account").content.decode(), client.post("/account", sent)

    page, answer = asked(administrator)
    assert 'value="administer"' in page and "jl_" in answer.content.decode()
    page, answer = asked(researcher)
    assert 'value="administer"' not in page and "jl_" not in answer.content.decode()
    assert list(Token.objects.values_list("person", "scope")) == [(administrator.id, "administer")]


def test_an_instrument_is_made_changed_and_forgets(office: Program, researcher: Person) -> None:
    given = {"name": "D8", "zone": "Asia/Almaty"}
    assert office.call("POST", "/instruments", given).status_code == 201
    changed = office.call("PUT", "/instruments/d8", {**given, "place": "room 12", "active": False, "rev": 1})
    assert (changed.json()["place"], changed.json()["active"], changed.json()["rev"]) == ("room 12", False, 2)
    assert office.call("PUT", "/instruments/d8", {**given, "rev": 1}).json()["code"] == "history.stale"
    assert (
        office.call("PUT", "/instruments/d8", {**given, "zone": "Mars", "rev": 2}).json()["code"] == "instrument.zone"
    )
    refused = Program(researcher).call("PUT", "/instruments/d8", {**given, "rev": 2})
    assert (refused.status_code, refused.json()["code"]) == (403, "people.no-right")
    forgot = Program(researcher).call("POST", "/instruments/d8/forget", {"key": "decimal_mark"})
    assert (forgot.status_code, forgot.json()["settings"], forgot.json()["rev"]) == (200, {}, 3)
