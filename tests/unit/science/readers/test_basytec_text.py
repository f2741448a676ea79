"""No real BaSyTec file was at hand: these are made after the header that public readers and a user's note quote."""

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.readers.basytec_text import recognises
from jointlab.science.source import Source

HEAD = "~Resultfile from Basytec Battery Test System\n~Date and Time of Data Converting: 19.05.2025 14:36:50\n~Name of Test: cell 7\n~Battery: cell-7(16) 50mAh\n~Start of Test: 05.05.2025 23:36:06\n~\n"
NAMES = "~Time[h]\tDataSet\tDateTime\tt-Step[h]\tLine\tCommand\tU[V]\tI[A]\tAh[Ah]\tAh-Step\tWh[Wh]\tT1[°C]\tCyc-Count\tState\n"


def row(i: int) -> str:
    way = 1 if i < 20 else -1
    passed = 0.1 * min(i, 20) * 0.1 - 0.1 * max(i - 20, 0) * 0.1
    day, minute = divmod(23 * 60 + 36 + 6 * i, 1440)
    return f"{i * 0.1:.6f}\t{i + 1}\t{5 + day:02d}.05.2025 {minute // 60:02d}:{minute % 60:02d}:06\t{i % 20 * 0.1:.6f}\t{1 if i < 20 else 2}\t{'Charge' if i < 20 else 'Discharge'}\t{3.0 + 0.01 * i:.4f}\t{0.1 * way:.4f}\t{passed:.6f}\t{i % 20 * 0.01:.6f}\t{passed * 3.1:.6f}\t25.0\t1\t0"


def made(*, names: str = NAMES, separator: str = "\t", decimal: str = ".") -> str:
    body = "\n".join(row(i) for i in range(40)) + "\n"
    if decimal == ",":
        body = (
            "\n".join(
                "\t".join(c if ":" in c else c.replace(".", ",") for c in line.split("\t"))
                for line in body.splitlines()
            )
            + "\n"
        )
    return (HEAD + names + body).replace("\t", separator)


def read_made(text: str, encoding: str = "latin-1", **settings: str) -> ReadFile:
    return read_source(Source("made.txt", text.encode(encoding)), settings)


@pytest.mark.parametrize("separator", ["\t", ";", " "])
@pytest.mark.parametrize("decimal", [".", ","])
def test_columns_and_units(separator: str, decimal: str) -> None:
    file = read_made(made(separator=separator, decimal=decimal))
    table = file.tables[0]
    assert file.reading.format == "basytec.text"
    assert table.rows == 40
    assert table.array("time")[-1] == pytest.approx(39 * 360)
    assert table.array("step_time")[21] == pytest.approx(360)
    assert table.array("current")[[0, -1]] == pytest.approx([0.1, -0.1])
    assert table.array("potential")[-1] == pytest.approx(3.39)
    assert table.array("charge")[20] == pytest.approx(200)
    assert table.array("temperature")[0] == pytest.approx(298.15)
    assert {"cycle", "step", "state", "index", "Ah-Step"} <= {column.name for column in table.columns}
    assert file.reading.facts["Name of Test"] == "cell 7"
    assert [f.value for f in file.figures if f.quantity == "charge_capacity"] == pytest.approx([200.0], rel=0.03)


def test_minutes_in_the_header() -> None:
    text = made(names=NAMES.replace("~Time[h]", "~Time[min]"))
    assert read_made(text).tables[0].array("time")[-1] == pytest.approx(3.9 * 60)


def test_a_current_per_mass_is_no_current() -> None:
    with pytest.raises(BadInput) as caught:
        read_made(made(names=NAMES.replace("I[A]", "I[A/kg]")))
    assert caught.value.code == "basytec.columns"


def test_others_are_not_claimed() -> None:
    assert not recognises(Source("a.txt", HEAD.encode()))
    assert not recognises(Source("a.txt", b"~Time[h]\tU[V]\n"))


@pytest.mark.parametrize("seed", range(10))
def test_mutated_files_are_refused_or_read(seed: int) -> None:
    data = bytearray(made().encode("latin-1"))
    rng = np.random.default_rng(seed)
    for place in rng.integers(0, len(data), 5):
        data[place] = rng.integers(0, 256)
    try:
        file = read_source(Source("made.txt", bytes(data[: int(rng.integers(500, len(data)))])), {})
    except BadInput:
        return
    assert file.tables[0].rows <= 45
