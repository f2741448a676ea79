"""Solar-cell figures against curves with known answers: pvlib's, analytic ones, and a rig's own results."""

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.special import lambertw

from jointlab.science import read
from jointlab.science.reading import Condition, RawColumn, Reading, make_table, state
from jointlab.science.settings import Settings
from jointlab.science.techniques.solar_cell_curve import NoFigures, Sweep, analyse_sweep
from jointlab.science.techniques.solar_cell_iv import analyse
from jointlab.science.techniques.technique import Analysis
from tests.instrument_files import needs_real_files, real_file

EXPECTED: dict[str, Any] = tomllib.loads((Path(__file__).parent / "expected.toml").read_text())
HZB = "photovoltaic/HZB_MiGo_20230913_Batch-Test-1_0_0.notessfdsf.jv.txt"


class SingleDiode:
    """J(V) in A/cm2 in closed form, generator sign."""

    def __init__(self, **over: float) -> None:
        p = {**{k: v for k, v in EXPECTED["lambert"].items() if k != "source"}, **over}
        self.jl, self.j0, self.a = p["photocurrent"], p["saturation"], p["ideality_voltage"]
        self.rs, self.rsh = p["series"], p["shunt"]

    def __call__(self, v: Any) -> Any:
        v = np.asarray(v, dtype=float)
        total = self.rs + self.rsh
        inside = (
            self.rs
            * self.rsh
            * self.j0
            / (self.a * total)
            * np.exp(self.rsh * (self.rs * (self.jl + self.j0) + v) / (self.a * total))
        )
        return (self.rsh * (self.jl + self.j0) - v) / total - self.a / self.rs * lambertw(inside).real

    @property
    def jsc(self) -> float:
        return float(self(0.0))

    @property
    def voc(self) -> float:
        return float(brentq(lambda v: float(self(v)), 0.1, 2.0, xtol=1e-14))

    @property
    def power(self) -> float:
        return -float(
            minimize_scalar(
                lambda v: -v * float(self(v)), bounds=(0.1, self.voc), method="bounded", options={"xatol": 1e-10}
            ).fun
        )


def swept(voltage: NDArray[np.float64], current: NDArray[np.float64]) -> Sweep:
    found = analyse_sweep(voltage, current)
    assert isinstance(found, Sweep), found
    return found


def analysed(
    voltage: Any, current: Any, *, unit: str = "mA/cm2", conditions: dict[str, Condition] | None = None, **given: str
) -> Analysis:
    quantity = "current_density" if "/" in unit else "current"
    table = make_table(
        "a", [RawColumn(voltage, "potential", "V"), RawColumn(current, quantity, unit)], conditions=conditions
    )
    return analyse(Reading("test", "solar_cell_iv", (table,)), Settings(given))


def value(analysis: Analysis, quantity: str, **where: Condition) -> float:
    (found,) = [
        f.value
        for f in analysis.figures
        if f.quantity == quantity and all(f.conditions.get(k) == v for k, v in where.items())
    ]
    return found


@needs_real_files
def test_pvlib_curves_with_answers_in_high_precision() -> None:
    curves = json.loads(real_file("photovoltaic/precise_iv_curves1.json").read_text())["IV Curves"]
    assert len(curves) == 32
    for curve in curves:
        found = swept(np.array(curve["Voltages"], float), np.array(curve["Currents"], float))
        assert found.power.value == pytest.approx(float(curve["p_mp"]), rel=EXPECTED["pvlib"]["relative_power"])
        assert found.power_voltage.value == pytest.approx(
            float(curve["v_mp"]), rel=EXPECTED["pvlib"]["relative_voltage"]
        )
        assert found.power_current.value == pytest.approx(
            float(curve["i_mp"]), rel=EXPECTED["pvlib"]["relative_voltage"]
        )
        assert found.short_circuit.value == pytest.approx(float(curve["i_sc"]), rel=1e-12)
        assert found.open_circuit.value == pytest.approx(float(curve["v_oc"]), rel=1e-12)


@needs_real_files
def test_the_rig_of_hzb_agrees_with_its_own_results() -> None:
    file = read(real_file(HZB))
    wanted = EXPECTED["hzb"]["b_rev"]
    found = {f.quantity: f for f in file.figures if f.conditions == {"pixel": "b", "direction": "reverse"}}
    assert found["short_circuit_current_density"].value == pytest.approx(
        wanted["short_circuit_current_density"], rel=1e-6
    )
    assert found["open_circuit_voltage"].value == pytest.approx(wanted["open_circuit_voltage"], rel=1e-6)
    power = found["maximum_power_density"]
    assert wanted["maximum_power_density_at_least"] <= power.value <= wanted["maximum_power_density_at_least"] * 1.0003
    assert found["power_conversion_efficiency"].value == pytest.approx(power.value)  # 100 mW/cm2, stated in the file
    assert any(w.code == "stated.differs" and "power conversion efficiency" in w.message for w in file.warnings)
    stated = {(s.quantity, *s.conditions.values()): s.value for s in file.stated}
    for quantity in ("short_circuit_current_density", "open_circuit_voltage", "fill_factor", "maximum_power_density"):
        for figure in file.figures:
            if figure.quantity == quantity:
                relative = 3e-6 if quantity.startswith(("short", "open")) else 2e-3
                assert figure.value == pytest.approx(abs(stated[(quantity, *figure.conditions.values())]), rel=relative)


@pytest.mark.parametrize("over", [{}, {"series": 0.5}, {"shunt": 200.0}, {"photocurrent": 0.002}, {"series": 10.0}])
@pytest.mark.parametrize("steps", [61, 131, 1301])
def test_analytic_curves(over: dict[str, float], steps: int) -> None:
    cell = SingleDiode(**over)
    voltage = np.linspace(-0.1, 1.2, steps)
    found = swept(voltage, -1e3 * cell(voltage))
    assert found.sign == -1
    assert found.short_circuit.value == pytest.approx(1e3 * cell.jsc, rel=1e-5)
    assert abs(found.open_circuit.value - cell.voc) < 3 * found.open_circuit.uncertainty + 1e-6
    assert abs(found.open_circuit.value - cell.voc) < 2e-3
    assert found.power.value == pytest.approx(1e3 * cell.power, rel=5e-4 if steps == 61 else 2e-5)
    assert abs(found.power.value - 1e3 * cell.power) < 3 * found.power.uncertainty + 1e-6
    fill = cell.power / cell.jsc / cell.voc
    assert found.fill_factor.value == pytest.approx(fill, abs=1e-3)


def test_uncertainties_cover_the_scatter_of_noisy_curves() -> None:
    cell = SingleDiode()
    voltage, noise = np.linspace(-0.1, 1.2, 131), np.random.default_rng(5)
    runs = [swept(voltage, 1e3 * cell(voltage) + noise.normal(0, 0.03, 131)) for _ in range(200)]
    for name, truth in (("power", 1e3 * cell.power), ("short_circuit", 1e3 * cell.jsc), ("open_circuit", cell.voc)):
        values = np.array([getattr(run, name).value for run in runs])
        told = np.array([getattr(run, name).uncertainty for run in runs])
        assert 0.4 < np.median(told) / values.std() < 2.5, name
        assert abs(values.mean() - truth) < values.std()


@pytest.mark.parametrize(("sv", "sj"), [(1, 1), (1, -1), (-1, 1), (-1, -1)])
def test_every_sign_convention_gives_the_same_figures(sv: int, sj: int) -> None:
    cell = SingleDiode()
    voltage = np.linspace(-0.2, 1.2, 141)
    found = swept(sv * voltage, sj * 1e3 * cell(voltage))
    plain = swept(voltage, 1e3 * cell(voltage))
    assert found.power.value == pytest.approx(plain.power.value, rel=1e-12)
    assert found.open_circuit.value == pytest.approx(plain.open_circuit.value, rel=1e-12)


def test_area_and_light_come_from_settings_and_are_never_assumed() -> None:
    cell = SingleDiode()
    voltage = np.linspace(-0.1, 1.2, 131)
    milliamperes = 1e3 * 0.16 * cell(voltage)
    bare = analysed(voltage, milliamperes, unit="mA")
    assert {w.code for w in bare.warnings} == {"solar.area-unknown"}
    assert value(bare, "maximum_power") == pytest.approx(0.16 * cell.power, rel=1e-4)
    with_area = analysed(voltage, milliamperes, unit="mA", area="16 mm2")
    assert {w.code for w in with_area.warnings} == {"solar.irradiance-unknown"}
    assert not [f for f in with_area.figures if f.quantity == "power_conversion_efficiency"]
    whole = analysed(voltage, milliamperes, unit="mA", area="0.16", irradiance="1000 W/m2", area_uncertainty="2")
    assert not whole.warnings
    assert value(whole, "power_conversion_efficiency") == pytest.approx(1e3 * cell.power, rel=1e-4)
    (efficiency,) = [f for f in whole.figures if f.quantity == "power_conversion_efficiency"]
    assert efficiency.uncertainty == pytest.approx(0.02 * efficiency.value, rel=0.01)
    assert "area" in efficiency.includes and "irradiance" not in efficiency.includes


def test_a_sweep_there_and_back_has_hysteresis() -> None:
    up, down = SingleDiode(), SingleDiode(series=1.0)
    voltage = np.linspace(-0.1, 1.2, 131)
    found = analysed(
        np.concatenate([voltage, voltage[::-1]]), np.concatenate([up(voltage), down(voltage[::-1])]) * -1e3
    )
    assert value(found, "hysteresis_index") == pytest.approx(100 * (1 - up.power / down.power), abs=0.01)
    assert value(found, "maximum_power_density", direction="reverse") == pytest.approx(1e3 * down.power, rel=1e-4)


def test_dark_and_broken_curves_give_reasons_instead_of_figures() -> None:
    voltage = np.linspace(-0.5, 1.2, 131)
    dark = 1e3 * (1e-13 * (np.exp(voltage / 0.0388) - 1) + voltage / 2000)
    for current, code in (
        (dark, "solar.dark"),
        (dark + 1e-7, "solar.dark"),
        (np.full(131, 3.0), "solar.no-zero-current"),
    ):
        found = analysed(voltage, current)
        assert not found.figures
        assert [w.code for w in found.warnings] == [code]
    assert isinstance(analyse_sweep(np.full(50, 0.5), np.ones(50)), NoFigures)
    assert isinstance(analyse_sweep(np.array([]), np.array([])), NoFigures)
    assert isinstance(analyse_sweep(voltage + 1, dark), NoFigures)
    assert isinstance(analyse_sweep(np.full(50, np.nan), np.ones(50)), NoFigures)


def test_light_that_cannot_be_is_not_divided_by() -> None:
    cell = SingleDiode()
    voltage = np.linspace(-0.1, 1.2, 131)
    found = analysed(voltage, 1e3 * cell(voltage), conditions={"irradiance": 35980.0})
    assert [w.code for w in found.warnings] == ["solar.irradiance-implausible"]
    assert not [f for f in found.figures if f.quantity == "power_conversion_efficiency"]


def test_what_the_file_states_is_compared() -> None:
    cell = SingleDiode()
    voltage = np.linspace(-0.1, 1.2, 131)
    table = make_table(
        "a",
        [RawColumn(voltage, "potential", "V"), RawColumn(1e3 * cell(voltage), "current_density", "mA/cm2")],
        conditions={"irradiance": 100.0},
    )
    stated = (state("fill_factor", 62.0, "%"), state("open_circuit_voltage", cell.voc))
    found = analyse(Reading("test", "solar_cell_iv", (table,), stated=stated), Settings({}))
    assert [w.code for w in found.warnings] == ["stated.differs"]
    assert "fill factor 62 %" in found.warnings[0].message


def test_random_curves_never_raise() -> None:
    noise = np.random.default_rng(1)
    for size in (0, 1, 2, 7, 8, 9, 50):
        for _ in range(50):
            analyse_sweep(noise.normal(0, 1, size), noise.normal(0, 1, size))
            analyse_sweep(np.round(noise.normal(0, 1, size), 1), np.round(noise.normal(0, 1, size), 0))
            analyse_sweep(np.linspace(-0.1, 1, size), np.cumsum(noise.normal(-0.3, 1, size)) + 2)
