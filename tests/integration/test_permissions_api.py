"""Every operation of the API, called by everybody; an operation without a line here fails."""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLResolver, get_resolver

from jointlab.node.api import api
from jointlab.people import tokens
from jointlab.people.actors import actor_of
from tests.integration.rooms import PEOPLE, World, made_world, undone, watched
from tests.integration.test_permissions import OF_PROJECT

# What the researcher who made it, a reader and an administrator of the same side, and a partner get, each with the widest
# token of their own: yes, no (403), none (404), bad (400 or 409: allowed, and then judged). A stranger gets 401 everywhere,
# and the researcher's own reading token changes nothing anywhere (403, or 404 for what is nowhere).
PERSONS = "yes yes yes yes"
SEE = "yes yes yes none"
WRITE = "yes no yes none"
MAKE = "yes no yes yes"
ADMINISTER = "no no yes no"
SCOPES = {"own": "write", "reader": "read", "administrator": "administer", "partner": "write"}


@dataclass(frozen=True)
class Call:
    """One call, by the method and the address of the description. Bytes in `body` are sent as they are, in `form` as a file."""

    expected: str
    body: Any = None
    form: dict[str, Any] | None = None
    query: str = ""
    at: dict[str, str] | None = None  # what stands for the names of the address, where it is not the usual thing
    quiet: bool = False  # it may change nothing even when allowed

    def made(self, world: World, operation: str, secret: str) -> tuple[HttpResponseBase, bool]:
        """The answer, and whether anything was left behind."""
        method, _, address = operation.partition(" ")
        address = f"/api/v1{world.at(usual(address, self.at or {}) + self.query)}"
        headers = {"authorization": f"Bearer {secret}"} if secret else {}
        with watched() as watch:
            if self.form is not None:
                sent = {name: SimpleUploadedFile("a.txt", value) if isinstance(value, bytes) else value for name, value in self.form.items()}  # fmt: skip
                answer = Client().post(address, sent, headers=headers)
            else:
                body = self.body if isinstance(self.body, bytes) else world_json(world, self.body)
                answer = Client().generic(method, address, body, "application/json", headers=headers)
            b"".join(answer) if answer.streaming else None  # read to its end, a file is closed
            return answer, watch.changed

    def hidden(self, operation: str) -> str:
        """What is expected when the project is restricted to the researcher."""
        asked = f"{usual(operation, self.at or {})}{self.query}{self.body}"
        return "yes none none none" if any(name in asked for name in OF_PROJECT) else self.expected


def usual(address: str, at: dict[str, str]) -> str:
    """The address with the names of `World` for those of the description: /samples/{code} is /samples/{sample}."""
    kinds = {
        "/samples/{code}": "/samples/{sample}", "/devices/{code}": "/devices/{device}", "{place}": "0",
        "/measurements/{code}": "/measurements/{measurement}", "/notes/{id}/files/{sha256}": "/notes/{note}/files/{attached}",
        "/notes/{id}": "/notes/{note}", "/transfers/{id}": "/transfers/{transfer}", "/cases/{id}": "/cases/{letter}", "/agreements/{hash}/clauses/{number}": "/agreements/{agreement}/clauses/1", "/agreements/{hash}": "/agreements/{agreement}", "/mobility/{id}": "/mobility/{stay}", "/places/{version}/{clause}/{period}": "/places/{places}/5.1/{year}", "/files/{sha256}": "/files/{raw}", "/projects/{slug}": "/projects/{project}",
        "/instruments/{slug}": "/instruments/{instrument}", "/people/{id}": "/people/{person}", "/tokens/{id}": "/tokens/{token}",
    }  # fmt: skip
    for name, value in (*at.items(), *kinds.items()):
        address = address.replace(name, value)
    return address


def world_json(world: World, body: Any) -> bytes:
    """The body with the names of the world in it: "{sample}" is its code."""
    text = json.dumps(body)
    for name, value in world.names.items():
        text = text.replace(f"{{{name}}}", value)
    return text.encode()


_SAMPLE = {"title": "Named anew", "rev": 1}
_PERSON = {"name": "E. New", "institution": "kz", "role": "reader"}
_INSTRUMENT = {"name": "D8 Advance", "zone": "Asia/Almaty"}
_PASSWORD = {"password": "another long enough sentence"}
_OPEN = {"/files/{sha256}": "/files/{waits_raw}"}

CALLS: dict[str, tuple[Call, ...]] = {
    "GET /me": (Call(PERSONS),),
    "GET /institutions": (Call(PERSONS),),
    "GET /people": (Call(PERSONS),),
    "POST /people": (Call(ADMINISTER, _PERSON),),
    "GET /people/{id}": (Call(SEE),),
    "PUT /people/{id}": (Call("no no yes none", {**_PERSON, "rev": 1}),),
    "POST /people/{id}/password": (
        Call("bad no yes none", _PASSWORD), Call("yes no yes none", {**_PASSWORD, "old": "{password}"}),
    ),
    "GET /tokens": (Call(PERSONS),),
    "POST /tokens": (
        Call(MAKE, {"name": "another", "scope": "read"}), Call(MAKE, {"name": "another", "scope": "write"}),
        Call(ADMINISTER, {"name": "another", "scope": "administer"}), Call("bad no bad bad", {"name": "x", "scope": "inbox"}),
    ),
    "POST /tokens/{id}/revoke": (Call("yes no yes none"),),
    "GET /projects": (Call(PERSONS),),
    "POST /projects": (Call(MAKE, {"title": "Anodes"}),),
    "GET /projects/{slug}": (Call(SEE),),
    "PUT /projects/{slug}": (Call(WRITE, {"title": "Anodes", "rev": 1}),),
    "GET /instruments": (Call(PERSONS),),
    "POST /instruments": (Call(ADMINISTER, _INSTRUMENT),),
    "GET /instruments/{slug}": (Call(PERSONS),),
    "PUT /instruments/{slug}": (Call(ADMINISTER, {**_INSTRUMENT, "rev": 1}),),
    "POST /instruments/{slug}/forget": (Call("yes no yes no", {"key": "decimal_mark"}),),
    "GET /samples": (Call(PERSONS),),
    "POST /samples": (Call(MAKE, {"title": "New", "project": "joint"}),),
    "GET /samples/{code}": (Call(SEE),),
    "PUT /samples/{code}": (Call(WRITE, _SAMPLE),),
    "POST /samples/{code}/split": (Call(WRITE, {"parts": [{"amount": "10 mg"}]}),),
    "POST /samples/{code}/archive": (Call(WRITE),),
    "POST /samples/{code}/put-back": (Call(WRITE),),
    "GET /samples/{code}/custody": (Call(SEE),),
    "POST /samples/{code}/transfers": (Call(WRITE, {"partner": "nj", "amount": "1 mg", "purpose": "TEM"}),),
    "GET /mobility": (Call(PERSONS), Call(PERSONS, query="?lane=ended")),
    "POST /mobility": (
        Call("yes no yes bad", {"person": "{student}", "receiving": "nj", "agreement": "{places}", "clause": "5.1", "form": {
            "name": "NURLANOVA B.", "level": "bachelor", "activity": "study", "first": "{first}", "last": "{last}", "ground": "Minutes 4"}}),
    ),
    "GET /mobility/places": (Call(MAKE),),
    "GET /mobility/places/{version}/{clause}/{period}": (Call(MAKE, at={"{version}": "{places}", "{clause}": "5.1", "{period}": "{year}"}),),
    "GET /mobility/{id}": (Call("yes none yes yes"),),
    "GET /mobility/{id}/calendar.ics": (Call("yes none yes yes"),),
    "GET /agreements": (Call(PERSONS), Call(PERSONS, query="?on=2020-01-01")),
    "GET /agreements/calendar.ics": (Call(PERSONS),),
    "GET /agreements/list.csv": (Call(PERSONS), Call(SEE, query="?form=Form+7")),
    "GET /agreements/references": (Call(PERSONS),),
    "GET /agreements/{hash}": (Call(PERSONS), Call(PERSONS, query="?on=2020-01-01", at={"{hash}": "{offered}"})),
    "GET /agreements/{hash}/version.json": (Call(PERSONS),),
    "GET /agreements/{hash}/clauses/{number}/proof": (Call(PERSONS),),
    "GET /agreements/{hash}/calendar.ics": (Call(PERSONS),),
    "GET /agreements/{hash}/places": (Call(MAKE, at={"{hash}": "{places}"}),),
    "GET /cases": (Call(PERSONS),),
    "GET /cases/{id}": (Call(PERSONS),),
    "POST /cases/{id}/steps": (
        Call("yes no yes no", {"step": "withdraw", "seen": "{letter_seen}", "form": {"why": "Not needed"}}),
    ),
    "POST /samples/{code}/measurement-requests": (Call(WRITE, {"instrument": "{elsewhere}", "what": "TEM"}),),
    "GET /transfers": (Call(PERSONS),),
    "GET /transfers/{id}": (Call(SEE),),
    "POST /transfers/{id}/steps": (
        Call("yes no yes none", {"step": "withdraw", "seen": "{seen}", "form": {"why": "Not needed"}}),
    ),
    "GET /transfers/{id}/slip.pdf": (Call(SEE, at={"/transfers/{id}": "/transfers/{parcel}"}),),
    "GET /samples/{code}/label.pdf": (Call(SEE),),
    "GET /devices/{code}/label.pdf": (Call(SEE),),
    "POST /samples/{code}/devices": (Call(WRITE, {"kind": "cell"}),),
    "GET /devices/{code}": (Call(SEE),),
    "PUT /devices/{code}": (Call(WRITE, {"note": "in Ar", "rev": 1}),),
    "POST /devices/{code}/archive": (Call(WRITE),),
    "POST /devices/{code}/put-back": (Call(WRITE),),
    "GET /samples/{code}/notes": (Call(SEE),),
    "POST /samples/{code}/notes": (Call(WRITE, {"text": "White."}),),
    "POST /samples/{code}/notes/files": (Call(WRITE, form={"files": b"more", "text": "x"}),),
    "PUT /notes/{id}": (Call(WRITE, {"text": "White.", "rev": 1}),),
    "POST /notes/{id}/withdraw": (Call(WRITE),),
    "POST /notes/{id}/put-back": (Call(WRITE),),
    "GET /notes/{id}/files/{sha256}": (Call(SEE),),
    "POST /files": (Call(MAKE, form={"file": b"one more file"}),),
    "PUT /files": (Call(MAKE, b"one more file", query="?name=a.txt"),),
    "GET /files": (Call(PERSONS),),
    "POST /files/stop-reading": (Call(MAKE, quiet=True),),
    "GET /files/{sha256}": (Call(SEE), Call(SEE, at=_OPEN)),
    "GET /files/{sha256}/original": (Call(SEE), Call(SEE, at=_OPEN)),
    "POST /files/{sha256}/answer": (Call(WRITE, {"settings": {"decimal_mark": "point"}}, at={"{sha256}": "{asks_raw}"}),),
    "POST /files/{sha256}/keep": (Call(WRITE, {}, at=_OPEN),),
    "POST /files/{sha256}/read-again": (Call(WRITE, at={"{sha256}": "{read_raw}"}),),
    **{
        f"GET /measurements/{{code}}{what}": (Call(SEE),)
        for what in (
            "", "/figures.csv", "/tables/{place}.csv", "/tables/{place}.parquet", "/plots/{place}.csv", "/plots/{place}.svg",
            "/original", "/cite.bib", "/cite.json",
        )
    },
    "GET /measurements": (Call(PERSONS),),
    "POST /measurements": (Call("yes no yes none", {"file": "{read_raw}", "target": "{sample}"}),),
    "POST /measurements/{code}/withdraw": (Call(WRITE),),
    "POST /measurements/{code}/put-back": (Call(WRITE, at={"{code}": "{withdrawn}"}),),
    "POST /measurements/{code}/preview": (Call(WRITE, {"settings": {"scherrer_k": "1"}}, quiet=True),),
    "POST /measurements/{code}/analyses": (Call(WRITE, {"settings": {"scherrer_k": "1"}}),),
    "POST /measurements/{code}/show": (Call(WRITE, {"number": 1}),),
    "GET /figures": (Call(PERSONS, query="?quantity=crystallite_size"),),
    "GET /quantities": (Call(PERSONS),),
    "GET /sharing": (Call(PERSONS),),
    "GET /samples/{code}/sharing": (Call(SEE),),
    "GET /devices/{code}/sharing": (Call(SEE),),
    "GET /measurements/{code}/sharing": (Call(SEE),),
    "GET /projects/{slug}/sharing": (Call(SEE),),
    "GET /search": (Call(PERSONS, query="?q=TiO2"),),
}  # fmt: skip


def told(answer: HttpResponseBase) -> str:
    """What was got, in the words of the table."""
    if 200 <= answer.status_code < 300:
        return "yes"
    return {400: "bad", 409: "bad", 401: "token", 403: "no", 404: "none"}.get(
        answer.status_code, str(answer.status_code)
    )


def test_every_operation_has_its_calls() -> None:
    described = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }
    assert described == set(CALLS)
    bound = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(one.pattern))
        for resolver in get_resolver().url_patterns
        if isinstance(resolver, URLResolver) and resolver.namespace == "api"
        for one in resolver.url_patterns
    }
    assert bound - {"", "openapi.json"} == {operation.partition(" /")[2] for operation in CALLS}


@pytest.mark.parametrize("restricted", [False, True], ids=["open project", "restricted project"])
def test_every_operation_is_open_to_whom_it_should(node: None, restricted: bool) -> None:
    world = made_world(node, restricted=restricted)
    secrets = {
        who: tokens.make(actor_of(person, home="kz"), name="test", scope=SCOPES[who]).secret
        for who, person in world.persons.items()
    }
    wrong = []
    for operation, calls in CALLS.items():
        for call in calls:
            hidden = call.hidden(operation)
            if restricted and hidden == call.expected:
                continue  # has nothing to do with the project
            expected = [*(hidden if restricted else call.expected).split(), "token"]
            for who, wanted in zip(PEOPLE, expected, strict=True):
                with undone():
                    answer, changed = call.made(world, operation, secrets.get(who, ""))
                changes = wanted == "yes" and not operation.startswith("GET ")
                if told(answer) != wanted:
                    wrong.append(f"{operation} {call.body or ''}: {who} got {told(answer)}, not {wanted}")
                elif changed != changes and not (changes and call.quiet):
                    wrong.append(f"{operation}: {who} {'changed something' if changed else 'changed nothing'}")
    assert not wrong, "\n".join(wrong)


def test_a_reading_token_of_who_may_write_changes_nothing(node: None) -> None:
    world = made_world(node, restricted=False)
    own = actor_of(world.persons["administrator"], home="kz")
    secret = tokens.make(own, name="test", scope="read").secret
    wrong = []
    for operation, calls in CALLS.items():
        for call in calls:
            with undone():
                answer, changed = call.made(world, operation, secret)
            wanted = "yes" if operation.startswith("GET ") else "no"
            if told(answer) != wanted or changed:
                wrong.append(f"{operation} {call.body or ''}: {told(answer)}, not {wanted}; changed: {changed}")
    assert not wrong, "\n".join(wrong)


def test_an_instruments_token_opens_nothing_of_the_api(node: None) -> None:
    world = made_world(node, restricted=False)
    administrator = actor_of(world.persons["administrator"], home="kz")
    secret = tokens.make(administrator, name="drive", scope="inbox", days=None, subject="kz:any").secret
    for operation, (call, *_) in CALLS.items():
        with undone():
            answer, changed = call.made(world, operation, secret)
        assert (told(answer), changed) == ("token", False), operation
