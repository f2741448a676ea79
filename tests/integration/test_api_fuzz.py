"""The API under made-up calls, by its own description: nothing breaks, answers are as described, wrong ones are refused.

Addresses name things that are there in half of the calls, so that the calls get behind the first door.
"""

import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Err
from schemathesis.specs.openapi import checks

from jointlab.node.api import api
from jointlab.people import tokens
from jointlab.people.actors import actor_of
from tests.integration.rooms import World, made_world, undone
from tests.integration.test_permissions_api import usual

CONFORM: list[CheckFunction] = [
    not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_headers_conformance, checks.response_schema_conformance,
]  # fmt: skip


@cache
def _node() -> WSGIHandler:
    return WSGIHandler()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The node as a server runs it: whatever an answer holds open is closed when it was read."""
    answer = _node()(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


@pytest.fixture
def broken() -> Iterator[list[BaseException]]:
    """What broke inside while a call was answered; the test's own connection stays open between calls."""
    found: list[BaseException] = []

    def note(**_: Any) -> None:
        found.append(sys.exc_info()[1] or RuntimeError("unknown"))

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    got_request_exception.connect(note, weak=False)
    yield found
    got_request_exception.disconnect(note)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def operations() -> Iterator[Any]:
    """Every operation of the description, ready to make calls of."""
    schema = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))
    schema.app = application
    for result in schema.get_all_operations():
        assert not isinstance(result, Err)
        yield result.ok()


@dataclass
class Fuzz:
    """Calls of one person's program; what was wrong stands in `wrong`, and how often each status came in `seen`."""

    world: World
    secret: str
    broken: list[BaseException]
    examples: int
    wrong: list[str] = field(default_factory=list)
    seen: Counter[int] = field(default_factory=Counter)

    def call(self, case: Case) -> Any:
        """One call, which leaves nothing behind."""
        self.broken.clear()
        case.headers["Authorization"] = f"Bearer {self.secret}"
        with undone():
            answer = case.call()
        assert not self.broken, f"{case.as_curl_command()}: {self.broken[0]!r}"
        self.seen[answer.status_code] += 1
        return answer

    def run(self, operation: Any, mode: GenerationMode, check: Callable[[Case, Any], None]) -> None:
        """Some calls of one operation; the first that is wrong is kept."""
        names = _names_in(operation.path)

        @settings(
            max_examples=self.examples, deadline=None, derandomize=True, database=None, phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
        def calls(case: Case, known: bool) -> None:
            if known or mode is GenerationMode.NEGATIVE:
                case.path_parameters.update({name: self.world.at(value) for name, value in names.items()})
            check(case, self.call(case))

        try:
            calls()
        except Exception as fault:  # noqa: BLE001 - every operation is tried; all that was wrong is told at the end
            told = "".join(traceback.format_exception_only(fault))
            inner = "; ".join(str(one) for one in getattr(fault, "exceptions", ()))
            self.wrong.append(f"{operation.label}: {told[:1500]} {inner[:1500]}")


def _names_in(path: str) -> dict[str, str]:
    """For each name in an address what stands for it in the world: {"code": "{sample}"}."""
    parts = zip(path.split("/"), usual(path, {}).split("/"), strict=True)
    return {
        part.removeprefix("{").partition("}")[0]: known.partition("}")[0] + "}" if "{" in known else known.partition(".")[0]
        for part, known in parts
        if part.startswith("{")
    }  # fmt: skip


@pytest.fixture
def fuzz(node: None, broken: list[BaseException], request: pytest.FixtureRequest) -> Fuzz:
    """An administrator's program, which may do everything."""
    world = made_world(node, restricted=False)
    administrator = actor_of(world.persons["administrator"], home="kz")
    secret = tokens.make(administrator, name="fuzz", scope="administer").secret
    return Fuzz(world, secret, broken, examples=request.param)


how_many = pytest.mark.parametrize(
    "fuzz", [6, pytest.param(100, marks=[pytest.mark.long, pytest.mark.timeout(2400)])], indirect=True
)


@how_many
def test_calls_that_fit_are_answered_as_described(fuzz: Fuzz) -> None:
    for operation in operations():
        fuzz.run(operation, GenerationMode.POSITIVE, lambda case, got: case.validate_response(got, checks=CONFORM))
    assert not fuzz.wrong, "\n".join(fuzz.wrong)
    assert fuzz.seen[200] > 50 and fuzz.seen[401] == 0, f"too few calls got behind the door: {fuzz.seen}"


@how_many
def test_bodies_that_do_not_fit_are_refused(fuzz: Fuzz) -> None:
    def refused(case: Case, got: Any) -> None:
        case.validate_response(got, checks=CONFORM)
        body = case.meta.components.get(ParameterLocation.BODY) if case.meta else None
        if body is not None and body.mode is GenerationMode.NEGATIVE:
            assert 400 <= got.status_code < 500, f"{case.as_curl_command()}: {got.status_code}"

    tried = [one for one in operations() if any(body.media_type == "application/json" for body in one.body)]
    assert len(tried) > 20
    for operation in tried:
        fuzz.run(operation, GenerationMode.NEGATIVE, refused)
    assert not fuzz.wrong, "\n".join(fuzz.wrong)
    assert fuzz.seen[422] > 2 * len(tried), f"few calls were judged by their values: {fuzz.seen}"


NUMBERS = ("x", "1.5", "-1", "99999999999999999999999999", "NaN", "٣x", "")


@pytest.mark.parametrize("fuzz", [1], indirect=True)
def test_what_is_no_such_number_is_refused_wherever_a_number_is_asked_for(fuzz: Fuzz) -> None:
    tried = 0
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, told in methods.items():
            for parameter in told.get("parameters", ()):
                if parameter["schema"].get("type") != "integer":
                    continue
                for number in NUMBERS:
                    tried += 1
                    address = path.replace(f"{{{parameter['name']}}}", number or "%20")
                    query = f"?{parameter['name']}={number}" if parameter["in"] == "query" else ""
                    with undone():
                        answer = Client().generic(
                            method, fuzz.world.at(usual(address, {})) + query, b"{}", "application/json",
                            headers={"authorization": f"Bearer {fuzz.secret}"},
                        )  # fmt: skip
                    assert answer.status_code in (404, 422), (method, address, query, answer.status_code)
                    assert not fuzz.broken
    assert tried >= 10 * len(NUMBERS)


@pytest.mark.parametrize("fuzz", [1], indirect=True)
@pytest.mark.parametrize(
    "token", ["", "Bearer", "Bearer jl_forged", "Basic jl_x", "Bearer \u00e9", f"Bearer {'x' * 9000}"]
)
def test_no_operation_opens_without_a_token(fuzz: Fuzz, token: str, settings: Any) -> None:
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method in methods:
            with undone():
                headers = {"authorization": token} if token else {}
                address = fuzz.world.at(usual(path, {}))
                answer = Client().generic(method, address, b"{}", "application/json", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "api.token"), (method, path)
