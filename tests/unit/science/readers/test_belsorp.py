"""BELSORP: real .DAT, .csv and .xls files, Japanese and English, and cut ones."""

import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.instrument_files import needs_real_files, real_file
from tests.unit.science.readers.isotherm_checks import CM3_STP, assert_as_expected, assert_cuts_are_safe, read_real
from tests.workbook_files import Cell, xlsx

JAPANESE_CSV = "ASch082B_Zndmbdcdabco_C2H4_Exp191004a_weight correction_jis.csv"
DAT = """====================
"Instrument S/N:"\t00218
"Adsorptive:"\tN2
"Meas. Temp./K:"\t77.40
"Sample weight/g:"\t0.01700
"Date of measurement:"\t16/04/19
====================
 Adsorption data
====================
"No."\t"Pe/kPa"\t"P0/kPa"\t"Vd/ml"\t"V/ml(STP) g-1"
1\t1.0000\t100.00\t30.0\t10.0
2\t2.0000\t100.00\t30.0\t20.0
0\t0\t0\t0\t0
====================
 Desorption data
====================
"No."\t"Pe/kPa"\t"P0/kPa"\t"Vd/ml"\t"V/ml(STP) g-1"
1\t1.5000\t100.00\t30.0\t15.0
0\t0\t0\t0\t0
"""


def read_dat(text: str, encoding: str = "utf-8") -> ReadFile:
    return read_source(Source("x.DAT", text.encode(encoding)))


@needs_real_files
@pytest.mark.parametrize(
    ("name", "adsorptive", "temperature", "mass", "down", "day"),
    [
        ("DUT-49_N2_77K.DAT", "N2", 77.4, 0.017, 45, "2016-04-19"),
        ("DUT-49_Ar_87K.DAT", "Ar", 87.0, 0.0104, 120, "2017-06-02"),
        ("DUT-32-N2_77K(BelMax).csv", "N2", 77.0, 0.0184, 4, "2013-01-30"),
        (JAPANESE_CSV, "C2H4", 298.15, 0.7021, 0, "2019-10-04"),
        ("Sample_C.xls", "C3H8", 303.0, 0.074, 0, "2018-06-11"),
    ],
)
def test_real_files(name: str, adsorptive: str, temperature: float, mass: float, down: int, day: str) -> None:
    file, said = read_real(name)
    assert_as_expected(file, said, loading=CM3_STP)
    facts = file.reading.facts
    assert (facts["adsorptive"], facts["temperature"], facts["sample_mass"]) == (adsorptive, temperature, mass)
    assert file.tables[0].frame["branch"].to_list().count("desorption") == down
    assert str(file.reading.started)[:10] == day
    assert all(n == file.tables[0].rows for n in file.reading.rows_stated.values())


@needs_real_files
@pytest.mark.parametrize("name", ["DUT-49_N2_77K.DAT", "DUT-32-N2_77K(BelMax).csv", JAPANESE_CSV])
def test_cut_real_files_give_no_wrong_row(name: str) -> None:
    assert_cuts_are_safe(real_file(f"adsorption/{name}"), read_real(name)[0])


def test_blocks_are_parted_at_the_row_of_zeros() -> None:
    frame = read_dat(DAT).tables[0].frame
    assert frame["branch"].to_list() == ["adsorption", "adsorption", "desorption"]
    assert frame["relative_pressure"].to_list() == pytest.approx([0.01, 0.02, 0.015])
    assert frame["loading"].to_list() == pytest.approx([10 * CM3_STP, 20 * CM3_STP, 15 * CM3_STP])
    assert frame["Vd/ml"].to_list() == [30.0] * 3


def test_a_japanese_file_with_full_width_letters() -> None:
    text = (
        DAT.replace("Instrument S/N:", "装置Ｓ／Ｎ：")
        .replace("Adsorptive:", "吸着質名称：")
        .replace("Meas. Temp./K:", "吸着温度／Ｋ：")
    )
    text = text.replace("Sample weight/g:", "サンプル質量／ｇ：").replace("Date of measurement:", "測定日：")
    text = text.replace(" Adsorption data", "吸着データ").replace(" Desorption data", "脱着データ")
    for encoding in ("shift_jis", "utf-8"):
        file = read_dat(text, encoding)
        assert file.tables[0].rows == 3
        facts = file.reading.facts
        assert (facts["adsorptive"], facts["temperature"], facts["sample_mass"]) == ("N2", 77.4, 0.017)
        assert str(file.reading.started) == "2016-04-19 00:00:00"


def test_an_amount_of_the_whole_sample_is_divided_by_its_mass() -> None:
    frame = read_dat(DAT.replace("ml(STP) g-1", "ml(STP)")).tables[0].frame
    assert frame["loading"][0] == pytest.approx(10 * CM3_STP / 0.017)
    assert frame["amount_adsorbed"][0] == 10.0


def test_a_file_without_its_closing_row_is_read_with_a_warning() -> None:
    whole = DAT[: DAT.rindex("\n0\t0") + 1]
    file = read_dat(whole)
    assert file.tables[0].rows == 3
    assert "belsorp.not-closed" in [warning.code for warning in file.warnings]
    inside_a_number = read_dat(whole.rstrip("\n")[:-1])
    assert inside_a_number.tables[0].rows == 2


def test_a_key_that_only_begins_like_another_is_not_taken_for_it() -> None:
    text = DAT.replace('"Adsorptive:"\tN2', '"Adsorptive:"\t\n"Adsorptive cross section area/nm2:"\t0.162')
    assert "adsorptive" not in read_dat(text).reading.facts


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (DAT[: DAT.index("1\t1.0000")], "belsorp.no-data"),
        (DAT.replace(" Adsorption data", " Data"), "belsorp.block"),
        (DAT.replace('"P0/kPa"\t"Vd/ml"', '"P0/psi"\t"Vd/ml"', 1), "belsorp.block"),
        (DAT.replace("Pe/kPa", "Pe/furlong"), "column.unit"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_dat(text)
    assert caught.value.code == code


@needs_real_files
def test_a_file_cut_behind_a_header_ends_and_a_last_number_without_a_line_end_is_no_point() -> None:
    data = real_file("adsorption/DUT-49_N2_77K.DAT").read_bytes()
    start = data.rfind(b'"Pe/kPa"') if b'"Pe/kPa"' in data else data.rfind(b"Pe/kPa")
    assert len(read_source(Source("x.DAT", data[: start + 4])).tables[0].frame)  # was an endless loop
    data = real_file("adsorption/DUT-32-N2_77K(BelMax).csv").read_bytes().rstrip()
    whole = read_source(Source("x.csv", data + b"\r\n")).tables[0]
    cut = read_source(Source("x.csv", data[:-2])).tables[0]
    assert cut.frame.equals(whole.frame[:-1])


def test_mass_and_temperature_with_a_decimal_comma_follow_the_rows() -> None:
    point = read_dat(DAT)
    comma = read_dat(DAT.replace(".", ",").replace('"No,"', '"No."').replace('"Meas, ', '"Meas. '))
    assert comma.tables[0].frame.equals(point.tables[0].frame)
    facts = comma.reading.facts
    assert (facts["temperature"], facts["sample_mass"]) == (77.4, 0.017)


def test_a_comma_in_the_mass_above_rows_with_points_is_not_interpreted() -> None:
    facts = read_dat(DAT.replace("0.01700", "0,01700")).reading.facts
    assert "sample_mass" not in facts


def test_blank_cells_below_the_points_of_a_report_are_no_points() -> None:
    names = ["No", "pe/kPa", "p0/kPa", "p/p0", "Va/cm3(STP) g-1"]
    rows: list[list[Cell]] = [
        ["BELSORP"],
        ["Adsorptive", "N2"],
        [*names],
        ["ADS"],
        [1, 1.0, 100.0, 0.01, 10.0],
        [2, 2.0, 100.0, 0.02, 20.0],
        ["DES"],
        [1, 1.5, 100.0, 0.015, 15.0],
        [" "] * 5,
    ]
    file = read_source(Source("x.xlsx", xlsx({"AdsDes": rows})))
    assert file.reading.format == "belsorp.xls"
    assert file.tables[0].array("pressure").tolist() == [1.0, 2.0, 1.5]
