"""Large BioLogic files, made here: the same bytes every time. One galvanostatic charge and discharge, over and over."""

import struct
from pathlib import Path

import numpy as np

_POINTS = 2767  # of one body, which is repeated with the time going on
MPR_RECORD = np.dtype(
    [
        ("flags", "u1"), ("Ns", "<u2"), ("time", "<f8"), ("dq", "<f8"), ("charge", "<f8"), ("control", "<f4"),
        ("Ewe", "<f4"), ("I Range", "<u2"), ("Q", "<f8"), ("half cycle", "<u4"), ("P", "<f4"),
    ]
)  # fmt: skip
_MPR_IDS = (1, 2, 3, 21, 31, 65, 131, 4, 7, 13, 5, 6, 39, 467, 468, 70)
_MPT_COLUMNS = (
    "mode", "ox/red", "error", "control changes", "Ns changes", "counter inc.", "Ns", "time/s", "dq/mA.h", "(Q-Qo)/mA.h",
    "control/V/mA", "Ewe/V", "I Range", "Q charge/discharge/mA.h", "half cycle", "Ece/V", "P/W", "Energy charge/W.h",
    "Energy discharge/W.h", "Capacitance charge/µF", "Capacitance discharge/µF", "x", "Q discharge/mA.h", "Q charge/mA.h",
    "Capacity/mA.h", "Efficiency/%", "control/V", "control/mA", "cycle number", "<Ewe>/V", "<I>/mA", "I/mA", "R/Ohm",
    "step time/s", "Ewe-Ece/V", "dQ/C", "(Q-Qo)/C", "Rcmp/Ohm", "cycle time/s", "Analog IN 1/V", "Re(Y)/Ohm-1",
)  # fmt: skip
_WHOLE = frozenset((*_MPT_COLUMNS[:7], "I Range", "half cycle"))


def _cell() -> dict[str, np.ndarray]:
    """One charge and one discharge of a cell of 2 V to 3.8 V at 88.8 µA, with a little noise."""
    chance = np.random.default_rng(20161)
    half = _POINTS // 2
    part = np.r_[np.linspace(0, 1, half), np.linspace(1, 0, _POINTS - half)]
    charging = np.arange(_POINTS) < half
    time = np.arange(_POINTS) * 10.0
    current = np.where(charging, 0.088796, -0.088796) + chance.normal(0, 1e-6, _POINTS)
    charge = np.cumsum(current * 10 / 3600)
    potential = 2.1 + 1.6 * part**0.7 + np.where(charging, 0.05, -0.05) + chance.normal(0, 1e-4, _POINTS)
    return {
        "time": time, "current": current, "charge": charge, "potential": potential, "charging": charging,
        "dq": current * 10 / 3600, "Q": charge - np.where(charging, 0.0, charge[half]),
    }  # fmt: skip


def make_mpt(path: Path, copies: int) -> None:
    """A text export of `copies` bodies, 41 columns; 111 copies are about 200 MB."""
    cell = _cell()
    chance = np.random.default_rng(7)
    columns = []
    for name in _MPT_COLUMNS:
        if name in _WHOLE:
            values = {"mode": np.ones(_POINTS), "I Range": np.full(_POINTS, 13)}.get(name, cell["charging"])
            columns.append([str(int(value)) for value in values])
            continue
        numbers = {
            "Ewe/V": cell["potential"], "<Ewe>/V": cell["potential"], "I/mA": cell["current"], "<I>/mA": cell["current"],
            "(Q-Qo)/mA.h": cell["charge"], "dq/mA.h": cell["dq"], "Q charge/discharge/mA.h": cell["Q"],
            "cycle number": np.ones(_POINTS),
        }.get(name, chance.uniform(0, 1, _POINTS))  # fmt: skip
        columns.append([_number(value) for value in numbers])
    at = _MPT_COLUMNS.index("time/s")
    before = ["\t".join(row) for row in zip(*columns[:at], strict=True)]
    after = ["\t".join(row) for row in zip(*columns[at + 1 :], strict=True)]
    head = ["", "Galvanostatic Cycling with Potential Limitation", "", "Run on channel : 1 (SN 1)", "Device : MPG-2 (SN 2)",
            "Acquisition started on : 12/28/2020 12:48:01", "Cycle Definition : Charge/Discharge alternance", "",
            "\t".join(_MPT_COLUMNS) + "\t"]  # fmt: skip
    with path.open("wb") as file:
        lines = ["EC-Lab ASCII FILE", f"Nb header lines : {len(head) + 2}", *head]
        file.write("\r\n".join([*lines, ""]).encode("latin-1"))
        for copy in range(copies):
            begin = copy * _POINTS * 10.0
            rows = (
                f"{first}\t{_number(begin + time)}\t{rest}\r\n"
                for first, time, rest in zip(before, cell["time"], after, strict=True)
            )
            file.write("".join(rows).encode("ascii"))


def _number(value: float) -> str:
    """As EC-Lab writes a double: 15 decimals and three digits of the exponent."""
    mantissa, _, exponent = f"{value:.15E}".partition("E")
    return f"{mantissa}E{exponent[0]}{int(exponent[1:]):03d}"


def make_body(path: Path, whole: Path) -> None:
    """The rows of a text export without its header, for an engine that knows nothing of headers."""
    data = whole.read_bytes()
    start = data.index(b"\n", data.index(b"mode\tox/red")) + 1
    path.write_bytes(data[start:])


def make_mpr(path: Path, copies: int) -> None:
    """A binary file of `copies` bodies, 53 bytes a record; 1350 copies are 198 MB."""
    cell = _cell()
    body = np.zeros(_POINTS, MPR_RECORD)
    body["flags"], body["Ns"], body["I Range"] = np.where(cell["charging"], 0x05, 0x01), 1, 13
    body["dq"], body["charge"], body["Q"], body["Ewe"] = cell["dq"], cell["charge"], cell["Q"], cell["potential"]
    body["control"], body["P"] = np.sign(cell["current"]) * 0.088796, cell["potential"] * cell["current"] * 1e-3
    head = struct.pack(f"<IB{len(_MPR_IDS)}H", copies * _POINTS, len(_MPR_IDS), *_MPR_IDS).ljust(406, b"\0")
    settings, log = bytearray(7019), bytearray(8070)
    settings[0] = 4
    struct.pack_into("<H", settings, 0x0574, 32)  # parameters of the technique, of which no sequence is given
    struct.pack_into("<d", log, 585, 44193.5)
    with path.open("wb") as file:
        file.write(b"BIO-LOGIC MODULAR FILE\x1a".ljust(48) + b"\0\0\0\0")
        file.write(_module(b"VMP Set", bytes(settings)))
        file.write(_module(b"VMP data", head, len(head) + copies * body.nbytes, version=3))
        for copy in range(copies):
            body["time"] = cell["time"] + copy * _POINTS * 10.0
            body["half cycle"] = 2 * copy + ~cell["charging"]
            file.write(body.tobytes())
        file.write(_module(b"VMP LOG", bytes(log)))


def _module(name: bytes, content: bytes, length: int | None = None, *, version: int = 0) -> bytes:
    length = len(content) if length is None else length
    return b"MODULE" + name.ljust(10) + name.ljust(25) + struct.pack("<II", length, version) + b"12/28/20" + content


def mpr_records_at(data: bytes) -> int:
    """Byte at which the records of a file made here begin."""
    return data.index(b"MODULEVMP data") + 57 + 406
