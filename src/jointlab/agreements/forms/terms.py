"""The typed terms of a clause as fields of a form: all follows from the declared kinds, no page names one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _

from jointlab.agreements.drafting import EXAMPLE
from jointlab.agreements.kinds import PROJECT, ClauseKind, Term
from jointlab.agreements.texts import LANGUAGES
from jointlab.agreements.values import Choice, Column, Day, Flag, Kind, Party, Set, Setting, Table, is_absent
from jointlab.agreements.words import term_in_words
from jointlab.agreements.words.table import OPTION_WORDS
from jointlab.errors import BadInput
from jointlab.web.sentences import sentence

Plain = Mapping[str, Any]
MORE_ROWS: Final = 2  # empty rows below those that a table has
MOST_ROWS: Final = 40
_MOST: Final = 4000
_YES_NO: Final = {"true": True, "false": False}


@dataclass(frozen=True)
class Place:
    """One field: of a term, or of one column in one row of a table."""

    name: str
    key: str  # as the words have it: costs.shares.what
    kind: Kind
    label: str
    required: bool


class _Waits:
    """A field that may stay empty in a draft, though the text needs it at last; who judges the clause says so."""

    def validate(self, value: Any) -> None:
        """Only what was given."""
        if value not in (None, "", []):
            super().validate(value)  # type: ignore[misc]


class LineField(_Waits, forms.CharField):
    """Words or a number."""


class OneField(_Waits, forms.ChoiceField):
    """One of some."""


class SomeField(_Waits, forms.MultipleChoiceField):
    """Some of some."""


def places(kind: ClauseKind, terms: Plain, *, language: str) -> Iterator[Place]:
    """Every field of a kind, tables with their rows and some empty ones."""
    for term in kind.terms:
        label = term_in_words(kind, term.name, language=language)
        if not isinstance(term.kind, Table):
            yield Place(term.name, f"{kind.name}.{term.name}", term.kind, label, term.required)
            continue
        for row in range(rows_of(terms, term)):
            for column in term.kind.columns:
                words = term_in_words(kind, f"{term.name}.{column.name}", language=language)
                yield Place(
                    cell(term, row, column), f"{kind.name}.{term.name}.{column.name}", column.kind, words, False
                )


def rows_of(terms: Plain, term: Term) -> int:
    """How many rows a table is shown with."""
    found = terms.get(term.name)
    return min((len(found) if isinstance(found, list) else 0) + MORE_ROWS, MOST_ROWS)


def cell(term: Term, row: int, column: Column) -> str:
    """The name of a field in a table."""
    return f"t-{term.name}-{row}-{column.name}"


def field_of(
    place: Place, value: Any, *, names: Mapping[str, str], language: str, projects: Mapping[str, str]
) -> forms.Field:
    """A field as it is typed; never required here, for a draft may wait."""
    common: dict[str, Any] = {"label": place.label, "required": place.required}
    kind = place.kind
    if _is_some(kind):
        assert isinstance(kind, Set)
        choices = _projects(value, projects) if kind.of is PROJECT else _choices(place, kind.of, names, language)
        hint = "" if place.required else _("None ticked: all.")
        return SomeField(**common, choices=choices, widget=forms.CheckboxSelectMultiple, help_text=hint)
    if isinstance(kind, Choice | Party | Flag):
        more = (
            [(value, _("example: {value}").format(value=value))]
            if isinstance(value, str) and EXAMPLE.search(value)
            else []
        )
        return OneField(**common, choices=[("", "—"), *more, *_choices(place, kind, names, language)])
    if isinstance(kind, Day) and not (isinstance(value, str) and EXAMPLE.search(value)):
        return LineField(**common, max_length=60, widget=forms.DateInput(attrs={"type": "date"}))
    hint = _("Several, parted by commas.") if isinstance(kind, Set) else ""
    return LineField(**common, max_length=_MOST, help_text=hint)


def _is_some(kind: Kind) -> bool:
    """Whether boxes are ticked, not words typed."""
    return isinstance(kind, Set) and (isinstance(kind.of, Choice | Party) or kind.of is PROJECT)


def _projects(value: Any, titles: Mapping[str, str]) -> list[tuple[str, str]]:
    """Those that the person may know of, and what the clause names already."""
    named = [str(one) for one in value] if isinstance(value, list) else []
    return [*titles.items(), *((one, one) for one in named if one not in titles)]


def _choices(place: Place, kind: Kind, names: Mapping[str, str], language: str) -> list[tuple[str, str]]:
    at = LANGUAGES.index(language)
    if isinstance(kind, Party):
        return list(names.items())
    if isinstance(kind, Flag):
        return [("true", _("yes")), ("false", _("no"))]
    assert isinstance(kind, Choice)
    return [(one, (OPTION_WORDS.get(f"{place.key}={one}") or OPTION_WORDS[f"={one}"])[at]) for one in kind.options]


def typed(place: Place, value: Any) -> Any:
    """What stands in a field for a value of a draft."""
    if isinstance(place.kind, Flag):
        return "" if value is None else str(value).lower()
    if isinstance(place.kind, Set):
        members = [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []
        return members if _is_some(place.kind) else ", ".join(members)
    return "" if value is None else str(value)


def given(place: Place, found: Any) -> Any:
    """The value of a draft for what stands in a field; None for nothing."""
    if isinstance(place.kind, Flag):
        return _YES_NO.get(str(found))
    if isinstance(place.kind, Set):
        members = (
            found if isinstance(found, list) else [one.strip() for one in re.split(r"[,，、;\n]", str(found or ""))]
        )
        return [one for one in members if one] or None
    text = str(found or "").strip()
    return text or None


def initial_of(kind: ClauseKind, terms: Plain, *, language: str) -> dict[str, Any]:
    """What a form begins with for the terms of a draft."""
    found: dict[str, Any] = {}
    for place in places(kind, terms, language=language):
        found[place.name] = typed(place, _value_at(terms, place))
    return found


def _value_at(terms: Plain, place: Place) -> Any:
    if not place.name.startswith("t-"):
        return terms.get(place.name)
    name, row, column = _parts(place.name)
    rows = terms.get(name)
    one = rows[row] if isinstance(rows, list) and row < len(rows) else {}
    return one.get(column) if isinstance(one, Mapping) else None


def _parts(name: str) -> tuple[str, int, str]:
    _t, term, row, column = name.split("-", 3)
    return term, int(row), column


def terms_of(kind: ClauseKind, shown: Sequence[Place], data: Plain) -> dict[str, Any]:
    """The terms of a draft from what was typed; empty rows and fields say nothing."""
    terms: dict[str, Any] = {}
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for place in shown:
        value = given(place, data.get(place.name))
        if value is None:
            continue
        if place.name.startswith("t-"):
            name, row, column = _parts(place.name)
            rows.setdefault(name, {}).setdefault(row, {})[column] = value
        else:
            terms[place.name] = value
    return terms | {name: [found[row] for row in sorted(found)] for name, found in rows.items()}


def faults_of(kind: ClauseKind, shown: Sequence[Place], data: Plain, *, parties: Sequence[str]) -> dict[str, str]:
    """What is wrong with each field, in the reader's language."""
    faults: dict[str, str] = {}
    setting = Setting(frozenset(parties))
    by_name = {term.name: term for term in kind.terms}
    filled = {
        _parts(one.name)[:2]
        for one in shown
        if one.name.startswith("t-") and given(one, data.get(one.name)) is not None
    }
    for place in shown:
        value = given(place, data.get(place.name))
        needed = place.required and not place.name.startswith("t-")
        if place.name.startswith("t-"):
            name, row, column = _parts(place.name)
            table = by_name[name].kind
            assert isinstance(table, Table)
            needed = ((name, row) in filled and any(one.name == column and one.required for one in table.columns)) or (
                by_name[name].required and row == 0 and column == table.columns[0].name and not any(one == name for one, _row in filled)
            )  # fmt: skip
        fault = _fault(place, value, setting, needed=needed)
        if fault:
            faults[place.name] = fault
    return faults


def _fault(place: Place, value: Any, setting: Setting, *, needed: bool) -> str:
    if is_absent(value):
        return _("This is needed.") if needed else ""
    example = EXAMPLE.search(" ".join(value) if isinstance(value, list) else str(value))
    if example:
        return _("This is an example. Write what you agree on, without the brackets.")
    try:
        place.kind.read(value, place.label, setting)
    except BadInput as fault:
        return sentence(fault)
    return ""
