"""No freely licensed real LAND file exists: these files are made here after the exports that public readers describe."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.readers.land_export import recognises_text, recognises_workbook
from jointlab.science.source import Source
from tests.workbook_files import Cell, xlsx

MASS = 8.0  # mg
COUNT = 60


def rows(
    *, current: float = 1.0, signed: bool = True, states: Sequence[str] = ("R", "RateC", "RateD")
) -> list[dict[str, Cell]]:
    """Ten rows of rest, 25 of charge at 0.5 mA, 25 of discharge; one row in 36 s; `current` scales mA and mAh."""
    found: list[dict[str, Cell]] = []
    for i in range(COUNT):
        part, since = (0, i) if i < 10 else (1, i - 10) if i < 35 else (2, i - 35)
        milliamp = (0.0, 0.5, -0.5)[part]
        passed = abs(milliamp) * since * 0.01
        found.append(
            {
                "record": 1201 + i, "seconds": 36.0 * i, "step seconds": 36.0 * since, "volts": 3.0 + (0.0, 0.02 * since, 0.5 - 0.02 * since)[part],
                "current": milliamp * current if signed else abs(milliamp) * current, "capacity": passed * current, "specific": passed / MASS * 1e3,
                "energy": passed * 3.2 * current, "state": states[part], "cycle": 4, "step": 17 + part,
                "clock": f"2026-01-15 09:{36 * i // 60:02d}:{36 * i % 60:02d}",
            }
        )  # fmt: skip
    return found


HEADERS = (
    "Record", "TestTime/h", "StepTime/h", "Current/mA", "Capacity/mAh", "SpeCap/mAh/g", "SOC|DOD/%", "Voltage/V", "Energy/mWh",
    "SpeEnergy/Wh/kg", "AuxTemp/dC.", "AuxVolt/V", "SysTime", None, "Cycle-Index", "Step-Index", "Step-State",
)  # fmt: skip


def landt(row: dict[str, Cell], *, hours: float = 3600.0) -> list[Cell]:
    def number(key: str) -> float:
        return float(row[key] or 0)

    return [
        row["record"], number("seconds") / hours, number("step seconds") / hours, row["current"], row["capacity"], row["specific"], 0.0,
        row["volts"], row["energy"], 0.0, "-", "-", row["clock"], None, row["cycle"], row["step"], row["state"],
    ]  # fmt: skip


def read_made(data: bytes | str, name: str = "made.xlsx", **settings: str) -> ReadFile:
    return read_source(Source(name, data.encode() if isinstance(data, str) else data), settings)


def codes(file: ReadFile) -> set[str]:
    return {warning.code for warning in file.warnings}


def check(file: ReadFile, *, microamp: bool = False) -> None:
    table = file.tables[0]
    assert table.rows == COUNT
    assert file.reading.technique == "galvanostatic_cycling"
    assert table.array("time")[[0, -1]] == pytest.approx([0.0, 36.0 * 59], abs=1e-6)
    scale = 1e-3 if microamp else 1.0
    assert table.array("current")[[0, 20, -1]] == pytest.approx([0.0, 0.5e-3 * scale, -0.5e-3 * scale])
    assert table.array("potential")[[0, 34, -1]] == pytest.approx([3.0, 3.48, 3.02])
    assert table.array("capacity")[[34, -1]] == pytest.approx([0.12 * scale, 0.12 * scale])


def test_the_landt_workbook_with_spacer_and_unconnected_probe() -> None:
    file = read_made(xlsx({"Record": [HEADERS, *[landt(row) for row in rows()]]}))
    check(file)
    table = file.tables[0]
    assert file.reading.format == "land.workbook"
    assert set(table.array("cycle")) == {4.0}
    assert table.array("specific_capacity")[-1] == pytest.approx(15.0)
    assert np.isnan(table.array("temperature")).all()
    assert {"index", "step", "state", "energy", "unix_time", "auxiliary_potential"} <= {c.name for c in table.columns}
    assert file.reading.facts["active_mass_mg"] == pytest.approx(MASS)
    specific = next(f for f in file.figures if f.quantity == "specific_charge_capacity")
    assert specific.value == pytest.approx(15.0, rel=0.05)  # the made rows do not say what flowed between the last two


def test_records_that_go_on_in_sheets_without_a_header() -> None:
    body = [landt(row) for row in rows()]
    book: dict[str, Sequence[Sequence[Cell]]] = {
        "Cycle": [["Cycle-Index", "CapC/mAh", "CapD/mAh"], [4, 0.12, 0.12]],
        "Record": [HEADERS, *body[:20]],
        "Record_1": body[20:45],
        "Record_2": body[45:],
    }
    check(read_made(xlsx(book)))


def test_microamperes_and_microamperehours_of_lanhe() -> None:
    header = [
        "Cycle",
        "Step",
        "Record",
        "SysTime",
        "TestTime",
        "Voltage/V",
        "Current/uA",
        "Capacity/uAh",
        "SpeCap/mAh/g",
        "dQdV/uAh/V",
    ]
    body: list[list[Cell]] = []
    for row in rows(current=1.0):
        seconds = int(float(row["seconds"] or 0))
        clock = f"0 00:{seconds // 60:02d}:{seconds % 60:02d}.000"
        body.append(
            [
                row["cycle"],
                row["step"],
                row["record"],
                row["clock"],
                clock,
                row["volts"],
                row["current"],
                row["capacity"],
                row["specific"],
                0.0,
            ]
        )
    info = [["Test name", "Start time", "Operator", "Active material"], ["cell 7", "2026-01-15 09:00:00", "Li", "x"]]
    file = read_made(xlsx({"Test information": info, "Ch1_DefaultGroup": [["Test data"], header, *body]}))
    check(file, microamp=True)
    assert file.reading.started == datetime(2026, 1, 15, 9)
    assert file.reading.facts["Operator"] == "Li"
    assert file.tables[0].array("differential_capacity")[0] == 0.0


def test_blocks_side_by_side_are_joined() -> None:
    header = ["Record", "TestTime/Sec.", "Current/mA", "Capacity/mAh", "SpeCap/mAh/g", "Voltage/V"]
    body = [
        [row["record"], row["seconds"], row["current"], row["capacity"], row["specific"], row["volts"]]
        for row in rows()
    ]
    labels: list[Cell] = ["Cycle 1", None, None, None, None, None, "Cycle 2"]
    joined: list[list[Cell]] = [[*a, *b] for a, b in zip(body[:30], body[30:], strict=True)]
    file = read_made(xlsx({"Record": [labels, [*header, *header], *joined]}))
    check(file)
    assert set(file.tables[0].array("cycle")) == {1.0, 2.0}
    assert "land.side-by-side" in codes(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_text(encoding: str) -> None:
    head = "测试名称:,电池七,,,,,,,\n序号,测试时间/h,电流/mA,容量/mAh,比容量/mAh/g,电压/V,循环序号,工步序号,工步状态\n"
    words = ("静置", "恒流充电", "恒流放电")
    body = [
        f"{r['record']},{float(r['seconds'] or 0) / 3600:.8f},{r['current']},{r['capacity']:.6f},{r['specific']:.5f},{r['volts']:.4f},{r['cycle']},{r['step']},{r['state']}"
        for r in rows(states=words)
    ]
    file = read_made((head + "\n".join(body) + "\n").encode(encoding), "made.csv")
    check(file)
    assert file.reading.facts["测试名称"] == "电池七"


def test_text_with_decimal_commas_and_unsigned_currents() -> None:
    head = "Index;TestTime/Sec;Current/mA;Capacity/mAh;Voltage/V;Step-State\n"
    body = [
        f"{r['record']};{r['seconds']};{r['current']:.4f};{r['capacity']:.6f};{r['volts']:.4f};{r['state']}"
        for r in rows(signed=False)
    ]
    file = read_made(head + "\n".join(body).replace(".", ",") + "\n", "made.csv")
    check(file)
    assert file.reading.decisions["current_sign"].startswith("by the state")


def test_iso_columns_of_landt_csv() -> None:
    head = "channel_index,cycle_index,step_index,date_time_iso_string,test_time_s,voltage_v,current_a,capacity_ah\n"
    body = [
        f"1,{r['cycle']},{r['step']},{str(r['clock']).replace(' ', 'T')},{r['seconds']},{r['volts']:.4f},{float(r['current'] or 0) / 1e3},0"
        for r in rows()
    ]
    table = read_made(head + "\n".join(body) + "\n", "made.csv").tables[0]
    assert table.array("current")[20] == pytest.approx(0.5e-3)
    assert table.array("time")[-1] == pytest.approx(36.0 * 59)


def test_a_test_time_without_a_unit_is_proved_or_asked_about() -> None:
    head = "Record,TestTime,Current/mA,Capacity/mAh,Voltage/V\n"
    proved = [
        f"{r['record']},{float(r['seconds'] or 0) / 86400:.9f},{r['current']},{r['capacity']:.6f},{r['volts']:.4f}"
        for r in rows()
    ]
    file = read_made(head + "\n".join(proved) + "\n", "made.csv")
    assert file.tables[0].array("time")[-1] == pytest.approx(36.0 * 59, rel=1e-6)
    assert file.reading.decisions["time_unit"].startswith("d ")
    unknown = (head + "\n".join(proved) + "\n").replace("Capacity/mAh", "X")
    unknown = unknown.replace("Record", "Cycle-Index")
    with pytest.raises(BadInput) as caught:
        read_made(unknown, "made.csv")
    assert caught.value.question is not None
    assert caught.value.question.key == "time_unit"


def test_unsigned_currents_without_a_state_are_said() -> None:
    head = "Record,TestTime/Sec,Current/mA,Capacity/mAh,Voltage/V\n"
    body = [
        f"{r['record']},{r['seconds']},{r['current']},{r['capacity']:.6f},{r['volts']:.4f}" for r in rows(signed=False)
    ]
    assert "land.sign" in codes(read_made(head + "\n".join(body) + "\n", "made.csv"))


def test_rows_of_steps_between_records_are_left_out_and_said() -> None:
    body = [landt(row) for row in rows()]
    summary: list[Cell] = ["Step 18", None, None, "0.5", "0.12", None, None, None]
    file = read_made(xlsx({"Record": [HEADERS, *body[:30], summary, list(HEADERS), *body[30:]]}))
    check(file)
    assert "land.other-rows" in codes(file)


def test_sheets_with_other_columns_are_refused() -> None:
    body = [landt(row) for row in rows()]
    other = [*HEADERS[:3], "Current/uA", *HEADERS[4:]]
    with pytest.raises(BadInput) as caught:
        read_made(xlsx({"Record": [HEADERS, *body], "Record_1": [other, *body]}))
    assert caught.value.code == "land.sheets"


def test_a_file_without_time_is_refused() -> None:
    head = "Record,Current/mA,Capacity/mAh,Voltage/V\n"
    with pytest.raises(BadInput) as caught:
        read_made(head + "1,0.5,0.1,3.0\n2,0.5,0.2,3.1\n", "made.csv")
    assert caught.value.code == "land.columns"


@pytest.mark.parametrize("seed", range(20))
def test_cut_and_mutated_text_is_refused_or_read(seed: int) -> None:
    head = "Index;TestTime/Sec;Current/mA;Capacity/mAh;Voltage/V;Step-State\n"
    body = [f"{r['record']};{r['seconds']};{r['current']};{r['capacity']};{r['volts']};{r['state']}" for r in rows()]
    data = bytearray((head + "\n".join(body)).encode())
    rng = np.random.default_rng(seed)
    for place in rng.integers(0, len(data), 4):
        data[place] = rng.integers(0, 256)
    try:
        file = read_made(bytes(data[: int(rng.integers(100, len(data)))]), "made.csv")
    except BadInput:
        return
    assert file.tables[0].rows <= COUNT + 5


def test_a_curve_of_a_solar_cell_is_not_claimed() -> None:
    assert not recognises_text(Source("a.txt", b"Voltage/V\tCurrent/mA\n0\t1\n"))
    assert not recognises_workbook(Source("a.xlsx", xlsx({"Sheet": [["Voltage/V", "Current/mA"], [0, 1]]})))
    assert not recognises_workbook(Source("a.xlsx", b"PK\x03\x04 broken"))
