"""Lines of a page of text: as wide as the terminal, never wider than reads well, continued under their first word."""

import shutil
import textwrap

_WIDEST, _NARROWEST = 110, 60


def page_width() -> int:
    """Columns of the terminal (or of ``COLUMNS``; 100 where there is neither), within what reads well."""
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((100, 24)).columns))


def wrapped(text: str, *, first: str = "", rest: str | None = None) -> list[str]:
    """`text` in lines that begin with `first`, then with `rest` (blanks as wide as `first` unless given)."""
    lines = textwrap.wrap(
        text,
        width=page_width(),
        initial_indent=first,
        subsequent_indent=" " * len(first) if rest is None else rest,
        break_on_hyphens=False,
    )
    return lines or [first.rstrip()]
