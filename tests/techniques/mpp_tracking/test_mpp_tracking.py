"""Tracking of the maximum power point: means by hand."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jointlab.science.reading import Condition, RawColumn, Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.techniques.mpp_tracking import analyse, applies
from jointlab.science.techniques.technique import Analysis

EXPECTED: dict[str, Any] = tomllib.loads((Path(__file__).parent / "expected.toml").read_text())
POWER = EXPECTED["made"]["power"]


def analysed(
    time: Any, current: Any, *, unit: str = "mA/cm2", conditions: dict[str, Condition] | None = None, **given: str
) -> Analysis:
    quantity = "current_density" if "/" in unit else "current"
    raw = [
        RawColumn(time, "time", "s"),
        RawColumn(np.full(len(time), -1.0), "potential", "V"),
        RawColumn(current, quantity, unit),
    ]
    reading = Reading("test", "solar_cell_iv", (make_table("tracking", raw, conditions=conditions),))
    assert applies(reading, Settings(given))
    return analyse(reading, Settings(given))


def test_the_last_tenth_is_averaged_with_its_scatter() -> None:
    time = np.arange(0.0, 1001.0)
    noise = np.random.default_rng(0).normal(0, 0.1, 1001)
    found = analysed(time, POWER + noise, conditions={"irradiance": 100.0})
    power, efficiency = found.figures
    assert power.value == pytest.approx(POWER + noise[900:].mean())
    assert power.uncertainty == pytest.approx(noise[900:].std(ddof=1))
    assert efficiency.value == pytest.approx(power.value)
    assert found.plots and not found.warnings


def test_currents_need_an_area() -> None:
    time = np.arange(0.0, 101.0)
    assert [w.code for w in analysed(time, np.full(101, 3.2), unit="mA").warnings] == ["solar.area-unknown"]
    found = analysed(time, np.full(101, 3.2), unit="mA", area="0.16", irradiance="100")
    assert [f.value for f in found.figures] == pytest.approx([POWER, POWER])
    assert [w.code for w in analysed(time, np.full(101, POWER)).warnings] == ["solar.irradiance-unknown"]


def test_too_short_or_empty_trackings_give_reasons() -> None:
    assert [w.code for w in analysed(np.arange(4.0), np.ones(4)).warnings] == ["mpp.few-points"]
    assert [w.code for w in analysed(np.full(9, np.nan), np.ones(9)).warnings] == ["mpp.few-points"]
