"""Neware's exports (BTS 5 to 8, BTSDA): record tables as .csv, the old layered .csv, and workbooks .xlsx and .xls.

The header names quantity and unit of every column, in English or Chinese. In the layered form three kinds of rows are
interleaved, told apart by their leading empty cells: cycles (none), steps (one) and records (two).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jointlab.errors import BadInput
from jointlab.science.readers import neware_words as words
from jointlab.science.readers import neware_workbook
from jointlab.science.readers.bdf import has_bdf_labels
from jointlab.science.readers.cycler_columns import keys
from jointlab.science.readers.neware_layers import read_layers
from jointlab.science.readers.neware_records import facts_of, is_record_header, map_records, started
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, read_text
from jointlab.science.text.headers import may_be_header

_SEPARATORS = (",", ";", "\t")  # in this order: BTSDA ends cells with a tab before the comma
_HEADER_WITHIN = 40  # lines


@dataclass(frozen=True)
class _Head:
    """Where the header stands: its first line, what parts its cells, and whether records are layered under steps."""

    line: int
    separator: str
    layered: bool


def _find_head(lines: Sequence[str]) -> _Head | None:
    for number, line in enumerate(lines[:_HEADER_WITHIN]):
        if not may_be_header(line):
            continue
        for separator in _SEPARATORS:
            if line.count(separator) < 2:
                continue
            cells = line.split(separator)
            if cells[0] and is_record_header(keys(cells)) and not has_bdf_labels(cells):
                return _Head(number, separator, layered=False)
            if _is_layered(lines[number : number + 3], separator):
                return _Head(number, separator, layered=True)
    return None


def _is_layered(lines: Sequence[str], separator: str) -> bool:
    """Three header lines, each one cell further in: cycles, steps, records."""
    if len(lines) < 3 or lines[0].startswith(separator) or not lines[1].startswith(separator):
        return False
    if lines[1].startswith(2 * separator) or not lines[2].startswith(2 * separator):
        return False
    cycle, step, record = (keys(line.split(separator)) for line in lines)
    return bool(cycle & words.CYCLE_ID and step & words.STEP_ID and record & words.INDEX and record & words.POTENTIAL)


def _head_lines(source: Source) -> list[str]:
    """The first lines, for recognition: Chinese headers are UTF-8 or GB 18030."""
    if (
        not source.head.isascii()
        and not source.head.startswith((b"\xff\xfe", b"\xfe\xff"))
        and b"\0" not in source.head
    ):
        cut = source.head[: source.head.rfind(b"\n") + 1] or source.head
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return cut.decode(encoding).splitlines()
            except UnicodeDecodeError:
                continue
    return source.head_text.splitlines()


def recognises_text(source: Source) -> bool:
    """A line of Neware's header words near the top."""
    return _find_head(_head_lines(source)) is not None


def read_delimited(source: Source, settings: Settings) -> Reading:
    """Read a text export. Raises BadInput ``neware.header``, ``neware.unit``, ``neware.time``, ``neware.layers``."""
    text = read_text(source, settings)
    head = _find_head(list(text.lines(0, _HEADER_WITHIN + 3)))
    if head is None:
        raise BadInput(
            "neware.header",
            "“{name}” looks like a Neware export, but no header line names its columns. Export it again with the header.",
            name=source.name,
        )
    facts, _ = facts_of(line.split(head.separator) for line in text.lines(0, head.line))
    if head.layered:
        layers = read_layers(text, head.line, head.separator)
        mapped, cautions, stated = layers.records, layers.cautions, layers.stated
    else:
        headers = text.line(head.line).rstrip("\r\n").split(head.separator)
        headers = headers[:-1] if headers and not headers[-1].strip() else headers
        parsed = text.table(head.line + 1, [f"c{i}" for i in range(len(headers))], separator=head.separator)
        headers += ["" for _ in range(parsed.frame.width - len(headers))]
        mapped = map_records(parsed.frame, headers, text.decisions, origin=text.name)
        cautions, stated = parsed.cautions, ()
    return Reading(
        format="neware.csv",
        technique="galvanostatic_cycling",
        tables=(make_table("records", mapped.columns),),
        instrument="Neware",
        started=started(mapped),
        stated=stated,
        warnings=(*text.cautions, *cautions, *mapped.cautions),
        facts=facts,
        decisions=text.decisions,
    )


_TECHNIQUES = ("galvanostatic_cycling",)
READERS = (
    Reader(
        "neware.csv", "Neware text export (.csv), record table or layered", _TECHNIQUES, recognises_text, read_delimited,
        (".csv", ".txt"), TEXT_SETTINGS,
    ),
    Reader(
        "neware.workbook", "Neware workbook (.xlsx, .xls)", _TECHNIQUES, neware_workbook.recognises, neware_workbook.read,
        (".xlsx", ".xls"),
    ),
)  # fmt: skip
