"""Sections and tables of a Micromeritics text report, in columns separated by tabs or set on a page by blanks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.science.readers.adsorption_results import Section, pairs_of
from jointlab.science.readers.isotherms import ADSORPTION, DESORPTION
from jointlab.science.reading import Caution
from jointlab.science.text import Text
from jointlab.science.text.decimal import decide_decimal

if TYPE_CHECKING:
    import polars as pl

TITLE = (
    r"(?i)(Summary Report|Isotherm Tabular Report|Isotherm (Linear|Log).*Plot|BET (Surface Area )?(Report|Plot)|Langmuir.*(Report|Plot)|"
    r"t-Plot( Reports?)?\s*$|t-Plot Report|BJH (Adsorption|Desorption).*|Dollimore-Heal.*|Options Report|Horvath.*|DFT.*|Goodness of Fit|Sample Log)"
)
_CELL = re.compile(r"[-+]?[\d.,]*\d[\d.,]*(?:[eE][-+]?\d+)?|\d+:\d{2}(?::\d{2})?")
_SERIES = re.compile(r"-\s*(Adsorption|Desorption)\s*$", re.IGNORECASE)
_HEADER_LINES = 6  # at most, stacked above a table


@dataclass(frozen=True, eq=False)
class TextTable:
    """A table: the title above it, its headers, and each column as numbers and as text, shape (rows,)."""

    title: str
    headers: Sequence[str]
    numbers: "Sequence[pl.Series]"
    words: "Sequence[pl.Series]"
    branch: Sequence[str] | None = None


@dataclass(frozen=True, eq=False)
class TextReport:
    """Everything of one report."""

    sections: Sequence[Section]
    tables: Sequence[TextTable]
    cautions: tuple[Caution, ...] = ()


@dataclass
class _Run:
    """Consecutive lines of numbers with the lines above them."""

    title: str
    series: str | None
    above: list[str]
    lines: list[str]


def text_report(text: Text) -> TextReport:
    """Walk the lines once: titles begin sections, lines of numbers make tables, all else is keys and headings."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    runs: list[_Run] = []
    above: list[str] = []
    series: str | None = None
    numeric = False
    for line in text.lines():
        plain = line.replace("\x0c", "").strip()
        if plain and all(_CELL.fullmatch(token) for token in plain.split()):
            if not numeric:
                runs.append(_Run(sections[-1][0], series, above[-_HEADER_LINES:], []))
                above = []
            runs[-1].lines.append(line.replace("\x0c", ""))
            numeric = True
            continue
        if not plain:
            continue
        numeric = False
        above.append(line)
        if (match := _SERIES.search(plain)) is not None:
            series = match[1].lower()
        if re.match(TITLE, plain):
            sections.append((plain, []))
            series, above = None, []
        sections[-1][1].append(plain)
    found = [Section(title, pairs_of([re.split(r"\t|\s{2,}", row) for row in rows])) for title, rows in sections]
    open_end = (
        not text.data.endswith((b"\n", b"\r")) and bool(runs) and text.line(text.line_count - 1) == runs[-1].lines[-1]
    )
    if open_end:
        runs[-1].lines.pop()
    said = Caution(
        "micromeritics.open-end",
        "The last line has no line end and may be cut inside its last number; it was left out.",
    )
    return TextReport(
        found, _joined([t for run in runs if (t := _table(run, text)) is not None]), (said,) if open_end else ()
    )


def _table(run: _Run, text: Text) -> TextTable | None:
    """Columns of one run of lines: by tabs, or by the place of the numbers on the page."""
    import polars as pl

    if not run.lines or not run.above:
        return None
    tabbed = any("\t" in line for line in run.lines)
    if tabbed:
        rows = [[cell.strip() or None for cell in line.rstrip("\r\n").split("\t")] for line in run.lines]
        headers = [cell.strip() for cell in next((a for a in reversed(run.above) if "\t" in a), "").split("\t")]
    else:
        spans = _spans(run.lines)
        rows = [_placed(line, spans) for line in run.lines]
        headers = _stacked(run.above, spans)
    width = max(len(headers), *(len(row) for row in rows))
    rows = [row + [None] * (width - len(row)) for row in rows]
    headers = headers + [""] * (width - len(headers))
    block = "\n".join(cell for row in rows for cell in row if cell and ":" not in cell)
    decided = decide_decimal(block.encode(), separator="\t", name=text.name, given=text.decimal_given)
    if "," in block or "decimal_mark" not in text.decisions:  # a table of whole numbers decides nothing for the others
        text.decisions["decimal_mark"] = f"{decided.mark} ({decided.evidence})"
    words = [pl.Series([row[i] for row in rows], dtype=pl.String) for i in range(width)]
    other = "." if decided.mark == "," else ","
    numbers = [
        w.str.replace_all(other, "", literal=True).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
        for w in words
    ]
    branch = [run.series] * len(rows) if run.series in (ADSORPTION, DESORPTION) else None
    return TextTable(run.title, headers, numbers, words, branch)


def _spans(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Where the columns stand, from the lines with the most numbers."""
    tokens = [[(m.start(), m.end()) for m in re.finditer(r"\S+", line.expandtabs())] for line in lines]
    most = max(len(row) for row in tokens)
    full = [row for row in tokens if len(row) == most]
    return [(min(row[i][0] for row in full), max(row[i][1] for row in full)) for i in range(most)]


def _nearest(centre: float, spans: Sequence[tuple[int, int]]) -> int:
    return min(range(len(spans)), key=lambda i: abs((spans[i][0] + spans[i][1]) / 2 - centre))


def _placed(line: str, spans: Sequence[tuple[int, int]]) -> list[str | None]:
    """The numbers of a line under the columns in which they stand."""
    row: list[str | None] = [None] * len(spans)
    for match in re.finditer(r"\S+", line.expandtabs()):
        row[_nearest((match.start() + match.end()) / 2, spans)] = match.group()
    return row


def _stacked(above: Sequence[str], spans: Sequence[tuple[int, int]]) -> list[str]:
    """Headings in several lines, each word joined to the column above which it stands."""
    headers = [""] * len(spans)
    for line in above:
        if re.search(r":\s", line):
            continue
        for match in re.finditer(r"\S+(?: \S+)*", line.expandtabs()):
            i = _nearest((match.start() + match.end()) / 2, spans)
            headers[i] = f"{headers[i]} {match.group()}".strip()
    return headers


def _joined(tables: Sequence[TextTable]) -> list[TextTable]:
    """Tables that go on over pages, and the branches of one plot, as one."""
    import polars as pl

    found: list[TextTable] = []
    for table in tables:
        last = found[-1] if found else None
        if (
            last is None
            or last.title != table.title
            or list(last.headers) != list(table.headers)
            or (last.branch is None) != (table.branch is None)
        ):
            found.append(table)
            continue
        numbers = [pl.concat([a, b]) for a, b in zip(last.numbers, table.numbers, strict=True)]
        words = [pl.concat([a, b]) for a, b in zip(last.words, table.words, strict=True)]
        branch = None if last.branch is None else [*last.branch, *(table.branch or [])]
        found[-1] = TextTable(table.title, table.headers, numbers, words, branch)
    return found
