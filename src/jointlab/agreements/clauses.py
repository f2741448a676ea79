"""One clause: its words in every language, its terms, and the leaf that stands for it in the version's tree."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any, Final

from jointlab.agreements.kinds import CREDITS, DIPLOMA, KINDS, PLACES, ClauseKind
from jointlab.agreements.texts import LANGUAGES, missing, read_line, read_text
from jointlab.agreements.values import Pattern, Setting, Value, is_absent, read_object, twice
from jointlab.errors import BadInput

NUMBER: Final = Pattern(r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}[a-z]?", "4.2")
SALT: Final = re.compile(r"[0-9a-f]{32}")
_NAMES: Final = ("kind", "number", "salt", "terms", "text", "title", "under")


@dataclass(frozen=True)
class Clause:
    """A clause in normal form. `under` names the clause of the parent that bounds it; "" for none."""

    number: str
    kind: ClauseKind
    title: Mapping[str, str]  # by language
    text: Mapping[str, str]  # by language
    terms: Mapping[str, Value]
    salt: str  # 128 random bits in hex: without them the other clauses' hashes in a proof could be guessed
    under: str = ""

    def content(self) -> dict[str, object]:
        """What canonical JSON holds of it: what is empty is left out."""
        content: dict[str, object] = {
            "kind": self.kind.name, "number": self.number, "salt": self.salt, "text": dict(self.text), "title": dict(self.title),
        }  # fmt: skip
        if self.terms:
            content["terms"] = dict(self.terms)
        if self.under:
            content["under"] = self.under
        return content

    def day(self, term: str) -> date | None:
        """The day that a term names, or None where it is left out."""
        found = self.terms.get(term)
        return date.fromisoformat(found) if isinstance(found, str) else None

    def count(self, term: str) -> int:
        """The whole number of a term; 0 where it is left out."""
        found = self.terms.get(term, 0)
        assert isinstance(found, int)
        return found

    def word(self, term: str) -> str:
        """The text of a term; "" where it is left out."""
        found = self.terms.get(term, "")
        assert isinstance(found, str)
        return found

    def names(self, term: str) -> Sequence[str]:
        """The members of a set of words; none where it is left out."""
        found = self.terms.get(term, [])
        assert isinstance(found, list)
        return [name for name in found if isinstance(name, str)]

    def rows(self, term: str) -> Sequence[Mapping[str, Any]]:
        """The rows of a table; none where it is left out."""
        found = self.terms.get(term, [])
        assert isinstance(found, list)
        return [row for row in found if isinstance(row, dict)]


def read_clause(
    found: object, position: int, setting: Setting, languages: Sequence[str], faults: list[BadInput]
) -> Clause | None:
    """The clause in normal form, or None after its faults were added to `faults`. `position` counts from 1."""
    where = f"clause {position}"
    before = len(faults)
    try:
        given = read_object(found, where, known=_NAMES)
        number = str(NUMBER.read(given.get("number"), f"{where}, number", setting))
        where = f"clause {number}"
        kind = KINDS.get(str(given.get("kind")))
        if kind is None:
            raise BadInput("agreement.choice", "“{where}”: “{found}” is none of: {known}.", where=f"{where}, kind",
                           found=str(given.get("kind"))[:60], known=", ".join(KINDS))  # fmt: skip
        terms = read_terms(kind, given.get("terms"), where, setting, faults)
        clause = Clause(
            number=number, kind=kind, terms=terms, salt=read_salt(given.get("salt"), where),
            title=in_languages(given.get("title"), f"{where}, title", languages, line=True),
            text=in_languages(given.get("text"), f"{where}, text", languages),
            under=_under(given.get("under"), where, setting),
        )  # fmt: skip
    except BadInput as fault:
        faults.append(fault)
        return None
    if len(faults) == before:
        faults.extend(_contradictions(clause))
    return clause if len(faults) == before else None


def read_terms(
    kind: ClauseKind, found: object, where: str, setting: Setting, faults: list[BadInput]
) -> dict[str, Value]:
    """The terms of a kind in normal form; what is wrong with any of them is added to `faults`."""
    terms: dict[str, Value] = {}
    given = {} if is_absent(found) else read_object(found, f"{where}, terms", known=[term.name for term in kind.terms])
    for term in kind.terms:
        place = f"{where}, {term.title}"
        try:
            if not is_absent(given.get(term.name)):
                terms[term.name] = term.kind.read(given[term.name], place, setting)
            elif term.required:
                raise missing(place)
        except BadInput as fault:
            faults.append(fault)
    return terms


def in_languages(found: object, where: str, languages: Sequence[str], *, line: bool = False) -> dict[str, str]:
    """One text for each language of the agreement, none for others. Raises BadInput ``agreement.language`` and the texts'."""
    given = read_object(found, where, known=LANGUAGES)
    without = [language for language in languages if is_absent(given.get(language))]
    other = [language for language in given if language not in languages and not is_absent(given[language])]
    if without or other:
        raise BadInput(
            "agreement.language",
            "“{where}” must be written in {wanted}, the languages of the agreement, and in no others; found are: {found}.",
            where=where, wanted=", ".join(languages), found=", ".join(name for name in given if not is_absent(given[name])) or "—",
        )  # fmt: skip
    read = read_line if line else read_text
    return {language: read(given[language], f"{where}, {language}") for language in languages}


def read_salt(found: object, where: str) -> str:
    """Raises BadInput ``agreement.salt`` for anything but 128 bits in hex."""
    if not isinstance(found, str) or SALT.fullmatch(found) is None:
        raise BadInput("agreement.salt", "“{where}” needs a salt of 32 hexadecimal digits.", where=where)
    return found


def _under(found: object, where: str, setting: Setting) -> str:
    return "" if is_absent(found) else str(NUMBER.read(found, f"{where}, under", setting))


def _contradictions(clause: Clause) -> Iterator[BadInput]:
    """Terms that cannot hold together."""
    where = f"clause {clause.number}"
    if clause.terms.get("from") is not None and clause.terms.get("from") == clause.terms.get("to"):
        yield BadInput("agreement.direction", "“{where}” leads from a party to itself.", where=where)
    yield from _reversed(where, clause.day("begins"), clause.day("ends"))
    if clause.count("months_most") and clause.count("months_least") > clause.count("months_most"):
        yield BadInput(
            "agreement.stay", "“{where}”: the shortest stay of {least} months is longer than the longest of {most}.",
            where=where, least=clause.count("months_least"), most=clause.count("months_most"),
        )  # fmt: skip
    yearly = clause.word("period") in ("home-year", "host-year")
    if yearly != bool(clause.word("year_begins")):
        place = f"{where}, the year begins on"
        yield (
            missing(place)
            if yearly
            else BadInput(
                "agreement.year", "“{where}” is given, but the places are not counted by a year of study.", where=place
            )
        )
    if clause.kind is PLACES:
        yield from _named_once(clause, "weights", ("what",))
        yield from _periods(clause)
    if clause.kind is DIPLOMA:
        yield from _programmes(clause)
    if clause.kind is CREDITS:
        yield from _factors(clause)


def _periods(clause: Clause) -> Iterator[BadInput]:
    """The periods named are such as the clause counts in: 2026, or 2026/2027 where a year of study spans two."""
    spans = clause.word("year_begins") not in ("", "01-01")
    for found in clause.names("periods"):
        first, _, second = found.partition("/")
        fits = second == f"{int(first) + 1:04d}" if spans else not second
        if not fits or clause.word("period") == "whole-term":
            example = "2026/2027" if spans else "2026"
            yield BadInput(
                "agreement.period", "“{where}”: “{found}” is no period in which this clause counts; those are such as {example}.",
                where=f"clause {clause.number}", found=found, example="—" if clause.word("period") == "whole-term" else example,
            )  # fmt: skip


def _reversed(where: str, first: date | None, last: date | None) -> Iterator[BadInput]:
    if first and last and first > last:
        yield BadInput(
            "agreement.reversed", "“{where}”: the first day, {first}, comes after the last, {last}.",
            where=where, first=first.isoformat(), last=last.isoformat(),
        )  # fmt: skip


def _named_once(clause: Clause, table: str, columns: tuple[str, ...]) -> Iterator[BadInput]:
    seen = [tuple(row.get(column) for column in columns) for row in clause.rows(table)]
    for name in sorted({name for name in seen if seen.count(name) > 1}):
        yield twice(f"clause {clause.number}, {table}", " ".join(map(str, name)))


def _programmes(clause: Clause) -> Iterator[BadInput]:
    """Each party that gives a diploma says how much is earned there."""
    yield from _named_once(clause, "programmes", ("party",))
    having = {row["party"] for row in clause.rows("programmes")}
    parties = clause.terms["parties"]
    assert isinstance(parties, list)
    for party in parties:
        if party not in having:
            yield missing(f"clause {clause.number}, programmes, {party}")


def _factors(clause: Clause) -> Iterator[BadInput]:
    """On each day one factor at most converts credits of a level from one system to another."""
    rows = clause.rows("factors")
    for row in rows:
        until = row.get("until")
        where = f"clause {clause.number}, factors"
        yield from _reversed(where, date.fromisoformat(row["since"]), date.fromisoformat(until) if until else None)
        if row["from"] == row["to"]:
            yield BadInput(
                "agreement.factor", "“{where}” converts “{scheme}” into itself.", where=where, scheme=row["from"]
            )
    for one, other in combinations(rows, 2):
        same = all(one[name] == other[name] for name in ("level", "from", "to"))
        later = max(one["since"], other["since"])
        if same and all(later <= row.get("until", "9999-12-31") for row in (one, other)):
            yield BadInput(
                "agreement.overlap", "Clause {clause} converts {scheme} by two factors on {day}.",
                clause=clause.number, scheme=f"{one['level']}, {one['from']} → {one['to']}", day=later,
            )  # fmt: skip
