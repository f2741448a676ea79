"""Entries of a shared log, made of those of the house log. The caller holds the house log."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from jointlab.history.identifiers import home
from jointlab.history.logs import HOUSE, log_name
from jointlab.history.models import Entry, Log, NamedBlob, Record
from jointlab.history.operations import append_many, now, time_text
from jointlab.history.registry import from_plain, record_type
from jointlab.ledger.entries import Entry as Line
from jointlab.ledger.entries import Op, seal, unseal

_BATCH = 500  # record ids in one statement


@dataclass(frozen=True)
class Standing:
    """Where a record stands in a log."""

    position: int | None = None  # of its last entry; None when there is none
    op: str = ""
    source: int | None = None

    @property
    def is_put(self) -> bool:
        """Whether partners may have its body."""
        return self.op == Op.PUT


def in_log(log: str, records: Iterable[str]) -> dict[str, Standing]:
    """Where each of these records stands in the log; those that it does not hold are left out."""
    found: dict[str, Standing] = {}
    for ids in _batches(records):
        rows = Entry.objects.filter(log=log, record__in=ids).order_by("position")
        for record, position, op, source in rows.values_list("record", "position", "op", "source"):
            found[record] = Standing(position, op, source)
    return found


def with_needs(log: Log, records: Collection[str], held: Collection[str] = ()) -> tuple[list[str], dict[str, str]]:
    """Our records with those of ours that they rest on, and what must be left out, with the code of the reason.

    What is held and there already stays as it is: its newer revisions, and what those rest on, are not for the partnership.
    """
    as_it_is = {record for record, stands in in_log(log.name, held).items() if stands.is_put}
    needs: dict[str, tuple[str, ...]] = {}
    faults: dict[str, str] = {}
    fresh = set(records) - as_it_is
    while fresh:
        fresh = _look(log, fresh, needs, faults) - needs.keys() - faults.keys() - as_it_is
    resting = True
    while resting:  # what rests on something that is left out is left out too
        resting = False
        for record, wanted in needs.items():
            if record not in faults and any(one in faults for one in wanted):
                faults[record] = "history.needs-other"
                resting = True
    good = _reached([record for record in records if record not in faults], needs)
    return good, {record: faults[record] for record in records if record in faults}


def _reached(records: Iterable[str], needs: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The records and our own ones that they rest on; what only a record that is left out needs stays at home."""
    found: dict[str, None] = {}
    fresh = [record for record in records if record in needs]
    while fresh:
        found.update(dict.fromkeys(fresh))
        fresh = [one for record in fresh for one in needs[record] if one in needs and one not in found]
    return list(found)


def put(log: Log, records: Iterable[str]) -> int:
    """Append each revision that is not in the log yet, in the order of the house log; how many."""
    ids = list(records)
    there, rows = in_log(log.name, ids), list(_revisions(ids))
    last = {row.record: row.position for row in rows}
    due = [row for row in rows if _is_due(row, there.get(row.record, Standing()), last[row.record])]
    due = _without_strangers(log, due, last, set(ids))
    due.sort(key=lambda row: row.position)
    prev: dict[str, int | None] = {record: one.position for record, one in there.items()}
    lines: list[tuple[Line, bytes | None]] = []
    for place, row in enumerate(due, start=log.size):
        line = Line.from_bytes(bytes(row.entry))
        lines.append((replace(line, prev=prev.get(row.record)), None))
        prev[row.record] = place
    append_many(log, lines, sources=[row.position for row in due])
    _name_blobs(log, due)
    return len(due)


def take_back(log: Log, grounds: Mapping[str, str]) -> int:
    """Withhold what the log still shares, what rests on others first; how many."""
    there = {record: one for record, one in in_log(log.name, grounds).items() if one.is_put}
    rows = {row.id: row for ids in _batches(there) for row in Record.objects.filter(id__in=ids)}
    lines: list[tuple[Line, bytes | None]] = []
    taken = []
    for record, stands in sorted(there.items(), key=lambda item: -(item[1].position or 0)):
        known, row = record_type(rows[record].type), rows[record]
        if known.erase is None or row.erased:
            continue
        body = seal({"ground": grounds[record], "kept": dict(known.keeps(record))})
        line = Line(
            at=time_text(now()), body=body.hash, home=home(), id=record, op=Op.WITHHOLD, prev=stands.position, rev=row.rev,
            size=body.size, type=row.type,
        )  # fmt: skip
        lines.append((line, body.data))
        taken.append(record)
    for ids in _batches(taken):
        Entry.objects.filter(log=log, record__in=ids).update(source=None)  # so no body of theirs is served any more
        NamedBlob.objects.filter(log=log, record__in=ids).delete()
    append_many(log, lines)
    return len(lines)


def named_blobs(log: Log, record: str, type: str, body: bytes) -> Iterator[NamedBlob]:
    """The files that a body names, as rows."""
    known = record_type(type)
    if known.names_blobs():
        content = from_plain(type, unseal(body))
        sizes = known.sizes(content)
        raw = tuple(known.blobs(content))
        for name in dict.fromkeys((*raw, *known.derived(content))):
            yield NamedBlob(log=log, record=record, sha256=name, size=sizes.get(name), derived=name not in raw)


def _look(log: Log, ids: set[str], needs: dict[str, tuple[str, ...]], faults: dict[str, str]) -> set[str]:
    """One step of the closure: what these records rest on."""
    own = {one for one in ids if one.partition(":")[0] == home()}
    for owner in {one.partition(":")[0] for one in ids - own}:
        of_owner = [one for one in ids if one.partition(":")[0] == owner]
        held = in_log(log_name(log.partnership, owner), of_owner)
        faults.update({one: "history.needs-other" for one in of_owner if one not in held})
    found: set[str] = set()
    for batch in _batches(own):
        rows = {row.id: row for row in Record.objects.filter(id__in=batch)}
        faults.update({one: "history.no-record" for one in batch if one not in rows})
        places = {row.position for row in rows.values()}
        for entry in Entry.objects.filter(log_id=HOUSE, position__in=places):
            wanted = _needs(entry)
            if wanted is None:
                faults[entry.record] = "history.not-shared"
            else:
                needs[entry.record] = wanted
                found.update(wanted)
    return found


def _needs(entry: Entry) -> tuple[str, ...] | None:
    """What this revision rests on; None when records of its type are never shared."""
    known = record_type(entry.type)
    if not known.shared:
        return None
    if entry.op != Op.PUT or entry.body is None:
        return ()
    return tuple(known.needs(from_plain(entry.type, unseal(bytes(entry.body)))))


def _without_strangers(log: Log, due: list[Entry], last: Mapping[str, int], going: set[str]) -> list[Entry]:
    """Without earlier revisions that rest on what this partnership does not get: a sample once in another project."""
    earlier = {row.pk: _needs(row) or () for row in due if row.position != last[row.record] and row.op == Op.PUT}
    wanted = {one for needs in earlier.values() for one in needs} - going
    there: set[str] = set()
    for owner in {one.partition(":")[0] for one in wanted}:
        of_owner = [one for one in wanted if one.partition(":")[0] == owner]
        there.update(in_log(log_name(log.partnership, owner), of_owner))
    strange = wanted - there
    return [row for row in due if not strange.intersection(earlier.get(row.pk, ()))]


def _revisions(ids: Iterable[str]) -> Iterator[Entry]:
    for batch in _batches(ids):
        yield from Entry.objects.filter(log_id=HOUSE, record__in=batch).order_by("position")


def _is_due(row: Entry, stands: Standing, last: int) -> bool:
    """Whether this revision comes into the log: all that are left of a new record, of a withheld one the last."""
    if stands.op == Op.ERASE:
        return False
    if row.op != Op.ERASE and row.body is None:
        return False
    if stands.op == Op.WITHHOLD:
        return row.position == last
    return stands.source is None or row.position > stands.source


def _name_blobs(log: Log, rows: Iterable[Entry]) -> None:
    names: list[NamedBlob] = []
    for row in rows:
        if row.op == Op.PUT and row.body is not None:
            names += named_blobs(log, row.record, row.type, bytes(row.body))
        elif row.op == Op.ERASE:
            NamedBlob.objects.filter(log=log, record=row.record).delete()
    NamedBlob.objects.bulk_create(names, ignore_conflicts=True, batch_size=_BATCH)


def _batches(values: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(values)
    while batch := list(islice(rest, _BATCH)):
        yield batch
