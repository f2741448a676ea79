"""What one version says otherwise than another, clause by clause; and the salts that keep unchanged clauses comparable."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from jointlab.agreements.clauses import Clause
from jointlab.agreements.heads import Head
from jointlab.agreements.versions import Version


class Change(StrEnum):
    """What became of a clause."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class TermChange:
    """A term before and after; None where there was none."""

    name: str
    before: object
    after: object


@dataclass(frozen=True)
class ClauseChange:
    """One clause before and after, found by its number."""

    number: str
    change: Change
    before: Clause | None
    after: Clause | None
    terms: tuple[TermChange, ...] = ()
    languages: tuple[str, ...] = ()  # in which the title or the text differs


def changes(before: Version, after: Version) -> tuple[ClauseChange, ...]:
    """Every clause of both, in the order of the later version, those that are gone last. Salts are no difference."""
    gone = [clause for clause in before.clauses if after.clause(clause.number) is None]
    return (
        *(_change(before.clause(clause.number), clause) for clause in after.clauses),
        *(_change(clause, None) for clause in gone),
    )


def head_changes(before: Head, after: Head) -> tuple[TermChange, ...]:
    """What the heads say otherwise, the salt and the version's own place in the line left out."""
    old, new = before.content(), after.content()
    names = sorted((old.keys() | new.keys()) - {"amends", "number", "salt"})
    return tuple(TermChange(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name))


def with_salts(
    document: Mapping[str, object], before: Version | None = None, *, draw: Callable[[int], str] = secrets.token_hex
) -> dict[str, object]:
    """A draft with a salt for every part that lacks one; to be read afterwards.

    What says the same as in the version before keeps its salt, and so its leaf; what says something new gets a new one, or a
    third person who knows the old words could try what became of them.
    """
    known = {} if before is None else {_plain(clause.content()): clause.salt for clause in before.clauses}
    clauses = document.get("clauses")
    return {
        **document,
        "head": _salted(document.get("head"), {}, draw),
        "clauses": [_salted(one, known, draw) for one in clauses] if isinstance(clauses, list) else clauses,
    }


def _salted(part: object, known: Mapping[str, str], draw: Callable[[int], str]) -> object:
    if not isinstance(part, dict):
        return part
    return {**part, "salt": known.get(_plain(part)) or draw(16)} if not part.get("salt") else part


def _plain(part: Mapping[str, object]) -> str:
    """What a part says, without its salt, as a key."""
    return repr(sorted((name, _ordered(value)) for name, value in part.items() if name != "salt"))


def _ordered(value: object) -> object:
    if isinstance(value, Mapping):
        return sorted((str(name), _ordered(one)) for name, one in value.items())
    return [_ordered(one) for one in value] if isinstance(value, list | tuple) else value


def _change(before: Clause | None, after: Clause | None) -> ClauseChange:
    here = after or before
    assert here is not None, "a clause stands in one version at least"
    if before is None or after is None:
        return ClauseChange(here.number, Change.ADDED if after else Change.REMOVED, before, after)
    names = [*before.terms, *(name for name in after.terms if name not in before.terms)]
    terms = tuple(
        TermChange(name, before.terms.get(name), after.terms.get(name))
        for name in names
        if before.terms.get(name) != after.terms.get(name)
    )
    languages = tuple(
        language
        for language in after.text.keys() | before.text.keys()
        if (before.text.get(language), before.title.get(language))
        != (after.text.get(language), after.title.get(language))
    )
    otherwise = terms or languages or before.kind is not after.kind or before.under != after.under
    return ClauseChange(
        here.number, Change.CHANGED if otherwise else Change.SAME, before, after, terms, tuple(sorted(languages))
    )
