"""Gamry Framework data files (.DTA): ``KEY<tab>TYPE<tab>value`` lines and tables with a row of names and one of units."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.electrochemical_columns import TECHNIQUE_SETTING, Meaning, ask_technique, raw_columns
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Reading, Stated, Table, make_table, state
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Header, Text, read_text
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    import polars as pl

# Techniques by TAG; the tags of Gamry's scripts, their longer relatives found by their beginning.
_TECHNIQUES = (
    (r".*EIS.*|MOTT_?SCHOTTKY", "impedance"),
    (r"CV|CYCPOL|CV_.*|CYCLIC.*", "cyclic_voltammetry"),
    (r"LSV|POTDYN(AMIC)?|POTENTIODYNAMIC|POLRES|TAFEL|LPR|DPV|SWV|NPV|RNPV|SQUARE_?WAVE", "linear_sweep_voltammetry"),
    (r"CHRONOA|RCHRONOA|CHRONOC|POTSTAT|POTENTIOSTATIC|MPA|.*LEAKAGE.*", "chronoamperometry"),
    (r"CHRONOP|CORPOT|GALVSTAT|GALVANOSTATIC|.*SELFDISCHARGE.*|PWR800_READVOLTAGE|GALVSQWAVE", "chronopotentiometry"),
    (r"PWR.*", "galvanostatic_cycling"),
)
_AUXILIARY = ("OCVCURVE", "FRACURVE")  # what was measured before or beside the experiment
_NO_SENSOR = -273.15  # °C; Gamry writes -327.6x where no thermocouple is connected
_KNOWN = {
    "Vf": Meaning("potential", 1, "V"),
    "Vm": Meaning("potential", 1, "V"),
    "Im": Meaning("current", 1, "A"),
    "Freq": Meaning("frequency", 1, "Hz"),
    "Zreal": Meaning("impedance_real", 1, "ohm"),
    "Zimag": Meaning("impedance_imaginary", 1, "ohm"),
    "Zmod": Meaning("impedance_modulus", 1, "ohm"),
    "Zphz": Meaning("impedance_phase", 1, "deg"),
    "Idc": Meaning("current", 1, "A"),
    "Vdc": Meaning("potential", 1, "V"),
    "Pt": Meaning("index", 1, None),
    "Point": Meaning("index", 1, None),
}


_MOST_TABLES = 2000  # cycles of one experiment


def recognises(source: Source) -> bool:
    """The first line is EXPLAIN, or the name of the experiment, and the second a TAG."""
    return bool(re.match(r"[A-Z]\w*[ \t]*\r?\n[ \t]*TAG\t", source.head_text))


def read(source: Source, settings: Settings) -> Reading:
    """Read every table of one file.

    Raises BadInput ``gamry.no-table`` where the file ends before its first table, ``gamry.table`` for a table without
    names and units, and a question where its TAG is none that is known here.
    """
    text = read_text(source, settings)
    starts = _table_lines(text)
    if not starts:
        raise BadInput(
            "gamry.no-table",
            "“{name}” is a Gamry file without a table: it ends in its header. Copy it again from the instrument's computer.",
            name=text.name,
        )
    if len(starts) > _MOST_TABLES:
        raise BadInput(
            "gamry.many-tables", "“{name}” has {count} tables; up to {most} are read. Part the file.",
            name=text.name, count=len(starts), most=_MOST_TABLES,
        )  # fmt: skip
    facts, raw = _facts(text)
    technique = _technique(raw.get("TAG", ""), text, settings)
    tables, cautions, promised = _tables(text, starts, technique)
    started = parse_timestamp(f"{raw.get('DATE', '')} {raw.get('TIME', '')}")
    if started is None and raw.get("DATE"):
        cautions.append(
            Caution(
                "time.ambiguous",
                f"The start “{raw['DATE']} {raw.get('TIME', '')}” is not read: nothing in the file tells which number is the day.",
            )
        )
    if [table.name for table in tables] == ["OCVCURVE"] and raw.get("TAG") != "CORPOT":
        cautions.append(
            Caution(
                "gamry.only-rest",
                "Only the rest before the experiment is in the file, not its curve: the file may be cut.",
            )
        )
    if raw.get("EXPERIMENTABORTED") == "T":
        cautions.append(Caution("gamry.aborted", "The file says that the experiment was aborted before its end."))
    return Reading(
        format="gamry.dta",
        technique=technique,
        tables=tables,
        instrument=raw.get("PSTAT"),
        started=started,
        stated=_stated(raw),
        warnings=(*text.cautions, *cautions),
        facts=facts,
        decisions=_decisions(text, raw, technique),
        rows_stated=promised,
    )


def _table_lines(text: Text) -> list[int]:
    found: list[int] = []
    line = text.find_line(r"^[A-Za-z]\w*\tTABLE\b")
    while line is not None:
        found.append(line)
        line = text.find_line(r"^[A-Za-z]\w*\tTABLE\b", start=line + 1)
    return found


def _facts(text: Text) -> tuple[dict[str, str], dict[str, str]]:
    """The values by the label that the program shows (“Scan Rate (mV/s)”), and by their keys."""
    shown: dict[str, str] = {}
    raw: dict[str, str] = {}
    pattern = re.compile(rb"^([A-Za-z]\w*)\t([^\t\r\n]*)(?:\t([^\r\n]*))?", re.MULTILINE)
    for match in pattern.finditer(text.data):
        key, kind, rest = (part.decode() if part else "" for part in match.groups())
        cells = rest.split("\t")
        if kind in ("TABLE", "NOTES") or key in raw:
            continue
        value = (kind if not rest and key == "TAG" else cells[0]).strip()
        raw[key] = value
        if kind == "TWOPARAM" and len(cells) > 3:  # on or off, two numbers, then the label
            label, value = cells[3], ", ".join(cells[:3])
        else:
            label = cells[-1] if len(cells) > 1 else key
        shown.setdefault(label.replace("&", "").strip() or key, value)
    notes = _notes(text)
    return shown | ({"Notes": notes} if notes else {}), raw


def _notes(text: Text) -> str:
    line = text.find_line(r"^NOTES\tNOTES\t\d+")
    if line is None:
        return ""
    count = min(int(text.line(line).split("\t")[2]), 200)
    return "\n".join(part.strip() for part in text.lines(line + 1, line + 1 + count) if part.startswith("\t")).strip()


def _technique(tag: str, text: Text, settings: Settings) -> str:
    for pattern, technique in _TECHNIQUES:
        if re.fullmatch(pattern, tag.upper()):
            return technique
    return ask_technique(settings, name=text.name, options=TECHNIQUE_SETTING.options)


def _tables(text: Text, starts: list[int], technique: str) -> tuple[tuple[Table, ...], list[Caution], dict[str, int]]:
    main: list[Table] = []
    beside: list[Table] = []
    cautions: list[Caution] = []
    promised: dict[str, int] = {}
    for start in starts:
        key, _, count = (text.line(start).split("\t") + [""])[:3]
        stop = text.find_line(r"^[^\t\r\n]", start=start + 1) or text.line_count
        if stop - start <= 3 and not "".join(text.lines(start + 3, stop)).strip():
            cautions.append(Caution("gamry.empty-table", f"Table {key} of the file has no rows."))
            continue
        table, said = _table(text, start, stop, key, technique)
        cautions += said
        (beside if key in _AUXILIARY else main).append(table)
        if count.strip().isdigit():
            promised[key] = int(count)
    if not main and not beside:
        raise BadInput("gamry.no-table", "“{name}” has no table with rows: the experiment was stopped before its first point. Give the file of a finished one.", name=text.name)  # fmt: skip
    return (*main, *beside), cautions, promised


def _table(text: Text, start: int, stop: int, key: str, technique: str) -> tuple[Table, list[Caution]]:
    names, units = (text.line(start + offset).split("\t")[1:] for offset in (1, 2))
    numbered = bool(names) and names[0] in ("Pt", "Point")
    if not names or len(names) != len(units) or not (numbered or all(_unit(unit) for unit in units)):
        raise BadInput(
            "gamry.table",
            "“{name}”, line {line}: table {key} has {names} names and {units} units. Its header is cut; copy the file again.",
            name=text.name, line=start + 2, key=key, names=len(names), units=len(units),
        )  # fmt: skip
    headers = [Header(n.strip(), _unit(u), n.strip()) for n, u in zip(names, units, strict=True)]
    parsed = text.table(start + 3, ["#", *(h.text for h in headers)], separator="\t", stop=stop)
    frame = parsed.frame.drop("#")
    kept = [Header(f"{h.name} (no sensor)", h.unit, h.text) if _no_sensor(h, frame) else h for h in headers]
    number = re.fullmatch(r"Z?CURVE(\d+)", key)
    what = "cycle" if technique in ("cyclic_voltammetry", "galvanostatic_cycling") else "curve"
    conditions = {what: int(number[1])} if number else {}
    return make_table(key, raw_columns(kept, frame, known=_KNOWN), conditions=conditions), list(parsed.cautions)


def _unit(cell: str) -> str | None:
    """``V vs. Ref.`` is volts, ``S`` is seconds (Gamry writes no conductance); ``#`` and ``bits`` are none."""
    unit = re.sub(r"\s+vs\..*$", "", cell.strip())
    return None if unit in ("", "#", "##", "bits") else {"S": "s"}.get(unit, unit)


def _no_sensor(header: Header, frame: "pl.DataFrame") -> bool:
    """Whether a temperature column holds the number for “not connected”: it keeps its place and is no temperature."""
    if header.unit != "deg C" or not frame[header.text].dtype.is_numeric():
        return False
    return bool((frame[header.text] < _NO_SENSOR).any())


def _number(cell: str | None) -> float | None:
    """A value of the header, with a decimal point or comma (it never has thousands marks)."""
    try:
        return float((cell or "").replace(",", "."))
    except ValueError:
        return None


def _stated(raw: Mapping[str, str]) -> tuple[Stated, ...]:
    found: list[Stated] = []
    if (rate := _number(raw.get("SCANRATE"))) is not None:
        found.append(state("scan_rate", rate, "mV/s"))
    if (area := _number(raw.get("AREA"))) is not None:
        found.append(state("area", area, "cm^2"))
    if (rest := _number(raw.get("EOC"))) is not None:
        found.append(state("open_circuit_potential", rest, "V"))
    return tuple(found)


def _decisions(text: Text, raw: Mapping[str, str], technique: str) -> dict[str, str]:
    said = dict(text.decisions)
    said["technique"] = f"{technique} (TAG {raw.get('TAG', '')})"
    if technique == "impedance":
        said["impedance_imaginary"] = "Zimag as in the file: Gamry writes Im(Z), negative for a capacitor"
    else:
        said["sign_of_current"] = f"as in the file (CONVENTION {raw.get('CONVENTION', 'not stated')})"
    return said


READERS = (
    Reader(
        "gamry.dta",
        "Gamry Framework data (.DTA)",
        (
            "cyclic_voltammetry",
            "linear_sweep_voltammetry",
            "chronoamperometry",
            "chronopotentiometry",
            "galvanostatic_cycling",
            "impedance",
        ),
        recognises,
        read,
        (".dta",),
        (*TEXT_SETTINGS, TECHNIQUE_SETTING),
    ),
)
