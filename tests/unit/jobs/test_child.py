"""Groups of tasks: each with its own outcome, and what is settled for all of them at the end."""

from typing import Any

from jointlab.errors import Unavailable
from jointlab.jobs.child import run_group


def halved(number: int) -> int:
    if number % 2:
        raise ValueError("odd")
    return number // 2


def named(results: list[Any]) -> list[Any]:
    return [f"half is {result}" for result in results]


def no_disk(results: list[Any]) -> list[Any]:
    raise Unavailable("blob.disk-full", "The disk is full.")


def test_results_are_settled_in_order_and_failures_stay() -> None:
    outcomes = run_group(halved, [4, 3, 8], 5.0, named).outcomes
    assert [outcome.result for outcome in outcomes] == ["half is 2", None, "half is 4"]
    assert [outcome.reason for outcome in outcomes] == ["", "ValueError: odd", ""]


def test_what_cannot_be_settled_is_the_fault_of_all() -> None:
    outcomes = run_group(halved, [4, 3], 5.0, no_disk).outcomes
    assert outcomes[0].result is None
    assert outcomes[0].fault is not None
    assert outcomes[0].fault.code == "blob.disk-full"
    assert outcomes[1].reason == "ValueError: odd"
