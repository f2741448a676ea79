"""Micromeritics reports: real workbooks, made workbooks and texts in the two layouts, broken ones."""

from datetime import datetime

import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.readers.adsorption_results import Section, pairs_of, stated_results
from jointlab.science.readers.micromeritics import _elapsed
from jointlab.science.source import Source
from jointlab.science.units import convert
from tests.instrument_files import needs_real_files
from tests.unit.science.readers.isotherm_checks import CM3_STP, assert_as_expected, read_real
from tests.unit.science.readers.test_jwgb import workbook

TORR = convert(1.0, source="Torr", target="kPa")
HEAD = """                                   Full Report Set
Gemini VII 2390 V1.03                 Unit 1            Serial #: 150            Page  1

            Sample: Alumina                              Operator: AS
           Started: 6/17/2017 12:27:21 PM     Analysis adsorptive: N2
         Completed: 6/17/2017 1:07:48 PM      Equilibration time: 5 s
       Report time: 6/17/2017 1:07:48 PM      Saturation pressure: 760.0 mmHg
       Sample mass: 0.5000 g                 Analysis bath temp.: 77.350 K

"""
STACKED = """                              Isotherm Tabular Report

     Relative        Absolute        Quantity        Elapsed       Saturation
     Pressure        Pressure        Adsorbed          Time         Pressure
      (p/p°)          (mmHg)         (mmol/g)        (h:min)         (mmHg)
                                                       00:31         760.00
   0.050000000       38.0000         1.60000          00:35         760.00
   0.100000000       76.0000         1.80000          00:40         760.00
   0.200000000      152.0000         2.10000          00:45         760.00
   0.100000000       76.0000         1.85000          00:50         760.00
"""
RESULTS = """                              BET Surface Area Report

          BET surface area:     162.4547 ± 1.1263 m²/g
                     Slope:     0.599136 ± 0.004149 g/mmol
               Y-intercept:     0.001400 ± 0.000617 g/mmol
                         C:     428.804973
                        Qm:     1.66519 mmol/g
   Correlation coefficient:     0.9999281
"""
PLOT = (
    "Isotherm Linear Plot\nAlumina - Adsorption\nRelative Pressure (p/p°)\tQuantity Adsorbed (cm³/g STP)\n"
    "0.05\t10,5\n0,1\t12,5\nAlumina - Desorption\nRelative Pressure (p/p°)\tQuantity Adsorbed (cm³/g STP)\n0,08\t12,25\n"
)


def read_text(text: str, encoding: str = "utf-16") -> ReadFile:
    return read_source(Source("x.TXT", text.encode(encoding)))


@needs_real_files
def test_a_tristar_report() -> None:
    file, said = read_real("Sample_A.xls")
    assert_as_expected(file, said, loading=CM3_STP, pressure=TORR)
    facts = file.reading.facts
    assert (facts["adsorptive"], facts["temperature"], facts["sample_mass"]) == ("N2", 77.3, 0.1013)
    assert file.reading.instrument == "Micromeritics TriStar II 3020 3.02"
    assert file.reading.started == datetime(2017, 6, 17, 12, 27, 21)
    stated = {(s.quantity, tuple(sorted(s.conditions.items()))): s.value for s in file.stated}
    # read off the file in a spreadsheet program
    assert stated["bet_area", ()] == 194.7493
    assert stated["bet_constant", ()] == 107.292458
    assert stated["monolayer_capacity", ()] == pytest.approx(44.7434 * CM3_STP)
    assert stated["micropore_volume", (("model", "t-plot"),)] == 0.003026
    assert stated["external_area", (("model", "t-plot"),)] == 139.6612
    assert stated["pore_volume", (("branch", "desorption"), ("model", "BJH"))] == 0.699796
    assert stated["pore_width", (("branch", "adsorption"), ("model", "BJH 4V/A"))] == pytest.approx(11.4184)
    # the instrument's own numbers agree with each other: slope and intercept in g/mmol give n_m and C
    slope, intercept = stated["bet_slope", ()], stated["bet_intercept", ()]
    assert 1 / (slope + intercept) == pytest.approx(stated["monolayer_capacity", ()], rel=1e-4)
    assert slope / intercept + 1 == pytest.approx(stated["bet_constant", ()], rel=3e-3)


@needs_real_files
def test_an_asap_report_whose_day_and_month_are_decided_by_the_time_until_the_end() -> None:
    file, said = read_real("Sample_D.xls")
    assert_as_expected(file, said, loading=1.0)
    assert file.reading.started == datetime(2021, 2, 9, 13, 46, 34)
    assert file.reading.facts["temperature"] == pytest.approx(77.37)
    assert {s.quantity: s.value for s in file.stated if not s.conditions}["bet_area"] == 935.5162
    assert file.tables[1].name == "saturation_pressure"
    assert file.tables[1].frame["saturation_pressure"][0] == pytest.approx(101.454098701)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "latin-1"])
def test_a_text_report_set_on_a_page(encoding: str) -> None:
    file = read_text(HEAD + STACKED + HEAD + RESULTS, encoding)
    frame = file.tables[0].frame
    assert frame["relative_pressure"].to_list() == [0.05, 0.1, 0.2, 0.1]
    assert frame["pressure"].to_list() == pytest.approx([38 * TORR, 76 * TORR, 152 * TORR, 76 * TORR])
    assert frame["loading"].to_list() == [1.6, 1.8, 2.1, 1.85]
    assert frame["time"].to_list() == [2100.0, 2400.0, 2700.0, 3000.0]
    assert frame["branch"].to_list() == ["adsorption"] * 3 + ["desorption"]
    facts = file.reading.facts
    assert (facts["sample"], facts["adsorptive"], facts["temperature"], facts["sample_mass"]) == (
        "Alumina",
        "N2",
        77.35,
        0.5,
    )
    stated = {s.quantity: s.value for s in file.stated}
    assert stated["bet_area"] == 162.4547
    assert stated["bet_constant"] == 428.804973
    assert stated["monolayer_capacity"] == 1.66519
    assert stated["fit_correlation"] == 0.9999281


def test_a_table_that_goes_on_over_pages() -> None:
    more = STACKED.replace("0.200000000      152", "0.300000000      228")
    file = read_text(HEAD + STACKED + "\x0c" + HEAD + more)
    assert file.tables[0].frame["relative_pressure"].to_list() == [0.05, 0.1, 0.2, 0.1, 0.05, 0.1, 0.3, 0.1]


def test_a_text_with_tabs_decimal_commas_and_named_branches() -> None:
    file = read_text(HEAD.replace("0.5000 g", "0,5000 g") + PLOT.replace("0.05", "0,05"))
    frame = file.tables[0].frame
    assert frame["branch"].to_list() == ["adsorption", "adsorption", "desorption"]
    assert frame["relative_pressure"].to_list() == [0.05, 0.1, 0.08]
    assert frame["loading"].to_list() == pytest.approx([10.5 * CM3_STP, 12.5 * CM3_STP, 12.25 * CM3_STP])
    assert file.reading.facts["sample_mass"] == 0.5


@pytest.mark.parametrize(("printed", "mass"), [("0.5000 g", 0.5), ("1,234 g", None)])
def test_a_mass_with_a_comma_that_the_file_does_not_use_is_not_guessed(printed: str, mass: float | None) -> None:
    file = read_text(HEAD.replace("0.5000 g", printed) + STACKED)
    assert file.reading.facts.get("sample_mass") == mass


def test_a_report_without_an_isotherm_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        read_text(HEAD + RESULTS)
    assert caught.value.code == "micromeritics.no-isotherm"


def test_a_text_cut_inside_a_number_loses_that_row() -> None:
    whole = read_text(HEAD + STACKED)
    for cut in range(1, 60):
        part = read_text((HEAD + STACKED)[:-cut], "utf-8").tables[0].frame
        assert part["loading"].to_list() == whole.tables[0].frame["loading"].to_list()[: part.height]


def test_a_date_that_may_be_read_in_two_ways_is_left_open() -> None:
    file = read_text(HEAD.replace("6/17/2017", "6/7/2017") + STACKED)
    assert file.reading.started is None
    assert "started.ambiguous" in [warning.code for warning in file.warnings]


def test_printed_numbers_and_labels() -> None:
    rows = [
        ["BJH Adsorption cumulative volume of pores "],
        ["between 17.000 Å and 3,000.000 Å diameter:", "1,234.5 cm³/g"],
        [],
        ["C:", "10,5"],
    ]
    assert pairs_of(rows)[0] == (
        "BJH Adsorption cumulative volume of pores between 17.000 Å and 3,000.000 Å diameter",
        "1,234.5 cm³/g",
    )
    points = stated_results([Section("BET Report", [("BET Surface Area", "1,234.5678 m²/g"), ("C", "100.25")])])
    assert [s.value for s in points] == [1234.5678, 100.25]
    commas = stated_results([Section("BET Report", [("BET Surface Area", "194,7493 ± 0,53 m²/g"), ("C", "100,25")])])
    assert [s.value for s in commas] == [194.7493, 100.25]
    unsure = stated_results([Section("BET Report", [("BET Surface Area", "1,234 m²/g")])])
    assert not unsure


def test_a_sheet_of_its_own_with_a_gap_between_points() -> None:
    header: list[str | float] = [
        "Relative Pressure (p/p°)",
        "Absolute Pressure (kPa)",
        "Quantity Adsorbed (cm³/g STP)",
        "Elapsed Time (h:min)",
        "Saturation Pressure (kPa)",
    ]
    rows: list[list[str | float]] = [
        ["3Flex Version 5.02"], ["Sample:", "S1"], ["Sample Mass:", "0,1013 g"], ["Analysis Adsorptive:", "N2"], ["Analysis Bath Temp.:", "77.300 K"], [""],
        ["Isotherm Tabular Report"], [""], header, ["", "", "", "01:10", 100.0], [0.05, 5.0, 10.0, "01:20", ""], ["", "", "", "", ""],
        [0.1, 10.0, 12.0, "25:40", ""], ["", "", "", "", ""], ["Notes", "nothing"],
    ]  # fmt: skip
    file = read_source(
        Source(
            "x.xlsx",
            workbook({"Summary Report": [["BET Surface Area:", "40.5 m²/g"]], "Isotherm Tabular Report": rows}),
        )
    )
    frame = file.tables[0].frame
    assert frame["relative_pressure"].to_list() == [0.05, 0.1]
    assert frame["time"].to_list() == [4800.0, 92400.0]
    assert frame["saturation_pressure"].to_list() == pytest.approx([100.0, 100.0])
    assert file.reading.facts["sample_mass"] == 0.1013
    assert file.reading.instrument == "Micromeritics 3Flex Version 5.02"
    assert [s.value for s in file.stated] == [40.5]


def test_elapsed_times() -> None:
    import polars as pl

    words = pl.Series(["01:50", "101:50", "01:50:20", "1899-12-31 01:50:00", "1900-01-01 01:50:00", None, "x"])
    assert _elapsed(words).to_list() == [6600.0, 366600.0, 6620.0, 6600.0, 93000.0, None, None]


def test_a_clock_that_was_not_set_is_no_start() -> None:
    file = read_text(HEAD.replace("6/17/2017 12:27:21 PM", "01/01/1970 00:00:00") + STACKED)
    assert file.reading.started is None
    (said,) = [warning.message for warning in file.warnings if warning.code == "started.ambiguous"]
    assert "not set" in said
