"""Numbers and conditions as records write them: the same text, whichever database a draft has waited in."""

import json
from dataclasses import asdict
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointlab.laboratory.bodies import body_of_answer
from jointlab.laboratory.records import Condition
from jointlab.laboratory.written import conditions_of, decimal, short


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"), (-3, "-3"), (0.1, "0.1"), (5.0, "5.0"), (2.314e-6, "2.314e-06"), (1e22, "1e+22"), (10**22, "1e+22"),
        (-0.0, "0.0"), (2**63 + 1, "9223372036854775809"), (np.float64(0.1), "0.1"), (np.int32(4), "4"), (10**400, str(10**400)),
    ],
)  # fmt: skip
def test_the_shortest_decimal_that_is_exactly_the_number(value: float, text: str) -> None:
    assert decimal(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_comes_back_from_jsonb_is_written_alike(value: float) -> None:
    kept = f"{Decimal(json.dumps(value)):f}"  # jsonb keeps numbers as decimals and writes them out
    assert decimal(json.loads(kept)) == decimal(value)
    assert float(decimal(value)) == value


def test_text_has_an_end() -> None:
    assert short("a" * 2000) == "a" * 2000
    assert short("a" * 2001) == "a" * 2000 + "…"


def test_conditions_stand_by_name() -> None:
    assert conditions_of({"rate": "C/10", "cycle": 1, "none": None}) == (
        Condition("cycle", "1", number=True), Condition("rate", "C/10"),
    )  # fmt: skip


def test_one_draft_gives_one_body_whatever_the_order_of_its_keys() -> None:
    pairs = [("temperature", 25.0), ("cycle", 3), ("rate", "C/2"), ("a_longer_name", "x")]
    bodies = {json.dumps(_plain(dict(order))) for order in (pairs, pairs[::-1])}
    assert len(bodies) == 1
    assert "a_longer_name" in bodies.pop()


def _plain(named: dict[str, object]) -> object:
    figure = {"quantity": "mass", "value": 1.0, "unit": "g", "conditions": named}
    answer = {
        "technique": "xrd", "format": "x", "tables": [{"name": "t", "rows": 1, "columns": [], "conditions": named}],
        "stated": [figure], "figures": [figure], "warnings": [], "facts": named, "decisions": named,
        "analyses": [{"name": "a", "version": "1", "decisions": named}],
    }  # fmt: skip
    return asdict(body_of_answer(answer, settings={}))
