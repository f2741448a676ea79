"""Columns of numbers without a single word. What they are is decided by the numbers, or asked: never by the name alone.

This is the only reader of such files, so that no two claim one. A technique joins by a `BareForm` in its own module
and one name in FORM_MODULES.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from jointlab.errors import BadInput, Option, Question
from jointlab.science.readers.bare_form import BareColumns, BareForm
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Reading
from jointlab.science.settings import Setting, Settings
from jointlab.science.source import HEAD, Source
from jointlab.science.text import TEXT_SETTINGS, Text, read_text
from jointlab.science.text.rows import RowForm, common_form

if TYPE_CHECKING:
    pass

# Modules of this package, each with BARE_FORMS: tuple[BareForm, ...].
FORM_MODULES: tuple[str, ...] = ("bare_diffraction", "bare_impedance")

_MOST = 8  # columns; wider tables without a header are not guessed at
_FEWEST_ROWS = 3


def bare_forms() -> tuple[BareForm, ...]:
    """Every known meaning."""
    package = __name__.rpartition(".")[0]
    return tuple(form for name in FORM_MODULES for form in import_module(f"{package}.{name}").BARE_FORMS)


def recognises(source: Source) -> bool:
    """All lines of the head are rows of numbers, as many in each."""
    form = _form(source.head_text.rstrip("\0"), whole=len(source.data) <= HEAD)
    return form is not None and form.width <= _MOST


def _form(head: str, *, whole: bool) -> RowForm | None:
    lines = head.splitlines() if "\n" in head or "\r" in head else []
    if not whole:
        lines = lines[:-1]  # the head ends inside a line
    elif len(lines) > _FEWEST_ROWS and common_form(lines[-1:]) is None:
        lines = lines[:-1]  # the file may end inside a line
    return common_form(lines) if len(lines) >= _FEWEST_ROWS else None


def read(source: Source, settings: Settings) -> Reading:
    """Read one file as the technique that the setting names or the numbers prove.

    Raises BadInput ``bare.technique`` with a question where neither does, and ``bare.not-that`` where the numbers
    cannot be what the setting says.
    """
    forms = bare_forms()
    columns = _columns(source, settings)
    given = settings.choice("technique", tuple(form.technique for form in forms))
    fitting = [form for form in forms if form.fits(columns)]
    chosen = [form for form in fitting if form.technique == given or (given is None and form.certain(columns))]
    if len(chosen) == 1:
        return chosen[0].read(columns, settings)
    if given is not None:
        raise BadInput(
            "bare.not-that",
            "“{name}” has {width} columns of numbers without a header, and they cannot be {technique}, which needs {title}. Export it with a header.",
            name=source.name, width=columns.frame.width, technique=given,
            title=" or ".join(form.title for form in forms if form.technique == given),
        )  # fmt: skip
    if not fitting:
        raise BadInput(
            "bare.unknown",
            "“{name}” has {width} columns of numbers and no header: nothing says what they are or in which units. Export it again with a header, or in the instrument's own format.",
            name=source.name, width=columns.frame.width,
        )  # fmt: skip
    raise BadInput(
        "bare.technique",
        "“{name}” has {width} columns of numbers and no header: nothing says what they are. Say it with --set technique=…",
        Question("technique", tuple(Option(form.technique, form.title) for form in fitting)),
        name=source.name, width=columns.frame.width,
    )  # fmt: skip


def _columns(source: Source, settings: Settings) -> BareColumns:
    text = read_text(source, settings)
    form = _form(text.data[:HEAD].decode(errors="replace"), whole=len(text.data) <= HEAD)
    if form is None:
        raise BadInput(
            "bare.rows",
            "The rows of “{name}” do not all have the same number of columns. Export it again with a header.",
            name=source.name,
        )
    names = [f"column {i + 1}" for i in range(form.width)]
    parsed = text.table(0, names, separator=form.separator)
    if parsed.cautions:
        text = Text(text.name, text.data, text.decisions, (*text.cautions, *parsed.cautions), text.decimal_given)
    absent = sum(parsed.frame.null_count().row(0))
    if absent:
        raise BadInput(
            "bare.gaps",
            "“{name}” has no header, and {absent} of its cells are empty or not numbers, so its columns cannot be trusted. Export it again with a header.",
            name=source.name, absent=absent,
        )  # fmt: skip
    return BareColumns(text, parsed.frame, source.suffix)


READERS = (
    Reader(
        "delimited.bare",
        "columns of numbers without a header",
        ("powder_diffraction", "impedance"),
        recognises,
        read,
        (".xy", ".xye", ".txt", ".csv", ".dat"),
        (
            *TEXT_SETTINGS,
            Setting("technique", "For columns of numbers without a header: powder_diffraction or impedance."),
            *(setting for form in bare_forms() for setting in form.settings),
        ),
        generic=True,
    ),
)
