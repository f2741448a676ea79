"""The count of a clause's places as it stands here: the same on every node that holds the same lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Count as Total
from django.db.models import Max, QuerySet

from jointlab.agreements.clauses import Clause
from jointlab.agreements.kinds import PLACES
from jointlab.agreements.life import State
from jointlab.agreements.models import AgreementVersion
from jointlab.agreements.periods import period_of
from jointlab.agreements.places import Act, Count, Entry, Rules, balance
from jointlab.agreements.queries.book import Book, book
from jointlab.agreements.queries.lives import institution_in, lives_between, today, version_named
from jointlab.agreements.versions import Version
from jointlab.cases.models import Case
from jointlab.cases.queries import instances_of, node_of
from jointlab.errors import BadInput, NotFound
from jointlab.history.identifiers import home
from jointlab.mobility.counting import Hold, Wanted, wanted
from jointlab.mobility.models import PlaceEntry
from jointlab.mobility.process import MOBILITY, RECEIVING, SENDING
from jointlab.processes import Instance


@dataclass(frozen=True)
class Places:
    """Where a clause's places stand in one period, in its unit."""

    period: str
    limit: Fraction  # what was carried over included
    used: Fraction
    reserved: Fraction  # reserved or committed
    left: Fraction
    asked: Fraction  # by cases that the counting node has not numbered yet


@dataclass(frozen=True)
class Way:
    """A clause on places, and whom it leads where."""

    version: Version
    clause: Clause
    source: str  # institution that sends
    target: str
    counted_by: str  # institution


@dataclass(frozen=True)
class Line(Way):
    """A clause on places with its count, for pages and reports."""

    now: Places  # of the period of today
    periods: tuple[Places, ...]  # every one in which something stands, the latest first

    @property
    def focus(self) -> Places:
        """The period to look at: today's, or the next one in which something stands where nothing does today."""
        if self.now.used or self.now.reserved or self.now.asked:
            return self.now
        return min(
            (one for one in self.periods if one.period > self.now.period), key=lambda one: one.period, default=self.now
        )


def places_clause(hash: str, number: str) -> Clause:
    """The clause. Raises NotFound ``agreement.unknown``, ``agreement.no_clause``, BadInput ``places.other_kind``."""
    version = version_named(hash)
    if version is None:
        raise NotFound("agreement.unknown", "There is no agreement with the hash {hash} here.", hash=hash[:64] or "—")
    clause = version.clause(number)
    if clause is None or clause.kind is not PLACES:
        raise BadInput("places.other_kind", "Clause {clause} grants no places.", field="clause", clause=number[:20])
    return clause


def counting_institution(clause: Clause) -> str:
    """The institution whose node counts: the receiving side's unless the clause names another; "" where unknown here."""
    return institution_in(clause.word("counted_by") or clause.word("to"))


def counts_here(clause: Clause) -> bool:
    """Whether this node writes the lines."""
    institution = counting_institution(clause)
    return bool(institution) and node_of(institution) == home()


def count_of(hash: str, number: str) -> Count:
    """The count of a clause under the limit of this version, over all versions of the agreement."""
    clause = places_clause(hash, number)
    version = version_named(hash)
    assert version is not None, "its clause was found"
    rows = PlaceEntry.objects.filter(agreement=version.head.agreement, clause=number).order_by("number")
    return recounted(Rules.of(clause), rows.defer("at", "by", "home"))  # pages count long lists; days take long to read


def rows_of(agreement: str, number: str) -> list[PlaceEntry]:
    """The lines of a count in their order."""
    return list(PlaceEntry.objects.filter(agreement=agreement, clause=number).order_by("number"))


def recounted(rules: Rules, rows: Iterable[PlaceEntry]) -> Count:
    """Every line judged by the version that it names; then this version's limit."""
    count = Count(rules)
    known: dict[str, Rules] = {}
    for row in rows:
        if row.version not in known:
            known[row.version] = Rules.of(places_clause(row.version, row.clause))
        count.rules = known[row.version]
        count.add(entry_of(row), by=count.rules.counted_by)
    count.rules = rules
    return count


def entry_of(row: PlaceEntry) -> Entry:
    """A row as the count knows it."""
    return Entry(row.number, Act(row.act), row.period, Fraction(row.amount), row.case, row.source)


def places_of(hash: str, number: str, period: str) -> Places:
    """Limit, used, reserved, left and asked of one period. Raises as `places_clause`."""
    count = count_of(hash, number)
    return _places(count, period, asked_of(hash, number, count))


def asked_of(hash: str, number: str, count: Count) -> dict[str, Fraction]:
    """By period, what cases ask for that the count does not hold yet."""
    asked: dict[str, Fraction] = {}
    clause, version = places_clause(hash, number), version_named(hash)
    assert version is not None, "its clause was found"
    cases = open_cases(hash, number).only("id", "head", "process")
    for case, wish in wishes_of(cases, version, clause).items():
        for period, amount in wish.amounts.items():
            more = amount - count.of_case(case, period).total
            if more > 0:
                asked[period] = asked.get(period, Fraction(0)) + more
    return asked


def open_cases(hash: str, number: str) -> "QuerySet[Case]":
    """Cases under a clause of any version of the agreement that go on, the first nominated first."""
    rows = Case.objects.filter(process=MOBILITY.name, clause=number, agreement__in=versions_of(hash), ended=False)
    return rows.order_by("opened_at", "id")


def versions_of(hash: str) -> list[str]:
    """The hashes of all versions of the agreement that this one is a version of."""
    same = AgreementVersion.objects.filter(hash=hash).values("agreement")
    return list(AgreementVersion.objects.filter(agreement__in=same).values_list("hash", flat=True).distinct())


def wishes_of(cases: Iterable[Case], version: Version, clause: Clause) -> dict[str, Wanted]:
    """What each case ought to hold under a clause of a version. Only a case that has moved since the last look is replayed."""
    listed, known = list(cases), book()  # asked once: inside a transaction it looks each time whether it still holds
    memo = known.of_day.setdefault(("wishes", version.hash, clause.number), {})
    moved = [case for case in listed if memo.get(case.pk, ("",))[0] != case.head]
    instances = instances_of(moved)
    memo.update({case.pk: (case.head, wish_of(instances[case.pk], clause, known)) for case in moved})
    return {case.pk: memo[case.pk][1] for case in listed}


def wish_of(instance: Instance, clause: Clause, known: Book) -> Wanted:
    """What a case ought to hold under a clause; nothing where what it says cannot be counted."""
    sides = instance.parties
    parties = known.parties_of(instance.standing[0].form.get("agreement", ""))
    try:
        return wanted(
            instance, clause, source=parties.get(sides[SENDING], ""), target=parties.get(sides[RECEIVING], "")
        )
    except (ValueError, BadInput):
        return Wanted(Hold.NONE, {})


def place_of_case(case: Case) -> "tuple[Places, bool] | None":
    """The places of the first period of the case, and whether the count holds all that it needs; None where unknown."""
    try:
        clause = places_clause(case.agreement, case.clause)
        count = count_of(_latest(case.agreement, case.clause), case.clause)
    except (NotFound, BadInput):
        return None
    wish = wish_of(instances_of([case])[case.id], clause, book())
    if not wish.amounts:
        return None
    held = all(count.of_case(case.id, period).total >= amount for period, amount in wish.amounts.items())
    return _places(count, min(wish.amounts), asked_of(case.agreement, case.clause, count)), held


def _latest(hash: str, number: str) -> str:
    """The version that all have signed last and that still has the clause: its limit is the one that counts."""
    life = book().life(hash)
    while life is not None and life.successor is not None and life.successor.version.clause(number) is not None:
        life = life.successor
    return life.version.hash if life is not None else hash


def ways_in_force(institution: str) -> list[Way]:
    """Every clause on places that counts today, of agreements of this institution; the own outgoing ones first."""
    known, lives = book(), lives_between(institution)
    return _ways(institution, (life.version for life in lives if known.standing(life, today(life.version)).new_cases))


def lines_in_run_off(institution: str) -> list[Line]:
    """Those that count today for what runs alone, of agreements that have ended: the last version of each."""
    last: dict[str, Version] = {}
    going_on, known = set(), book()
    for life in lives_between(institution):  # the versions of an agreement come in their order
        now, agreement = known.standing(life, today(life.version)), life.version.head.agreement
        if now.state is State.RUN_OFF:
            last[agreement] = life.version
        if now.new_cases:
            going_on.add(agreement)
    return [line_of(way) for way in _ways(institution, (one for name, one in last.items() if name not in going_on))]


def _ways(institution: str, versions: Iterable[Version]) -> list[Way]:
    found = [_way(version, clause) for version in versions for clause in version.of_kind(PLACES)]
    return sorted(found, key=lambda way: (way.source != institution, way.version.head.agreement, way.clause.number))


def lines_in_force(institution: str, *, most: int | None = None) -> list[Line]:
    """The same with their counts; of the first `most` only, for pages that show no more."""
    return [line_of(way) for way in ways_in_force(institution)[:most]]


def lines_of(version: Version) -> list[Line]:
    """Every clause on places of one version with its count, whether it counts today or not."""
    return [line_of(_way(version, clause)) for clause in version.of_kind(PLACES)]


def balances(lines: Iterable[Line]) -> list[tuple[Line, Line, Fraction]]:
    """Of each two clauses of one agreement that lead there and back: by how much the first way is ahead today."""
    listed = list(lines)
    found = []
    for place, one in enumerate(listed):
        for other in listed[place + 1 :]:
            same = one.version.hash == other.version.hash and one.clause.word("unit") == other.clause.word("unit")
            if same and (one.source, one.target) == (other.target, other.source) and one.now.period == other.now.period:
                there, back = (count_of(line.version.hash, line.clause.number) for line in (one, other))
                found.append((one, other, balance(there, back, one.now.period)))
    return found


def line_of(way: Way) -> Line:
    """A clause with its count as of today."""
    hash, number = way.version.hash, way.clause.number
    count = _count_to_read(way.version, number)
    asked = asked_of(hash, number, count)
    now = period_of(way.clause, today(way.version))
    periods = sorted({entry.period for entry in count.entries} | asked.keys(), reverse=True)
    return Line(
        **vars(way), now=_places(count, now, asked), periods=tuple(_places(count, period, asked) for period in periods)
    )


def _count_to_read(version: Version, number: str) -> Count:
    """As `count_of`, counted again only when a line has come; nobody adds to it."""
    rows = PlaceEntry.objects.filter(agreement=version.head.agreement, clause=number)
    mark = tuple(rows.aggregate(many=Total("pk"), last=Max("number"), one=Max("pk")).values())
    memo = book().of_day.setdefault("counts", {})
    kept = memo.get((version.hash, number))
    if kept is None or kept[0] != mark:
        kept = memo[version.hash, number] = mark, count_of(version.hash, number)
    found: Count = kept[1]
    return found


def _way(version: Version, clause: Clause) -> Way:
    memo = book().of_day.setdefault("ways", {})
    key = version.hash, clause.number
    if key not in memo:
        source, target = institution_in(clause.word("from")), institution_in(clause.word("to"))
        memo[key] = Way(version, clause, source, target, counting_institution(clause))
    found: Way = memo[key]
    return found


def _places(count: Count, period: str, asked: dict[str, Fraction]) -> Places:
    used, taken = count.used(period), count.taken(period)
    return Places(period, count.limit(period), used, taken - used, count.left(period), asked.get(period, Fraction(0)))
