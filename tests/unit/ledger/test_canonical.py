"""The JSON profile: what is written, what is refused and with which code."""

from datetime import UTC, datetime
from typing import Any

import pytest

from jointlab.errors import BadInput
from jointlab.ledger.canonical import BODY_LIMIT, DEPTH_LIMIT, INTEGER_LIMIT, decode, encode


class TextOfOurs(str):
    """A str that is none for the profile."""


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


def around(value: Any) -> Any:
    value_around: list[Any] = [value]
    value_around.append(value_around)
    return value_around


def code_of(action: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(BadInput) as caught:
        action(*arguments, **named)
    assert caught.value.message  # the template can be filled in
    return caught.value.code


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ({"b": 1, "a": [True, None, "x"]}, b'{"a":[true,null,"x"],"b":1}'),
        ({"title": "Катод №1 — 阴极"}, '{"title":"Катод №1 — 阴极"}'.encode()),
        ({"a": "12.50"}, b'{"a":"12.50"}'),
        ({"": (), "A": {}, "a": []}, b'{"":[],"A":{},"a":[]}'),
        (INTEGER_LIMIT, b"9007199254740991"),
        (-INTEGER_LIMIT, b"-9007199254740991"),
        ('"\\/\b\f\n\r\t\x1f\x7f', b'"\\"\\\\/\\b\\f\\n\\r\\t\\u001f\x7f"'),
        ("n\u0303"[0] + "\n\u0303", '"n\\n\u0303"'.encode()),  # a mark after an escape composes with nothing
    ],
)
def test_a_value_has_one_sequence_of_bytes(value: Any, data: bytes) -> None:
    assert encode(value) == data
    assert encode(decode(data)) == data


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"a": 1.0}, "canonical.float"),
        ([1, [2, {"a": float("nan")}]], "canonical.float"),
        (float("inf"), "canonical.float"),
        ({"a": INTEGER_LIMIT + 1}, "canonical.integer"),
        ([-INTEGER_LIMIT - 1], "canonical.integer"),
        ([2**70], "canonical.integer"),
        ({"ключ": 1}, "canonical.key"),
        ({1: 1}, "canonical.key"),
        ({"a": {None: 1}}, "canonical.key"),
        ({"\ud800": 1}, "canonical.key"),
        ("\ud800", "canonical.text"),
        ({"a": ["x\udfff"]}, "canonical.text"),
        ("e\u0301", "canonical.normalization"),
        ({"a": {"b": ["й".join("ab"), "и\u0306"]}}, "canonical.normalization"),
        ("\u0344", "canonical.normalization"),
        (nested(DEPTH_LIMIT + 1), "canonical.depth"),
        (around(1), "canonical.depth"),
        (datetime.now(UTC), "canonical.type"),
        (b"x", "canonical.type"),
        ({"a": {1, 2}}, "canonical.type"),
        ([TextOfOurs("x")], "canonical.type"),
        ("x" * BODY_LIMIT, "canonical.size"),
    ],
)
def test_what_is_outside_the_profile_is_refused(value: Any, code: str) -> None:
    assert code_of(encode, value) == code


def test_the_fault_says_where() -> None:
    with pytest.raises(BadInput) as caught:
        encode({"figures": [{"value": "1"}, {"value": 1.5}]})
    assert caught.value.facts["path"] == "figures[1].value"


def test_the_deepest_and_the_largest_pass() -> None:
    assert decode(encode(nested(DEPTH_LIMIT))) == nested(DEPTH_LIMIT)
    assert len(encode("x" * (BODY_LIMIT - 2))) == BODY_LIMIT
    assert code_of(encode, "xyz", limit=4) == "canonical.size"
    assert encode("xyz", limit=5) == b'"xyz"'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "canonical.syntax"),
        (b"{", "canonical.syntax"),
        (b"NaN", "canonical.syntax"),
        (b'\xef\xbb\xbf{"a":1}', "canonical.syntax"),
        (b'"\xff"', "canonical.syntax"),
        (b'"\\ud800"', "canonical.syntax"),
        (b"01", "canonical.syntax"),
        (b"[" * 100_000, "canonical.syntax"),
        (b'{"a":1.0}', "canonical.float"),
        (b'{"a":1e2}', "canonical.float"),
        (b"-0.0", "canonical.float"),
        (b"[9007199254740992]", "canonical.integer"),
        (b"[" * 33 + b"]" * 33, "canonical.depth"),
        ('{"ü":1}'.encode(), "canonical.key"),
        ('"e\u0301"'.encode(), "canonical.normalization"),
        (b'{"a": 1}', "canonical.form"),
        (b'{"a":1}\n', "canonical.form"),
        (b'{"b":1,"a":2}', "canonical.form"),
        (b'{"a":1,"a":1}', "canonical.form"),
        (b'"\\u0061"', "canonical.form"),
        (b'"\\/"', "canonical.form"),
        (b'"\\u001F"', "canonical.form"),
        (b'"' + b"x" * BODY_LIMIT + b'"', "canonical.size"),
    ],
)
def test_other_bytes_for_a_value_are_refused(data: bytes, code: str) -> None:
    assert code_of(decode, data) == code


def test_minus_zero_is_refused() -> None:
    assert code_of(decode, b"[-0]") in {"canonical.form", "canonical.float"}  # as the parser takes it
