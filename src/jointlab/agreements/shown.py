"""An agreement in the reader's language: where it stands and why, its clauses, who signed it, what is done with it next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from jointlab.agreements.beside import Beside
from jointlab.agreements.clauses import Clause
from jointlab.agreements.documents.labels import NAMES
from jointlab.agreements.known_projects import names_for
from jointlab.agreements.life import Standing, State
from jointlab.agreements.queries.book import book
from jointlab.agreements.versions import Version
from jointlab.agreements.words import Said, kind_in_words, terms_in_words
from jointlab.web import times
from jointlab.web.numbers import language_here
from jointlab.web.sites import site_of
from jointlab.web.words import listed

_KINDS = {
    State.UNSIGNED: "wait", State.PARTLY_SIGNED: "wait", State.CONDITIONS: "wait", State.NOT_YET: "wait", State.IN_FORCE: "ok",
    State.SUSPENDED: "bad", State.RUN_OFF: "wait",
}  # fmt: skip


@dataclass(frozen=True)
class InLanguage:
    """A clause in one language."""

    language: str
    name: str  # of the language, in itself
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class ClauseShown:
    """A clause as a page shows it: the words of the parties beside what the node keeps to."""

    number: str
    words: InLanguage
    others: tuple[InLanguage, ...]
    kind: str
    typed: bool
    said: tuple[Said, ...]
    under: str
    suspended: bool
    beside: tuple[Beside, ...] = ()


def language_for(version: Version) -> str:
    """The reader's language where the text has it, else the text's first one."""
    return language_here() if language_here() in version.head.languages else version.head.languages[0]


def in_reader(words: Mapping[str, str], language: str) -> str:
    """Words of a text in a language, or in the first that they have."""
    return words.get(language) or next(iter(words.values()), "")


def names_in(version: Version, language: str) -> dict[str, str]:
    """The parties' names by the identifier that the text has for them."""
    first = version.head.languages[0]
    return {party.id: party.names.get(language) or party.names[first] for party in version.head.parties}


def state_kind(state: State) -> str:
    """The sign of a state: ok, wait, bad or nothing."""
    return _KINDS.get(state, "")


def state_words(state: State) -> str:
    """A state in a word or two."""
    return {
        State.UNSIGNED: _("not signed yet"), State.PARTLY_SIGNED: _("signed by some"), State.WITHDRAWN: _("withdrawn"),
        State.LAPSED: _("not signed in time"), State.CONDITIONS: _("a condition is open"), State.NOT_YET: _("not in force yet"),
        State.IN_FORCE: _("in force"), State.SUSPENDED: _("suspended"), State.RUN_OFF: _("running off"), State.EXPIRED: _("expired"),
        State.TERMINATED: _("terminated"), State.SUPERSEDED: _("replaced"), State.FELL: _("ended with the one above"),
    }[state]  # fmt: skip


def why(version: Version, now: Standing) -> str:
    """Why it stands where it stands today, in one sentence."""
    return _why(version, now).replace("..", ".")  # a shortened month ends the sentence with its own point


def _why(version: Version, now: Standing) -> str:
    first, last, rest = (times.day(day) if day else "—" for day in (now.first, now.last, now.run_off_last))
    waits = listed(party_word(version, one) for one in now.waits_for)
    if now.state is State.IN_FORCE:
        return _in_force(now, first, last)
    if now.state is State.CONDITIONS:
        waits = listed(now.waits_for)
    return {
        State.UNSIGNED: _("Nobody has signed yet. Awaited: {waits}."),
        State.PARTLY_SIGNED: _("Not all have signed. Awaited: {waits}."),
        State.WITHDRAWN: _("It was withdrawn on {last}, before all had signed."),
        State.LAPSED: _("By {last} not all had signed, as the clause below asks."),
        State.CONDITIONS: _("All have signed; the condition of clause {waits} is not fulfilled yet."),
        State.NOT_YET: _("All have signed; its first day is {first}."),
        State.SUSPENDED: _("It is suspended as a whole; nothing can rest on it until it is resumed."),
        State.RUN_OFF: _("It ended on {last}. Nothing new may begin; what runs may be finished until {rest}."),
        State.EXPIRED: _("Its last day was {last}."),
        State.TERMINATED: _("It was ended; its last day was {last}."),
        State.SUPERSEDED: _("A later version took its place after {last}."),
        State.FELL: _("It ended on {last} with the agreement above it."),
    }[now.state].format(first=first, last=last, rest=rest, waits=waits)  # fmt: skip


def _in_force(now: Standing, first: str, last: str) -> str:
    said = [_("All parties have signed; in force since {first}.").format(first=first)]
    said.append(_("Its last day is {last}.").format(last=last) if now.last else _("It has no last day."))
    if now.under_notice:
        said.append(_("Notice has been given."))
    if now.back_dated:
        said.append(_("It counts from before its signature, by a clause of its own."))
    if now.suspended:
        said.append(_("Suspended clauses: {clauses}.").format(clauses=listed(now.suspended)))
    return " ".join(said)


def party_word(version: Version, party: str) -> str:
    """A party in a word: its city where it is known here, else its name in the text."""
    prefix = book().institution_of(party)
    return site_of(prefix).word if prefix else names_in(version, language_here()).get(party, party)


def quoted(version: Version, numbers: Iterable[str]) -> tuple[InLanguage, ...]:
    """Clauses that decide, in the reader's language; the number stands before the title."""
    found = (version.clause(number) for number in numbers)
    return tuple(words_of(one, language_for(version), numbered=True) for one in found if one)


def clauses_shown(
    version: Version, *, suspended: Sequence[str] = (), beside: Mapping[str, Sequence[Beside]] | None = None
) -> tuple[ClauseShown, ...]:
    """Every clause, in its order; `beside` is what rooms above know of it."""
    known = beside or {}
    return tuple(
        replace(clause_shown(version, one, suspended=one.number in suspended), beside=tuple(known.get(one.number, ())))
        for one in version.clauses
    )


def clause_shown(version: Version, clause: Clause, *, suspended: bool = False) -> ClauseShown:
    """One clause, in the reader's language first."""
    here = language_for(version)
    said = terms_in_words(clause, language=language_here(), names=names_for(clause, names_in(version, language_here())))
    return ClauseShown(
        clause.number, words_of(clause, here), tuple(words_of(clause, one) for one in version.head.languages if one != here),
        kind_in_words(clause.kind, language=language_here()), clause.kind.name != "free", said, clause.under, suspended,
    )  # fmt: skip


def words_of(clause: Clause, language: str, *, numbered: bool = False) -> InLanguage:
    """A clause in one language."""
    title = f"{clause.number}. {clause.title[language]}" if numbered else clause.title[language]
    paragraphs = tuple(one for one in clause.text[language].split("\n") if one.strip())
    return InLanguage(language, NAMES[language], title, paragraphs)


def rank_words(rank: str) -> str:
    """What stands where in the tree."""
    return {"framework": _("framework agreement"), "agreement": _("agreement"), "annex": _("annex")}.get(rank, rank)


def reference_words(kind: str) -> str:
    """What is referred to."""
    return {"treaty": _("treaty"), "initiative": _("initiative"), "order": _("order")}.get(kind, _("other"))


def until_words(now: Standing) -> str:
    """Until when it lasts, as far as that is certain."""
    if now.last is not None:
        return times.day(now.last)
    return _("no last day") if now.first is not None else ""


def days_left(now: Standing, today: date) -> int | None:
    """Days until the last one; None where it has none or is over."""
    return (now.last - today).days if now.last is not None and now.last >= today and now.new_cases else None
