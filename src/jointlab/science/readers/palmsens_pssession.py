"""PalmSens PSTrace sessions (.pssession): JSON, usually in UTF-16, of measurements whose arrays name their units.

Older and newer programs write the same keys in lower case and capitalised; keys are compared without case.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from jointlab.errors import BadInput, Option, Question
from jointlab.science.json_text import load_json
from jointlab.science.readers.electrochemical_columns import TECHNIQUE_SETTING, ask_technique
from jointlab.science.readers.impedance_sign import CLEAR, phase_agreement
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, RawColumn, Reading, Table, make_table
from jointlab.science.settings import Setting, Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Text, read_text

_SIGN = Setting(
    "imaginary_sign",
    "What the array ZIm is, where the file does not tell: Im(Z), negative for a capacitor, or -Im(Z).",
    options=("imaginary", "minus_imaginary"),
)
_TECHNIQUES = {
    "cv": "cyclic_voltammetry", "fcv": "cyclic_voltammetry", "lsv": "linear_sweep_voltammetry", "dpv": "linear_sweep_voltammetry",
    "swv": "linear_sweep_voltammetry", "npv": "linear_sweep_voltammetry", "acv": "linear_sweep_voltammetry",
    "ad": "chronoamperometry", "ca": "chronoamperometry", "pad": "chronoamperometry", "mpad": "chronoamperometry",
    "fam": "chronoamperometry", "ma": "chronoamperometry", "cc": "chronoamperometry", "ps": "chronoamperometry",
    "pot": "chronopotentiometry", "cp": "chronopotentiometry", "lsp": "chronopotentiometry", "ocp": "chronopotentiometry",
    "mp": "chronopotentiometry", "scp": "chronopotentiometry", "eis": "impedance", "geis": "impedance", "gis": "impedance", "feis": "impedance",
}  # fmt: skip
# Base of the unit's class: (quantity, our unit without prefix).
_UNITS = {
    "Volt": ("potential", "V"), "Ampere": ("current", "A"), "Time": ("time", "s"), "Second": ("time", "s"), "Coulomb": ("charge", "C"),
    "Hertz": ("frequency", "Hz"), "ZRe": ("impedance_real", "ohm"), "ZIm": ("impedance_imaginary", "ohm"),
    "Z": ("impedance_modulus", "ohm"), "Phase": ("impedance_phase", "deg"),
}  # fmt: skip
_PREFIXES = {"Femto": "f", "Pico": "p", "Nano": "n", "Micro": "u", "Milli": "m", "Kilo": "k", "Mega": "M", "": ""}
_TICKS_1970 = 621_355_968_000_000_000  # .NET ticks of 100 ns at 1970-01-01
_STARTS_TABLE = ("potential", "frequency")  # the second array of such a quantity begins the next scan


def recognises(source: Source) -> bool:
    """A JSON object that names PalmSens classes."""
    head = source.head_text.lstrip("\ufeff \t\r\n")
    return head.startswith("{") and "PalmSens." in head


def read(source: Source, settings: Settings) -> Reading:
    """Read every measurement of a session.

    Raises BadInput ``palmsens.damaged`` where the JSON is not whole, ``palmsens.no-measurement``, and questions for
    techniques and signs that the file does not tell.
    """
    text = read_text(source, settings)
    measurements = _get(_session(text), "Measurements")
    if not isinstance(measurements, list) or not measurements:
        raise BadInput(
            "palmsens.no-measurement",
            "“{name}” is a PSTrace session without a measurement. Save the session again after measuring.",
            name=text.name,
        )
    tables: list[Table] = []
    cautions: list[Caution] = []
    methods = [_method(measurement) for measurement in measurements]
    for number, measurement in enumerate(measurements, start=1):
        where = {"measurement": number} if len(measurements) > 1 else {}
        tables += _tables(measurement, where, text, settings)
    technique, why = _technique(methods, text, settings)
    first = measurements[0]
    return Reading(
        format="palmsens.pssession",
        technique=technique,
        tables=tuple(tables),
        instrument=str(_get(first, "DeviceSerial") or "") or None,
        **_started(first),
        warnings=(*text.cautions, *cautions),
        facts={"Title": str(_get(first, "Title") or ""), **methods[0]},
        decisions={
            **text.decisions,
            "technique": why,
            "signs": "ZIm is -Z'' in PSTrace and is turned; currents as in the file",
        },
    )


def _get(thing: Any, key: str) -> Any:
    """The value of a key of a JSON object, in whichever case it is written; None where there is none."""
    if not isinstance(thing, Mapping):
        return None
    return next((value for name, value in thing.items() if str(name).lower() == key.lower()), None)


def _session(text: Text) -> Any:
    try:
        return load_json(text.data.decode().strip("\ufeff\0 \r\n\t"))
    except (json.JSONDecodeError, RecursionError) as fault:
        reason = getattr(fault, "msg", "nested too deep")
        raise BadInput(
            "palmsens.damaged",
            "“{name}” begins like a PSTrace session but is not complete JSON ({reason}): it is cut. Save the session in PSTrace again.",
            name=text.name, reason=reason,
        ) from fault  # fmt: skip


def _method(measurement: Any) -> dict[str, str]:
    lines = str(_get(measurement, "Method") or "").splitlines()
    return {key.strip(): value.strip() for key, mark, value in (line.partition("=") for line in lines) if mark and not key.startswith("#")}  # fmt: skip


def _technique(methods: list[dict[str, str]], text: Text, settings: Settings) -> tuple[str, str]:
    named = [_TECHNIQUES.get(method.get("METHOD_ID", "").lower()) for method in methods]
    if settings.text("technique") is None and named[0] is not None:
        others = sorted({name for name in named[1:] if name not in (named[0], None)} - {None})
        more = f"; other measurements of the session are {', '.join(map(str, others))}" if others else ""
        return named[0], f"METHOD_ID={methods[0]['METHOD_ID']} of the first measurement{more}"
    return ask_technique(settings, name=text.name, options=TECHNIQUE_SETTING.options), "given by the user"


def _tables(measurement: Any, where: dict[str, int], text: Text, settings: Settings) -> Iterator[Table]:
    """One table for each scan: potential (or frequency) and what follows it; arrays of another length stand apart."""
    arrays = _get(_get(measurement, "DataSet"), "Values")
    if not isinstance(arrays, list):
        raise BadInput(
            "palmsens.damaged",
            "“{name}” has a measurement without its data set. It is cut; save the session in PSTrace again.",
            name=text.name,
        )
    groups: list[list[RawColumn]] = [[]]
    for array in arrays or list(_of_curves(measurement)):
        column = _column(array, text)
        if column.quantity in _STARTS_TABLE and column.quantity in {c.quantity for c in groups[-1]}:
            groups.append([])
        groups[-1].append(column)
    for number, group in enumerate(groups, start=1):
        lengths = [len(column.values) for column in group]
        for length in dict.fromkeys(lengths):
            same = [column for column in group if len(column.values) == length]
            if length:
                scan = {"cycle": number} if len(groups) > 1 else {}
                name = (
                    " ".join([f"measurement {n}" for n in where.values()] + [f"scan {n}" for n in scan.values()])
                    or "data"
                )
                name += "" if length == max(lengths) else f", {length} points"
                yield make_table(name, _with_sign(_unique(same), text, settings), conditions={**where, **scan})


def _of_curves(measurement: Any) -> Iterator[Any]:
    """The two arrays of every curve: older programs leave the data set empty and keep the points there."""
    curves = _get(measurement, "Curves")
    for curve in curves if isinstance(curves, list) else ():
        arrays = [_get(curve, key) for key in ("XAxisDataArray", "YAxisDataArray")]
        yield from (array for array in arrays if array is not None)


def _column(array: Any, text: Text) -> RawColumn:
    import numpy as np

    unit, values = _get(array, "Unit"), _get(array, "DataValues")
    label = str(_get(array, "Description") or _get(unit, "Q") or "array")
    if not isinstance(values, list):
        raise BadInput(
            "palmsens.damaged",
            "“{name}”: array “{label}” has no values. Save the session in PSTrace again.",
            name=text.name,
            label=label,
        )
    numbers = [_get(value, "V") for value in values]
    parsed = np.array([float(n) if isinstance(n, int | float) else np.nan for n in numbers], dtype=np.float64)
    kind = str(_get(unit, "Type") or "").rpartition(".")[2]
    for base, (quantity, symbol) in _UNITS.items():
        prefix = kind.removesuffix(base)
        if kind.endswith(base) and prefix in _PREFIXES:
            turned = str(_get(unit, "Q") or "").startswith("-")
            sign = -1.0 if turned and quantity in ("impedance_imaginary", "impedance_phase") else 1.0
            return RawColumn(sign * parsed, quantity, _PREFIXES[prefix] + symbol, f"{'-' if turned else ''}{label}")
    return RawColumn(parsed, None, str(_get(unit, "S") or "") or None, label)


def _unique(columns: list[RawColumn]) -> list[RawColumn]:
    """The first column of a quantity takes its name, others that of their header."""
    found: list[RawColumn] = []
    taken: set[str] = set()
    for column in columns:
        name = column.quantity if column.quantity and column.quantity not in taken else str(column.header)
        number = 2
        while name in taken:
            name, number = f"{column.header} ({number})", number + 1
        taken.add(name)
        found.append(RawColumn(column.values, column.quantity, column.unit, column.header, name))
    return found


def _with_sign(columns: list[RawColumn], text: Text, settings: Settings) -> list[RawColumn]:
    """An imaginary part whose name has no minus is taken by the slope of the modulus, or asked."""
    import numpy as np

    by_name = {column.name: column for column in columns}
    imaginary = by_name.get("impedance_imaginary")
    if (
        imaginary is None
        or str(imaginary.header).startswith("-")
        or not {"frequency", "impedance_real"} <= set(by_name)
    ):
        return columns
    given = settings.choice("imaginary_sign", _SIGN.options)
    arrays = [
        np.asarray(by_name[q].values, dtype=np.float64) for q in ("frequency", "impedance_real", "impedance_imaginary")
    ]
    agreement = phase_agreement(*arrays)
    if given is None and abs(agreement) < CLEAR:
        raise BadInput(
            "impedance.sign",
            "“{name}” does not say whether ZIm is Im(Z) or -Im(Z), and the spectrum does not tell ({agreement:+.2f}; near +1 or -1 it would). Say it with --set imaginary_sign=…",
            Question("imaginary_sign", (Option("imaginary", "ZIm is Im(Z)"), Option("minus_imaginary", "ZIm is -Im(Z)"))),
            name=text.name, agreement=agreement,
        )  # fmt: skip
    if given == "imaginary" or (given is None and agreement > 0):
        return columns
    turned = RawColumn(-arrays[2], imaginary.quantity, imaginary.unit, imaginary.header, imaginary.name)
    return [turned if column is imaginary else column for column in columns]


def _started(measurement: Any) -> dict[str, Any]:
    """Local time of the start; with its offset where the file holds universal time too."""
    local, universal = (_moment(_get(measurement, key)) for key in ("TimeStamp", "UTCTimeStamp"))
    if local is None:
        return {}
    offset = local - universal if universal is not None else None
    whole = offset is not None and abs(offset) <= timedelta(hours=14) and offset % timedelta(minutes=15) == timedelta()
    if offset is None or not whole:
        return {"started": local}
    return {"started": local.replace(tzinfo=timezone(offset)), "started_zone": "file"}


def _moment(ticks: Any) -> datetime | None:
    if not isinstance(ticks, int) or not _TICKS_1970 < ticks < 2 * _TICKS_1970:
        return None
    try:
        return datetime(1970, 1, 1) + timedelta(microseconds=(ticks - _TICKS_1970) // 10)  # noqa: DTZ001 — local time
    except OverflowError:
        return None


READERS = (
    Reader(
        "palmsens.pssession",
        "PalmSens PSTrace session (.pssession)",
        tuple(dict.fromkeys(_TECHNIQUES.values())),
        recognises,
        read,
        (".pssession",),
        (*TEXT_SETTINGS, TECHNIQUE_SETTING, _SIGN),
    ),
)
