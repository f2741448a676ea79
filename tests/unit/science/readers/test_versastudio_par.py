"""VersaStudio experiments."""

from datetime import datetime

import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from tests.instrument_files import needs_real_files, real_file
from tests.unit.science.readers.potentiostat import assert_spectrum, read_bytes

HEAD = "<Application>\nName=VersaStudio\nVersion=2.60\n</Application>\n\n<Instrument>\nType=VersaSTAT3\nModel=-200\n</Instrument>\n\n<Experiment>\nTimeAcquired=10:41:31 AM\nDateAcquired={date}\n</Experiment>\n\n"
ACTION = "<Action{n}>\nScan Rate (V/s)=.05\nName={name}\n</Action{n}>\n\n"
NAMES = "Segment #, Point #, E(V), I(A), Elapsed Time(s), ADC Sync Input(V), Current Range, Status, E Applied(V), Frequency(Hz), Z Real, Z Imag, ActionId, AC Amplitude, 0"


def par(actions: list[str], rows: list[str], date: str = "Thursday, June 12, 2025") -> str:
    text = HEAD.format(date=date) + ACTION.format(n=0, name="Common")
    text += "".join(ACTION.format(n=i + 1, name=name) for i, name in enumerate(actions))
    return text + f"<Segment1>\nType=2\nVersion=3\nDefinition={NAMES}\n" + "\n".join(rows) + "\n\n</Segment1>\n"


def dc(n: int, action: int) -> str:
    return f"0,{n},0.{n},-0.006,{n},0.0,5,131077,0.{n},0,0,0,{action},0"


def ac(n: int, action: int) -> str:
    return f"1,{n},0.1,-0.006,{10 + n},0.0,5,131077,0.1,{10**n},{20 + n},-{n}.5,{action},0.01"


@needs_real_files
def test_impedance_against_the_set() -> None:
    file = assert_spectrum("eis/exampleDataVersaStudio.par")
    assert file.reading.started == datetime(2018, 7, 19, 9, 40, 30)
    assert file.reading.instrument == "VersaSTAT4 -400"
    assert len(file.tables[0].columns) == 24
    assert {s.quantity: s.value for s in file.stated} == {"area": 1.0, "open_circuit_potential": 0.006404}


@pytest.mark.parametrize(
    ("name", "technique"),
    [
        ("Cyclic Voltammetry (Multiple Cycles)", "cyclic_voltammetry"),
        ("Linear Scan Voltammetry", "linear_sweep_voltammetry"),
        ("Chronoamperometry", "chronoamperometry"),
        ("Chronopotentiometry", "chronopotentiometry"),
        ("Open Circuit", "chronopotentiometry"),
        ("Constant Current", "galvanostatic_cycling"),
    ],
)
def test_techniques_by_action(name: str, technique: str) -> None:
    file = read_bytes("x.par", par([name], [dc(i, 1) for i in range(5)]))
    assert file.reading.technique == technique
    assert not file.tables[0].has("frequency")  # filler zeros of a measurement without frequencies
    assert list(file.tables[0].array("control_potential")) == [0.0, 0.1, 0.2, 0.3, 0.4]


def test_several_actions_are_tables_of_their_own() -> None:
    rows = [*(dc(i, 14) for i in range(3)), *(ac(i, 21) for i in range(4))]
    text = par(["Cyclic Voltammetry", "Potentiostatic EIS"], rows)
    file = read_bytes("x.par", text)
    assert file.reading.technique == "impedance"
    assert "cyclic_voltammetry" in file.reading.decisions["technique"]
    assert [(t.name, t.rows, t.has("frequency")) for t in file.tables] == [("Segment1 action 14", 3, False), ("Segment1 action 21", 4, True)]  # fmt: skip
    assert list(file.tables[1].array("impedance_imaginary")) == [-0.5, -1.5, -2.5, -3.5]
    assert read_bytes("x.par", text, technique="cyclic_voltammetry").reading.technique == "cyclic_voltammetry"


def test_refusals() -> None:
    good = par(["Chronoamperometry"], [dc(i, 1) for i in range(3)])
    for text, code in (
        (good[: good.index("<Segment1>")], "versastudio.no-segment"),
        (good.replace("Definition=", "Other="), "versastudio.definition"),
        (good.replace("ActionId, ", ""), "versastudio.definition"),
    ):
        with pytest.raises(BadInput) as caught:
            read_bytes("x.par", text)
        assert caught.value.code == code
    with pytest.raises(BadInput) as caught:
        read_bytes("x.par", par(["New action"], [dc(i, 1) for i in range(3)]))
    assert caught.value.question is not None


def test_a_date_in_another_language_is_said() -> None:
    file = read_bytes("x.par", par(["Open Circuit"], [dc(1, 1), dc(2, 1)], date="четверг, 12 июня 2025 г."))
    assert file.reading.started is None
    assert any(w.code == "time.ambiguous" for w in file.warnings)
    assert read_bytes("x.par", par(["Open Circuit"], [dc(1, 1), dc(2, 1)], date="2025年6月12日")).reading.started == datetime(2025, 6, 12, 10, 41, 31)  # fmt: skip


@needs_real_files
def test_every_cut_is_a_refusal_or_a_shorter_table() -> None:
    data = real_file("eis/exampleDataVersaStudio.par").read_bytes()
    whole = read(real_file("eis/exampleDataVersaStudio.par")).tables[0].array("impedance_real")
    for length in range(200, 12000, 613):
        try:
            table = read_bytes("x.par", data[:length]).tables[0]
        except BadInput:
            continue
        assert list(table.array("impedance_real")) == list(whole[: table.rows])
