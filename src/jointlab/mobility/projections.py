"""Records of this room become rows: lines of the count. A line that breaks the clause is no row, whoever writes it."""

from collections.abc import Iterable

from jointlab.agreements.places import Rules
from jointlab.agreements.queries.book import book
from jointlab.agreements.queries.lives import version_named
from jointlab.cases.queries import node_of
from jointlab.errors import BadInput, NotAllowed
from jointlab.history.identifiers import home
from jointlab.history.logs import members, own_name
from jointlab.history.models import Entry
from jointlab.history.registry import Recorded, RecordType, Sharing, register_sharing
from jointlab.history.registry import register as register_types
from jointlab.mobility.models import Mobility, PlaceEntry
from jointlab.mobility.queries.places import counting_institution, places_clause, recounted, rows_of
from jointlab.mobility.records import PlaceEntryRecord


def apply_entry(recorded: Recorded, body: PlaceEntryRecord) -> None:
    """A line, once, after the one before it.

    Raises NotAllowed ``places.counted_elsewhere`` for a line of a node that does not count, Conflict ``places.stale`` for
    one with another number than the next, and BadInput ``places.*`` for one that the clause does not allow.
    """
    if recorded.rev > 1:
        return
    clause, version = places_clause(body.version, body.clause), version_named(body.version)
    if version is None or version.head.agreement != body.agreement:
        raise BadInput("places.line", "Line {number} of the count is not a whole one.", number=body.number)
    if recorded.home != home() and recorded.home != counting_institution(clause):
        raise NotAllowed(
            "places.counted_elsewhere", "The places of clause {clause} are counted by “{party}”; ask there.",
            clause=clause.number, party=counting_institution(clause),
        )  # fmt: skip
    count = recounted(Rules.of(clause), rows_of(body.agreement, body.clause))
    count.add(body.entry(), by=count.rules.counted_by)
    PlaceEntry.objects.update_or_create(id=recorded.id, defaults={
        "agreement": body.agreement, "clause": body.clause, "number": body.number, "version": body.version, "act": body.act,
        "period": body.period, "amount": body.amount[:40], "case": body.case, "source": body.source, "by": body.by[:80],
        "home": recorded.home, "at": recorded.at,
    })  # fmt: skip


def _needs(body: PlaceEntryRecord) -> Iterable[str]:
    return (body.rests_on,)


def places_rule(partnership: str) -> Sharing:
    """Our lines go to the partnership of the agreement's parties, where its text is too: whoever shares places can count."""
    log = own_name(partnership)
    told = Entry.objects.filter(log=log, source__isnull=False).values("record")
    rows = PlaceEntry.objects.filter(home=home()).exclude(id__in=told)
    due: set[str] = set()
    for hash in rows.values_list("version", flat=True).distinct():
        if set(members(partnership)) == _nodes_of(hash):
            due.update(rows.filter(version=hash).values_list("id", flat=True))
    return Sharing(frozenset(due))


def _nodes_of(hash: str) -> set[str]:
    return {node_of(prefix) for prefix in book().parties_of(hash)}


def register() -> None:
    """Called once when the program starts."""
    register_types(
        RecordType("place-entry/1", PlaceEntryRecord, apply_entry, needs=_needs), tables=(PlaceEntry, Mobility)
    )
    register_sharing(places_rule)
