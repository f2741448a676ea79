"""The demonstration laboratory: the truth that went into its files comes out of them, within the stated uncertainty."""

import hashlib
from functools import cache
from pathlib import Path

import pytest

from jointlab.errors import BadInput
from jointlab.node.cli import main
from jointlab.science.demonstration import laboratory as lab
from jointlab.science.demonstration import models
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from jointlab.science.techniques.technique import Figure

REFUSED = "almaty/KZ-26-0203_tristar.SMP"


@cache
def read(name: str) -> ReadFile:
    entry = next(entry for entry in lab.FILES if name in entry.path)
    return read_source(Source(entry.path, entry.make()), entry.settings)


def figure(name: str, quantity: str, **conditions: object) -> Figure:
    found = [
        f
        for f in read(name).figures
        if f.quantity == quantity and all(f.conditions.get(key) == value for key, value in conditions.items())
    ]
    assert found, f"{name} has no {quantity} {conditions}"
    return found[0]


def test_the_bytes_are_the_same_every_time() -> None:
    for entry in lab.FILES:
        assert hashlib.sha256(entry.make()).digest() == hashlib.sha256(entry.make()).digest(), entry.path


@pytest.mark.parametrize("path", [entry.path for entry in lab.FILES if entry.path != REFUSED])
def test_every_file_is_read_with_figures(path: str) -> None:
    file = read(path)
    assert file.figures
    assert not [w for w in file.warnings if w.code in ("analysis.failed", "cycling.counter-differs")]
    assert any(analysis.plots for _, analysis in file.analyses)


def test_the_refused_file_names_the_export() -> None:
    with pytest.raises(BadInput, match="save its report") as caught:
        read(REFUSED)
    assert caught.value.code == "format.unreadable"


@pytest.mark.parametrize(("name", "cell"), [("GCPL.mpt", lab.CELL_ALMATY), ("cell11.csv", lab.CELL_NANJING)])
def test_a_cell_gives_its_capacities(name: str, cell: models.HalfCell) -> None:
    for cycle in (1, cell.cycles):
        wanted = cell.capacity * (1 - cell.fade) ** (cycle - 1)
        found = figure(name, "specific_discharge_capacity", cycle=cycle)
        assert found.value == pytest.approx(wanted, rel=5e-4)
        assert figure(name, "coulombic_efficiency", cycle=cycle).value == pytest.approx(100 / (1 + cell.loss), rel=1e-4)


def test_the_capacitor_is_exact() -> None:
    cell = lab.CAPACITOR
    for found in (f for f in read("supercap").figures if f.quantity == "capacitance"):
        assert found.value == pytest.approx(cell.capacitance, rel=2e-3)
    assert figure("supercap", "internal_resistance").value == pytest.approx(cell.resistance, rel=0.02)


@pytest.mark.parametrize("name", ["anatase.xrdml", "anatase.ras"])
def test_the_powder_gives_its_size_and_its_cell(name: str) -> None:
    for quantity, wanted, conditions in (
        ("lattice_parameter", 3.7845, {"axis": "a"}),
        ("lattice_parameter", 9.5143, {"axis": "c"}),
    ):
        found = figure(name, quantity, **conditions)
        assert found.uncertainty is not None
        assert abs(found.value - wanted) < 4 * found.uncertainty + 2e-4
    assert figure(name, "crystallite_size").value == pytest.approx(14.0, rel=0.06)


@pytest.mark.parametrize(("name", "solid"), [("N2.aif", lab.SOLID_ALMATY), ("N2.DAT", lab.SOLID_NANJING)])
def test_the_solid_gives_its_area(name: str, solid: models.Mesopores) -> None:
    assert figure(name, "bet_area").value == pytest.approx(solid.area, rel=0.01)
    assert figure(name, "bet_constant").value == pytest.approx(solid.constant, rel=0.05)
    assert figure(name, "pore_volume").value == pytest.approx(solid.pore_volume, rel=0.03)


def test_the_solar_cell_gives_its_photocurrent() -> None:
    for direction, diode in (("reverse", lab.DIODE_REVERSE), ("forward", lab.DIODE_FORWARD)):
        found = figure("jv.txt", "short_circuit_current_density", direction=direction)
        assert found.value == pytest.approx(diode.photocurrent * diode.shunt / (diode.shunt + diode.series), rel=1e-3)
    assert figure("eqe.txt", "band_gap").value == pytest.approx(1.58, abs=0.01)


@pytest.mark.parametrize(("name", "electrode"), [("EIS.DTA", lab.ELECTRODE_ALMATY), ("EIS.txt", lab.ELECTRODE_NANJING)])
def test_the_electrode_gives_its_resistances(name: str, electrode: models.Interface) -> None:
    assert figure(name, "series_resistance").value == pytest.approx(electrode.ohmic, rel=0.02)
    assert figure(name, "charge_transfer_resistance").value == pytest.approx(electrode.transfer, rel=0.05)


def test_the_couple_gives_its_potential_and_its_peak() -> None:
    assert figure("CV.txt", "half_wave_potential", cycle=1).value == pytest.approx(lab.COUPLE.formal, abs=1e-3)
    assert figure("CV.txt", "peak_separation", cycle=1).value == pytest.approx(0.0576, abs=1.5e-3)
    per_volt = 96485.33212 / (8.314462618 * lab.COUPLE.temperature)
    randles = 0.4463 * 96485.33212 * lab.COUPLE.area * lab.COUPLE.concentration
    wanted = randles * (per_volt * lab.SCAN_RATE * lab.COUPLE.diffusion) ** 0.5
    found = figure("CV.txt", "peak_current", cycle=1, direction="anodic", baseline="linear")
    assert found.value == pytest.approx(wanted, rel=0.01)


def test_the_command_writes_files_and_one_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--files", str(tmp_path)]) == 0
    assert f"{len(lab.FILES) - 1} files read, 1 refused" in capsys.readouterr().out
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") > len(lab.FILES)
    assert "src=" not in page and "<script" not in page and 'href="http' not in page
