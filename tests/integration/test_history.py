"""A record and its rows come together or not at all."""

import pytest
from django.db import transaction

from jointlab.errors import Conflict
from jointlab.history.identifiers import new_id
from jointlab.history.logs import HOUSE
from jointlab.history.models import Entry, Log
from jointlab.history.operations import write
from jointlab.ledger.entries import Entry as Line
from jointlab.ledger.tree import Frontier, leaf_hash
from jointlab.people.models import Person
from jointlab.people.records import PersonRecord


def test_a_record_becomes_an_entry_and_rows(node: None) -> None:
    before = Log.objects.get(name=HOUSE).size
    id = new_id()
    with transaction.atomic():
        write(type="person/1", id=id, body=PersonRecord("Z. Abenova", "kz", "reader"), expected_rev=0)
    log = Log.objects.get(name=HOUSE)
    assert log.size == before + 1
    assert Person.objects.get(id=id).name == "Z. Abenova"
    line = Line.from_bytes(bytes(Entry.objects.get(record=id).entry))
    assert (line.id, line.type, line.rev, line.prev) == (id, "person/1", 1, None)


def test_the_frontier_is_that_of_the_entries(node: None, researcher: Person) -> None:
    log = Log.objects.get(name=HOUSE)
    leaves = [leaf_hash(bytes(entry.entry)) for entry in Entry.objects.filter(log=log).order_by("position")]
    assert len(leaves) == log.size >= 3
    assert Frontier.from_bytes(bytes(log.frontier)).root() == Frontier(leaves).root()


def test_a_stale_change_is_refused_and_leaves_no_trace(researcher: Person) -> None:
    size = Log.objects.get(name=HOUSE).size
    with pytest.raises(Conflict, match="meanwhile"), transaction.atomic():
        write(type="person/1", id=researcher.id, body=PersonRecord("X", "kz", "reader"), expected_rev=7)
    assert Log.objects.get(name=HOUSE).size == size
    researcher.refresh_from_db()
    assert researcher.name == "A. Serikov"
