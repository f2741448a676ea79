"""Neware's own binary files, .nda (BTS 5 to 9) and .ndax (a ZIP of .ndc parts), through the BSD-licensed fastnda.

fastnda knows the record layouts; what surrounds it is ours: limits before anything is unpacked, its log and warnings
as cautions, the test's description from the XML parts, and refusals that say what is wrong.
"""

import logging
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from jointlab.errors import BadInput
from jointlab.science.archives import Archive
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, RawColumn, Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text.times import parse_timestamp
from jointlab.science.units import convert
from jointlab.science.xmltree import local, parse_xml

if TYPE_CHECKING:
    import polars as pl

# fastnda's column: (quantity, unit, our name)
_COLUMNS: dict[str, tuple[str | None, str | None, str]] = {
    "index": ("index", None, "index"),
    "total_time_s": ("time", "s", "time"),
    "step_time_s": ("step_time", "s", "step_time"),
    "unix_time_s": ("unix_time", "s", "unix_time"),
    "voltage_V": ("potential", "V", "potential"),
    "current_mA": ("current", "mA", "current"),
    "cycle_count": ("cycle", None, "cycle_stored"),
    "step_count": ("step", None, "step_count"),
    "step_index": ("step", None, "step"),
    "step_type": (None, None, "step_type"),
    "capacity_mAh": ("charge", "mAh", "charge"),
    "energy_mWh": ("energy", "mWh", "energy"),
}
# the end of an auxiliary column: (quantity, unit)
_AUXILIARY = {
    "voltage_V": ("potential", "V"),
    "temperature_degC": ("temperature", "degC"),
    "current_mA": ("current", "mA"),
}
_TEST_FACTS = {  # attribute of TestInfo.xml: name of the fact
    "DevID": "device", "UnitID": "unit", "ChlID": "channel", "TestID": "test", "Barcode": "barcode", "SN": "serial_number",
    "StepName": "programme", "Remark": "remark", "Remarks": "remark", "CurrRange": "current_range_mA", "Creator": "operator",
}  # fmt: skip
_NDA_FACTS = {
    "barcode": "barcode", "sn": "serial_number", "remarks": "remark", "creator": "operator", "test_name": "test_name",
    "step_name": "programme", "test_id": "test", "nda_version": "format_version",
}  # fmt: skip

_PARTS = (b"data.ndc", b"TestInfo.xml", b"VersionInfo.xml", b"Step.xml")
_NO_MASS = 1.0  # mg; what the cycler writes when nobody has given one
_BTS9 = 128  # version bytes from here on are BTS 9's


@dataclass
class _Heard:
    """What fastnda had to say while it read."""

    messages: list[str] = field(default_factory=list)


class _Listener(logging.Handler):
    def __init__(self, heard: _Heard) -> None:
        super().__init__(logging.WARNING)
        self.heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.messages.append(record.getMessage())


@contextmanager
def _listening() -> Iterator[_Heard]:
    """The log and warnings of fastnda are collected; nothing reaches standard output or error."""
    heard = _Heard()
    logger = logging.getLogger("fastnda")
    listener, propagated = _Listener(heard), logger.propagate
    logger.addHandler(listener)
    logger.propagate = False
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield heard
        heard.messages += [str(entry.message) for entry in caught]
    finally:
        logger.removeHandler(listener)
        logger.propagate = propagated


def recognises_nda(source: Source) -> bool:
    """The first six bytes."""
    return source.head.startswith(b"NEWARE")


def recognises_ndax(source: Source) -> bool:
    """A ZIP archive with Neware's data part; a damaged archive that begins with its parts is one too."""
    if not source.head.startswith(b"PK\x03\x04"):
        return False
    try:
        archive = source.archive
    except BadInput:
        return any(part in source.head for part in _PARTS)
    return archive is not None and ("data.ndc" in archive.names or "TestInfo.xml" in archive.names)


def read_nda(source: Source, settings: Settings) -> Reading:
    """Read one .nda file. Raises BadInput ``neware.nda``."""
    frame, described, heard = _read(source, ".nda")
    facts: dict[str, Condition] = {
        ours: value
        for key, ours in _NDA_FACTS.items()
        if isinstance(value := described.get(key), str | int) and value != ""
    }
    mass = described.get("active_mass_mg")
    if isinstance(mass, int | float) and mass > 0 and mass != _NO_MASS:
        facts["active_mass"] = float(mass)
    server = described.get("server_version") or described.get("bts_version")
    stated = described.get("num_datapoints")
    start = described.get("start_time")
    reading = _reading(
        frame, "neware.nda", heard,
        facts=facts,
        instrument=f"Neware, {server}" if server else "Neware",
        started=_naive(str(start)) if start else None,
        rows=int(stated) if isinstance(stated, int) and stated else None,
    )  # fmt: skip
    return _with(reading, _missing(source.data))


def _missing(data: bytes) -> list[Caution]:
    """What the header of a .nda file tells of its own length and clock."""
    newest = data[14] >= _BTS9
    size, at = (8, 82) if newest else (4, 64)
    begin, length = (int.from_bytes(data[where : where + size], "little") for where in (at, at + size))
    short = begin + length - len(data)
    found: list[Caution] = []
    if short > 0:
        said = f"{short} of {length} bytes of records that the header promises are missing."
        found.append(Caution("neware.cut", said))
    if newest:
        said = "The start is read from a counter that may be in UTC or in the time of the cycler's computer."
        found.append(Caution("neware.start-clock", said))
    return found


def read_ndax(source: Source, settings: Settings) -> Reading:
    """Read one .ndax file. Raises BadInput ``neware.ndax``, ``archive.broken``, ``archive.bomb``."""
    archive = source.archive
    assert archive is not None  # recognised by it
    if "data.ndc" not in archive.names:
        raise BadInput(
            "neware.ndax", "“{name}” is a Neware archive without its data part (data.ndc): the test held no record, or the copy is incomplete.",
            name=source.name,
        )  # fmt: skip
    facts, start, server, cautions = _described(archive)
    frame, _, heard = _read(source, ".ndax")
    reading = _reading(
        frame, "neware.ndax", heard, facts=facts, instrument=f"Neware, {server}" if server else "Neware",
        started=_naive(start) if start else None, rows=None,
    )  # fmt: skip
    return _with(reading, cautions)


def _with(reading: Reading, cautions: list[Caution]) -> Reading:
    return replace(reading, warnings=(*reading.warnings, *cautions))


def _naive(stamp: str) -> datetime | None:
    """The instrument's clock; Neware writes no offset, and fastnda's UTC mark is not the file's."""
    parsed = parse_timestamp(stamp.replace("+00:00", ""))
    return None if parsed is None else parsed.replace(tzinfo=None)


def _read(source: Source, suffix: str) -> "tuple[pl.DataFrame, Mapping[str, Any], _Heard]":
    """The records as fastnda gives them; its every way to fail is one refusal."""
    import fastnda
    import polars as pl

    code = f"neware.{suffix[1:]}"
    try:
        with _listening() as heard, tempfile.TemporaryDirectory(prefix="jointlab-") as folder:
            path = Path(folder) / f"file{suffix}"
            path.write_bytes(source.data)
            frame = fastnda.read(path, cycle_mode="raw")
            described = fastnda.read_metadata(path) if suffix == ".nda" else {}
    except NotImplementedError as fault:
        raise BadInput(
            code, "“{name}” is a Neware file of a kind that is not known yet ({reason}). Open it in BTSDA and export the record layer as .csv or .xlsx.",
            name=source.name, reason=fault,
        ) from fault  # fmt: skip
    except (Exception, pl.exceptions.PanicException) as fault:  # broken bytes raise anything
        raise BadInput(
            code, "“{name}” is a Neware file that does not hold together. It is cut or damaged; copy it again from the cycler's computer. (Detail: {kind}: {reason})",
            name=source.name, kind=type(fault).__name__, reason=str(fault).splitlines()[0][:160] if str(fault) else "no data",
        ) from fault  # fmt: skip
    if not frame.height:
        raise BadInput(
            code,
            "“{name}” is a Neware file without a single record. Give the file of a test that has run.",
            name=source.name,
        )
    return frame, described, heard


def _reading(
    frame: "pl.DataFrame", form: str, heard: _Heard, *, facts: Mapping[str, Condition], instrument: str, started: datetime | None, rows: int | None
) -> Reading:  # fmt: skip
    import polars as pl

    if "step_type" in frame.columns:
        frame = frame.with_columns(pl.col("step_type").cast(pl.String))
    columns = [_column(frame[name], name) for name in frame.columns]
    if "step_type" in frame.columns:
        columns.insert(0, RawColumn(_cycles(frame["step_type"]), "cycle", None, None, "cycle"))
    return Reading(
        format=form,
        technique="galvanostatic_cycling",
        tables=(make_table("records", columns),),
        instrument=instrument,
        started=started,
        warnings=_cautions(frame, heard),
        facts=facts,
        decisions={
            "cycle": "counted as Neware's BTSDA does by default: a new cycle where charge follows discharge; the file's own counter is cycle_stored",
            "charge": "since the start of the step, positive in charge steps and negative in discharge steps",
        },
        rows_stated={} if rows is None else {"records": rows},
    )


def _column(values: "pl.Series", name: str) -> RawColumn:
    if name in _COLUMNS:
        quantity, unit, label = _COLUMNS[name]
        return RawColumn(values, quantity, unit, name, label)
    for ending, (quantity, unit) in _AUXILIARY.items():
        if name.endswith(ending):
            stem = name.removesuffix(ending).rstrip("_")
            return RawColumn(values, quantity, unit, name, quantity if stem == "aux" else f"{stem}_{quantity}")
    return RawColumn(values, None, None, name, name)


def _cycles(step_type: "pl.Series") -> "pl.Series":
    """Cycle numbers from 1: one more where a charge step follows a discharge step, whatever lies between them."""
    import polars as pl

    discharge, charge = step_type.str.ends_with("_DChg"), step_type.str.ends_with("_Chg")
    side = pl.select(pl.when(charge).then(1).when(discharge).then(0)).to_series().forward_fill()
    return ((side.diff() == 1).cum_sum().fill_null(0) + 1).cast(pl.Int64)


def _cautions(frame: "pl.DataFrame", heard: _Heard) -> tuple[Caution, ...]:
    found: list[Caution] = []
    for message in dict.fromkeys(heard.messages):
        if "has not been verified" in message or "nverified" in message:
            found.append(
                Caution(
                    "neware.version-unverified",
                    "This version of Neware's format is not well proven here; compare a few records with BTSDA.",
                )
            )
        elif "unix_time_s" in message:
            found.append(
                Caution(
                    "neware.clock-backwards",
                    "The clock of the cycler jumps back within the test; use the elapsed time.",
                )
            )
        elif "aux" in message.lower():
            found.append(
                Caution(
                    "neware.auxiliary",
                    "Auxiliary channels (temperature, voltage) of the file could not be matched and were left out.",
                )
            )
    if "step_type" in frame.columns and (unknown := frame["step_type"].null_count()):
        found.append(
            Caution("neware.step-type", f"{unknown} records have a step type that is not known; they are kept.")
        )
    return tuple(found)


def _described(archive: Archive) -> tuple[dict[str, Condition], str | None, str | None, list[Caution]]:
    """Facts, start and server version from the XML parts; a part that cannot be read is said, not fatal."""
    facts: dict[str, Condition] = {}
    start = server = None
    cautions: list[Caution] = []
    for part in ("TestInfo.xml", "VersionInfo.xml", "Step.xml"):
        root = _root(archive, part, cautions)
        for element in root.iter() if root is not None else ():
            tag = local(element.tag)
            if tag == "TestInfo" and element.get("StartTime"):
                start = element.get("StartTime")
                facts |= {ours: value for key, ours in _TEST_FACTS.items() if (value := element.get(key))}
            elif tag == "ZwjVersion":
                server = element.get("SvrVer")
            elif tag == "SCQ" and (mass := _micrograms(element.get("Value"))) not in (0.0, 1e3 * _NO_MASS):
                facts["active_mass"] = convert(mass, source="ug", target="mg")
            elif tag == "Creator" and element.get("Value"):
                facts.setdefault("operator", element.get("Value") or "")
    return facts, start, server, cautions


def _micrograms(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _root(archive: Archive, part: str, cautions: list[Caution]) -> Element | None:
    """The XML of a part. Expat knows no GB 2312, so the text is handed over as UTF-8."""
    if part not in archive.names:
        return None
    data = archive.read(part)
    head = data[:200].lower()
    for encoding in ("gb18030",) if b"gb2312" in head or b"gbk" in head else ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        declared = text.partition("?>")
        body = declared[2] if declared[1] and declared[0].lstrip("\ufeff").startswith("<?xml") else text
        try:
            return parse_xml(body.strip().encode(), part=part)
        except BadInput:
            break
    cautions.append(
        Caution("neware.description", f"The description {part} of the test cannot be read; its facts are missing.")
    )
    return None


_TECHNIQUES = ("galvanostatic_cycling",)
READERS = (
    Reader("neware.nda", "Neware BTS data file (.nda)", _TECHNIQUES, recognises_nda, read_nda, (".nda",)),
    Reader("neware.ndax", "Neware BTS data archive (.ndax)", _TECHNIQUES, recognises_ndax, read_ndax, (".ndax",)),
)
