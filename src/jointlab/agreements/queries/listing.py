"""Agreements that a person may see: those of the own house, each with its versions, their cases and where they stand today."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from jointlab.agreements.life import Standing, State
from jointlab.agreements.models import AgreementCase, AgreementVersion, Clearance
from jointlab.agreements.queries.book import Book, book, version_of
from jointlab.agreements.queries.lives import title_of, today
from jointlab.agreements.versions import Version
from jointlab.cases.models import Case
from jointlab.cases.queries import visible_cases
from jointlab.errors import NotFound
from jointlab.people.actors import Actor, Right

_OPEN = frozenset({State.IN_FORCE, State.SUSPENDED})


@dataclass(frozen=True)
class Entry:
    """One version, as a list shows it."""

    version: Version
    hash: str
    title: str  # in the reader's language
    number: int
    rank: str
    parties: tuple[str, ...]  # prefixes of the institutions that are known here
    standing: Standing
    case: Case | None  # in which it came about; None for a text that another one replaced before it was signed

    @property
    def state(self) -> State:
        """Today's."""
        return self.standing.state


@dataclass(frozen=True)
class Agreement:
    """All versions of one agreement, the latest first."""

    id: str
    versions: tuple[Entry, ...]

    @property
    def current(self) -> Entry:
        """The version that counts today; where none does, the latest that was signed; else the latest on a table."""
        in_force = (one for one in self.versions if one.state in _OPEN)
        signed = (one for one in self.versions if one.standing.first is not None)
        return next(in_force, None) or next(signed, None) or self.versions[0]

    @property
    def pending(self) -> tuple[Entry, ...]:
        """Versions under way beside it."""
        waiting = (State.UNSIGNED, State.PARTLY_SIGNED)
        return tuple(
            one
            for one in self.versions
            if one is not self.current and one.state in waiting and one.case and not one.case.ended
        )


def agreements(actor: Actor, *, day: date | None = None) -> list[Agreement]:
    """Every agreement that the person's house is a party to, or that lies on a table before it; by title."""
    known = book()
    found: dict[str, list[Entry]] = {}
    cases = Case.objects.select_related("waits").in_bulk(
        [course.case for courses in known.courses.values() for course in courses]
    )
    for hash, line in known.lines.items():
        if _may_see(actor, known, hash) and hash in known.courses:  # of texts that were replaced the case tells
            found.setdefault(line.agreement, []).append(_entry(known, hash, cases, day))
    listed = [
        Agreement(id, tuple(sorted(entries, key=lambda one: (-one.number, one.hash)))) for id, entries in found.items()
    ]
    return sorted(listed, key=lambda one: (one.current.title, one.id))


def running_under(actor: Actor, listed: Iterable[Agreement]) -> Counter[str]:
    """How many cases that the person may know of run under each agreement, by its id, whichever version they began under; one query."""
    of_version = {entry.hash: agreement.id for agreement in listed for entry in agreement.versions}
    rows = visible_cases(actor).filter(ended=False, agreement__in=list(of_version))
    found: Counter[str] = Counter()
    for hash, cases in rows.order_by().values_list("agreement").annotate(Count("pk", distinct=True)):
        found[of_version[hash]] += cases
    return found


def agreement_by_hash(actor: Actor, hash: str, *, day: date | None = None) -> Entry:
    """One version. Raises NotFound ``agreement.unknown`` also for what this person may not see."""
    version_for(actor, hash)
    known = book()
    course = known.course_of(hash)
    cases = Case.objects.select_related("waits").in_bulk([course.case] if course else [])
    return _entry(known, hash, cases, day)


def version_for(actor: Actor, hash: str) -> Version:
    """The text with this hash. Raises NotFound ``agreement.unknown`` also for what this person may not see."""
    known = book()
    if not _may_see(actor, known, hash):
        raise NotFound("agreement.unknown", "There is no agreement with the hash {hash} here.", hash=hash[:64] or "—")
    return version_of(hash)


def versions_of_case(actor: Actor, case: Case) -> list[AgreementVersion]:
    """Every text that was put on the table in a case, in the order in which they came."""
    from jointlab.agreements.step_names import PROPOSING
    from jointlab.cases.queries import case_by_id, steps_of

    case_by_id(actor, case.pk)
    steps = (step for step in steps_of(case) if step.step in PROPOSING and step.number)
    hashes = list(dict.fromkeys(step.form.get("version", "") for step in steps))
    rows = {row.hash: row for row in AgreementVersion.objects.filter(hash__in=hashes).order_by("-id")}
    return [rows[hash] for hash in hashes if hash in rows]


def version_on_table(case: Case) -> str:
    """The hash of the text that a case is about now; "" for none."""
    if found := book().on_table.get(case.pk):
        return found
    row = AgreementCase.objects.filter(id=case.pk).first()  # nothing of it stands
    return row.version if row else ""


def clearances(actor: Actor, case: Case) -> list[Clearance]:
    """What the own house noted when it cleared the text; the partner sees none of it."""
    from jointlab.cases.queries import party_of

    party = party_of(actor, case)
    if not party or Right.READ not in actor.rights:
        return []
    return list(Clearance.objects.filter(case=case.pk, party=party).select_related("by").order_by("at", "id"))


def _may_see(actor: Actor, known: Book, hash: str) -> bool:
    return Right.READ in actor.rights and hash in known.lines and actor.institution in known.parties_of(hash)


def _entry(known: Book, hash: str, cases: dict[str, Case], day: date | None) -> Entry:
    version, course, life = version_of(hash), known.course_of(hash), known.life(hash)
    assert life is not None, "a line has a life"
    return Entry(
        version=version, hash=hash, title=title_of(version), number=version.head.number, rank=version.head.rank,
        parties=tuple(known.parties_of(hash)), standing=known.standing(life, day or today(version)), case=cases.get(course.case) if course else None,
    )  # fmt: skip
