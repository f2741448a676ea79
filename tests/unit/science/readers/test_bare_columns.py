"""Columns without a header: read where the numbers prove what they are, asked about where they do not."""

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.instrument_files import ROOT, expected, needs_real_files, real_file


def _file(name: str, text: str, **settings: str) -> ReadFile:
    return read_source(Source(name, text.encode()), settings)


def _pattern(separator: str = " ", *, points: int = 60, third: bool = False) -> str:
    rows = []
    for i in range(points):
        counts = 100 + 10 * i
        cells = [f"{5 + 0.02 * i:.4f}", f"{counts}.0"] + ([f"{counts**0.5:.4f}"] if third else [])
        rows.append(separator.join(cells))
    return "\n".join(rows) + "\n"


def _spectrum(sign: float = -1) -> str:
    return "".join(f"{f:.6e},{10 + 5 / (1 + f):.6e},{sign / (1 + f):.6e}\n" for f in np.logspace(-2, 4, 31))


@needs_real_files
@pytest.mark.parametrize("name", ["example_mac.xye", "example_mythen.dat"])
def test_real_patterns(name: str) -> None:
    path = real_file(f"xrd/{name}")
    oracle = np.loadtxt(path)
    table = read(path).tables[0]
    assert table.rows == expected()[f"xrd/{name}"]["text"]["block_rows"]
    for column, values in zip(("two_theta", "intensity", "intensity_uncertainty"), oracle.T, strict=True):
        np.testing.assert_array_equal(table.array(column), values)


@needs_real_files
def test_the_real_impedance_spectrum() -> None:
    reading = read(real_file("eis/exampleData.csv")).reading
    facts = expected()["eis/exampleData.csv"]["eisA"]
    table = reading.tables[0]
    assert (reading.technique, table.rows) == ("impedance", facts["points"])
    assert [table.array("impedance_real")[0], table.array("impedance_imaginary")[0]] == pytest.approx(facts["Z_first"])
    assert [table.array("impedance_real")[-1], table.array("impedance_imaginary")[-1]] == pytest.approx(facts["Z_last"])


@needs_real_files
def test_no_other_real_file_is_taken_for_bare_columns() -> None:
    from jointlab.science.readers.bare_columns import recognises

    files = [path for path in ROOT.rglob("*") if path.is_file() and path.stat().st_size]
    claimed = {path.name for path in files if recognises(Source(path.name, path.read_bytes()))}
    assert claimed == {"example_mac.xye", "example_mythen.dat", "exampleData.csv"}


@pytest.mark.parametrize("separator", [" ", "\t", ",", ";", "   \t "])
def test_a_pattern_by_its_extension_and_numbers(separator: str) -> None:
    found = _file("a.xy", _pattern(separator))
    assert found.reading.technique == "powder_diffraction"
    assert found.tables[0].array("two_theta")[-1] == pytest.approx(6.18)
    assert found.tables[0].columns[1].unit == "counts"
    assert "diffraction.axis-assumed" in {warning.code for warning in found.warnings}


def test_decimal_commas() -> None:
    found = _file("a.xye", _pattern("\t", third=True).replace(".", ","))
    assert found.tables[0].array("two_theta")[1] == pytest.approx(5.02)


def test_a_neutral_extension_asks_and_the_setting_answers() -> None:
    with pytest.raises(BadInput) as caught:
        _file("a.txt", _pattern())
    assert caught.value.code == "bare.technique"
    assert caught.value.question is not None
    assert [option.value for option in caught.value.question.options] == ["powder_diffraction"]
    assert _file("a.txt", _pattern(), technique="powder_diffraction").tables[0].rows == 60


def test_a_third_column_that_is_no_uncertainty_is_not_called_one() -> None:
    text = "".join(f"{5 + 0.02 * i:.2f} {100 + 10 * i} {(i * 7919) % 13 + 0.001}\n" for i in range(60))
    with pytest.raises(BadInput, match="no header"):
        _file("a.xye", text)
    found = _file("a.xye", text, technique="powder_diffraction")
    assert [column.name for column in found.tables[0].columns] == ["two_theta", "intensity", "column 3"]


def test_impedance_by_its_frequencies() -> None:
    found = _file("z.csv", _spectrum())
    assert found.reading.technique == "impedance"
    assert found.tables[0].array("impedance_imaginary")[0] == pytest.approx(-1 / 1.01)


def test_a_positive_third_column_of_impedance_is_asked_about() -> None:
    with pytest.raises(BadInput) as caught:
        _file("z.csv", _spectrum(1))
    assert caught.value.code == "impedance.sign"
    found = _file("z.csv", _spectrum(1), third_column="negative_imaginary")
    assert found.tables[0].array("impedance_imaginary")[0] == pytest.approx(-1 / 1.01)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1 2\n3 4\n2 5\n1 7\n", "bare.unknown"),  # neither rising nor three columns
        ("5.0 1\n5.1 2\n5.2 3\n5.3 x\n5.4 3\n", "format.unknown"),
        ("900.0 1.0\n901.0 2.0\n902.0 3.0\n", "bare.unknown"),  # no angle is beyond 180
    ],
)
def test_what_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        _file("a.xy", text)
    assert caught.value.code == code


def test_a_setting_does_not_force_what_cannot_be() -> None:
    with pytest.raises(BadInput) as caught:
        _file("a.xy", _pattern(), technique="impedance")
    assert caught.value.code == "bare.not-that"
