"""BioLogic EC-Lab and BT-Lab binary data (.mpr).

A file is a magic line and modules, each with a header (name, length, version, date): ``VMP Set`` (settings), ``VMP
data`` (the points), ``VMP LOG``, ``VMP loop``, ``VMP ExtDev``. The points are records of equal length; numbers at the
start of the module say which variables a record holds, and `biologic_columns` says what the numbers mean. That the
variables fill the record exactly, and the records the module, is the proof that they were understood.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from struct import unpack_from
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.biologic_columns import (
    FLAGS,
    OTHER_TYPES,
    TECHNIQUE_IDS,
    TECHNIQUES,
    VARIABLES,
    decide_technique,
    header_of,
    raw_columns,
    with_default,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source

if TYPE_CHECKING:
    import polars as pl

MAGIC = b"BIO-LOGIC MODULAR FILE\x1a".ljust(48) + b"\0\0\0\0"
_OLE_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - the instrument computer's own clock, no zone is stated
_OLE_OFFSETS = (585, 465, 469, 473)  # where versions of the program put the start of the acquisition into the log
_MOST_POINTS = 1 << 31


@dataclass(frozen=True)
class Module:
    """One module: `start` and `length` are of its content, in bytes of the file."""

    name: str
    start: int
    length: int
    version: int
    is_long: bool  # the longer header that EC-Lab 11.50 brought
    date: str


@dataclass(frozen=True)
class _Layout:
    """Where the data module keeps its variables' numbers and its records."""

    count_format: str  # of the number of variables, at byte 4
    id_format: str  # of one variable's number
    ids_at: int
    records_at: int


_LONG = _Layout("<H", "H", 6, 1007)
_LAYOUTS = {0: _Layout("<B", "B", 5, 100), 2: _Layout("<B", "H", 5, 405), 3: _Layout("<B", "H", 5, 406)}


@dataclass(frozen=True)
class _Field:
    """One variable in the record; flags share one byte and have a mask."""

    header: str
    type: str
    mask: int = 0
    offset: int = 0


def recognises(source: Source) -> bool:
    """The magic line."""
    return source.head.startswith(MAGIC[:23])


def read(source: Source, settings: Settings) -> Reading:
    """Read one file.

    Raises BadInput ``biologic.cut``, ``biologic.no-data``, ``biologic.no-points``, ``biologic.version``,
    ``biologic.unknown-column``, ``biologic.record``.
    """
    modules = find_modules(source)
    module = _only(modules, "VMP data", source.name)
    if module is None:
        raise BadInput(
            "biologic.no-data",
            "“{name}” is an EC-Lab file without measured points (it has {modules}). Open the .mpr that was written beside it.",
            name=source.name,
            modules=", ".join(found.name for found in modules),
        )
    points, fields, size, records_at, cautions = _structure(source, module)
    columns = _columns(source, fields, points=points, size=size, start=module.start + records_at)
    table = make_table("data", raw_columns([header_of(field.header) for field in fields], columns))
    settings_module, log = _only(modules, "VMP Set", source.name), _only(modules, "VMP LOG", source.name)
    title = None
    if settings_module is not None and settings_module.length:
        title = TECHNIQUE_IDS.get(source.data[settings_module.start])
    decided = decide_technique(title, table)
    facts = _facts(source.data, settings_module, log)
    started = _started(source.data, log, {found.date for found in modules})
    if started is None:
        cautions.append(Caution("biologic.start", "The file does not state when the acquisition started."))
    serial = facts.get("device serial number")
    return Reading(
        format="biologic.mpr",
        technique=decided.technique,
        tables=(table,),
        instrument=f"BioLogic (SN {serial})" if serial else "BioLogic",
        started=started,
        warnings=tuple(cautions),
        facts={**({} if title is None else {"technique": title}), **facts, **_loops(source.data, modules)},
        decisions={"technique": decided.evidence},
        rows_stated={"data": points},
    )


def find_modules(source: Source) -> list[Module]:
    """The modules in their order. Raises BadInput ``biologic.cut`` where one is not whole."""
    data, found, at = source.data, list[Module](), len(MAGIC)
    while at < len(data):
        if data[at : at + 6] != b"MODULE" or at + 57 > len(data):
            if found and not data[at:].strip(b"\0"):
                break  # padding after the last module
            raise _cut(source, at, "a module should start")
        name = data[at + 6 : at + 16].decode("latin-1").strip()
        length, version = unpack_from("<II", data, at + 41)
        is_long = length == 0xFFFFFFFF
        header = 65 if is_long else 57
        if at + header > len(data):
            raise _cut(source, at, f"the header of module “{name}” is not whole")
        if is_long:
            length, old, new = unpack_from("<III", data, at + 45)
            version = old + new
        date = data[at + header - 8 : at + header].decode("latin-1")
        if length > len(data) - at - header:
            missing = length - (len(data) - at - header)
            raise _cut(source, at, f"module “{name}” promises {length} bytes, of which {missing} are missing")
        found.append(Module(name, at + header, length, version, is_long, date))
        at += header + length
    return found


def _cut(source: Source, at: int, what: str) -> BadInput:
    return BadInput(
        "biologic.cut",
        "“{name}” is cut or damaged: at byte {at} {what}. Copy it again from the instrument's computer.",
        name=source.name,
        at=at,
        what=what,
    )


def _only(modules: Sequence[Module], name: str, file: str) -> Module | None:
    found = [module for module in modules if module.name == name]
    if len(found) > 1:
        raise BadInput(
            "biologic.modules",
            "“{name}” has {n} modules “{module}” where one belongs. It is damaged; copy it again.",
            name=file,
            n=len(found),
            module=name,
        )
    return found[0] if found else None


def _structure(source: Source, module: Module) -> tuple[int, list[_Field], int, int, list[Caution]]:
    """Number of points, the fields of a record, its size in bytes, where records start, and what to say."""
    data = memoryview(source.data)[module.start : module.start + module.length]
    layout = _layout(data, module, source.name)
    if len(data) < layout.records_at:
        raise _cut(source, module.start, "the list of variables is not whole")
    points = int(unpack_from("<I", data, 0)[0])
    count = int(unpack_from(layout.count_format, data, 4)[0])
    width = 1 if layout.id_format == "B" else 2
    if not count or layout.ids_at + count * width > layout.records_at:
        raise BadInput(
            "biologic.record",
            "“{name}” promises {count} variables, more than its header has room for. It is damaged; copy it again.",
            name=source.name,
            count=count,
        )
    ids = unpack_from(f"<{count}{layout.id_format}", data, layout.ids_at)
    if not points:
        raise BadInput(
            "biologic.no-points",
            "“{name}” has no measured point yet. Read it again when the measurement has started.",
            name=source.name,
        )
    size, rest = divmod(module.length - layout.records_at, points)
    if rest or not size:
        raise BadInput(
            "biologic.record",
            "“{name}” promises {points} points, but its {bytes} bytes of data are not so many equal records. It may have been copied while it was written; copy it again.",
            name=source.name,
            points=points,
            bytes=module.length - layout.records_at,
        )
    fields, cautions = _fields(ids, size, source.name)
    return points, fields, size, layout.records_at, cautions


def _layout(data: memoryview, module: Module, name: str) -> _Layout:
    if module.is_long and module.version in (10, 11):
        return _LONG
    if not module.is_long and module.version in _LAYOUTS:
        return _LAYOUTS[module.version]
    raise BadInput(
        "biologic.version",
        "“{name}” has points in version {version} of the format, which is not known here. Export it in EC-Lab as text (.mpt) and read that.",
        name=name,
        version=module.version,
    )


def _fields(ids: Sequence[int], size: int, name: str) -> tuple[list[_Field], list[Caution]]:
    """The fields of a record of `size` bytes that holds the variables `ids`, in the one way that fills it exactly.

    Raises BadInput ``biologic.unknown-column`` and ``biologic.record``.
    """
    unknown = [key for key in ids if key not in VARIABLES and key not in FLAGS]
    if unknown:
        rest = _width_of_unknown(ids, unknown, size)
        if rest is None:
            raise _unknown(unknown, name)
        kind = f"<{'u' if rest < 4 else 'f'}{rest}"
        types = {**VARIABLES, **{key: (f"variable {key}", kind) for key in unknown}}
        said = [
            Caution(
                "biologic.unknown-column",
                f"Variable {key} is not known here; it takes {rest} bytes and is kept as column “variable {key}”.",
            )
            for key in unknown
        ]
        return _place(ids, types), said
    groups = [group for group in OTHER_TYPES if set(group) & set(ids)]
    for chosen in sorted(product((False, True), repeat=len(groups)), key=sum):
        types = dict(VARIABLES)
        for group, taken in zip(groups, chosen, strict=True):
            types.update(group if taken else {})
        if _size([types[key][1] for key in ids if key in types], ids) == size:
            return _place(ids, types), []
    raise BadInput(
        "biologic.record",
        "“{name}”: the variables {ids} do not fill its records of {size} bytes, so no column can be told from its neighbour. Export it in EC-Lab as text (.mpt) and read that.",
        name=name,
        ids=", ".join(map(str, ids)),
        size=size,
    )


def _width_of_unknown(ids: Sequence[int], unknown: Sequence[int], size: int) -> int | None:
    """Bytes of each unknown variable, where the record leaves one answer; None where it leaves none or several.

    One takes what the known ones leave. Several are known only where each must be as wide as a variable can be (8 bytes),
    which holds no more where a known one may be wider than usual.
    """
    rest = size - _size([VARIABLES[key][1] for key in ids if key in VARIABLES], ids)
    if len(unknown) == 1:
        return rest if rest in (1, 2, 4, 8) else None
    wider = any(
        key in ids and int(kind[2:]) > int(VARIABLES[key][1][2:])
        for group in OTHER_TYPES
        for key, (_, kind) in group.items()
    )
    return 8 if rest == 8 * len(set(unknown)) and len(set(unknown)) == len(unknown) and not wider else None


def _unknown(unknown: Sequence[int], name: str) -> BadInput:
    return BadInput(
        "biologic.unknown-column",
        "“{name}” holds variables that are not known here (numbers {ids}), so their size is not known either. Export it in EC-Lab as text (.mpt) and read that.",
        name=name,
        ids=", ".join(map(str, unknown)),
    )


def _size(types: Sequence[str], ids: Sequence[int]) -> int:
    """Bytes of a record: its values, and one byte for all flags together."""
    return sum(int(kind[2:]) for kind in types) + any(key in FLAGS for key in ids)


def _place(ids: Sequence[int], types: dict[int, tuple[str, str]]) -> list[_Field]:
    """The fields with their offsets; the flag byte stands where the first flag is named."""
    fields: list[_Field] = []
    at, flags_at = 0, -1
    for key in ids:
        if key in FLAGS:
            if flags_at < 0:
                flags_at, at = at, at + 1
            fields.append(_Field(FLAGS[key][0], "<u1", FLAGS[key][1], flags_at))
        else:
            header, kind = types[key]
            fields.append(_Field(header, kind, 0, at))
            at += int(kind[2:])
    return fields


def _columns(source: Source, fields: Sequence[_Field], *, points: int, size: int, start: int) -> "list[pl.Series]":
    """Each field of all records as one column, from a strided view of the file's bytes."""
    import numpy as np
    import polars as pl

    columns = []
    for number, field in enumerate(fields):
        kind = np.dtype(field.type)
        view = np.ndarray(points, kind, source.data, start + field.offset, (size,))
        values = np.ascontiguousarray(view)
        if field.mask:
            shift = (field.mask & -field.mask).bit_length() - 1
            values = (values & np.uint8(field.mask)) >> np.uint8(shift)
        columns.append(pl.Series(str(number), values))
    return columns


def _started(data: bytes, log: Module | None, dates: set[str]) -> datetime | None:
    """Start of the acquisition from the log, where it falls on a day that a module's header names too."""
    days = {numbers for date in dates if (numbers := _numbers(date)) is not None}
    for offset in _OLE_OFFSETS if log is not None else ():
        if log is None or offset + 8 > log.length:
            continue
        stamp = unpack_from("<d", data, log.start + offset)[0]
        if not 30000 < stamp < 75000:  # 1982 to 2105
            continue
        moment = _OLE_EPOCH + timedelta(milliseconds=round(stamp * 86_400_000))
        year = moment.year % 100
        if (moment.month, moment.day, year) in days or (moment.day, moment.month, year) in days:
            return moment
    return None


def _numbers(date: str) -> tuple[int, int, int] | None:
    """``12/08/20``, ``12-08-20`` or ``12.08.20`` as three numbers."""
    parts = date[:2], date[3:5], date[6:8]
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    return int(parts[0]), int(parts[1]), int(parts[2])


def _text(data: bytes, module: Module, offset: int, longest: int) -> str:
    """A string with its length before it, or nothing where there is none."""
    if offset >= module.length:
        return ""
    length = data[module.start + offset]
    if length > longest or offset + 1 + length > module.length:
        return ""
    text = data[module.start + offset + 1 : module.start + offset + 1 + length].decode("latin-1")
    return text.strip() if text.isprintable() else ""


def _facts(data: bytes, settings: Module | None, log: Module | None) -> dict[str, Condition]:
    """What settings and log say of the cell and the instrument, at the offsets of EC-Lab 10.40 and later."""
    facts: dict[str, Condition] = {}
    if settings is not None and settings.length > 0x260:
        facts["comments"] = _text(data, settings, 0x0007, 255)
        facts["electrode material"] = _text(data, settings, 0x011E, 160)
        facts["electrolyte"] = _text(data, settings, 0x01C0, 80)
        facts["reference electrode"] = _text(data, settings, 0x0215, 54)
        for name, offset, unit in (
            ("mass of active material", 0x0107, "mg"),
            ("electrode surface area", 0x0211, "cm2"),
            ("characteristic mass", 0x024C, "g"),
        ):
            value = unpack_from("<f", data, settings.start + offset)[0]
            if 1e-9 < value < 1e9:
                facts[name] = with_default(f"{value:.6g} {unit}")
    if log is not None and log.length > 0x03CF + 16 and _text(data, log, 0x03B7, 6):
        facts["file"] = _text(data, log, 0x0251, 255)
        facts["software version"] = _text(data, log, 0x03B7, 6)
        facts["device serial number"] = _text(data, log, 0x03CF, 12)
        facts["channel"] = data[log.start + 0x0009] + 1
    return {key: value for key, value in facts.items() if value != ""}


def _loops(data: bytes, modules: Sequence[Module]) -> dict[str, Condition]:
    """How many loops the loop module counts."""
    for module in modules:
        if module.name == "VMP loop" and module.length >= 4:
            return {"loops": int(unpack_from("<I", data, module.start)[0])}
    return {}


READERS = (Reader("biologic.mpr", "BioLogic EC-Lab binary data (.mpr)", TECHNIQUES, recognises, read, (".mpr",)),)
