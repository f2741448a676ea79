"""What agreements allow on a day: for sharing, for the guards of other rooms, for pages.

Rooms above ask `clause_in_force` before a step rests on a clause, `lives_between` and `reaches_on` to decide what is shared.
Institutions are named by their prefixes here; texts may name them otherwise.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone

from jointlab.agreements.clauses import Clause
from jointlab.agreements.events import Life
from jointlab.agreements.kinds import ClauseKind
from jointlab.agreements.life import Standing, State, clause_counts, standing
from jointlab.agreements.queries.book import Book, book, version_of
from jointlab.agreements.sharing import Reaches, sharing_on
from jointlab.agreements.versions import Version
from jointlab.errors import Fault, NotAllowed, NotFound
from jointlab.web.numbers import language_here

_ENDED: Final = frozenset({State.RUN_OFF, State.EXPIRED, State.TERMINATED, State.SUPERSEDED, State.FELL})


def version_named(hash: str) -> Version | None:
    """The text with this hash; None where it is not here."""
    return version_of(hash) if hash in book().lines else None


def life_of(hash: str) -> Life | None:
    """The version with what happened to it, with the text above it and the one that amends it; None where it is not here."""
    return book().life(hash)


def standing_on(hash: str, day: date | None = None) -> Standing | None:
    """Where the version stands on a day of its own time zone; without a day today."""
    known = book()
    life = known.life(hash)
    return known.standing(life, day or today(life.version)) if life else None


def today(version: Version) -> date:
    """Today in the agreement's time zone."""
    return datetime.now(ZoneInfo(version.head.zone)).date()


def days_now(version: Version) -> tuple[date, date]:
    """Which day it is, by the agreement's time zone and by this node's: the earlier, and the later. A person means either."""
    found = sorted((today(version), timezone.localdate(timezone=timezone.get_default_timezone())))
    return found[0], found[1]


def lives_between(*institutions: str) -> tuple[Life, ...]:
    """Every version that all its parties have signed and to which all these institutions are parties, in one order on every node.

    Also what has not begun or has ended: a refusal names the clause that comes nearest.
    """
    return _between(book(), institutions)


def _between(known: Book, institutions: Collection[str]) -> tuple[Life, ...]:
    wanted = frozenset(institutions)
    if wanted not in known.of_day:
        known.of_day[wanted] = tuple(
            life
            for line in sorted(known.lines.values(), key=lambda line: (line.agreement, line.number, line.hash))
            if known.complete(line.hash)
            and wanted <= known.parties_of(line.hash).keys()
            and (life := known.life(line.hash))
        )
    found: tuple[Life, ...] = known.of_day[wanted]
    return found


def in_force(institutions: Collection[str], day: date, *, running: bool = False) -> tuple[Life, ...]:
    """Of those, the ones in force that day; with `running` also those under which running cases go on."""
    known = book()
    return tuple(life for life in _between(known, institutions) if _allows(known.standing(life, day), running=running))


def _allows(now: Standing, *, running: bool) -> bool:
    return now.running_cases if running else now.new_cases


def reaches_on(day: date) -> Reaches:
    """Every clause on sharing as it stands that day, with its parties by prefix: what `sharing.decide` asks.

    Kept until an agreement changes, so that many records are decided with one reading.
    """
    known = book()
    if ("reaches", day) not in known.of_day:
        lives = [life for hash in known.lines if known.complete(hash) and (life := known.life(hash))]
        found = sharing_on(lives, day)
        known.of_day["reaches", day] = Reaches(tuple(
            replace(reach, givers=_prefixes(reach.givers), parties=_prefixes(reach.parties)) for reach in found.listed
        ))  # fmt: skip
    reaches: Reaches = known.of_day["reaches", day]
    return reaches


def _prefixes(parties: Collection[str]) -> frozenset[str]:
    """Institutions by prefix; a party that is none here keeps its identifier, which is nobody's prefix."""
    known = book()
    return frozenset(known.institution_of(party) or f"?{party}" for party in parties)


def party_in(hash: str, institution: str) -> str:
    """What the text with this hash calls an institution; "" where that is no party."""
    return book().parties_of(hash).get(institution, "")


def institution_in(party: str) -> str:
    """The prefix of the institution that texts call so; "" where none is known here."""
    return book().institution_of(party)


def clauses_in_force(kind: ClauseKind, institutions: Collection[str], day: date) -> tuple[tuple[Life, Clause], ...]:
    """The clauses of a kind under which something may begin between these institutions that day."""
    return tuple(
        (life, clause)
        for life in in_force(institutions, day)
        for clause in life.version.of_kind(kind)
        if clause_counts(life, clause.number, day, new=True)
    )


def clause_in_force(hash: str, number: str, day: date, *, new: bool = True) -> Clause | Fault:
    """The clause, if a new case (else: one that runs) may rest on it that day; otherwise the refusal, which quotes it.

    NotFound ``agreement.unknown``, ``agreement.no_clause``; NotAllowed ``clause.suspended``, ``clause.not_signed``,
    ``clause.not_yet``, ``clause.ended``.
    """
    life = life_of(hash)
    if life is None:
        return NotFound("agreement.unknown", "There is no agreement with the hash {hash} here.", hash=hash[:64] or "—")
    clause = life.version.clause(number)
    if clause is None:
        return NotFound(
            "agreement.no_clause",
            "“{agreement}” has no clause {clause}.",
            agreement=title_of(life.version),
            clause=number[:20],
        )
    if clause_counts(life, number, day, new=new):
        return clause
    return _refusal(life, clause, day)


def _refusal(life: Life, clause: Clause, day: date) -> NotAllowed:
    now = standing(life, day)
    facts = {
        "clause": clause.number,
        "named": in_language(clause.title, life.version),
        "agreement": title_of(life.version),
        "day": day.isoformat(),
    }
    if now.state in _ENDED and now.last is not None:
        return NotAllowed(
            "clause.ended", "Clause {clause} “{named}” of “{agreement}” ended on {last}; on {day} nothing can rest on it.",
            last=now.last.isoformat(), **facts,
        )  # fmt: skip
    if now.state in (State.NOT_YET, State.CONDITIONS):
        return NotAllowed(
            "clause.not_yet", "Clause {clause} “{named}” of “{agreement}” is not in force yet on {day}.", **facts
        )
    if now.state in (State.IN_FORCE, State.SUSPENDED):
        return NotAllowed(
            "clause.suspended", "Clause {clause} “{named}” of “{agreement}” is suspended on {day}.", **facts
        )
    return NotAllowed(
        "clause.not_signed",
        "“{agreement}”, with clause {clause} “{named}”, is not signed by all parties on {day}.",
        **facts,
    )


def title_of(version: Version) -> str:
    """Its title in the reader's language, or in the first of its own."""
    return in_language(version.head.title, version)


def in_language(words: "Collection[str] | dict[str, str]", version: Version) -> str:
    """Words of a text in the reader's language, or in the text's first one."""
    assert isinstance(words, dict)
    return str(words.get(language_here()) or words[version.head.languages[0]])


def ending(lives: Collection[Life], day: date, *, within: date) -> Iterator[tuple[Life, Standing]]:
    """Those that are in force and whose last day comes by `within`."""
    known = book()
    for life in lives:
        now = known.standing(life, day)
        if now.new_cases and now.last is not None and now.last <= within:
            yield life, now
