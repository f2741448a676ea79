"""Adsorption Information File: a real file, the variants of the STAR syntax, broken ones."""

import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.instrument_files import needs_real_files, real_file
from tests.unit.science.readers.isotherm_checks import CM3_STP, assert_cuts_are_safe, read_real

HEAD = """data_test
_exptl_adsorptive Nitrogen
_exptl_temperature 77.0
_adsnt_sample_mass 50.0
_units_temperature K
_units_pressure Torr
_units_mass mg
_units_loading 'cm3(STP)/g'
"""
LOOP = "loop_\n_adsorp_pressure\n_adsorp_p0\n_adsorp_amount\n7.6 760 22.41396954\n76 760 44.82793908\n"


def read_text(text: str) -> ReadFile:
    return read_source(Source("x.aif", text.encode()))


@needs_real_files
def test_a_real_file() -> None:
    file, _ = read_real("AC Ar 77K.aif")
    frame = file.tables[0].frame
    assert frame["branch"].to_list() == ["adsorption"] * 98 + ["desorption"] * 52  # counted in the file with an editor
    assert frame["pressure"][0] == 0.00012621
    assert frame["loading"][97] == pytest.approx(415.18 * CM3_STP)
    assert frame["pressure"][-1] == 0.23163
    assert frame["loading"][-1] == pytest.approx(220.8 * CM3_STP)
    assert frame["relative_pressure"][97] == pytest.approx(100.63 / 101.3)
    facts = file.reading.facts
    assert (facts["adsorptive"], facts["temperature"], facts["sample_mass"]) == ("Ar", 87.0, 0.1432)
    assert file.reading.instrument == "BEL 00218"
    assert str(file.reading.started) == "2020-06-03 00:00:00"


@needs_real_files
def test_a_cut_real_file_gives_no_wrong_row() -> None:
    path = real_file("adsorption/AC Ar 77K.aif")
    assert_cuts_are_safe(path, read_real("AC Ar 77K.aif")[0])


def test_units_of_the_file_count() -> None:
    file = read_text(HEAD + LOOP)
    assert file.tables[0].frame["pressure"].to_list() == pytest.approx([7.6 * 101.325 / 760, 76 * 101.325 / 760])
    assert file.tables[0].frame["loading"].to_list() == pytest.approx([1.0, 2.0])
    assert file.reading.facts["sample_mass"] == pytest.approx(0.05)


def test_quotes_comments_text_fields_and_values_across_lines() -> None:
    text = HEAD + (
        "# a comment with 'an open quote\n_adsnt_info\n;two lines\nof 'text' # with marks\n;\n"
        "_exptl_operator \"O'Neil\"\n_adsnt_sample_id 'it''s'\n_exptl_p0 760(1)\n"
        "loop_ _adsorp_pressure _adsorp_loading\n7.6 22.41396954(3)\n 76\n 44.82793908\n"
    )
    file = read_text(text)
    assert file.reading.facts["_adsnt_info"] == "two lines\nof 'text' # with marks"
    assert file.reading.facts["operator"] == "O'Neil"
    assert file.tables[0].frame["loading"].to_list() == pytest.approx([1.0, 2.0])
    assert file.tables[0].frame["relative_pressure"].to_list() == pytest.approx([0.01, 0.1])


def test_an_amount_of_the_whole_sample_is_divided_by_its_mass_and_kept() -> None:
    file = read_text(HEAD.replace("cm3(STP)/g", "mmol") + LOOP)
    frame = file.tables[0].frame
    assert frame["loading"][0] == pytest.approx(22.41396954 / 0.05)
    assert frame["amount_adsorbed"][0] == 22.41396954


def test_relative_pressures_and_masses_as_pygaps_writes_them() -> None:
    head = HEAD.replace("Torr", "relative").replace("cm3(STP)/g", "% mass")
    frame = read_text(head + "loop_\n_adsorp_pressure\n_adsorp_amount\n0.1 2\n0.2 3\n").tables[0].frame
    assert frame["relative_pressure"].to_list() == [0.1, 0.2]
    assert frame["mass_uptake"].to_list() == [2.0, 3.0]


def test_a_volume_without_its_state_is_no_amount() -> None:
    file = read_text(HEAD.replace("cm3(STP)/g", "cm3/g") + LOOP)
    assert not file.tables[0].has("loading")
    assert file.tables[0].frame["_adsorp_amount"][0] == 22.41396954


def test_a_row_that_may_be_cut_inside_its_last_number_is_left_out() -> None:
    file = read_text((HEAD + LOOP).rstrip())
    assert file.tables[0].rows == 1
    assert "aif.open-end" in [warning.code for warning in file.warnings]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEAD.replace("_units_pressure Torr\n", "") + LOOP, "aif.units"),
        (HEAD.replace("_units_loading 'cm3(STP)/g'\n", "") + LOOP, "aif.units"),
        (HEAD.replace("Torr", "furlong") + LOOP, "column.unit"),
        (HEAD + LOOP[:-14], "aif.loop"),
        (HEAD + LOOP.replace("76 760", "7,6 760"), "aif.value"),
        (HEAD + "_adsnt_info 'never closed\n" + LOOP, "aif.quotes"),
        (HEAD + "_adsnt_info\n" + LOOP, "aif.value"),
        (HEAD, "aif.no-isotherm"),
        (HEAD + LOOP + "data_more\n" + LOOP, "aif.blocks"),
        (HEAD + "stray words\n" + LOOP, "aif.value"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_text(text)
    assert caught.value.code == code
