"""Novonix's files: made ones with a long protocol, a restart, rows written again, and what must be refused."""

import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source

NAMES = "Date and Time,Cycle Number,Step Number,Run Time (h), Step Time (h),Current (A),Potential (V),Capacity (Ah),Temperature (°C),Circuit Temperature (°C)\n"
HEAD = "[Summary]\nNovonix HPC data file\nNovonix\nChannel: 7\nCell: ****\nMass (g): 1.000\nStarted: 1/3/2019 6:00:00 PM\nVersion: 3.0.2.1\n[End Summary]\n"
PROTOCOL = (
    "[Protocol]\nNovonix HPC Protocol File\n"
    + "   [0 Save data if ∆V is greater than 0.005 V]\n" * 2000
    + "[End Protocol]\n"
)


def rows(hours: list[float]) -> str:
    """0.1 A charge until 5 h, then as much discharge."""
    lines = []
    for h in hours:
        current = 0.1 if h < 5 else -0.1
        net = 0.1 * h if h < 5 else 0.1 * (10 - h)
        clock = f"1/{3 + int(18 + h) // 24}/2019 {(int(18 + h) % 24 + 11) % 12 + 1}:{round(h % 1 * 60):02d}:00 {'AM' if int(18 + h) % 24 < 12 else 'PM'}"
        lines.append(
            f"{clock},1,{0 if h < 5 else 1},{h:.7f},{h % 5:.7f},{current},{3.5 + net / 10:.6f},{net:.10f},20.0,23.3"
        )
    return "\n".join(lines) + "\n"


HOURS = [0.5 * i for i in range(20)]


def read_made(text: str) -> ReadFile:
    return read_source(Source("x.csv", text.encode()))


def codes(file: ReadFile) -> list[str]:
    return [warning.code for warning in file.reading.warnings]


def test_units_signs_and_net_charge_below_a_long_protocol() -> None:
    file = read_made(HEAD + PROTOCOL + "[Data] \n" + NAMES + rows(HOURS))
    table = file.tables[0]
    assert table.rows == 20
    assert table.array("time").tolist() == pytest.approx([3600 * h for h in HOURS])
    assert table.array("current")[[0, 10]].tolist() == [0.1, -0.1]
    assert table.array("charge")[[9, 10, 19]].tolist() == pytest.approx([450.0, 500.0, 50.0])
    assert table.array("temperature")[0] == pytest.approx(293.15)
    assert table.array("step")[[0, 10]].tolist() == [0, 1]
    assert table.array("unix_time")[1] - table.array("unix_time")[0] == 1800
    assert str(file.reading.started) == "2019-01-03 18:00:00"  # only so the stamps agree with the run time
    assert file.reading.facts["Channel"] == "7"
    assert "Cell" not in file.reading.facts
    figures = {figure.quantity: figure.value for figure in file.figures}
    assert figures["charge_capacity"] == pytest.approx(500, rel=0.06)


def test_each_start_has_a_table() -> None:
    text = HEAD + PROTOCOL + "[Data]\n" + NAMES + rows(HOURS[:4]) + HEAD + PROTOCOL + "[Data]\n" + NAMES + rows(HOURS)
    file = read_made(text)
    assert [(table.name, table.rows) for table in file.tables[:2]] == [("data 1", 4), ("data 2", 20)]
    assert "novonix.restarted" in codes(file)


def test_single_rows_that_are_written_again_are_left_out() -> None:
    hours = [0.05 * i for i in range(199)]
    again = [*hours[:120], 0.05, *hours[120:]]
    file = read_made(HEAD + "[Data]\n" + NAMES + rows(again))
    assert file.tables[0].rows == 199
    assert file.tables[0].array("time").tolist() == pytest.approx([3600 * h for h in hours])
    assert "novonix.repeated" in codes(file)


def test_a_time_that_starts_anew_is_left_as_it_is() -> None:
    file = read_made(HEAD + "[Data]\n" + NAMES + rows([*HOURS, *HOURS]))
    assert file.tables[0].rows == 40
    assert "novonix.repeated" not in codes(file)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEAD + PROTOCOL, "novonix.header"),
        (HEAD + "[Data]\n" + NAMES, "novonix.header"),
        (HEAD + "[Data]\n" + NAMES.replace("Current (A)", "Current") + rows(HOURS), "novonix.unit"),
        (HEAD + "[Data]\n" + NAMES.replace("Current (A)", "Flow (A)") + rows(HOURS), "novonix.columns"),
    ],
)
def test_refusals(text: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_made(text)
    assert caught.value.code == code
