"""DVS of Surface Measurement Systems: a real workbook, and a made one in Torr with two cycles."""

import pytest

from jointlab.errors import BadInput
from jointlab.science.door import read_source
from jointlab.science.source import Source
from tests.instrument_files import needs_real_files
from tests.unit.science.readers.isotherm_checks import read_real
from tests.unit.science.readers.test_jwgb import workbook


def report(mode: str, title: str = "DVS Isotherm Analysis Report") -> list[list[str | float]]:
    return [
        ["", title], ["", "Temp:", "25.0 °C"], ["", "MRef:", "10.5 from Mass at end"],
        ["", "", "Target", "Actual", "Sorp Mass", "Actual", "Desorp Mass"], ["", "", mode, mode, "Change (%)", mode, "Change (%)"],
        ["", "Cycle 1", 1.0, 1.1, 5.0, 1.2, 6.0], ["", "", 2.0, 2.1, 7.0, 2.1, 7.0],
        ["", "Cycle 2", 1.0, 1.3, 5.5, 1.4, 6.5],
    ]  # fmt: skip


@needs_real_files
def test_a_real_workbook() -> None:
    file, said = read_real("13X water 30c.xlsx")
    frame = file.tables[0].frame
    assert frame.height == said["n_points"]
    found = [frame["relative_pressure"][0], frame["relative_pressure"][-1], frame["relative_pressure"].max()]
    assert found == pytest.approx([value / 100 for value in said["pressure"]], rel=1e-12)
    assert frame["mass_uptake"][0] == 0
    assert frame["mass_uptake"][-1] is None
    assert frame["mass_uptake"].max() == pytest.approx(said["loading"][2], rel=1e-12)
    facts = file.reading.facts
    assert (facts["adsorptive"], facts["temperature"]) == ("Water 30C", 303.15)
    assert facts["sample_mass"] == pytest.approx(0.0317852)
    assert str(file.reading.started) == "2020-08-03 16:23:44+01:00"
    assert file.reading.started_zone == "file"
    record = file.tables[1].frame
    assert record["time"][1] == pytest.approx(1.8, rel=0.01)
    assert record["mass"][0] == pytest.approx(0.0356909)
    assert "rows.differ" in [w.code for w in file.warnings]  # the file says itself that its record was cut
    assert not file.figures


def test_pressures_in_torr_and_two_cycles() -> None:
    file = read_source(Source("x.xlsx", workbook({"Iso Report (Torr)": report("Pres.")})))
    assert [table.name for table in file.tables] == ["isotherm", "isotherm 2"]
    frame = file.tables[0].frame
    assert frame["pressure"].to_list() == pytest.approx([p * 101.325 / 760 for p in (1.1, 2.1, 2.1, 1.2)])
    assert frame["mass_uptake"].to_list() == [5.0, 7.0, 7.0, 6.0]
    assert frame["branch"].to_list() == ["adsorption", "adsorption", "desorption", "desorption"]
    assert file.tables[1].frame["mass_uptake"].to_list() == [5.5, 6.5]
    assert file.tables[1].conditions["cycle"] == 2
    assert file.reading.facts["sample_mass"] == pytest.approx(0.0105)


@pytest.mark.parametrize(("unit", "kpa"), [("Torr", 101.325 / 760), ("mbar", 0.1)])
def test_the_title_may_state_the_unit_of_the_pressures(unit: str, kpa: float) -> None:
    sheet = report("Pres.", f"DVS Isotherm Analysis Report ({unit})")
    record: list[list[str | float]] = [
        ["DVS-Vacuum-Data-File"],
        ["Time [minutes]", "Mass [mg]"],
        [0.0, 9.0],
        [1.0, 9.5],
    ]
    file = read_source(Source("x.xlsx", workbook({f"Iso Report ({unit})": sheet, "DVS Data": record})))
    assert [table.name for table in file.tables] == ["isotherm", "isotherm 2", "record"]
    assert file.tables[0].frame["pressure"].to_list() == pytest.approx([p * kpa for p in (1.1, 2.1, 2.1, 1.2)])
    with pytest.raises(BadInput) as caught:
        read_source(Source("x.xlsx", workbook({"Iso Report": report("Pres.", "DVS Isotherm Analysis Report (%)")})))
    assert caught.value.code == "dvs.pressure"


def test_a_heading_that_names_no_pressure_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        read_source(Source("x.xlsx", workbook({"Iso Report": report("Something")})))
    assert caught.value.code == "dvs.pressure"


def test_a_workbook_without_data_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        read_source(Source("x.xlsx", workbook({"DVS Data": [["DVS-Vacuum-Data-File"], ["Sample Name:", "x"]]})))
    assert caught.value.code == "dvs.no-data"
