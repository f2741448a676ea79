"""Whether a text exceeds the one above it: its parties, its end, and each clause against the clause under which it stands.

A framework that is silent on something limits nothing there. Where it has clauses of a kind, a clause of that kind below
names the one under which it stands, and grants no more.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from jointlab.agreements.clauses import Clause
from jointlab.agreements.kinds import CONDITION, DURATION, EARLIER, ENTERPRISES, FREE, PARENT, Bound, Term
from jointlab.agreements.values import Choice
from jointlab.agreements.versions import Version
from jointlab.errors import BadInput

_UNBOUND: Final = (FREE, DURATION, CONDITION, EARLIER, PARENT)  # these say how the text itself lives


@dataclass(frozen=True)
class Sibling:
    """Another text under the same parent, with the days on which it is in force; None where that is open."""

    version: Version
    first: date | None
    last: date | None


def exceeding(child: Version, parent: Version, siblings: Sequence[Sibling] = ()) -> tuple[BadInput, ...]:
    """Everything in which `child` goes beyond `parent`, each with the numbers of both clauses; nothing for a sound one.

    `siblings` are the other texts under this parent, for what all of them share; another version of the child is none.
    """
    return (*_whose(child, parent), *_dates(child, parent), *_clauses(child, parent, siblings))


def _whose(child: Version, parent: Version) -> Iterator[BadInput]:
    named = child.head.parent
    if named is None or named.agreement != parent.head.agreement or named.version != parent.hash:
        yield BadInput("agreement.other_parent", "This text does not stand under version {number} of that agreement.", number=parent.head.number)  # fmt: skip
    above = {party.id for party in parent.head.parties}
    open_to_enterprises = bool(parent.of_kind(ENTERPRISES))
    for party in child.head.parties:
        if party.id not in above and not (party.role == "enterprise" and open_to_enterprises):
            yield BadInput(
                "agreement.stranger", "“{party}” is no party of the agreement above; those are: {known}.",
                party=party.id, known=", ".join(sorted(above)),
            )  # fmt: skip


def _dates(child: Version, parent: Version) -> Iterator[BadInput]:
    """A text that falls with the one above may not promise a day that the one above does not reach."""
    falls = any(clause.word("on_end") == "falls" for clause in child.of_kind(PARENT))
    last, limit = child.duration.day("ends"), parent.duration.day("ends")
    if falls and limit and last and last > limit:
        yield BadInput(
            "agreement.outlives",
            "By clause {clause} it lasts until {day}, but the agreement above ends on {limit} and this text falls with it. "
            "Name an earlier day, or say in its own clause that it runs on.",
            clause=child.duration.number, day=last.isoformat(), limit=limit.isoformat(),
        )  # fmt: skip


def _clauses(child: Version, parent: Version, siblings: Sequence[Sibling]) -> Iterator[BadInput]:
    for clause in child.clauses:
        bounding = [] if clause.kind in _UNBOUND else list(parent.of_kind(clause.kind))
        above = next((one for one in bounding if one.number == clause.under), None)
        if above is not None:
            yield from _terms(clause, above)
        elif bounding or clause.under:
            yield BadInput(
                "agreement.under_which", "Clause {clause} must say under which clause of the agreement above it stands: {known}.",
                clause=clause.number, known=", ".join(one.number for one in bounding) or "—",
            )  # fmt: skip
    for above in parent.clauses:
        yield from _sums(child, above, siblings)


def _terms(clause: Clause, above: Clause) -> Iterator[BadInput]:
    for term in clause.kind.terms:
        if _goes_beyond(term, clause.terms.get(term.name), above.terms.get(term.name)):
            yield BadInput(
                "agreement.exceeds",
                "Clause {clause}, {term}: {found} goes beyond clause {above} of the agreement above, which says: {limit}.",
                clause=clause.number, term=term.title, above=above.number,
                found=_shown(clause.terms.get(term.name)), limit=_shown(above.terms.get(term.name)),
            )  # fmt: skip


def _goes_beyond(term: Term, found: object, limit: object) -> bool:
    if term.bound is Bound.FREE or found == limit:
        return False
    if term.bound is Bound.SAME:
        return True
    if limit is None:  # nothing is limited above
        return False
    if found is None:  # nothing is limited below
        return True
    if term.bound is Bound.WITHIN:
        assert isinstance(found, list) and isinstance(limit, list), "sets are lists"
        return not set(found) <= set(limit)
    more = _rank(term, found) > _rank(term, limit)
    return more if term.bound is Bound.AT_MOST else not more


def _rank(term: Term, value: object) -> Decimal:
    """The place of a value among those it is compared with: choices from the narrowest, days, numbers."""
    if isinstance(term.kind, Choice):
        return Decimal(term.kind.options.index(str(value)))
    text = str(value)
    return Decimal(date.fromisoformat(text).toordinal()) if "-" in text else Decimal(text)


def _sums(child: Version, above: Clause, siblings: Sequence[Sibling]) -> Iterator[BadInput]:
    """What all texts under one clause grant at the same time, together."""
    for term in above.kind.terms:
        limit = above.terms.get(term.name)
        own = _granted(child, above, term) if term.shared and limit is not None else Decimal(0)
        if not own:
            continue
        duration = child.duration
        others = [one for one in siblings if one.version.head.agreement != child.head.agreement]
        total = own + _largest(
            duration.day("begins"), duration.day("ends"), [(one, _granted(one.version, above, term)) for one in others]
        )
        alone = total == own and len(_under(child, above)) == 1  # then the clause itself was compared already
        if total > Decimal(str(limit)) and not alone:
            yield BadInput(
                "agreement.exceeds_together",
                "All texts under clause {above} of the agreement above would grant {total} together ({term}); it allows {limit}.",
                above=above.number, total=f"{total.normalize():f}", term=term.title, limit=_shown(limit),
            )  # fmt: skip


def _under(version: Version, above: Clause) -> list[Clause]:
    return [clause for clause in version.of_kind(above.kind) if clause.under == above.number]


def _granted(version: Version, above: Clause, term: Term) -> Decimal:
    return sum((Decimal(str(clause.terms.get(term.name, 0))) for clause in _under(version, above)), Decimal(0))


def _largest(first: date | None, last: date | None, others: Iterable[tuple[Sibling, Decimal]]) -> Decimal:
    """The largest sum of what others grant on any one day from `first` to `last`."""
    begin, end = first or date.min, last or date.max
    within = [
        (max(one.first or date.min, begin), one.last or date.max, amount)
        for one, amount in others
        if (one.first or date.min) <= end and (one.last or date.max) >= begin
    ]
    return max(
        (sum((a for f, t, a in within if f <= day <= t), Decimal(0)) for day, _, _ in within), default=Decimal(0)
    )


def _shown(value: object) -> str:
    if value is None:
        return "—"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
