"""Quantum efficiencies as text: a wavelength (or photon energy) and an EQE, IPCE or spectral response below a header.

Several scans may stand side by side, each beginning with a wavelength of its own; what the rig says about a scan stands
above its columns or in two columns of words beside them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from jointlab.errors import BadInput
from jointlab.science.readers.reader import Reader
from jointlab.science.readers.solar_eqe_unit import EQE_SETTING, eqe_unit, wavelength_unit
from jointlab.science.readers.solar_header import read_header
from jointlab.science.readers.solar_words import number_with_unit, plain
from jointlab.science.reading import Caution, Condition, RawColumn, Reading, Stated, Table, make_table, state
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Header, Text, read_text
from jointlab.science.text.blocks import HeadedBlock, has_header, head_texts, headed_blocks, split_row
from jointlab.science.text.engine import key_values
from jointlab.science.text.headers import split_header
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["wavelength", "photon_energy", "external_quantum_efficiency", "spectral_response"]

_WAVELENGTH = re.compile(r"^(wave ?length|lambda|λ|wl\b|wave\b|длина волны|толқын ұзындығы|波长)")
_ENERGY = re.compile(r"^(photon ?energy|energy|h[νv]|энергия|光子能量|e)$")
_EQE = re.compile(r"\b(eqe|ipce|qe|external quantum|quantum eff|внешняя квант|квантовая эфф|кванттық)|外?量子效率")
_INTERNAL = re.compile(r"\biqe|internal|внутренн|内量子")
_RESPONSE = re.compile(r"^i?sr\b|spectral resp|responsivity|спектральная чувств|光谱响应|响应度")
_SPECTRUM = re.compile(r"am ?(1\.5 ?g|1\.5 ?d|0)$", re.IGNORECASE)
_SUM_AGREES = 0.01  # relative; how well the column of currents must add up to the stated one
_TRQ = "//DATA//"


@dataclass
class _Scan:
    """One scan: its columns, and what the file says about it."""

    number: int
    columns: "list[tuple[Header, Kind | None, pl.Series]]"
    facts: dict[str, str] = field(default_factory=dict)


def kind_of(cell: Header) -> Kind | None:
    """What a column is, by its name."""
    name = plain(cell.name)
    if _WAVELENGTH.match(name):
        return "wavelength"
    if _ENERGY.match(name) and cell.unit == "eV":
        return "photon_energy"
    if _INTERNAL.search(name):
        return None
    if _EQE.search(name):
        return "external_quantum_efficiency"
    return "spectral_response" if _RESPONSE.search(name) else None


def is_scan_header(cells: Sequence[Header]) -> bool:
    """A wavelength or photon energy first, and a quantum efficiency or spectral response."""
    kinds = [kind_of(cell) for cell in cells]
    return kinds[0] in ("wavelength", "photon_energy") and bool(
        {"external_quantum_efficiency", "spectral_response"} & set(kinds)
    )


def recognises(source: Source) -> bool:
    """A header with wavelength and quantum efficiency."""
    return any(has_header(text, is_scan_header) for text in head_texts(source))


def read(source: Source, settings: Settings) -> Reading:
    """Read every scan. Raises BadInput ``eqe.no-table`` and, with a question, ``eqe.unit``."""
    text = read_text(source, settings)
    blocks = headed_blocks(text, is_scan_header)
    if not blocks:
        raise BadInput(
            "eqe.no-table",
            "“{name}” names a quantum efficiency, but no table follows. Export it again.",
            name=source.name,
        )
    scans: list[_Scan] = []
    cautions = list(text.cautions)
    for block in blocks:
        parsed = text.table(
            block.start,
            [f"c{i}" for i in range(len(block.cells))],
            separator=block.separator,
            stop=block.stop if block is blocks[-1] else _last_row(text, block),
        )
        cautions += [c for c in parsed.cautions if c.code == "table.last-line-cut"]
        scans += _scans(text, block, parsed.frame, first=len(scans) + 1)
    several = len(scans) > 1
    header = read_header([] if several else _around(text, blocks), [])
    stated = [s for scan in scans for s in _stated(scan, several=several)]
    stated += [state("integrated_current_density", line.values[0], line.unit) for line in header.results
               if line.quantity == "short_circuit_current_density" and line.values[0] is not None and not stated]  # fmt: skip
    facts: dict[str, Condition] = dict(header.facts)
    for scan in scans:
        facts.update({f"scan {scan.number}: {key}" if several else key: value for key, value in scan.facts.items()})
    tables = tuple(_table(scan, settings, text, several=several, stated=stated) for scan in scans)
    return Reading(
        "solar.eqe", "quantum_efficiency", tables, header.instrument, header.started, stated=tuple(stated),
        warnings=(*cautions, *(c for c in header.cautions if c.code == "jv.date")), facts=facts, decisions=text.decisions,
    )  # fmt: skip


def _last_row(text: Text, block: HeadedBlock) -> int:
    """The line after the last row of a table above another: a number by itself below the rows counts the scan that follows.

    Below the last table it is a row that was cut.
    """
    stop = block.stop
    while (
        stop - block.start > 1 and len([cell for cell in split_row(text.line(stop - 1), block.separator) if cell]) == 1
    ):
        stop -= 1
    return stop


def _around(text: Text, blocks: Sequence[HeadedBlock]) -> list[str]:
    return [*text.lines(0, blocks[0].header), *text.lines(blocks[-1].stop, blocks[-1].stop + 200)]


def _scans(text: Text, block: HeadedBlock, frame: "pl.DataFrame", *, first: int) -> Iterator[_Scan]:
    """The scans of one table: each wavelength column begins one."""
    cells = [(cell, kind_of(cell), frame[f"c{i}"]) for i, cell in enumerate(block.cells) if f"c{i}" in frame.columns]
    starts = [i for i, (_, kind, _) in enumerate(cells) if kind in ("wavelength", "photon_energy")]
    if len(starts) == 2 and {cells[i][1] for i in starts} == {"wavelength", "photon_energy"}:
        starts = starts[:1]  # one scan over both
    above = [split_row(line, block.separator) for line in text.lines(max(0, block.header - 8), block.header)]
    for number, (start, stop) in enumerate(zip(starts, [*starts[1:], len(cells)], strict=True), start=first):
        facts = {} if len(starts) == 1 and block.separator != "\t" else _facts_above(above, start, stop)
        own = cells[start:stop]
        beside = next((i for i, (_, kind, s) in enumerate(own) if kind is None and not s.dtype.is_numeric()), len(own))
        if beside + 1 < len(own):
            facts.update(_facts_beside(own[beside], own[beside + 1]))
        rows = own[0][2].is_not_null()
        yield _Scan(number, [(cell, kind, values.filter(rows)) for cell, kind, values in own[:beside]], facts)


def _facts_above(rows: Sequence[Sequence[str]], start: int, stop: int) -> dict[str, str]:
    """Pairs of a word and a value in the lines above the columns of one scan."""
    found: dict[str, str] = {}
    for row in rows:
        cells = row[start:stop]
        for key, value in pairwise(cells):
            if key and value and number_with_unit(key) is None:
                found.setdefault(key.rstrip(": "), value)
    return found


def _facts_beside(
    keys: "tuple[Header, Kind | None, pl.Series]", values: "tuple[Header, Kind | None, pl.Series]"
) -> dict[str, str]:
    """Pairs of two columns of words beside the numbers; the first pair stands in the header line."""
    import polars as pl

    pairs = {keys[0].text: values[0].text}
    for key, value in zip(keys[2].to_list(), values[2].cast(pl.String).to_list(), strict=True):
        if key and value:
            pairs[str(key)] = str(value)
    return {key: value for key, value in pairs.items() if key}


def _stated(scan: _Scan, *, several: bool) -> Iterator[Stated]:
    """Integrated currents under a named spectrum; their unit is that of the column of currents that adds up to one."""
    currents = [(cell, values) for cell, kind, values in scan.columns if kind is None and values.dtype.is_numeric()
                and "jsc" in plain(cell.name).replace(" ", "") and cell.unit]  # fmt: skip
    spectra = {key: parsed[0] for key, value in scan.facts.items()
               if _SPECTRUM.match(key) and (parsed := number_with_unit(value)) is not None}  # fmt: skip
    for cell, values in currents:
        total = float(values.sum() or 0.0)
        ends = (total, float(values.max() or 0.0))  # type: ignore[arg-type]  # steps of a sum, or the running sum itself
        if any(abs(end - number) <= _SUM_AGREES * abs(number) for end in ends for number in spectra.values()):
            where: dict[str, Condition] = {"scan": scan.number} if several else {}
            named = {re.sub(r"\s", "", key).upper(): number for key, number in spectra.items()}
            for name, number in named.items():
                yield state("integrated_current_density", number, cell.unit, **where, spectrum=name)
            return


def _table(scan: _Scan, settings: Settings, text: Text, *, several: bool, stated: Sequence[Stated]) -> Table:
    raw: list[RawColumn] = []
    for cell, kind, values in scan.columns:
        unit, quantity = cell.unit, kind if values.dtype.is_numeric() else None
        if quantity is not None and any(column.quantity == quantity for column in raw):
            quantity = None
        if quantity == "wavelength" and unit is None:
            unit = wavelength_unit(values, text)
        if quantity == "external_quantum_efficiency":
            unit = eqe_unit(
                cell,
                scan.columns,
                settings,
                text,
                stated=[s for s in stated if s.conditions.get("scan", scan.number) == scan.number],
            )
        raw.append(RawColumn(values, quantity, unit, cell.text, None if quantity else cell.text or "column"))
    conditions: dict[str, Condition] = {"scan": scan.number} if several else {}
    return make_table(f"scan {scan.number}" if several else "scan", raw, conditions=conditions)


def recognises_trq(source: Source) -> bool:
    """A header in brackets, a QE scan, a mark before the data."""
    head = source.head_text
    return head.startswith("[Header]") and _TRQ in head and re.search(r'(Y Units|Scan Type) = "QE', head) is not None


def read_trq(source: Source, settings: Settings) -> Reading:
    """Read one scan of the TRQ program: X, the raw signal Y, and the calculated quantum efficiency."""
    text = read_text(source, settings)
    mark = text.find_line(f"^{_TRQ}")
    if mark is None or mark + 2 >= text.line_count:
        raise BadInput(
            "eqe.no-table", "“{name}” ends before its data begin: it was cut. Copy it again.", name=text.name
        )
    facts = {key: value.strip('"') for key, value in key_values(list(text.lines(1, mark)), " = ").items()}
    units = {axis: split_header(facts.get(f"{axis} Units", "")) for axis in "XY"}
    names = split_row(text.line(mark + 1), "\t")
    parsed = text.table(mark + 2, names, separator="\t")
    if kind_of(units["X"]) is None or units["X"].unit is None or units["Y"].unit is None or "X" not in names:
        raise BadInput(
            "eqe.units",
            "“{name}” does not state the units of its axes. Export it again with the header.",
            name=text.name,
        )
    efficiency = "Calculated" if "Calculated" in names else "Y"
    columns = []
    for name in names:
        quantity = {"X": kind_of(units["X"]), efficiency: "external_quantum_efficiency"}.get(name)
        unit = units["X" if name == "X" else "Y"].unit if quantity else None
        columns.append(RawColumn(parsed.frame[name], quantity, unit, name, None if quantity else name))
    stamp = facts.get("time stamp", "")
    started = parse_timestamp(stamp)
    cautions = (
        []
        if started or not stamp
        else [Caution("eqe.date", f"The date “{stamp}” can be read in two ways; it is left open.")]
    )
    return Reading(
        "trq.eqe", "quantum_efficiency", (make_table("scan", columns),), None, started,
        warnings=(*text.cautions, *parsed.cautions, *cautions), facts=facts, decisions=text.decisions,
    )  # fmt: skip


READERS = (
    Reader("solar.eqe", "quantum efficiency, text with a header", ("quantum_efficiency",), recognises, read,
           (".txt", ".csv", ".dat"), (*TEXT_SETTINGS, EQE_SETTING)),
    Reader("trq.eqe", "quantum efficiency of the TRQ program, text", ("quantum_efficiency",), recognises_trq, read_trq,
           (".txt", ".trq"), TEXT_SETTINGS),
)  # fmt: skip
