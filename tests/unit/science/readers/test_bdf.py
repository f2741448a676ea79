"""Battery Data Format: labels and machine-readable names of its ontology 1.3.0."""

from datetime import UTC, datetime

import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.instrument_files import expected, needs_real_files, real_file


def parse(text: str) -> ReadFile:
    return read_source(Source("x.bdf", text.encode()))


LABELS = "Test Time / s,Voltage / V,Current / A,Unix Time / s,Cycle Count / 1,Step ID,Step Type,Cycle Charging Capacity / Ah,Net Energy / Wh,Temperature T1 / degC,Something\n"
NAMES = "test_time_second,voltage_volt,current_ampere,unix_time_second,cycle_count,step_id,step_type,cycle_charging_capacity_ah,net_energy_wh,temperature_t1_celsius,something\n"
ROWS = "10,3.5,0.1,1700000010,0,3,CC_CHG,0.002,0.007,25,1\n11,3.6,0.1,1700000011,0,3,CC_CHG,0.003,0.0107,26,2\n"


@pytest.mark.parametrize("header", [LABELS, NAMES])
def test_both_spellings(header: str) -> None:
    got = parse(header + ROWS)
    table = got.tables[0]
    assert got.reading.format == "bdf"
    assert table.array("time").tolist() == [10, 11]
    assert table.array("cycle_charging_capacity").tolist() == [2.0, 3.0]
    assert table.array("energy").tolist() == pytest.approx([7.0, 10.7])
    assert table.array("temperature_1").tolist() == pytest.approx([298.15, 299.15])
    assert table.frame["step_type"].to_list() == ["CC_CHG"] * 2
    assert table.columns[-1].quantity is None
    assert got.reading.started == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)  # 1700000010 - 10
    assert got.reading.started_zone == "file"


@needs_real_files
def test_a_real_file_with_a_vendors_columns_beside() -> None:
    got = read(real_file("cycling/arbin_example.bdf.csv"))
    table = got.tables[0]
    assert table.rows == expected()["cycling/arbin_example.bdf.csv"]["text"]["block_rows"]
    assert table.array("potential")[[0, -1]].tolist() == [3.8591957, 3.872108]
    assert table.array("step_count")[-1] == 17
    assert table.frame["state"][0] == "R"


@pytest.mark.parametrize(
    "header", ["Test Time / s,Voltage / V,Voltage / V,Current", "Voltage / V,Current / A,Unix Time / s,x"]
)
def test_a_required_column_must_stand_once(header: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(f"{header}\n0,1,2,3\n")
    assert caught.value.code == "bdf.columns"


def test_counts_with_fractions_are_said() -> None:
    header = "test_time_second,voltage_volt,current_ampere,cycle_count,step_count\n"
    got = parse(header + "0,3.5,0.1,6.283185307179586,1\n1,3.6,0.1,6.283185307179586,1\n")
    assert [w.code for w in got.reading.warnings] == ["bdf.not-whole"]
    assert "“cycle_count” should hold whole numbers and holds 6.28319" in got.reading.warnings[0].message
    assert got.tables[0].array("cycle").tolist() == [6.283185307179586] * 2
    assert not parse(header + "0,3.5,0.1,6.0,1\n1,3.6,0.1,7.0,1\n").reading.warnings
