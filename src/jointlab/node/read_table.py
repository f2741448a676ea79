"""`jointlab read` for people: what was read, the figures with uncertainty and unit, what to know, or the refusal."""

import shlex
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jointlab.node.layout import page_width, wrapped
from jointlab.node.words import condition_words, no_figures, technique_name
from jointlab.science.digits import with_uncertainty
from jointlab.science.printed_units import display_unit
from jointlab.science.quantities import QUANTITIES
from jointlab.science.source import printable

if TYPE_CHECKING:
    from jointlab.errors import Fault
    from jointlab.node.read_command import Answer
    from jointlab.science.door import ReadFile
    from jointlab.science.techniques.technique import Figure

_FEW = 8  # so many figures are all shown; of more, the headline
_MOST_TABLES, _MOST_COLUMNS = 6, 20


def print_answer(answer: "Answer", *, every_figure: bool = False) -> None:
    """Print one answer as text: the headline figures, or with `every_figure` all of them."""
    lines = [printable(answer.path)]
    if answer.refused is not None:
        lines += _refusal(answer.refused)
    elif answer.file is not None:
        lines += _read(answer.file, every_figure=every_figure)
    sys.stdout.write("\n".join(lines) + "\n")


def _refusal(fault: "Fault") -> list[str]:
    """The sentence, and for a question each answer as it is given on the command line."""
    lines = wrapped(printable(fault.message), first=f"  not read ({fault.code}): ", rest="    ")
    question = getattr(fault, "question", None)
    if question is None:
        return lines
    words = [f"--set {question.key}={shlex.quote(option.value)}" for option in question.options]
    wide = max(map(len, words))
    for word, option in zip(words, question.options, strict=True):
        lines += wrapped(f"gives: {printable(option.example)}", first=f"    {word:<{wide}}  ")
    return lines


def _read(file: "ReadFile", *, every_figure: bool) -> list[str]:
    """Technique and format, tables, figures, notes."""
    reading = file.reading
    instrument = f", {printable(reading.instrument)}" if reading.instrument else ""
    lines = wrapped(f"{technique_name(reading.technique)} ({reading.format}{instrument})", first="  ")
    for table in file.tables[:_MOST_TABLES]:
        names = [printable(column.name) for column in table.columns]
        more = f", and {len(names) - _MOST_COLUMNS} more columns" if len(names) > _MOST_COLUMNS else ""
        said = f"table “{printable(table.name)}”, {table.rows} rows: {', '.join(names[:_MOST_COLUMNS])}{more}"
        lines += wrapped(said, first="  ", rest="    ")
    if len(file.tables) > _MOST_TABLES:
        lines.append(f"  and {len(file.tables) - _MOST_TABLES} more tables")
    shown = file.figures if every_figure or len(file.figures) <= _FEW else file.headline()
    lines += _figures(shown)
    if len(shown) < len(file.figures):
        lines.append(f"    {len(shown)} of {len(file.figures)} figures; --all shows every one, --json writes them")
    if not file.analyses:
        lines += wrapped(no_figures(reading.technique), first="    ")
    for warning in file.warnings:
        lines += wrapped(printable(warning.message), first=f"  note ({warning.code}): ", rest="    ")
    return lines


def _figures(figures: "Sequence[Figure]") -> list[str]:
    """Name, value with uncertainty and unit, conditions, in columns; long conditions on lines of their own."""
    if not figures:
        return []
    names = [QUANTITIES[figure.quantity].en for figure in figures]
    values = [_value(figure) for figure in figures]
    name_wide, value_wide = max(map(len, names)), max(map(len, values))
    lines: list[str] = []
    for figure, name, value in zip(figures, names, values, strict=True):
        conditions = condition_words(figure.conditions)
        line = f"    {name:<{name_wide}}  {value:<{value_wide}}  "
        if len(line) + len(conditions) <= page_width():
            lines.append((line + printable(conditions)).rstrip())
        else:
            lines += [line.rstrip(), *wrapped(printable(conditions), first=" " * 8)]
    return lines


def _value(figure: "Figure") -> str:
    """Value, uncertainty and unit; a plain number has no unit."""
    unit = "" if figure.unit == "1" else display_unit(figure.unit)
    value = with_uncertainty(figure.value, figure.uncertainty)
    return f"{value} {unit}".rstrip()
