"""Small .mpr and .mpt files made here, for what the real ones do not show."""

import struct
from collections.abc import Sequence

MAGIC = b"BIO-LOGIC MODULAR FILE\x1a".ljust(48) + b"\0\0\0\0"
_DAY = b"03/04/24"
OLE_2024_03_04_NOON = 45355.5
SIZES = {"d": 8, "f": 4, "I": 4, "H": 2, "B": 1}


def module(name: bytes, content: bytes, *, version: int = 0, long: bool = False, date: bytes = _DAY) -> bytes:
    """One module; `long` is the header of EC-Lab 11.50 and later."""
    lead = b"MODULE" + name.ljust(10) + name.ljust(25)
    if long:
        return lead + struct.pack("<IIII", 0xFFFFFFFF, len(content), 0, version) + date + content
    return lead + struct.pack("<II", len(content), version) + date + content


def data_module(
    ids: Sequence[int], formats: str, rows: Sequence[Sequence[float]], *, version: int = 3, points: int | None = None
) -> bytes:
    """The data module: `formats` has one letter of `struct` a field of the record (one B for all flags)."""
    count = len(rows) if points is None else points
    long = version >= 10
    head = struct.pack("<I", count)
    if long:
        head += struct.pack(f"<H{len(ids)}H", len(ids), *ids)
    else:
        head += struct.pack(f"<B{len(ids)}{'H' if version else 'B'}", len(ids), *ids)
    start = {0: 100, 2: 405, 3: 406}.get(version, 1007)
    body = b"".join(struct.pack(f"<{formats}", *row) for row in rows)
    return module(b"VMP data", head.ljust(start, b"\0") + body, version=version, long=long)


def mpr(data: bytes, *, technique: int = 0x18, ole: float = OLE_2024_03_04_NOON, log: bool = True) -> bytes:
    """A whole file around a data module."""
    settings = module(b"VMP Set", bytes([technique]) + bytes(0x700))
    content = bytearray(0x400)
    struct.pack_into("<d", content, 585, ole)
    return MAGIC + settings + data + (module(b"VMP LOG", bytes(content)) if log else b"")


HEADER = """\
Run on channel : 1 (SN 11259)
Ewe ctrl range : min = -10{mark}00 V, max = 10{mark}00 V
Acquisition started on : {started}
Saved on :
	File : a.mpr
	Directory : D:\\
Device : SP-200 (SN 0961)
Electrolyte : 1 M KOH
Comments : first
Comments : second
Electrode surface area : 0{mark}001 cm²
Characteristic mass : 12{mark}500 g
Cycle Definition : Charge/Discharge alternance
Ei (V)              0{mark}000               
vs.                 Ref                 
dE/dt               50{mark}000              
dE/dt unit          mV/s                
"""


def mpt(
    columns: str,
    rows: Sequence[str],
    *,
    title: str = "Cyclic Voltammetry",
    mark: str = ".",
    started: str = "02/13/2024 19:05:41.695",
    extra: str = "",
    end: str = "\n",
    close: bool = True,
) -> str:
    """A text export; `columns` and `rows` are parted by blanks here and by tabs in the file."""
    head = HEADER.format(mark=mark, started=started) + extra
    lines = ["", title, "", *head.splitlines(), "", columns.replace("|", "\t") + "\t"]
    body = [row.replace(" ", "\t") for row in rows]
    text = end.join(
        ["EC-Lab ASCII FILE", f"Nb header lines : {len(lines) + 2}                          ", *lines, *body]
    )
    return text + (end if close else "")
