"""Quantum efficiencies: two real files against what they state, units by evidence, and hostile input."""

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.instrument_files import expected, needs_real_files, real_file

HZB = "photovoltaic/HZB_MiGo_20240604_exp_0_0.eqe.txt"
TRQ = "photovoltaic/SID1.eqe.txt"
WAVELENGTH = np.arange(300, 901, 10.0)
RATIO = 0.85 / (1 + np.exp((WAVELENGTH - 780) / 8))


def read_text(text: str, encoding: str = "utf-8", **given: str) -> ReadFile:
    return read_source(Source("eqe.txt", text.encode(encoding)), given)


def rows(*columns: np.ndarray, mark: str = "\t") -> str:
    return "\n".join(mark.join(f"{x:.6g}" for x in row) for row in zip(*columns, strict=True)) + "\n"


def largest(file: ReadFile) -> float:
    return float(file.tables[0].array("external_quantum_efficiency").max())


@needs_real_files
def test_eleven_scans_side_by_side() -> None:
    file = read_source(Source("a.txt", real_file(HZB).read_bytes()))
    assert file.reading.technique == "quantum_efficiency"
    assert len(file.tables) == 11
    assert [t.rows for t in file.tables[:3]] == [expected()[HZB]["text"]["block_rows"], 111, 56]
    first = file.tables[0]
    assert (first.array("wavelength")[0], first.array("external_quantum_efficiency")[0]) == (300.0, 2.715762)
    assert (first.array("wavelength")[-1], first.array("external_quantum_efficiency")[-1]) == (850.0, 0.105226)
    assert first.array("spectral_response")[1] == 0.011133
    assert file.tables[10].array("external_quantum_efficiency")[0] == 1.254732
    stated = {(s.conditions["scan"], s.conditions["spectrum"]): s.value for s in file.stated}
    assert stated[(1, "AM1.5G")] == 15.577367
    assert stated[(11, "AM1.5G")] == 15.638577
    assert stated[(2, "AM1.5D")] == 11.956632
    assert stated[(6, "AM0")] == 8.037075
    assert file.reading.facts["scan 1: WL-Range"] == "300-850nm"
    assert file.reading.facts["scan 2: Measure Mode"] == "AC-EQE"
    assert file.reading.facts["scan 11: Date/Time"] == "03-27_19-30-33"


@needs_real_files
def test_the_trq_program() -> None:
    file = read_source(Source("a.txt", real_file(TRQ).read_bytes()))
    table = file.tables[0]
    assert table.rows == expected()[TRQ]["text"]["block_rows"]
    assert table.array("wavelength")[0] == pytest.approx(300.016)
    assert table.array("external_quantum_efficiency")[-1] == pytest.approx(0.1826549)
    assert table.array("Y")[0] == pytest.approx(8.31608e-4)
    assert file.reading.started is not None and file.reading.started.isoformat() == "2019-11-15T16:46:45"
    with pytest.raises(BadInput) as caught:
        read_source(Source("a.txt", real_file(TRQ).read_bytes()[:240]))
    assert caught.value.code in ("eqe.no-table", "format.unknown")


def test_per_cent_by_header_and_by_size() -> None:
    for head in (
        "Wavelength (nm)\tEQE (%)\n",
        "Wavelength (nm)\tEQE\n",
        "Wavelength\tIPCE\n",
        "wavelength [nm]\texternal quantum efficiency\n",
    ):
        assert largest(read_text(head + rows(WAVELENGTH, 100 * RATIO))) == pytest.approx(85.0, rel=1e-4)


def test_a_fraction_is_told_by_the_response_or_by_the_integral_or_asked() -> None:
    response = RATIO * WAVELENGTH / 1239.841984
    beside = read_text("Wavelength (nm),EQE,SR (A/W)\n" + rows(WAVELENGTH, RATIO, response, mark=","))
    assert largest(beside) == pytest.approx(85.0, rel=1e-4)
    weak = read_text("Wavelength (nm),EQE,SR (A/W)\n" + rows(WAVELENGTH, RATIO, response / 100, mark=","))
    assert largest(weak) == pytest.approx(0.85, rel=1e-4)
    current = next(f.value for f in beside.figures if f.quantity == "integrated_current_density")
    stated = read_text(f"Jsc (mA/cm2):\t{current:.4f}\nWavelength (nm)\tEQE\n" + rows(WAVELENGTH, RATIO))
    assert largest(stated) == pytest.approx(85.0, rel=1e-4)
    assert stated.stated[0].value == pytest.approx(current, abs=1e-4)
    with pytest.raises(BadInput) as caught:
        read_text("Wavelength (nm)\tEQE\n" + rows(WAVELENGTH, RATIO))
    assert caught.value.code == "eqe.unit"
    assert caught.value.question is not None and caught.value.question.key == "eqe_unit"
    assert largest(read_text("Wavelength (nm)\tEQE\n" + rows(WAVELENGTH, RATIO), eqe_unit="fraction")) == pytest.approx(
        85.0, rel=1e-4
    )


def test_words_of_other_languages_and_photon_energies() -> None:
    russian = read_text(
        "Длина волны (nm);Квантовая эффективность (%)\n" + rows(WAVELENGTH, 100 * RATIO, mark=";").replace(".", ","),
        "windows-1251",
    )
    assert largest(russian) == pytest.approx(85.0, rel=1e-4)
    chinese = read_text("波长(nm),外量子效率(%)\n" + rows(WAVELENGTH, 100 * RATIO, mark=","), "gb18030")
    assert largest(chinese) == pytest.approx(85.0, rel=1e-4)
    energy = read_text("Photon energy (eV),EQE (%)\n" + rows(1239.841984 / WAVELENGTH, 100 * RATIO, mark=","))
    assert [f.value for f in energy.figures] == pytest.approx([f.value for f in chinese.figures], rel=1e-4)


def test_wavelengths_without_a_unit_that_are_no_nanometres_are_refused() -> None:
    with pytest.raises(BadInput) as caught:
        read_text("Wavelength\tEQE (%)\n" + rows(WAVELENGTH / 1000, 100 * RATIO))
    assert caught.value.code == "eqe.wavelength-unit"
    file = read_text("Wavelength (um)\tEQE (%)\n" + rows(WAVELENGTH / 1000, 100 * RATIO))
    assert file.tables[0].array("wavelength")[0] == pytest.approx(300)


@pytest.mark.parametrize(
    "text",
    [
        "Wavelength (nm),Absorbance\n300,0.1\n310,0.2\n",
        "Wavelength (nm),%T\n300,90\n",
        "EQE notes\n",
        "Energy (eV),Counts\n1,2\n",
    ],
)
def test_other_spectra_are_not_claimed(text: str) -> None:
    from jointlab.science.readers.solar_eqe import recognises, recognises_trq

    assert not recognises(Source("x", text.encode())) and not recognises_trq(Source("x", text.encode()))


@needs_real_files
@pytest.mark.parametrize("path", [HZB, TRQ])
def test_cut_and_mutated_files_are_refused_or_read_without_invention(path: str) -> None:
    data = real_file(path).read_bytes()
    whole = read_source(Source("a.txt", data))
    noise = np.random.default_rng(3)
    for _ in range(25):
        keep = int(noise.integers(10, len(data)))
        try:
            cut = read_source(Source("a.txt", data[:keep]))
        except BadInput:
            continue
        for part, full in zip(cut.tables, whole.tables, strict=False):
            if part.has("external_quantum_efficiency"):
                found = part.array("external_quantum_efficiency")
                assert np.array_equal(found, full.array("external_quantum_efficiency")[: len(found)])
    for _ in range(25):
        broken = bytearray(data)
        for at in noise.integers(0, len(data), 20):
            broken[at] = int(noise.integers(0, 256))
        try:
            read_source(Source("a.txt", bytes(broken)))
        except BadInput:
            continue


@needs_real_files
def test_the_reference_spectrum_is_named_and_refused() -> None:
    with pytest.raises(BadInput, match="reference solar spectrum") as caught:
        read_source(Source("a.csv", real_file("photovoltaic/ASTMG173.csv").read_bytes()))
    assert caught.value.code == "format.unreadable"


def test_the_number_of_the_next_scan_is_no_row_of_this_one() -> None:
    block = "\t\t\t\nLambda(nm)\tEQE (%)\tSR (A/W)\n" + "".join(
        f"{w}.0\t{80 + w / 100}\t0.4\n" for w in range(300, 900, 50)
    )
    file = read_text("1" + block + "2" + block)
    assert [table.rows for table in file.tables] == [12, 12]
    assert [table.array("wavelength")[-1] for table in file.tables] == [850.0, 850.0]


@pytest.mark.parametrize("tail", ["900.0\t88.9", "900.0\t", "900.0", "90"])
@pytest.mark.parametrize("above", ["", "1"])
def test_a_number_by_itself_at_the_end_is_a_row_that_was_cut(tail: str, above: str) -> None:
    block = "Lambda(nm)\tEQE (%)\tSR (A/W)\n" + "".join(f"{w}.0\t{80 + w / 100}\t0.4\n" for w in range(300, 900, 50))
    file = read_text(f"{above}\t\t\n{block}2\t\t\n{block}{tail}" if above else block + tail)
    assert {table.rows for table in file.tables} == {12}
    assert "table.last-line-cut" in [caution.code for caution in file.warnings]
