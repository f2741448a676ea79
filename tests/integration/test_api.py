"""The API: tokens, problems, and what each person may call."""

import json
from typing import Any

import pytest
from django.test import Client

from jointlab.people import tokens
from jointlab.people.actors import actor_of
from jointlab.people.models import Person


class Program:
    """A program with somebody's token."""

    def __init__(self, person: Person, scope: str = "write") -> None:
        self.secret = tokens.make(actor_of(person, home="kz"), name="test", scope=scope).secret

    def call(self, method: str, path: str, body: Any = None, raw: bytes | None = None) -> Any:
        return Client().generic(
            method, f"/api/v1{path}", raw if raw is not None else json.dumps(body).encode(), "application/json",
            headers={"authorization": f"Bearer {self.secret}"},
        )  # fmt: skip


def test_a_program_without_a_token_is_refused_with_a_reason(node: None) -> None:
    answer = Client().get("/api/v1/me")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["code"] == "api.token"
    forged = Client().get("/api/v1/me", headers={"authorization": "Bearer jl_forged"})
    assert forged.status_code == 401


def test_a_session_of_a_browser_opens_no_api(researcher: Person) -> None:
    client = Client()
    client.force_login(researcher.account)
    assert client.post("/api/v1/projects", {"title": "x"}, content_type="application/json").status_code == 401


def test_a_project_is_made_read_and_changed(researcher: Person) -> None:
    program = Program(researcher)
    made = program.call("POST", "/projects", {"title": "Cathodes"})
    assert made.status_code == 201
    assert made.json()["institution"] == "kz"
    changed = program.call("PUT", "/projects/cathodes", {"title": "Cathodes 2", "rev": 1, "members": [researcher.id]})
    assert changed.json()["rev"] == 2
    stale = program.call("PUT", "/projects/cathodes", {"title": "Cathodes 3", "rev": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "history.stale")
    assert [p["title"] for p in program.call("GET", "/projects").json()] == ["Cathodes 2"]


def test_a_patent_hold_is_not_lifted_by_who_does_not_speak_of_it(researcher: Person) -> None:
    program, plain = Program(researcher), {"title": "Cathodes", "kind": "education"}
    assert program.call("POST", "/projects", {**plain, "patent_hold": True}).json()["patent_hold"]
    assert program.call("PUT", "/projects/cathodes", {**plain, "rev": 1}).json()["patent_hold"]
    lifted = program.call("PUT", "/projects/cathodes", {**plain, "rev": 2, "patent_hold": False})
    assert not lifted.json()["patent_hold"]


def test_a_reading_token_changes_nothing(researcher: Person) -> None:
    answer = Program(researcher, "read").call("POST", "/projects", {"title": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "people.no-right")


def test_a_partner_finds_nothing_that_is_not_shared(researcher: Person, partner: Person) -> None:
    Program(researcher).call("POST", "/projects", {"title": "Cathodes"})
    program = Program(partner)
    assert program.call("GET", "/projects").json() == []
    assert program.call("GET", "/projects/cathodes").status_code == 404
    assert program.call("GET", f"/people/{researcher.id}").status_code == 404
    assert program.call("POST", "/instruments", {"name": "x", "zone": "Asia/Almaty"}).status_code == 403


@pytest.mark.parametrize("raw", [b"{", b"\xff", b'{"title": "\\u0000"}', b'{"title": "\\ud800"}', b"[1]", b'"x"', b""])
def test_a_body_that_no_database_can_store_is_refused(researcher: Person, raw: bytes) -> None:
    answer = Program(researcher).call("POST", "/projects", raw=raw)
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_the_description_is_public_and_names_every_address(node: None) -> None:
    paths = Client().get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/me", "/api/v1/people/{id}", "/api/v1/projects/{slug}", "/api/v1/instruments"} <= set(paths)
