"""The count is kept: lines that follow from where the cases stand are written by the node that counts, by itself.

A nomination that was made at the other node is only asked for until this node has numbered it; so no two nodes ever spend
one place. The first nominated are numbered first. Who gets none stays asked for, and is numbered when a place is free.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from jointlab.agreements.models import AgreementVersion
from jointlab.agreements.places import Act, Count, Entry, Rules, refusal
from jointlab.agreements.queries.lives import version_named
from jointlab.agreements.versions import Version
from jointlab.cases.models import Case
from jointlab.errors import BadInput, Fault, NotAllowed, NotFound
from jointlab.history.identifiers import home, new_id
from jointlab.history.logs import hold_house
from jointlab.history.operations import write
from jointlab.mobility.counting import NOT_BEGUN, Wanted, lines
from jointlab.mobility.process import MOBILITY
from jointlab.mobility.queries.places import (
    count_of,
    counting_institution,
    counts_here,
    open_cases,
    places_clause,
    versions_of,
    wishes_of,
)
from jointlab.mobility.records import PlaceEntryRecord
from jointlab.people.actors import Actor, Right

_LATELY: Final = timedelta(2)  # what ended since may not be counted yet


@transaction.atomic
def count_clause(hash: str, number: str, *, only_look: bool = False) -> Mapping[str, Fault]:
    """Write what is missing in the count of a clause, for all its cases. What could not be given, by case.

    Nothing where another node counts. `hash` names any version of the agreement: each case is judged by its own. With
    `only_look` nothing is written.
    """
    if not counts_here(places_clause(hash, number)):
        return {}
    hold_house()  # one counts at a time
    count = count_of(hash, number)
    refused: dict[str, Fault] = {}
    cases = _to_count(hash, number, count)
    ruled = {one: _Ruled.of(one, number, cases) for one in {case.agreement for case in cases}}
    for case in cases:
        by = ruled[case.agreement]
        count.rules = by.rules
        done = lines(count, case.id, by.wishes[case.id], by=count.rules.counted_by)
        for entry in done.entries if not only_look else ():
            _write(by.version, number, entry)
        if done.fault is not None:
            refused[case.id] = done.fault
    return refused


def keep_counts() -> int:
    """Every clause that is counted here, for what a crash or an older program left uncounted; how many were looked at."""
    fresh = Q(ended=False) | Q(moved_at__gte=timezone.now() - _LATELY)
    pairs = Case.objects.filter(fresh, process=MOBILITY.name).values_list("agreement", "clause").distinct()
    looked = 0
    for hash, number in pairs:
        try:
            count_clause(hash, number)
        except (NotFound, BadInput):  # a partner's case under a clause that is not here yet
            continue
        looked += 1
    return looked


_due: set[tuple[str, str]] = set()


def count_soon(hash: str, number: str) -> None:
    """When the transaction that moved a case is over: then the count follows. Fails without harm; `keep_counts` tries again."""
    _due.add((hash, number))
    transaction.on_commit(partial(_count_due, hash, number), robust=True)


def _count_due(hash: str, number: str) -> None:
    if (hash, number) not in _due:
        return  # many cases moved at once
    _due.discard((hash, number))
    try:
        count_clause(hash, number)
    except (NotFound, BadInput):
        return


@transaction.atomic
def adjust(actor: Actor, *, hash: str, clause: str, period: str, amount: str, source: str = "") -> Entry:
    """Change what is granted in a period, or carry over unused places of another, `source`; on the node that counts.

    Raises NotAllowed ``people.no-right``, ``places.counted_elsewhere``, BadInput ``places.line``, ``places.carry_over``.
    """
    actor.require(Right.ADMINISTER if not source else Right.WRITE)
    found, version = places_clause(hash, clause), version_named(hash)
    assert version is not None, "its clause was found"
    if not counts_here(found) or actor.institution != counting_institution(found):
        raise NotAllowed(
            "places.counted_elsewhere", "The places of clause {clause} are counted by “{party}”; ask there.",
            clause=clause, party=counting_institution(found) or found.word("to"),
        )  # fmt: skip
    hold_house()
    count = count_of(hash, clause)
    record = _record(
        version,
        clause,
        Entry(len(count.entries) + 1, Act.ADJUST, period, count.rules.limit, "", source),
        amount=amount,
        by=actor.person,
    )
    entry = record.entry()
    fault = refusal(count, entry, by=count.rules.counted_by)
    if fault is not None:
        raise fault
    write(type="place-entry/1", id=new_id(), body=record, expected_rev=0)
    count_soon(hash, clause)
    return entry


@dataclass(frozen=True)
class _Ruled:
    """Cases under one version of a clause."""

    version: Version
    rules: Rules
    wishes: Mapping[str, Wanted]  # by case

    @classmethod
    def of(cls, hash: str, number: str, cases: Iterable[Case]) -> "_Ruled":
        version, clause = version_named(hash), places_clause(hash, number)
        assert version is not None, "its clause was found"
        under = [case for case in cases if case.agreement == hash]
        return cls(version, Rules.of(clause), wishes_of(under, version, clause))


def _to_count(hash: str, number: str, count: Count) -> list[Case]:
    """Cases that have ended and still hold something first, then those that go on, in the order of their nomination."""
    holding = {entry.case for entry in count.entries if entry.case and count.runs(entry.case)}
    under = Case.objects.filter(id__in=holding, ended=True, clause=number, agreement__in=versions_of(hash))
    over = under.filter(Q(state__in=NOT_BEGUN) | Q(id__in={case for case in holding if _firm_not_used(count, case)}))
    return [*over.order_by("opened_at", "id"), *open_cases(hash, number)]


def _firm_not_used(count: Count, case: str) -> bool:
    periods = {entry.period for entry in count.entries if entry.case == case}
    held = [count.of_case(case, period) for period in periods]
    return any(one.reserved or one.committed for one in held)


def _write(version: Version, number: str, entry: Entry) -> None:
    write(type="place-entry/1", id=new_id(), body=_record(version, number, entry), expected_rev=0)


def _record(version: Version, number: str, entry: Entry, *, amount: str = "", by: str = "") -> PlaceEntryRecord:
    return PlaceEntryRecord(
        agreement=version.head.agreement, version=version.hash, clause=number, number=entry.number, act=entry.act.value,
        period=entry.period, amount=amount or str(entry.amount), rests_on=_record_of(version.hash), case=entry.case,
        source=entry.source, by=by,
    )  # fmt: skip


def _record_of(hash: str) -> str:
    """The record of a version, our own where there is one."""
    rows = AgreementVersion.objects.filter(hash=hash).order_by("id").values_list("id", flat=True)
    own = [id for id in rows if id.startswith(f"{home()}:")]
    return (own or list(rows))[0]
