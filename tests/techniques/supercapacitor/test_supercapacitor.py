import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointlab.errors import BadInput
from jointlab.science.reading import RawColumn, Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.techniques import techniques_for
from jointlab.science.techniques.capacitor_passages import CapacitorPassage, capacitance, slope_capacitance
from jointlab.science.techniques.supercapacitor import analyse
from jointlab.science.techniques.technique import Analysis, Figure
from tests.techniques.made_cells import Step, made_reading

EXPECTED: dict[str, Any] = tomllib.loads((Path(__file__).parent / "expected.toml").read_text())
RC = EXPECTED["rc"]


def rc_steps(
    *,
    cycles: int = 2,
    rest: float = 0.0,
    farad: float = 2.5,
    ohm: float = 0.4,
    ampere: float = 0.05,
    interval: float = 0.25,
) -> list[Step]:
    """Charge the capacitor to 2.5 V, discharge it until the terminals are at 0 V."""
    low, high = 0.0 + ampere * ohm, 2.5
    found: list[Step] = []
    for _ in range(cycles):
        seconds = farad * (high - low) / ampere
        found.append(Step(ampere, seconds, low + ampere * ohm, high + ampere * ohm, interval))
        found += [Step(0.0, rest, high, high, interval)] if rest else []
        found.append(Step(-ampere, seconds, high - ampere * ohm, low - ampere * ohm, interval))
        found += [Step(0.0, rest, low, low, interval)] if rest else []
    return found


def run(reading: Reading, **settings: str) -> Analysis:
    return analyse(reading, Settings({"device": "supercapacitor", **settings}))


def named(analysis: Analysis, quantity: str, **conditions: object) -> Iterator[Figure]:
    for figure in analysis.figures:
        if figure.quantity == quantity and all(figure.conditions.get(k) == v for k, v in conditions.items()):
            yield figure


def test_it_applies_only_when_a_person_says_so() -> None:
    reading = made_reading(rc_steps())
    names = [t.name for t in techniques_for(reading, Settings({"device": "supercapacitor"}))]
    assert "galvanostatic_cycling.supercapacitor" in names
    assert "galvanostatic_cycling.supercapacitor" not in [t.name for t in techniques_for(reading, Settings())]
    with pytest.raises(BadInput):
        techniques_for(reading, Settings({"device": "cucumber"}))


@pytest.mark.parametrize("rest", [0.0, 30.0])
@pytest.mark.parametrize("step_time", [False, True])
def test_a_series_rc_gives_back_its_parts(rest: float, step_time: bool) -> None:
    analysis = run(made_reading(rc_steps(rest=rest), step_time=step_time), active_mass="20 mg", area="2 cm^2")
    capacitances = list(named(analysis, "capacitance", direction="discharge"))
    assert len(capacitances) == 8  # two discharges, four methods
    for found in [*capacitances, *named(analysis, "capacitance", direction="charge")]:
        assert found.value == pytest.approx(RC["capacitance"], rel=1e-6), found.method
    for found in named(analysis, "specific_capacitance"):
        assert found.value == pytest.approx(RC["specific_capacitance"], rel=1e-6)
    for found in named(analysis, "areal_capacitance"):
        assert found.value == pytest.approx(RC["areal_capacitance"], rel=1e-6)
    drop = RC["voltage_drop_rest" if rest else "voltage_drop_reversal"]
    for found in named(analysis, "voltage_drop", direction="discharge"):
        assert found.value == pytest.approx(drop, rel=1e-6)
    for found in named(analysis, "internal_resistance", direction="discharge"):
        assert found.value == pytest.approx(RC["internal_resistance"], rel=1e-6)


def test_energy_and_power_of_the_discharge() -> None:
    analysis = run(made_reading(rc_steps(), step_time=True), active_mass="20 mg")
    (energy,) = named(analysis, "discharge_energy", cycle=1)
    assert energy.value * 3.6 == pytest.approx(RC["discharge_energy_J"], rel=1e-6)
    (power,) = named(analysis, "power", cycle=1)
    assert power.value == pytest.approx(RC["power"], rel=1e-6)
    (specific,) = named(analysis, "specific_energy", cycle=1)
    assert specific.value == pytest.approx(RC["discharge_energy_J"] / 3600 / 20e-6, rel=1e-6)
    (per_mass,) = named(analysis, "specific_power", cycle=1)
    assert per_mass.value == pytest.approx(RC["power"] / 20e-6, rel=1e-6)


@given(st.floats(1e-3, 3000), st.floats(1e-4, 10), st.floats(0.001, 0.02))
def test_any_series_rc(farad: float, ohm: float, share: float) -> None:
    ampere = share / ohm  # a step of `share` volts
    seconds = farad * 2.5 / ampere
    made = rc_steps(cycles=1, farad=farad, ohm=ohm, ampere=ampere, interval=seconds / 97)
    for found in named(run(made_reading(made)), "capacitance"):
        assert found.value == pytest.approx(farad, rel=1e-6)


def test_a_leak_is_told_from_a_step() -> None:
    """With a parallel resistance the potential is an exponential: the step must still be I R (here within 0.1 %)."""
    farad, ohm, leak, ampere = 2.5, 0.4, 200.0, 0.05
    t = np.arange(0.0, 80.0, 0.1)
    inner = (2.5 + ampere * leak) * np.exp(-t / (leak * farad)) - ampere * leak
    found = capacitance(CapacitorPassage(t, inner - ampere * ohm, np.full(len(t), -ampere), 2.5, 0.0))
    assert found is not None
    assert found.resistance == pytest.approx(ohm, rel=1e-3)
    by_hand = ampere * t[-1] / (inner[0] - inner[-1])
    assert found.by_charge == pytest.approx(by_hand, rel=1e-4)
    assert found.by_charge < farad  # the leak discharges too


def test_a_curved_discharge_makes_the_methods_differ() -> None:
    """C = 1 + V: the energy-weighted mean is above the charge-weighted one; both by their definitions."""
    ampere = 1e-2
    volts = np.linspace(2.0, 1.0, 2001)
    passed = (2.0 + 2.0) - (volts + volts**2 / 2)
    passage = CapacitorPassage(passed / ampere, volts, np.full(2001, -ampere), None, 0.0)
    found = capacitance(passage)
    assert found is not None
    assert found.by_charge == pytest.approx(2.5, rel=1e-5)
    energy = (2**2 / 2 + 2**3 / 3) - (1 / 2 + 1 / 3)  # integral of V C dV
    assert found.by_energy == pytest.approx(2 * energy / 3, rel=1e-5)
    assert found.step is None
    slope = slope_capacitance(passage, full=2.0, upper=0.9, lower=0.7)
    assert slope == pytest.approx(1 + 1.6, rel=1e-6)
    assert slope_capacitance(passage, full=2.0, upper=0.8, lower=0.4) is None  # 0.8 V is not reached


def test_noise_is_covered_by_the_uncertainty() -> None:
    rng = np.random.default_rng(7)
    t = np.arange(0.0, 120.0, 0.1)
    pulls = []
    for _ in range(200):
        volts = 2.48 - 0.05 / 2.5 * t + rng.normal(0, 1e-3, len(t))
        found = capacitance(CapacitorPassage(t, volts, np.full(len(t), -0.05), 2.5, 0.0))
        assert found is not None
        pulls.append((found.by_charge - 2.5) / (found.by_charge * found.relative_uncertainty))
    assert 0.7 < np.std(pulls) < 1.3


def test_a_battery_like_plateau_or_rest_gives_a_reason() -> None:
    rest = run(made_reading([Step(0.0, 100, 1.0, 1.0)]))
    assert {w.code for w in rest.warnings} == {"supercapacitor.no-figures"}
    text = make_table("notes", [RawColumn(["a"], name="note")])
    nothing = run(Reading("made", "galvanostatic_cycling", (text,)))
    assert {w.code for w in nothing.warnings} == {"supercapacitor.no-figures"}


def test_many_cycles_are_summarised() -> None:
    analysis = run(made_reading(rc_steps(cycles=500, interval=5)))
    assert len(analysis.figures) < 60
    assert analysis.tables[0].rows == 1000
