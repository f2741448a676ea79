"""Axes: spans and ticks."""

import math

import pytest

from jointlab.science.plots.scale import scale, tick_label


@pytest.mark.parametrize(
    ("values", "expected"),
    [([0.0, 1.0], (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)), ([3.0, 97.0], (0.0, 20.0, 40.0, 60.0, 80.0, 100.0))],
)
def test_ticks_are_round_numbers_that_hold_the_data(values: list[float], expected: tuple[float, ...]) -> None:
    assert scale(values, length=100).ticks == pytest.approx(expected)


@pytest.mark.parametrize("values", [[], [2.0], [0.0, 0.0], [math.nan, 1.0], [-5e-9, 3e-9], [1e12, 3e12]])
@pytest.mark.parametrize("log", [False, True])
def test_any_data_give_a_scale(values: list[float], log: bool) -> None:
    axis = scale(values, length=100, log=log)
    assert axis.high > axis.low
    assert all(math.isfinite(axis.place(v)) for v in axis.ticks)


def test_a_log_axis_has_ticks_at_1_2_5_or_at_decades() -> None:
    assert scale([1.0, 100.0], length=100, log=True).ticks == pytest.approx((1, 2, 5, 10, 20, 50, 100))
    assert scale([1e-2, 1e5], length=100, log=True).ticks == pytest.approx([10.0**e for e in range(-2, 6)])


@pytest.mark.parametrize(
    ("value", "ticks", "label"),
    [
        (0.5, (0, 0.5, 1.0), "0.5"),
        (2.5, (0, 2.5, 5.0), "2.5"),
        (-20, (-20, 0, 20), "−20"),
        (2e6, (0, 1e6, 2e6), "2·10⁶"),
        (1e-5, (0, 1e-5), "10⁻⁵"),
    ],
)
def test_labels_are_short(value: float, ticks: tuple[float, ...], label: str) -> None:
    assert tick_label(value, ticks) == label
