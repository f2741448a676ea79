"""Plain tables of time, potential and current."""

import pytest

from jointlab.errors import BadInput
from tests.instrument_files import needs_real_files, real_file
from tests.unit.science.readers.potentiostat import read_bytes


@needs_real_files
def test_a_table_without_units_asks_for_them_and_for_the_technique() -> None:
    data = real_file("voltammetry/ca_test1.csv").read_bytes()
    with pytest.raises(BadInput) as caught:
        read_bytes("ca_test1.csv", data)
    assert caught.value.question is not None and caught.value.question.key == "units"
    with pytest.raises(BadInput) as caught:
        read_bytes("ca_test1.csv", data, units="V,A,s")
    assert caught.value.question is not None and caught.value.question.key == "technique"
    table = read_bytes("ca_test1.csv", data, units="V,mA,s", technique="chronoamperometry").tables[0]
    assert table.rows == 284
    assert (table.array("time")[-1], table.array("potential")[0]) == (0.006792000240238849, -0.15560998022556305)
    assert table.array("current")[-1] == pytest.approx(-2.9778437237837352e-08)


def test_a_sweep_with_units_asks_nothing() -> None:
    up = [i * 0.01 for i in range(30)]
    rows = "\n".join(f"{i},{e:.2f},{e}" for i, e in enumerate([*up, *reversed(up)]))
    file = read_bytes("x.csv", f"t/s,Ewe/V,I/mA\n{rows}\n")
    assert file.reading.technique == "cyclic_voltammetry"
    assert file.tables[0].array("current")[1] == pytest.approx(1e-5)
