"""Sharing by clauses in words: one line for a record, and every refusal with the clause that refuses, in the reader's language."""

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import gettext, gettext_noop, ngettext

from jointlab.errors import NotAllowed
from jointlab.laboratory.queries.parts import Thing
from jointlab.laboratory.queries.told import Clause, Told, told_of
from jointlab.people.actors import Actor
from jointlab.web.sentences import sentence
from jointlab.web.sites import site_of
from jointlab.web.times import day
from jointlab.web.words import listed

DATA: Final = {
    "samples": gettext_noop("samples"), "measurements": gettext_noop("measurements"), "files": gettext_noop("files"),
    "findings": gettext_noop("findings"), "notes": gettext_noop("notes"),
}  # fmt: skip


def line_of(told: Told) -> str:
    """One line: under which clause it is shared, with whom and from which day; or why not."""
    partners = listed(str(site_of(prefix).word) for prefix in told.to)
    if told.goes and told.clause:
        facts = {
            **facts_of(told.clause),
            "partners": partners,
            "day": day(told.since) if told.since else "—",
        }
        if told.there:
            return gettext(
                "Shared with {partners} under clause {clause} “{named}” of “{agreement}”, since {day}."
            ).format(**facts)
        return gettext("Goes to {partners} under clause {clause} “{named}” of “{agreement}”.").format(**facts)
    why = sentence(refusal_of(told))
    if told.there:
        begin = gettext("Shared with {partners}; later changes wait.")
    elif told.rests_on:
        begin = gettext("Not shared with {partners}, because it rests on a record that is not.")
    else:
        begin = gettext("Not shared with {partners}.")
    return f"{begin.format(partners=partners)} {why}"


def lines_of(actor: Actor, thing: Thing) -> list[str]:
    """A line for each partnership in which agreements decide."""
    return [line_of(told) for told in told_of(actor, thing)]


def future_of(told: Told) -> str:
    """What becomes of a record that is recorded now."""
    if told.goes and told.clause:
        return gettext("at once, under clause {clause} “{named}” of “{agreement}”").format(**facts_of(told.clause))
    return sentence(refusal_of(told))


def data_word(data: str) -> str:
    """A kind of data in the reader's language."""
    return gettext(DATA[data])


def refusal_of(told: Told) -> NotAllowed:
    """Why a record does not go: quotes the clause that comes nearest by its number and title."""
    if told.clause is None:
        return _without_clause(told.reason)
    return _BY_REASON[told.reason](facts_of(told.clause), told)


def facts_of(clause: Clause) -> dict[str, str]:
    """How a clause is quoted to this reader."""
    return {
        "clause": clause.number, "named": clause.title_here, "agreement": clause.agreement_here,
    }  # fmt: skip


def counts_words(counts: Mapping[str, int]) -> str:
    """“3 samples, 5 measurements”"""
    said = {
        "samples": lambda n: ngettext("%(n)s sample", "%(n)s samples", n), "devices": lambda n: ngettext("%(n)s device", "%(n)s devices", n),
        "measurements": lambda n: ngettext("%(n)s measurement", "%(n)s measurements", n),
        "findings": lambda n: ngettext("%(n)s finding", "%(n)s findings", n), "notes": lambda n: ngettext("%(n)s note", "%(n)s notes", n),
    }  # fmt: skip
    return listed(said[name](count) % {"n": count} for name, count in counts.items() if count)


def months(count: int) -> str:
    """“12 months”"""
    return ngettext("%(n)s month", "%(n)s months", count) % {"n": count}


def _without_clause(reason: str) -> NotAllowed:
    if reason == "no-project":
        return NotAllowed("sharing.no-project", "It belongs to no project, and clauses on sharing are about projects.")
    if reason == "patent":
        return NotAllowed("sharing.patent", "A patent hold lies on its project, and no clause covers it.")
    if reason == "hold":
        return NotAllowed("sharing.on-hold", "A side has put its project on hold, and no clause covers it.")
    return NotAllowed("sharing.none", "No clause of an agreement lets anything of this side go there.")


def _embargo(quoted: Mapping[str, str], told: Told) -> NotAllowed:
    assert told.clause is not None
    return NotAllowed(
        "sharing.embargo", "Clause {clause} “{named}” of “{agreement}” keeps it back for {months}, until {day}.",
        months=months(told.clause.embargo), day=day(told.opens) if told.opens else "—", **quoted,
    )  # fmt: skip


def _not_in_force(quoted: Mapping[str, str], told: Told) -> NotAllowed:
    return NotAllowed(
        "sharing.not-in-force", "Clause {clause} “{named}” of “{agreement}” would let it go, but is not in force on {day}.",
        day=day(told.day) if told.day else "—", **quoted,
    )  # fmt: skip


def _patent(quoted: Mapping[str, str], told: Told) -> NotAllowed:
    return NotAllowed(
        "sharing.patent", "Clause {clause} “{named}” of “{agreement}” is stopped by the patent hold on its project.", **quoted
    )  # fmt: skip


def _hold(quoted: Mapping[str, str], told: Told) -> NotAllowed:
    return NotAllowed(
        "sharing.on-hold", "Clause {clause} “{named}” of “{agreement}” is stopped: a side has put the project on hold.", **quoted
    )  # fmt: skip


def _data(quoted: Mapping[str, str], told: Told) -> NotAllowed:
    return NotAllowed(
        "sharing.data", "Clause {clause} “{named}” of “{agreement}” does not cover {what}.",
        what=DATA.get(told.data, told.data), **quoted,
    )  # fmt: skip


def _giver(quoted: Mapping[str, str], told: Told) -> NotAllowed:
    return NotAllowed(
        "sharing.giver", "Clause {clause} “{named}” of “{agreement}” covers what others record, not this side.", **quoted
    )  # fmt: skip


def _project(quoted: Mapping[str, str], told: Told) -> NotAllowed:
    return NotAllowed(
        "sharing.project", "Clause {clause} “{named}” of “{agreement}” does not name its project.", **quoted
    )


def _restricted(quoted: Mapping[str, str], told: Told) -> NotAllowed:
    return NotAllowed(
        "sharing.restricted", "Clause {clause} “{named}” of “{agreement}” does not name its project, and that is restricted.", **quoted
    )  # fmt: skip


def _kind(quoted: Mapping[str, str], told: Told) -> NotAllowed:
    return NotAllowed(
        "sharing.project-kind", "Clause {clause} “{named}” of “{agreement}” does not cover projects of this kind.", **quoted
    )  # fmt: skip


def _since(quoted: Mapping[str, str], told: Told) -> NotAllowed:
    return NotAllowed(
        "sharing.since", "Clause {clause} “{named}” of “{agreement}” does not cover what was recorded so early.", **quoted
    )  # fmt: skip


_BY_REASON: Final[Mapping[str, Callable[[Mapping[str, str], Told], NotAllowed]]] = {
    "embargo": _embargo, "not-in-force": _not_in_force, "patent": _patent, "hold": _hold, "data": _data, "giver": _giver,
    "project": _project, "restricted": _restricted, "project-kind": _kind, "since": _since,
}  # fmt: skip
