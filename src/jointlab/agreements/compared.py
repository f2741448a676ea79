"""Two versions beside each other in the reader's words: per clause the text with what changed, the terms before and after."""

from dataclasses import dataclass

from jointlab.agreements.clauses import Clause
from jointlab.agreements.comparing import Change, ClauseChange, changes
from jointlab.agreements.differences import Piece, differences
from jointlab.agreements.documents.labels import NAMES
from jointlab.agreements.known_projects import names_for
from jointlab.agreements.shown import names_in
from jointlab.agreements.versions import Version
from jointlab.agreements.words import Said, kind_in_words, terms_in_words
from jointlab.web.numbers import language_here


@dataclass(frozen=True)
class Column:
    """A clause in one language, as it was and as it is."""

    language: str
    name: str
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]


@dataclass(frozen=True)
class Compared:
    """A clause of both versions. `change` is same, changed, added or removed."""

    number: str
    change: str
    kind: str
    typed: bool
    columns: tuple[Column, ...]
    before: tuple[Said, ...]
    after: tuple[Said, ...]

    @property
    def old(self) -> tuple[Said, ...]:
        """The terms before, of those that differ."""
        return tuple(one for one in self.before if one not in self.after)

    @property
    def new(self) -> tuple[Said, ...]:
        """The terms after, of those that differ."""
        return tuple(one for one in self.after if one not in self.before)

    @property
    def terms_differ(self) -> bool:
        """Whether the node keeps to something else now."""
        return self.before != self.after


@dataclass(frozen=True)
class Side:
    """One language of the whole, for columns."""

    language: str
    name: str
    clauses: tuple[tuple[str, Column], ...]  # by number


def compared(before: Version | None, after: Version, *, all: bool = False) -> tuple[Compared, ...]:
    """What differs, clause by clause; with `all` also what does not. Without an earlier version everything, as it is."""
    if before is None:
        return tuple(_compared(ClauseChange(one.number, Change.SAME, one, one), after, after) for one in after.clauses)
    found = changes(before, after)
    return tuple(_compared(one, before, after) for one in found if all or one.change is not Change.SAME)


def sides(found: tuple[Compared, ...], version: Version, *, only: str = "") -> tuple[Side, ...]:
    """The same by language, the reader's own first, then in the text's own order; `only` one."""
    own = language_here()
    return tuple(
        Side(language, NAMES[language], tuple((one.number, column) for one in found for column in one.columns if column.language == language))
        for language in sorted(version.head.languages, key=lambda one: one != own) if only in ("", language)
    )  # fmt: skip


def _compared(one: ClauseChange, before: Version, after: Version) -> Compared:
    here = one.after or one.before
    assert here is not None, "a clause stands in one version at least"
    languages = dict.fromkeys((*after.head.languages, *before.head.languages))
    return Compared(
        one.number, one.change.value, kind_in_words(here.kind, language=language_here()), here.kind.name != "free",
        tuple(_column(language, one.before, one.after) for language in languages), _said(one.before, before), _said(one.after, after),
    )  # fmt: skip


def _column(language: str, before: Clause | None, after: Clause | None) -> Column:
    old_title, old = (before.title.get(language, ""), before.text.get(language, "")) if before else ("", "")
    new_title, new = (after.title.get(language, ""), after.text.get(language, "")) if after else ("", "")
    return Column(language, NAMES[language], differences(old_title, new_title), differences(old, new))


def _said(clause: Clause | None, version: Version) -> tuple[Said, ...]:
    if clause is None:
        return ()
    return terms_in_words(clause, language=language_here(), names=names_for(clause, names_in(version, language_here())))
