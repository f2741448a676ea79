"""PowerSuite text exports."""

import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from tests.instrument_files import needs_real_files, real_file
from tests.unit.science.readers.potentiostat import assert_spectrum, read_bytes


@needs_real_files
@pytest.mark.parametrize("name", ["eis/exampleDataParstat.txt", "eis/exampleDataPowersuite.txt"])
def test_impedance_against_the_set(name: str) -> None:
    assert_spectrum(name)


@needs_real_files
def test_conditioning_is_a_table_of_its_own() -> None:
    file = read(real_file("eis/exampleDataParstat.txt"))
    spectrum, rest = file.tables
    assert (spectrum.rows, rest.rows) == (31, 781)  # 812 rows in the file
    assert not rest.has("frequency")
    assert (rest.array("time")[0], rest.array("current")[0]) == (10.0, -0.149962306022644)
    assert spectrum.array("time")[0] == 7639.602


def test_a_table_without_frequencies() -> None:
    names = "Potential (V)\tCurrent (A)\tElapsed Time (s)\t\n"
    sweep = names + "".join(f"{i / 100}\t{i * 1e-6}\t{i}\t\n" for i in range(20))
    assert read_bytes("x.txt", sweep).reading.technique == "linear_sweep_voltammetry"
    hold = names + "".join(f"0.5\t{i * 1e-6}\t{i}\t\n" for i in range(20))
    with pytest.raises(BadInput) as caught:
        read_bytes("x.txt", hold)
    assert caught.value.question is not None
    assert read_bytes("x.txt", hold, technique="chronoamperometry").tables[0].rows == 20


def test_decimal_comma() -> None:
    text = "Frequency\t Zre\t Zimg\r\n0,1\t 423929,46\t -49014,063\r\n0,17854992\t 407724,77\t -44951,636\r\n"
    assert read_bytes("x.txt", text).tables[0].array("impedance_imaginary")[0] == -49014.063
