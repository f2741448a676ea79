"""`jointlab read` for people: what was read, the figures with uncertainty and unit, what to know, or the refusal."""

import sys
from typing import TYPE_CHECKING

from jointlab.node.numbers import with_uncertainty
from jointlab.science.plots.plot import display_unit
from jointlab.science.quantities import QUANTITIES
from jointlab.science.source import printable

if TYPE_CHECKING:
    from jointlab.node.read_command import Answer

_MOST_FIGURES = 24


def print_answer(answer: "Answer") -> None:
    """Print one answer as text."""
    lines = [printable(answer.path)]
    if answer.refused is not None:
        lines.append(f"  not read ({answer.refused.code}): {answer.refused.message}")
        question = getattr(answer.refused, "question", None)
        if question is not None:
            lines += [
                f"    --set {question.key}={option.value}   gives {option.example}" for option in question.options
            ]
    elif answer.file is not None:
        file = answer.file
        instrument = f", {file.reading.instrument}" if file.reading.instrument else ""
        lines.append(f"  {file.reading.technique.replace('_', ' ')} ({file.reading.format}{instrument})")
        lines += [
            f"  table “{table.name}”: {table.rows} rows, {', '.join(c.name for c in table.columns)}"
            for table in file.tables[:6]
        ]
        if len(file.tables) > 6:
            lines.append(f"  and {len(file.tables) - 6} more tables")
        for figure in file.figures[:_MOST_FIGURES]:
            conditions = ", ".join(f"{key} {value}" for key, value in figure.conditions.items())
            value = with_uncertainty(figure.value, figure.uncertainty)
            lines.append(
                f"    {QUANTITIES[figure.quantity].en:<28} {value} {display_unit(figure.unit)}  {conditions}".rstrip()
            )
        if len(file.figures) > _MOST_FIGURES:
            lines.append(f"    and {len(file.figures) - _MOST_FIGURES} more figures (--json shows all)")
        lines += [f"  note ({warning.code}): {warning.message}" for warning in file.warnings]
    sys.stdout.write("\n".join(lines) + "\n")
