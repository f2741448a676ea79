"""Delimited patterns with a header; and that no other technique's file is taken for one."""

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.readers import all_readers
from jointlab.science.readers.delimited_diffraction import recognises
from jointlab.science.readers.unreadable import UNREADABLE
from jointlab.science.source import Source
from tests.instrument_files import ROOT, needs_real_files, real_file

NAMES = ("panalytical.", "rigaku.", "bruker.", "delimited.diffraction", "philips.", "stoe.", "iucr.")


def pattern(
    header: str, separator: str = "\t", *, counts: str = "{:d}", third: str = "", name: str = "a.txt"
) -> ReadFile:
    rows = [f"{10 + 0.02 * i:.2f}{separator}{counts.format(100 + i)}{third}" for i in range(40)]
    return read_source(Source(name, (header + "\n".join(rows) + "\n").encode()))


@pytest.mark.parametrize(
    ("header", "separator"),
    [
        ("2Theta\tIntensity\n", "\t"),
        ("# 2theta counts\n", " "),
        ("Angle,Intensity\n", ","),
        ("2θ (deg);I (counts)\n", ";"),
        ("sample: quartz\nanode Cu\n2-theta [°], Counts\n", ","),
        ('"2Theta","Intensity"\n', ","),
        ("#tth  Yobs\n", "  "),
        ("2θ\t强度\n", "\t"),
    ],
)
def test_headers(header: str, separator: str) -> None:
    (table,) = pattern(header, separator).tables
    assert table.array("two_theta")[-1] == pytest.approx(10.78)
    np.testing.assert_array_equal(table.array("intensity"), np.arange(100, 140))
    assert table.columns[1].unit == "counts"


def test_units_of_intensity() -> None:
    assert pattern("2Theta\tcps\n").tables[0].array("count_rate")[0] == 100
    assert pattern("2Theta\tIntensity (counts/s)\n").tables[0].has("count_rate")
    assert pattern("2Theta\tIntensity (a.u.)\n").tables[0].columns[1].unit == "arb"
    assert pattern("2Theta\tIntensity\n", counts="{:d}.5").tables[0].columns[1].unit == "arb"


def test_a_named_uncertainty_and_an_unknown_column() -> None:
    table = pattern("2Theta\tIntensity\tESD\n", third="\t10").tables[0]
    assert table.array("intensity_uncertainty")[0] == 10
    assert pattern("2Theta\tIntensity\tfit\n", third="\t10").tables[0].columns[2].quantity is None


def test_a_comment_above_a_table_that_is_called_xy() -> None:
    found = pattern("# sample 12, wavelength = 0.4127 Å\n", " ", name="a.xy")
    assert found.reading.facts["wavelength_kalpha1"] == 0.04127
    assert "diffraction.axis-assumed" in {w.code for w in found.warnings}
    with pytest.raises(BadInput, match="no format that is known"):
        pattern("# sample 12\n", " ", name="a.txt")


@pytest.mark.parametrize(
    "header",
    [
        "# Energy Axis: Kinetic Energy\n",
        "#Wave\t\t#Intensity\n",
        "# Binding Energy (eV)  counts\n",
        "Raman shift\tIntensity\n",
    ],
)
def test_words_of_other_techniques(header: str) -> None:
    rows = "".join(f"{10 + 0.02 * i:.2f} {100 + i}\n" for i in range(40))
    assert not recognises(Source("a.xy", (header + rows).encode()))


def test_what_is_refused() -> None:
    for text, code in (
        ("2Theta,Intensity\n10,1.5\n11,2.5\n10.5,3.5\n12,1.5\n", "delimited.angles"),
        ("2Theta,Intensity\n100.5,1\n200.5,2\n300.5,3\n", "delimited.angles"),
        ("2Theta,Intensity\n10.5,1\n11.5,2\n12.5,3\n13.5,x\n14.5,2\n", "delimited.rows"),
    ):
        with pytest.raises(BadInput) as caught:
            read_source(Source("a.csv", text.encode()))
        assert caught.value.code == code


@needs_real_files
def test_no_foreign_file_is_taken_for_diffraction() -> None:
    recognise = [reader.recognises for reader in all_readers() if reader.name.startswith(NAMES)]
    recognise += [entry.recognises for entry in UNREADABLE if entry.name.startswith(NAMES)]
    files = [path for path in ROOT.rglob("*") if path.is_file() and path.stat().st_size]
    foreign = {path.parent.name: path.name for path in files for source in [Source(path.name, path.read_bytes())]
               if path.parent.name != "xrd" and "xrdml" not in path.name and any(claims(source) for claims in recognise)}  # fmt: skip
    assert len(files) > 50
    assert not foreign


@needs_real_files
def test_a_structure_is_refused_with_advice() -> None:
    from jointlab.science import read

    with pytest.raises(BadInput, match="crystallographic information file"):
        read(real_file("xrd/cod_9004112.cif"))


@pytest.mark.parametrize("head", [b"V3RD", b"V5RD", b"RAW_1.06Powdat", b"FI\0\0" + bytes(40) + b"DA\0\0"])
def test_binary_formats_that_are_known_and_not_read(head: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        read_source(Source("a.raw", head + bytes(range(256)) * 4))
    assert caught.value.code == "format.unreadable"
