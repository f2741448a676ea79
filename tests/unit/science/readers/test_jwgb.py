"""JWGB / 3P Instruments: a real report, and made ones with Chinese labels and decimal commas."""

import io
import zipfile
from datetime import datetime

import pytest

from jointlab.errors import BadInput
from jointlab.science.door import read_source
from jointlab.science.source import Source
from tests.instrument_files import needs_real_files
from tests.unit.science.readers.isotherm_checks import CM3_STP, assert_as_expected, read_real


def workbook(sheets: dict[str, list[list[str | float]]]) -> bytes:
    """A small .xlsx: numbers as numbers, words as inline text."""

    def cell(value: str | float) -> str:
        return (
            f"<c><v>{value!r}</v></c>" if isinstance(value, float) else f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        )

    buffer = io.BytesIO()
    names = list(sheets)
    with zipfile.ZipFile(buffer, "w") as archive:
        types = "".join(
            f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            for i in range(1, len(names) + 1)
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{types}</Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        listed = "".join(f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"/>' for i, name in enumerate(names, 1))
        archive.writestr(
            "xl/workbook.xml",
            f'<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{listed}</sheets></workbook>',
        )
        links = "".join(
            f'<Relationship Id="r{i}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i in range(1, len(names) + 1)
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>',
        )
        for i, name in enumerate(names, 1):
            rows = "".join(f"<row>{''.join(cell(value) for value in row)}</row>" for row in sheets[name])
            archive.writestr(
                f"xl/worksheets/sheet{i}.xml",
                f'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>',
            )
    return buffer.getvalue()


HEADER: list[str | float] = ["ID", "p (kPa)", "p/p0", "V (cm³/g STP)", "p0 (kPa)", "Time"]
POINTS: list[list[str | float]] = [
    ["1", "1,5", "0,015", "10,5", "100,0", "23:50:00"], ["2", "2,5", "0,025", "12,5", "100,0", "00:10:00"],
    ["---"] * 6, ["1", "2,0", "0,020", "12,0", "100,0", "00:20:00"],
]  # fmt: skip


@needs_real_files
def test_a_real_report() -> None:
    file, said = read_real("CBV712_N2_77K.xlsx")
    assert_as_expected(file, said, loading=CM3_STP)
    frame = file.tables[0].frame
    assert frame["branch"].to_list().count("desorption") == 19
    assert frame["time"][0] == 51 * 60 + 23  # 11:43:27 after 10:52:04
    facts = file.reading.facts
    assert (facts["adsorptive"], facts["sample"], facts["sample_mass"]) == ("N2", "CBV712", 0.0304)
    assert file.reading.started == datetime(2022, 7, 6, 10, 52, 4)
    stated = {(s.quantity, s.conditions.get("model"), s.conditions.get("branch")): s.value for s in file.stated}
    assert stated["bet_area", None, None] == 803.81799
    assert stated["bet_constant", None, None] == 2005.00417
    assert stated["monolayer_capacity", None, None] == pytest.approx(184.67489 * CM3_STP)
    assert stated["pore_volume", "single point", None] == 0.496
    assert stated["micropore_volume", "t-plot", None] == 0.228
    assert stated["pore_width", "BJH mode of dV/dD", "desorption"] == 3.89
    assert file.tables[1].name == "pressure_record"
    assert file.tables[1].frame["pressure"][1] == 2.25831
    computed = {(f.quantity, f.conditions.get("model")): f.value for f in file.figures}
    assert computed["pore_volume", "Gurvich"] == pytest.approx(0.496, abs=5e-4)
    assert computed["bet_area", None] == pytest.approx(803.8, rel=5e-3)
    assert computed["pore_width", "BJH mode of dV/dw"] == pytest.approx(3.89, rel=1e-3)


def test_numbers_as_text_with_decimal_commas_and_a_run_over_midnight() -> None:
    keys: list[list[str | float]] = [
        ["Adsorbate", "N2"],
        ["Sample Weight", "0,0500(g)"],
        ["Started Time", "2022-07-06 23:00:00"],
    ]
    file = read_source(Source("x.xlsx", workbook({"Info": keys, "Isotherm": [["x"], HEADER, *POINTS]})))
    frame = file.tables[0].frame
    assert frame["pressure"].to_list() == [1.5, 2.5, 2.0]
    assert frame["loading"].to_list() == pytest.approx([10.5 * CM3_STP, 12.5 * CM3_STP, 12 * CM3_STP])
    assert frame["branch"].to_list() == ["adsorption", "adsorption", "desorption"]
    assert frame["time"].to_list() == [3000.0, 4200.0, 4800.0]
    assert file.reading.facts["sample_mass"] == 0.05


@pytest.mark.parametrize(("printed", "mass"), [("0,0500(g)", 0.05), ("0.0500(g)", 0.05), ("1,234(g)", None)])
def test_a_mass_whose_comma_nothing_decides_is_not_guessed(printed: str, mass: float | None) -> None:
    keys: list[list[str | float]] = [["Adsorbate", "N2"], ["Sample Weight", printed]]
    points: list[list[str | float]] = [["1", 1.5, 0.015, 10.5, 100.0], ["2", 2.5, 0.025, 12.5, 100.0]]
    header: list[str | float] = ["No.", "p (kPa)", "p/p0", "V (cm³/g STP)", "p0 (kPa)"]
    file = read_source(Source("x.xlsx", workbook({"Info": keys, "Isotherm": [header, *points]})))
    assert file.reading.facts.get("sample_mass") == mass


def test_chinese_labels_and_an_amount_of_the_whole_sample() -> None:
    keys: list[list[str | float]] = [["吸附质", "N2"], ["样品质量", "0.0500(g)"]]
    points: list[list[str | float]] = [["1", 1.5, 0.015, 10.5, 100.0], ["2", 2.5, 0.025, 12.5, 100.0]]
    header: list[str | float] = ["序号", "p (kPa)", "p/p0", "V (cm³ STP)", "p0 (kPa)"]
    file = read_source(Source("x.xlsx", workbook({"信息": keys, "等温线": [header, *points]})))
    assert file.reading.facts["adsorptive"] == "N2"
    assert file.tables[0].frame["loading"].to_list() == pytest.approx([10.5 * CM3_STP / 0.05, 12.5 * CM3_STP / 0.05])


def test_a_report_without_points_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        read_source(Source("x.xlsx", workbook({"Isotherm": [HEADER]})))
    assert caught.value.code == "jwgb.no-points"


def test_the_measurement_itself_is_refused_with_the_export_to_make() -> None:
    with pytest.raises(BadInput, match=r"export the report as \.xlsx"):
        read_source(Source("x.jwgbt", b"<?xml version='1.0'?><JW><General><GeneralConfig/></General></JW>"))
