"""What the terms of a clause say, in words of each language: what paper shows beside the text, and pages beside a button.

Pure tables, no catalogue of messages: the words are printed on paper that is signed, so they change only with a release that says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from jointlab.agreements.clauses import Clause
from jointlab.agreements.kinds import ClauseKind, Term
from jointlab.agreements.texts import LANGUAGES
from jointlab.agreements.values import (
    Choice,
    Column,
    Count,
    Day,
    Exact,
    Flag,
    Kind,
    Party,
    Pattern,
    Ratio,
    Set,
    Table,
    Value,
    YearDay,
)
from jointlab.agreements.words.table import KIND_WORDS, OPTION_WORDS, TERM_WORDS, Words

_MONTHS: Final[dict[str, tuple[str, ...]]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    "ru": ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"),
    "kk": ("қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"),
}  # fmt: skip
_MONTH, _DAYS = (
    ("month", "months", "месяц", "месяца", "месяцев", "ай", "个月"),
    ("day", "days", "день", "дня", "дней", "күн", "天"),
)
_COUNTED: Final = {
    "duration.notice": _MONTH, "duration.run_off": _MONTH, "data-sharing.embargo": _MONTH, "mobility-places.months_most": _MONTH,
    "mobility-places.months_least": _MONTH, "intellectual-property.hold": _MONTH, "publication.review": _DAYS, "publication.delay": _DAYS,
}  # fmt: skip
_YES: Final[Words] = ("yes", "да", "иә", "是")
_NO: Final[Words] = ("no", "нет", "жоқ", "否")
_SCHEMES: Final = {"ects": "ECTS"}  # the others stand as they are signed


@dataclass(frozen=True)
class Said:
    """One term in words: a value, or the rows of a table under their columns."""

    name: str
    value: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def named(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """Each row as its columns' names with what stands there."""
        return tuple(tuple(zip(self.columns, row, strict=True)) for row in self.rows)


def terms_in_words(clause: Clause, *, language: str, names: Mapping[str, str]) -> tuple[Said, ...]:
    """The terms of a clause in the order of its kind; `names` are those of the parties in that language, by identifier.

    Of a term that is left out it is said what that means, where it means something.
    """
    said: list[Said] = []
    for term in clause.kind.terms:
        key = f"{clause.kind.name}.{term.name}"
        if term.name in clause.terms:
            said.append(_said(key, term, clause.terms[term.name], language, names))
        elif f"{key}?" in TERM_WORDS:
            said.append(Said(_in(TERM_WORDS[key], language), _in(TERM_WORDS[f"{key}?"], language)))
    return tuple(said)


def kind_in_words(kind: ClauseKind, *, language: str) -> str:
    """The kind of a clause, such as “Places for mobility”."""
    return _in(KIND_WORDS[kind.name], language)


def term_in_words(kind: ClauseKind, name: str, *, language: str) -> str:
    """The name of a term, such as “Number of places”."""
    return _in(TERM_WORDS[f"{kind.name}.{name}"], language)


def day_in_words(day: date, *, language: str) -> str:
    """A day as it is written in a contract, such as “1 September 2026”."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    month = _MONTHS[language][day.month - 1]
    if language == "kk":
        return f"{day.year} жылғы {day.day} {month}"
    return f"{day.day} {month} {day.year}" + ("\u00a0г." if language == "ru" else "")


def number_in_words(text: str, *, language: str) -> str:
    """An exact decimal number with the language's marks, such as 150,000.5 or 150 000,5; digits as they are signed."""
    whole, _, rest = text.partition(".")
    comma = language in ("ru", "kk")
    grouped = f"{int(whole):,}"
    if comma:
        grouped = grouped.replace(",", "\u00a0") if len(whole) > 4 else whole
    return f"{grouped}{',' if comma else '.'}{rest}" if rest else grouped


def _said(key: str, term: Term, value: Value, language: str, names: Mapping[str, str]) -> Said:
    name = _in(TERM_WORDS[key], language)
    if not isinstance(term.kind, Table):
        return Said(name, _value(key, term.kind, value, language, names))
    assert isinstance(value, list)
    columns = term.kind.columns
    rows: list[Any] = sorted(value, key=lambda row: [_rank(column, row) for column in columns])
    shown = [column for column in columns if any(column.name in row for row in rows)]
    return Said(
        name, columns=tuple(_in(TERM_WORDS[f"{key}.{column.name}"], language) for column in shown),
        rows=tuple(tuple(_cell(key, column, row, language, names) for column in shown) for row in rows),
    )  # fmt: skip


def _cell(key: str, column: Column, row: Mapping[str, Value], language: str, names: Mapping[str, str]) -> str:
    if column.name not in row:
        return "—"
    found = row[column.name]
    if column.name in ("scheme", "from", "to") and isinstance(found, str):
        return _SCHEMES.get(found, found)
    return _value(f"{key}.{column.name}", column.kind, found, language, names)


def _value(key: str, kind: Kind, value: Value, language: str, names: Mapping[str, str]) -> str:
    """One value in words; codes, fractions and names stand as they are signed."""
    if isinstance(kind, Set):
        assert isinstance(value, list)
        members = [_value(key, kind.of, one, language, names) for one in _in_order(kind.of, value)]
        between = "; " if isinstance(kind.of, Party) else ", "  # a name may hold a comma
        return ("、" if language == "zh" else between).join(members)
    if isinstance(kind, Flag):
        return _in(_YES if value else _NO, language)
    if isinstance(kind, Count):
        assert isinstance(value, int)
        return _counted(key, value, language)
    text = str(value)
    if isinstance(kind, Choice):
        return _in(OPTION_WORDS.get(f"{key}={text}") or OPTION_WORDS[f"={text}"], language)
    if isinstance(kind, Party | Pattern):  # a project may have a name here
        return names.get(text, text)
    if isinstance(kind, Day):
        return day_in_words(date.fromisoformat(text), language=language)
    if isinstance(kind, YearDay):
        return _year_day(text, language)
    if isinstance(kind, Exact):
        return number_in_words(text, language=language)
    return text


def _in_order(kind: Kind, members: list[Any]) -> list[Any]:
    """Options stand as the table of kinds has them, bachelor before doctoral; other sets as they are signed."""
    return sorted(members, key=kind.options.index) if isinstance(kind, Choice) else members


def _rank(column: Column, row: Mapping[str, Value]) -> tuple[int, str]:
    """Where a row stands on paper: by its first column, then the next; options in the order of their table, numbers not at all."""
    found = "" if isinstance(column.kind, Exact | Ratio) else str(row.get(column.name, ""))
    return (column.kind.options.index(found) if found and isinstance(column.kind, Choice) else 0, found)


def _counted(key: str, number: int, language: str) -> str:
    shown = number_in_words(str(number), language=language)
    if key not in _COUNTED:
        return shown
    one, more, ru_one, ru_few, ru_many, kk, zh = _COUNTED[key]
    if language == "en":
        return f"{shown} {one if number == 1 else more}"
    if language == "ru":
        few = number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14)
        single = number % 10 == 1 and number % 100 != 11
        return f"{shown} {ru_one if single else ru_few if few else ru_many}"
    return f"{shown}{zh}" if language == "zh" else f"{shown} {kk}"


def _year_day(text: str, language: str) -> str:
    month, day = int(text[:2]), int(text[3:])
    return f"{month}月{day}日" if language == "zh" else f"{day} {_MONTHS[language][month - 1]}"


def _in(words: Words, language: str) -> str:
    return words[LANGUAGES.index(language)]


__all__ = ["Said", "day_in_words", "kind_in_words", "number_in_words", "term_in_words", "terms_in_words"]
