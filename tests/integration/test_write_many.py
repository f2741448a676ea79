"""Many records at once stand in the log and in the rows as if they had been written one after the other."""

import pytest
from django.db import transaction

from jointlab.errors import Conflict
from jointlab.history.identifiers import new_id
from jointlab.history.models import Entry, Log, Record
from jointlab.history.operations import Draft, write, write_many
from jointlab.history.rebuild import tables_that_differ
from jointlab.laboratory.models import File, Reading
from jointlab.laboratory.records import FileRecord
from jointlab.ledger.tree import Frontier, leaf_hash
from jointlab.people.actors import Actor

pytestmark = pytest.mark.damages


def body(actor: Actor, n: int) -> FileRecord:
    return FileRecord(sha256=f"{n:064x}", name=f"{n}.csv", size=n, source="page", by=actor.person)


def test_many_are_as_one_after_the_other(actor: Actor) -> None:
    ids = [new_id() for _ in range(250)]  # more than one statement holds
    with transaction.atomic():
        written = write_many(type="file/1", drafts=[Draft(id, body(actor, n), 0) for n, id in enumerate(ids)])
        write(type="file/1", id=ids[7], body=body(actor, 7), expected_rev=1)
    log = Log.objects.get(name="house")
    entries = list(Entry.objects.filter(log=log).order_by("position").values_list("position", "record", "entry"))
    assert [one.position for one in written] == [place for place, id, _ in entries if id in set(ids)][:250]
    assert [id for _, id, _ in entries][-251:] == [*ids, ids[7]]
    assert Frontier(leaf_hash(bytes(entry)) for _, _, entry in entries).to_bytes() == bytes(log.frontier)
    assert Record.objects.get(id=ids[7]).rev == 2
    assert (
        Reading.objects.filter(file__in=ids, state="waiting").count() == File.objects.filter(id__in=ids).count() == 250
    )
    assert tables_that_differ() == ()


def test_one_stale_draft_takes_back_all(actor: Actor) -> None:
    first, second = new_id(), new_id()
    with transaction.atomic():
        write(type="file/1", id=first, body=body(actor, 1), expected_rev=0)
    size = Log.objects.get(name="house").size
    with pytest.raises(Conflict, match="by somebody else"), transaction.atomic():
        write_many(type="file/1", drafts=[Draft(second, body(actor, 2), 0), Draft(first, body(actor, 1), 0)])
    assert (Log.objects.get(name="house").size, File.objects.filter(id=second).exists()) == (size, False)
