"""PSTrace sessions, written here in both spellings of their keys."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from jointlab.errors import BadInput
from tests.unit.science.readers.potentiostat import read_bytes

TICKS = 621_355_968_000_000_000 + 1_600_000_000 * 10_000_000  # 2020-09-13 12:26:40
F = np.logspace(4, -1, 21)
Z: Any = 10 + 1 / (1 / 100 + 2j * np.pi * F * 1e-4)


def array(label: str, unit: str, values: Any, kind: int = 0, q: str | None = None) -> dict[str, Any]:
    return {"Type": "PalmSens.Data.DataArray", "ArrayType": kind, "Description": label, "Unit": {"Type": f"PalmSens.Units.{unit}", "S": "x", "Q": q}, "DataValues": [{"V": float(v)} for v in values]}  # fmt: skip


def session(arrays: list[dict[str, Any]], method: str, *more: dict[str, Any], **keys: Any) -> dict[str, Any]:
    one = {"Title": "T", "DeviceSerial": "PS4A", "Method": f"#PSTrace\r\nMETHOD_ID={method}\r\nE_BEGIN=1.0E-1\r\n", "DataSet": {"Type": "PalmSens.Data.DataSet", "Values": arrays}, **keys}  # fmt: skip
    return {"Type": "PalmSens.DataFiles.SessionFile", "Measurements": [one, *more]}


def packed(content: dict[str, Any]) -> bytes:
    return b"\xff\xfe" + (json.dumps(content) + "\ufeff").encode("utf-16-le")


def lower(thing: Any) -> Any:
    if isinstance(thing, dict):
        return {key.lower(): lower(value) for key, value in thing.items()}
    return [lower(value) for value in thing] if isinstance(thing, list) else thing


def spectrum(sign: int = -1, q: str | None = "-Z''") -> list[dict[str, Any]]:
    return [array("Idc", "MicroAmpere", np.ones(21)), array("Frequency", "Hertz", F), array("ZRe", "ZRe", Z.real), array("ZIm", "ZIm", sign * Z.imag, q=q), array("Phase", "Phase", -np.degrees(np.angle(Z)), q="-Phase")]  # fmt: skip


@pytest.mark.parametrize("case", [lambda x: x, lower])
def test_impedance(case: Any) -> None:
    file = read_bytes("x.pssession", packed(case(session(spectrum(), "eis"))))
    table = file.tables[0]
    assert file.reading.technique == "impedance"
    assert np.allclose(table.array("impedance_imaginary"), Z.imag)
    assert np.allclose(table.array("impedance_phase"), np.degrees(np.angle(Z)))
    assert table.array("current")[0] == 1e-6
    assert file.reading.facts["E_BEGIN"] == "1.0E-1"


def test_sign_without_a_name_follows_the_spectrum_or_is_asked() -> None:
    for sign in (1, -1):
        file = read_bytes("x.pssession", packed(session(spectrum(sign, None), "eis")))
        assert np.allclose(file.tables[0].array("impedance_imaginary"), Z.imag)
    short = [array("Frequency", "Hertz", F[:3]), array("ZRe", "ZRe", Z.real[:3]), array("ZIm", "ZIm", Z.imag[:3])]
    with pytest.raises(BadInput) as caught:
        read_bytes("x.pssession", packed(session(short, "eis")))
    assert caught.value.question is not None
    answered = read_bytes("x.pssession", packed(session(short, "eis")), imaginary_sign="minus_imaginary")
    assert np.allclose(answered.tables[0].array("impedance_imaginary"), -Z.imag[:3])


def test_scans_of_a_voltammogram_are_tables() -> None:
    arrays = [array("time", "Time", range(8))]
    for number in (1, 2):
        arrays += [
            array(f"scan{number}", "Volt", [0.1, 0.2, 0.3, 0.2]),
            array(f"scan{number}", "MicroAmpere", [number] * 4),
        ]
    file = read_bytes("x.pssession", packed(session(arrays, "cv")))
    scans = [t for t in file.tables if t.has("potential")]
    assert file.reading.technique == "cyclic_voltammetry"
    assert [dict(t.conditions) for t in scans] == [{"cycle": 1}, {"cycle": 2}]
    assert [t.array("current")[0] for t in scans] == pytest.approx([1e-6, 2e-6])
    assert sum(t.rows for t in file.tables if t.has("time")) == 8


def test_start_and_its_offset() -> None:
    arrays = [array("time", "Time", [0, 1]), array("potential", "Volt", [0.1, 0.2])]
    plain = read_bytes("x.pssession", packed(session(arrays, "ocp", TimeStamp=TICKS)))
    assert plain.reading.started == datetime(2020, 9, 13, 12, 26, 40)
    both = read_bytes(
        "x.pssession", packed(session(arrays, "ocp", TimeStamp=TICKS, UTCTimeStamp=TICKS - 5 * 36_000_000_000))
    )
    assert both.reading.started == datetime(2020, 9, 13, 12, 26, 40, tzinfo=timezone(timedelta(hours=5)))
    assert both.reading.started_zone == "file"
    strange = read_bytes("x.pssession", packed(session(arrays, "ocp", TimeStamp=TICKS, UTCTimeStamp=TICKS - 123)))
    assert strange.reading.started == datetime(2020, 9, 13, 12, 26, 40)


def test_refusals() -> None:
    good = packed(session(spectrum(), "eis"))
    for data, code in (
        (good[: len(good) // 2 * 2 // 2 // 2 * 2], "palmsens.damaged"),
        (packed({"Type": "PalmSens.DataFiles.SessionFile", "Measurements": []}), "palmsens.no-measurement"),
        (
            packed({"Type": "PalmSens.DataFiles.SessionFile", "Measurements": [{"Method": "METHOD_ID=cv"}]}),
            "palmsens.damaged",
        ),
        (packed(session(spectrum(), "new")), "electrochemistry.technique"),
        (b'{"Type":"PalmSens.x","a":' + b"[" * 100000, "palmsens.damaged"),
    ):
        with pytest.raises(BadInput) as caught:
            read_bytes("x.pssession", data)
        assert caught.value.code == code


def test_points_of_an_empty_data_set_are_those_of_its_curves() -> None:
    curve = {"XAxisDataArray": array("potential", "Volt", [0.1, 0.2]), "YAxisDataArray": array("current", "MicroAmpere", [1, 2])}  # fmt: skip
    file = read_bytes("x.pssession", packed(lower(session([], "dpv", Curves=[curve, curve]))))
    assert [table.rows for table in file.tables] == [2, 2]
    assert file.tables[1].array("current").tolist() == pytest.approx([1e-6, 2e-6])
