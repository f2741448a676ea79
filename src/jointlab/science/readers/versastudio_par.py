"""Ametek VersaStudio experiment files (.par): blocks ``<Name>`` … ``</Name>`` of ``key=value`` lines, and ``<SegmentN>``
blocks whose ``Definition=`` line names the columns of the rows below it, separated by commas.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.electrochemical_columns import TECHNIQUE_SETTING, Meaning, ask_technique, raw_columns
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Reading, Stated, Table, make_table, state
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Text, read_text, split_header
from jointlab.science.text.engine import key_values
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    import polars as pl

_TECHNIQUES = (  # by the words of the action's name
    (r"EIS|impedance", "impedance"),
    (r"cyclic volt", "cyclic_voltammetry"),
    (r"linear scan|linear sweep|linear polari|tafel|potentiodynamic|pulse volt|square wave|staircase", "linear_sweep_voltammetry"),
    (r"charge.?discharge|battery|constant (current|power|resistance)|current ccd|ccd", "galvanostatic_cycling"),
    (r"chronopot|galvano|open circuit|zero resistance", "chronopotentiometry"),
    (r"chronoamp|chronocoul|potentiostatic|bulk electrolysis|constant potential|multi-?step.*potential", "chronoamperometry"),
)  # fmt: skip
_KNOWN = {
    "E": Meaning("potential", 1, "V"),
    "I": Meaning("current", 1, "A"),
    "Elapsed Time": Meaning("time", 1, "s"),
    "E Applied": Meaning("control_potential", 1, "V"),
    "Frequency": Meaning("frequency", 1, "Hz"),
    "Z Real": Meaning("impedance_real", 1, "ohm"),
    "Z Imag": Meaning("impedance_imaginary", 1, "ohm"),
    "Point #": Meaning("index", 1, None),
    "Segment #": Meaning("segment", 1, None),
}
_IMPEDANCE = ("frequency", "impedance_real", "impedance_imaginary")  # columns of zeros where none was measured


@dataclass(frozen=True)
class _Block:
    """One block: its name and the lines between its marks."""

    name: str
    start: int
    stop: int


def recognises(source: Source) -> bool:
    """The first block is the program's, and it names itself or has its first action in the first 4 KiB."""
    head = source.head_text
    return bool(re.match(r"\s*<Application>\s*\r?\n", head)) and ("VersaStudio" in head or "<Action0>" in head)


def read(source: Source, settings: Settings) -> Reading:
    """Read every segment of one file.

    Raises BadInput ``versastudio.no-segment`` where no data block is in the file, ``versastudio.definition`` for one
    without column names, and a question where no action of a known technique is named.
    """
    text = read_text(source, settings)
    blocks = list(_blocks(text))
    facts, actions = _facts(text, blocks)
    tables: list[Table] = []
    cautions: list[Caution] = []
    for block in blocks:
        if re.fullmatch(r"Segment\d+", block.name):
            found, said = _segment(text, block)
            tables += found
            cautions += said
    if not tables:
        raise BadInput(
            "versastudio.no-segment",
            "“{name}” is a VersaStudio file without data rows: it was saved before the experiment ran, it is cut, or its data are in a binary file beside it ({format}). In VersaStudio open it, switch off “Save New Data to Binary File” and save it again, or export the data as text.",
            name=text.name, format=facts.get("DataFormat", "no data format is stated"),
        )  # fmt: skip
    technique, why = _technique(text, actions, tables, settings)
    started = parse_timestamp(f"{facts.get('DateAcquired', '')} {facts.get('TimeAcquired', '')}".strip())
    if started is None and facts.get("DateAcquired"):
        cautions.append(Caution("time.ambiguous", f"The date “{facts['DateAcquired']}” is not read: nothing in the file tells which number is the day."))  # fmt: skip
    return Reading(
        format="versastudio.par",
        technique=technique,
        tables=tuple(tables),
        instrument=" ".join(facts[key] for key in ("Type", "Model") if facts.get(key)) or None,
        started=started,
        stated=_stated(facts, technique),
        warnings=(*text.cautions, *cautions),
        facts=facts,
        decisions={
            **text.decisions,
            "technique": why,
            "signs": "as in the file; Z Imag is Im(Z), negative for a capacitor",
        },
    )


def _blocks(text: Text) -> Iterator[_Block]:
    """The blocks in order; one that is not closed ends with the file."""
    start = text.find_line(r"^<\w+>\s*$")
    while start is not None:
        name = text.line(start).strip()[1:-1]
        stop = text.find_line(rf"^</{re.escape(name)}>\s*$", start=start + 1)
        end = text.line_count if stop is None else stop
        yield _Block(name, start + 1, end)
        start = text.find_line(r"^<\w+>\s*$", start=end) if end < text.line_count else None


def _facts(text: Text, blocks: list[_Block]) -> tuple[dict[str, str], list[str]]:
    """What the blocks say of the experiment, and the names of its actions in order."""
    facts: dict[str, str] = {}
    actions: list[str] = []
    for block in blocks:
        if block.name not in ("Application", "Instrument", "Experiment") and not block.name.startswith("Action"):
            continue
        found = dict(key_values(list(text.lines(block.start, min(block.stop, block.start + 400))), "="))
        if block.name.startswith("Action"):
            name = found.pop("Name", "")
            actions += [name] if name and name != "Common" else []
        elif block.name == "Application":
            found = {"Application": found.get("Name", ""), "Application version": found.get("Version", "")}
        elif block.name == "Experiment":  # the rest is where its window stood on the screen
            found = {key: found.get(key, "") for key in ("TimeAcquired", "DateAcquired", "DataFormat")}
        for key, value in found.items():
            facts.setdefault(key, value)
    facts["Actions"] = ", ".join(actions)
    return {key: value for key, value in facts.items() if value}, actions


def _segment(text: Text, block: _Block) -> tuple[list[Table], list[Caution]]:
    """The tables of one block: one for each action that measured in it."""
    definition = text.find_line(r"^Definition=", start=block.start, stop=block.stop)
    if definition is None:
        raise BadInput(
            "versastudio.definition",
            "“{name}”: block {block} has no “Definition=” line, so its columns have no names. The file is cut; copy it again.",
            name=text.name, block=block.name,
        )  # fmt: skip
    names = [cell.strip() for cell in text.line(definition).partition("=")[2].split(",")]
    names = names[:-1] if names[-1] == "0" else names  # the program ends its list of names so; it is no column
    first = text.find_line(r"^[-+\d.]", start=definition + 1, stop=block.stop)
    if first is None:
        return [], [Caution("versastudio.empty-segment", f"{block.name} of the file has no rows.")]
    width = text.line(first).count(",") + 1
    if width != len(names):
        raise BadInput(
            "versastudio.definition",
            "“{name}”, line {line}: the rows of {block} have {width} numbers and its “Definition=” names {named}; no column can be told from its neighbour.",
            name=text.name, line=first + 1, block=block.name, width=width, named=len(names),
        )  # fmt: skip
    parsed = text.table(first, names, separator=",", stop=block.stop)
    frames = [parsed.frame]
    if "ActionId" in names and parsed.frame["ActionId"].n_unique() > 1:
        frames = parsed.frame.partition_by("ActionId", maintain_order=True)
    tables = [_table(frame, block.name, names, alone=len(frames) == 1) for frame in frames]
    return tables, list(parsed.cautions)


def _table(frame: "pl.DataFrame", name: str, names: list[str], *, alone: bool) -> Table:
    headers = [split_header(cell) for cell in names]
    frequency = next((h.text for h in headers if h.name == "Frequency"), None)
    measured = frequency is not None and bool((frame[frequency] > 0).any())
    columns = raw_columns(headers, frame, known=_KNOWN, without=() if measured else _IMPEDANCE)
    if alone:
        return make_table(name, columns)
    number = frame["ActionId"][0]
    action = "unknown" if number is None else int(number)
    return make_table(f"{name} action {action}", columns, conditions={"action": action})


def _technique(text: Text, actions: list[str], tables: list[Table], settings: Settings) -> tuple[str, str]:
    """The technique and why: impedance where it was measured, else that of the first action that names one."""
    given = settings.choice("technique", TECHNIQUE_SETTING.options)
    named = [found for action in actions if (found := _by_name(action)) is not None]
    if given is not None:
        return given, "given by the user"
    if any(table.has("frequency", "impedance_real") for table in tables):
        others = sorted(set(named) - {"impedance"})
        more = f"; the file holds {', '.join(others)} too, which technique=… chooses" if others else ""
        return "impedance", f"a segment has frequencies and impedances{more}"
    named = [technique for technique in named if technique != "impedance"]
    if named:
        return named[0], f"the actions of the file: {', '.join(actions)}"
    return ask_technique(settings, name=text.name, options=TECHNIQUE_SETTING.options[:5]), "given by the user"


def _by_name(action: str) -> str | None:
    return next((t for pattern, t in _TECHNIQUES if re.search(pattern, action, re.IGNORECASE)), None)


def _stated(facts: Mapping[str, str], technique: str) -> tuple[Stated, ...]:
    found: list[Stated] = []
    for key, quantity, unit in (
        ("Scan Rate (V/s)" if technique.endswith("voltammetry") else "", "scan_rate", "V/s"),
        ("Working Electrode Area (cm2)", "area", "cm^2"),
        ("Mass (g)", "mass", "g"),
    ):
        try:
            value = float(facts[key].replace(",", "."))
        except (KeyError, ValueError):
            continue
        if value:
            found.append(state(quantity, value, unit))
    rest = re.fullmatch(r"([-+\d.,eE]+) (m?V)", facts.get("Measured Open Circuit", ""))
    if rest is not None:
        found.append(state("open_circuit_potential", float(rest[1].replace(",", ".")), rest[2]))
    return tuple(found)


READERS = (
    Reader(
        "versastudio.par",
        "Ametek VersaStudio experiment (.par)",
        TECHNIQUE_SETTING.options,
        recognises,
        read,
        (".par",),
        (*TEXT_SETTINGS, TECHNIQUE_SETTING),
    ),
)
