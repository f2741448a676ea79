"""Pores: another program, what instruments print, and isotherms made from cylinders of known width."""

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jointlab.science import Figure, ReadFile, read
from jointlab.science.door import read_source
from jointlab.science.source import Source
from jointlab.science.techniques.pore_distribution import (
    barrett_joyner_halenda,
    halsey,
    harkins_jura,
    kelvin_radius,
)
from tests.instrument_files import needs_real_files, real_file

EXPECTED: dict[str, Any] = tomllib.loads((Path(__file__).parent / "expected.toml").read_text())
FACTOR = 0.953


def one(file: ReadFile, quantity: str, model: str) -> Figure:
    found = [f for f in file.figures if f.quantity == quantity and f.conditions.get("model") == model]
    assert len(found) == 1
    return found[0]


def made(pressure: list[float], loading: list[float], branch: list[str] | None = None, **settings: str) -> ReadFile:
    points: dict[str, object] = {"pressure": pressure, "loading": loading}
    if branch is not None:
        points["branch"] = branch
    content = {
        "isotherm_data": points, "pressure_mode": "relative", "loading_basis": "molar", "loading_unit": "mmol",
        "material_unit": "g", "adsorbate": "N2", "temperature": 77.36,
    }  # fmt: skip
    return read_source(Source("x.json", json.dumps(content).encode()), settings)


def cylinders(relative: np.ndarray, radii: list[float], volumes: list[float]) -> np.ndarray:
    """cm3/g of liquid in open cylinders that empty at their Kelvin radius plus film, and keep the film after that."""
    film = halsey(relative)
    reach = kelvin_radius(relative, FACTOR) + film
    total = np.zeros_like(relative)
    for radius, volume in zip(radii, volumes, strict=True):
        with_film = volume * (1 - ((radius - film) / radius) ** 2)
        total += np.where(reach >= radius, volume, with_film)
    return total


@needs_real_files
def test_a_t_plot_is_that_of_another_program() -> None:
    said = EXPECTED["t_plot"]
    file = read(real_file(f"adsorption/{said['name']}"))
    assert one(file, "external_area", "t-plot").value == pytest.approx(said["area"] * said["density_ratio"], rel=1e-4)
    assert one(file, "micropore_volume", "t-plot").value == pytest.approx(
        said["volume"] * said["density_ratio"], rel=1e-3
    )


def test_film_thickness_is_that_which_an_instrument_prints() -> None:
    said = EXPECTED["printed_t"]
    assert harkins_jura(np.array(said["relative_pressure"])).tolist() == pytest.approx(said["thickness"], rel=1e-4)


def test_a_made_t_plot_gives_its_own_area_and_micropores() -> None:
    x = np.linspace(0.02, 0.6, 60)
    factor = 28.0134 / 0.808 / 1000
    n = (0.15 + 0.1 * harkins_jura(x)) / factor  # 0.15 cm3/g of micropores, 0.1 cm3/(g nm) = 100 m2/g outside
    file = made(x.tolist(), n.tolist(), mass_uncertainty="1 %")
    area, volume = one(file, "external_area", "t-plot"), one(file, "micropore_volume", "t-plot")
    assert (area.value, volume.value) == pytest.approx((100.0, 0.15), rel=1e-9)
    assert (area.uncertainty, volume.uncertainty) == pytest.approx((1.0, 0.0015), rel=1e-6)


def test_a_negative_volume_of_micropores_is_not_given() -> None:
    x = np.linspace(0.02, 0.6, 60)
    file = made(x.tolist(), (10 * harkins_jura(x) - 2).tolist())
    assert "micropore_volume" not in {f.quantity for f in file.figures}
    assert "t-plot.negative" in [w.code for w in file.warnings]


def test_total_volume_at_099_and_at_the_highest_point() -> None:
    x = np.array([0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 0.94, 0.98, 1.0 - 1e-9])
    n = np.array([2.0, 2.2, 2.5, 2.8, 9.0, 9.8, 10.0, 10.0, 10.2])
    whole = made(x.tolist(), n.tolist())
    volume = one(whole, "pore_volume", "Gurvich")
    assert volume.value == pytest.approx(10.1 * 28.0134 / 0.808e3, rel=1e-6)
    assert volume.conditions["relative_pressure"] == 0.99
    area = next(f for f in whole.figures if f.quantity == "bet_area")
    assert one(whole, "pore_width", "4V/A").value == pytest.approx(4000 * volume.value / area.value)
    short = made(x[:-2].tolist(), n[:-2].tolist())
    assert one(short, "pore_volume", "Gurvich").conditions["relative_pressure"] == 0.94
    none = made(x[:-3].tolist(), n[:-3].tolist())
    assert "pore-volume.not-reached" in [w.code for w in none.warnings]
    rising = made(x[:-1].tolist(), (n[:-1] * np.array([1, 1, 1, 1, 1, 1, 1, 1.5])).tolist())
    assert "pore-volume.no-plateau" in [w.code for w in rising.warnings]


@pytest.mark.parametrize("radius", [2.5, 5.0, 12.0])
def test_cylinders_of_one_width_are_found_with_their_volume(radius: float) -> None:
    x = np.linspace(0.995, 0.35, 200)
    found = barrett_joyner_halenda(x, cylinders(x, [radius], [0.5]), factor=FACTOR, thickness=halsey)
    mode = int(np.argmax(found.volume))
    assert found.low[mode] <= 2 * radius <= found.high[mode]
    assert found.volume.sum() == pytest.approx(0.5, rel=0.02)
    assert found.area.sum() == pytest.approx(2000 * 0.5 / radius, rel=0.02)  # 2 V / r


def test_cylinders_of_two_widths_are_told_apart() -> None:
    x = np.linspace(0.995, 0.35, 400)
    found = barrett_joyner_halenda(x, cylinders(x, [10.0, 3.0], [0.3, 0.2]), factor=FACTOR, thickness=halsey)
    assert found.volume[found.width > 10].sum() == pytest.approx(0.3, rel=0.02)
    assert found.volume[found.width < 10].sum() == pytest.approx(0.2, rel=0.03)


@needs_real_files
def test_pore_sizes_are_near_those_of_another_program() -> None:
    said = EXPECTED["bjh"]
    file = read(real_file(f"adsorption/{said['name']}"))
    assert one(file, "pore_width", "BJH mode of dV/dw").value == pytest.approx(said["mode"], rel=0.03)
    assert one(file, "pore_area", "BJH").value == pytest.approx(said["area"], rel=0.03)


@needs_real_files
def test_pore_sizes_are_near_those_that_the_instrument_prints() -> None:
    said = EXPECTED["instrument"]
    down = read(real_file("adsorption/Sample_A.xls"))
    assert one(down, "pore_volume", "BJH").value == pytest.approx(said["desorption_volume"], rel=0.05)
    assert one(down, "pore_area", "BJH").value == pytest.approx(said["desorption_area"], rel=0.05)
    assert one(down, "pore_width", "BJH 4V/A").value == pytest.approx(said["desorption_width"], rel=0.06)
    up = read(real_file("adsorption/Sample_A.xls"), bjh_branch="adsorption")
    assert one(up, "pore_volume", "BJH").value == pytest.approx(said["adsorption_volume"], rel=0.05)
    tables = [table for _, analysis in up.analyses for table in analysis.tables]
    assert [table.name for table in tables] == ["pore_size_distribution"]
    assert tables[0].frame["cumulative_pore_volume"][-1] == pytest.approx(one(up, "pore_volume", "BJH").value)


def test_a_mode_where_the_hysteresis_closes_is_doubted() -> None:
    up = np.linspace(0.02, 0.99, 60)
    down = np.linspace(0.98, 0.36, 60)
    loading = [
        *np.interp(up, [0, 0.1, 0.7, 0.99], [0, 3, 9, 10]),
        *np.where(down > 0.46, 10, np.interp(down, [0.3, 0.46], [4, 5])),
    ]
    file = made([*up, *down], loading, ["ads"] * 60 + ["des"] * 60)
    assert "pore-size.closure" in [w.code for w in file.warnings]


def test_no_pores_for_other_gases_and_for_short_isotherms() -> None:
    x = np.linspace(0.02, 0.3, 10)
    file = made(x.tolist(), (3 * 100 * x / (1 + 100 * x)).tolist())
    assert not {"pore_volume", "pore_width"} & {f.quantity for f in file.figures}
    assert {"pore-volume.not-reached", "pore-size.few-points"} <= {w.code for w in file.warnings}
