"""The binary files: real ones against two public readers, made ones for every layout, and what must be refused."""

import contextlib
import random
from datetime import datetime

import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read, read_source
from jointlab.science.source import Source
from tests.instrument_files import expected, needs_real_files, real_file
from tests.unit.science.readers.biologic_files import data_module, module, mpr

IDS = (1, 3, 131, 4, 6, 8)
FORMATS = "BHdff"  # one byte of flags for 1 and 3
ROWS = [(0x0A, 1, 0.5 * i, 0.1 * i, -2.0 * i) for i in range(4)]


def _read(data: bytes) -> ReadFile:
    return read_source(Source("a.mpr", data))


def _code(data: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        _read(data)
    return caught.value.code


@needs_real_files
@pytest.mark.parametrize(
    ("name", "technique"),
    [
        ("cycling/00_test_02_OCV_C01.mpr", "chronopotentiometry"),
        ("cycling/00_test_04_MB_C01.mpr", "galvanostatic_cycling"),
        ("cycling/jdb11-1_e1_s3_squidTest_data_C15.mpr", "galvanostatic_cycling"),
    ],
)
def test_real_files_are_what_public_readers_say(name: str, technique: str) -> None:
    file = read(real_file(name))
    table, galvani, yadg = file.tables[0], expected()[name]["mpr_galvani"], expected()[name]["mpr_yadg"]
    assert file.reading.technique == technique
    assert not file.reading.warnings
    assert table.rows == galvani["rows"] == yadg["rows"]
    assert str(file.reading.started) == galvani["start"]
    for ours, theirs, scale in (
        ("time", "time/s", 1.0),
        ("potential", "Ewe/V", 1.0),
        ("current", "I/mA", 1e-3),
        ("half_cycle_charge", "Q charge/discharge/mA.h", 1.0),
    ):
        if theirs in galvani:
            values = table.array(ours)
            assert [values[0], values[-1]] == pytest.approx([scale * v for v in galvani[theirs]], rel=1e-9, abs=0)


@needs_real_files
def test_charge_and_time_of_a_real_file_agree_with_its_set_current() -> None:
    """30 755 points at ±0.010 mA: a unit, a column or a sign that were wrong would show."""
    import numpy as np

    table = read(real_file("cycling/jdb11-1_e1_s3_squidTest_data_C15.mpr")).tables[0]
    control = np.asarray(table.frame["control/V/mA"], dtype=float)
    at_current = np.asarray(table.frame["mode"]) == 1
    current = np.diff(table.array("charge")) / np.diff(table.array("time")).clip(1e-9) * 3600
    steady = (at_current[1:] & at_current[:-1]) & (np.diff(table.array("time")) > 5) & (np.diff(control) == 0)
    assert np.median(np.abs(current[steady] / control[1:][steady])) == pytest.approx(1.0, abs=2e-3)
    power = table.array("power")[1:][steady]
    assert np.median(power / (table.array("potential")[1:] * current * 1e-3)[steady]) == pytest.approx(1.0, abs=2e-3)


@needs_real_files
def test_a_cut_real_file_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        read(real_file("awkward/truncated_60pct.mpr"))
    assert caught.value.code == "biologic.cut"


@pytest.mark.parametrize("version", [0, 2, 3, 10, 11])
def test_every_version_of_the_data_module(version: int) -> None:
    file = _read(mpr(data_module(IDS, FORMATS, ROWS, version=version)))
    frame = file.tables[0].frame
    assert frame["time"].to_list() == [0.0, 0.5, 1.0, 1.5]
    assert frame["potential"].to_list() == pytest.approx([0.0, 0.1, 0.2, 0.3], rel=1e-7)
    assert frame["current"].to_list() == [0.0, -0.002, -0.004, -0.006]
    assert frame["mode"].to_list() == [2] * 4
    assert frame["error"].to_list() == [1] * 4
    assert frame["step"].to_list() == [1] * 4
    assert file.reading.started == datetime(2024, 3, 4, 12, 0)
    assert file.reading.technique == "chronoamperometry"


def test_a_record_tells_which_of_two_types_a_variable_has() -> None:
    usual = _read(mpr(data_module((4, 6, 24), "dfd", [(0.0, 1.0, 1.0), (1.0, 1.0, 2.0)])))
    other = _read(mpr(data_module((4, 6, 24), "dfI", [(0.0, 1.0, 1), (1.0, 1.0, 2)])))
    assert usual.tables[0].frame["cycle"].to_list() == other.tables[0].frame["cycle"].to_list() == [1, 2]


def test_variables_above_255_keep_their_number() -> None:
    """211 is a potential and 467 (211 + 256) a charge: readers that drop the upper byte take one for the other."""
    rows = [(0.0, 1.5, 3)]
    charge = _read(mpr(data_module((4, 467, 468), "ddI", rows, version=11))).tables[0]
    assert [column.header for column in charge.columns] == ["time/s", "Q charge/discharge/mA.h", "half cycle"]
    potential = _read(mpr(data_module((4, 211), "df", [(0.0, 1.5)], version=11))).tables[0]
    assert potential.columns[1].header == "E1/V"


def test_impedance_has_the_sign_of_the_imaginary_part() -> None:
    file = _read(mpr(data_module((32, 37, 38, 35, 469), "ffffI", [(10.0, 5.0, 2.0, -21.8, 1)]), technique=0x1D))
    assert file.reading.technique == "impedance"
    assert file.tables[0].frame["impedance_imaginary"].to_list() == [-2.0]
    assert [column.name for column in file.tables[0].columns][-1] == "z_cycle"


def test_one_unknown_variable_is_kept_two_are_refused() -> None:
    file = _read(mpr(data_module((4, 6, 700), "dff", [(0.0, 1.0, 7.0)])))
    column = file.tables[0].columns[2]
    assert (column.name, column.quantity) == ("variable 700", None)
    assert file.tables[0].frame["variable 700"].to_list() == [7.0]
    assert [warning.code for warning in file.reading.warnings] == ["biologic.unknown-column"]
    assert _code(mpr(data_module((4, 700, 701), "dff", [(0.0, 1.0, 7.0)]))) == "biologic.unknown-column"


def test_several_unknown_variables_are_kept_where_each_must_be_as_wide_as_one_can_be() -> None:
    file = _read(mpr(data_module((4, 883, 884, 6), "dddf", [(0.0, 0.25, 7.5, 3.5), (1.0, 0.5, 8.5, 3.25)], version=11)))
    frame = file.tables[0].frame
    assert frame["variable 883"].to_list() == [0.25, 0.5]
    assert frame["variable 884"].to_list() == [7.5, 8.5]
    assert frame["potential"].to_list() == [3.5, 3.25]
    assert [warning.code for warning in file.reading.warnings] == ["biologic.unknown-column"] * 2
    wider = mpr(data_module((4, 700, 701, 434), "dddf", [(0.0, 1.0, 7.0, 1.0)], version=11))
    assert _code(wider) == "biologic.unknown-column"  # 434 may take 8 bytes, and then 12 are left for two


def test_a_date_that_no_module_has_is_no_start() -> None:
    file = _read(mpr(data_module(IDS, FORMATS, ROWS), ole=45000.25))
    assert file.reading.started is None
    assert [warning.code for warning in file.reading.warnings] == ["biologic.start"]
    assert _read(mpr(data_module(IDS, FORMATS, ROWS), log=False)).reading.started is None


def test_refusals() -> None:
    good = mpr(data_module(IDS, FORMATS, ROWS))
    assert _code(mpr(b"")) == "biologic.no-data"
    assert _code(mpr(data_module(IDS, FORMATS, []))) == "biologic.no-points"
    assert _code(mpr(data_module(IDS, FORMATS, ROWS, points=3))) == "biologic.record"
    assert _code(mpr(data_module(IDS, FORMATS, ROWS, points=0xFFFFFFFF))) == "biologic.record"
    assert _code(mpr(data_module((4, 6), FORMATS, ROWS))) == "biologic.record"
    assert _code(mpr(data_module(IDS, FORMATS, ROWS, version=3)).replace(b"data", b"daxa", 1)) == "biologic.no-data"
    assert _code(mpr(module(b"VMP data", bytes(2000), version=7))) == "biologic.version"
    assert _code(mpr(module(b"VMP data", b"\1\0\0\0" + b"\xff" * 3, version=3))) == "biologic.cut"
    assert _code(good + b"MODULE") == "biologic.cut"


def test_padding_behind_the_last_module_is_harmless() -> None:
    assert _read(mpr(data_module(IDS, FORMATS, ROWS)) + bytes(512)).tables[0].rows == 4


def test_a_file_cut_anywhere_is_refused() -> None:
    whole = mpr(data_module(IDS, FORMATS, ROWS))
    ends = {len(whole)}
    at = len(whole) - 1
    for length in range(23, at, 7):
        if length in ends:
            continue
        try:
            file = _read(whole[:length])
        except BadInput:
            continue
        assert file.tables[0].rows == 4  # cut exactly between two modules


def test_changed_bytes_never_raise_anything_but_a_refusal() -> None:
    chance = random.Random(7)
    whole = mpr(data_module(IDS, FORMATS, ROWS, version=11))
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(52, len(damaged))] = chance.randrange(256)
        with contextlib.suppress(BadInput):
            _read(bytes(damaged))
