"""Quantachrome texts: real raw data in two layouts, isotherms per gram, cut ones."""

import re

import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from jointlab.science.units import convert
from tests.instrument_files import needs_real_files, real_file
from tests.unit.science.readers.isotherm_checks import CM3_STP, assert_as_expected, assert_cuts_are_safe, read_real

TORR = convert(1.0, source="Torr", target="kPa")
PAGE = """                        Quantachrome ASiQwin- Automated Gas Sorption Data

Analysis                                          Report
Operator:      Uli            Date:11/30/2012 18:59Operator:ir                  Date:2020/05/06
Sample ID:     US_540         Filename:      US_540.raw
Outgas Time:   17.5 hrs       Outgas Temp:   150.0 C      Sample Weight: 50 mg
Analysis gas:  Nitrogen       Bath temp.:    77.3 K
Analysis Time: 100.0 min

      Press            P0         Volume @ STP        Time

      Torr            Torr             cc              min

       7.60          760.0             1.0             1.0
       76.0          760.0             2.0            99.0
"""
ISOTHERM = PAGE[: PAGE.index("      Press")] + (
    "     Relative Pressure           Volume @ STP\n\n           P/Po                     cc/g\n\n"
    "        1.00000e-02                10.0\n        1.00000e-01                20.0\n"
)


def read_text(text: str) -> ReadFile:
    return read_source(Source("x.txt", text.encode("latin-1")))


@needs_real_files
def test_raw_data_in_torr_of_the_whole_sample() -> None:
    file, said = read_real("DUT-6_LP_N2 (Raw Analysis Data).txt")
    assert_as_expected(file, said, loading=CM3_STP / 0.0339, pressure=TORR)
    frame = file.tables[0].frame
    assert frame["amount_adsorbed"].max() == 44.0449
    facts = file.reading.facts
    assert (facts["adsorptive"], facts["temperature"], facts["sample_mass"]) == ("Nitrogen", 77.3, 0.0339)
    assert facts["degas_temperature"] == pytest.approx(393.15)
    assert facts["sample"] == "nk_DUT-6_LP_N2_114pkt"
    assert str(file.reading.started) == "2009-09-17 19:56:00"


@needs_real_files
def test_raw_data_in_relative_pressure() -> None:
    file, said = read_real("RE-22 (Raw Analysis Data).txt")
    assert_as_expected(file, said, loading=CM3_STP / 0.032)
    frame = file.tables[0].frame
    assert frame.height == 49
    assert frame["pressure"][0] == pytest.approx(0.006464 * 760 * TORR)


@needs_real_files
@pytest.mark.parametrize("name", ["DUT-6_LP_N2 (Raw Analysis Data).txt", "RE-22 (Raw Analysis Data).txt"])
def test_cut_real_files_give_no_wrong_row(name: str) -> None:
    assert_cuts_are_safe(real_file(f"adsorption/{name}"), read_real(name)[0])


def test_the_unit_below_the_name_tells_whole_sample_from_one_gram() -> None:
    assert read_text(PAGE).tables[0].frame["loading"].to_list() == pytest.approx([CM3_STP / 0.05, 2 * CM3_STP / 0.05])
    assert read_text(ISOTHERM).tables[0].frame["loading"].to_list() == pytest.approx([10 * CM3_STP, 20 * CM3_STP])


def test_a_column_called_time_is_time_where_it_ends_with_the_analysis() -> None:
    assert read_text(PAGE).tables[0].frame["time"].to_list() == [60.0, 5940.0]
    assert not read_text(PAGE.replace("99.0\n", "2.0\n")).tables[0].has("time")


def test_without_a_mass_the_amount_stays_that_of_the_sample() -> None:
    table = read_text(PAGE.replace("Sample Weight: 50 mg", "")).tables[0]
    assert not table.has("loading")
    assert table.frame["amount_adsorbed"].to_list() == [1.0, 2.0]


def test_a_last_line_without_an_end_is_left_out() -> None:
    file = read_text(PAGE.rstrip())
    assert file.tables[0].rows == 1
    assert "quantachrome.open-end" in [warning.code for warning in file.warnings]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("      Torr            Torr ", "                           ", "quantachrome.unit"),
        ("       7.60", "      words", "column.not-numbers"),
    ],
)
def test_what_cannot_be_read_is_refused(old: str, new: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_text(
            PAGE.replace(old, new, 1).replace("       76.0 ", "      words ")
            if code == "column.not-numbers"
            else PAGE.replace(old, new, 1)
        )
    assert caught.value.code in (code, "quantachrome.no-isotherm")


@pytest.mark.parametrize("text", [PAGE, ISOTHERM])
def test_decimal_commas_are_read_as_the_points_would_be(text: str) -> None:
    comma = re.sub(r"(\d)\.(\d)", r"\1,\2", text.replace("Sample Weight: 50 mg", "Sample Weight: 50.5 mg"))
    point, found = read_text(text.replace("50 mg", "50.5 mg")), read_text(comma)
    assert found.tables[0].frame.equals(point.tables[0].frame)
    names = ("temperature", "degas_temperature", "sample_mass")
    assert [found.reading.facts[name] for name in names] == [point.reading.facts[name] for name in names]
    assert found.reading.facts["sample_mass"] == pytest.approx(0.0505)
    assert found.reading.decisions["decimal_mark"].startswith(",")


def test_a_comma_that_may_part_thousands_is_a_question() -> None:
    rows = "       7,600         760,000         1,000            1,000\n      76,000         760,000         2,000           99,000\n"
    text = PAGE[: PAGE.index("       7.60")] + rows
    with pytest.raises(BadInput) as caught:
        read_text(text)
    assert caught.value.code == "text.decimal-mark"
