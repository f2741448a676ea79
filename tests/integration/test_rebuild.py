"""The tables come back from the log as they were; what the law erased does not."""

from dataclasses import dataclass, replace

import pytest
from django.db import transaction
from django.db.models import Field

from jointlab.errors import BadInput, Conflict, NotFound
from jointlab.history import registry
from jointlab.history.blobs import store
from jointlab.history.erasure import erase, finish_erasures
from jointlab.history.fsck import fsck
from jointlab.history.identifiers import new_id
from jointlab.history.models import Blob, Entry, Record
from jointlab.history.operations import note_blob, write
from jointlab.history.rebuild import projection_digest, rebuild, tables_that_differ
from jointlab.history.registry import RecordType, projected_tables
from jointlab.history.signing import sign_house_log
from jointlab.people.models import Account, Person
from jointlab.people.records import PersonRecord


def test_the_tables_come_back_as_they_were(researcher: Person, partner: Person) -> None:
    with transaction.atomic():
        write(type="person/1", id=researcher.id, body=PersonRecord("A. Serikova", "kz", "researcher"), expected_rev=1)
    before = projection_digest()
    rebuilt = rebuild()
    assert rebuilt.changed == ()
    assert rebuilt.records == Entry.objects.count()
    assert projection_digest() == before
    assert Account.objects.get(login="serikov").person.name == "A. Serikova"  # accounts are no projection and stay


def test_what_was_changed_behind_the_log_is_put_right(researcher: Person, partner: Person) -> None:
    good = projection_digest()
    Person.objects.filter(id=partner.id).update(name="Somebody else")
    Record.objects.filter(id=partner.id).update(rev=3)
    assert tables_that_differ() == ("history_record", "people_person")
    assert Person.objects.get(id=partner.id).name == "Somebody else"  # trying changes nothing
    assert rebuild().changed == ("history_record", "people_person")
    assert projection_digest() == good


@pytest.mark.damages
def test_a_rebuild_that_cannot_end_changes_nothing(researcher: Person, partner: Person) -> None:
    Entry.objects.filter(record=researcher.id).update(body=None)
    before = projection_digest()
    with pytest.raises(Conflict, match="cannot be applied"):
        rebuild()
    assert projection_digest() == before


@pytest.mark.damages
def test_the_digest_sees_every_row_but_no_order(researcher: Person, partner: Person) -> None:
    name = Person._meta.db_table
    first = projection_digest()[name]
    Person.objects.filter(id=partner.id).update(name=researcher.name)
    Person.objects.filter(id=researcher.id).update(name=partner.name)
    swapped = projection_digest()[name]
    assert (swapped.rows, swapped.digest != first.digest) == (first.rows, True)


def test_no_projected_table_points_to_automatic_numbers() -> None:
    automatic = {"AutoField", "BigAutoField", "SmallAutoField"}
    for table in projected_tables():
        for field in table._meta.concrete_fields:
            target = field.related_model._meta.pk if isinstance(field, Field) and field.related_model else None
            assert target is None or target.get_internal_type() not in automatic, field


@dataclass(frozen=True)
class Deed:
    """A record that names files."""

    words: str
    files: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


def _stored(data: bytes, *, derived: bool = False) -> str:
    stored = store().put([data], limit=1000)
    note_blob(sha256=stored.sha256, size=stored.size, derived=derived)
    return stored.sha256


def _kept() -> set[str]:
    return set(store().names())


@pytest.fixture
def deeds(node: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A type that can be erased, applied to no rows."""
    known = RecordType(
        "deed/1", Deed, lambda recorded, body: None, blobs=lambda body: body.files, derived=lambda body: body.columns,
        erase=lambda recorded, kept: None,
    )  # fmt: skip
    monkeypatch.setitem(registry._types, "deed/1", known)
    for name in _kept():
        store().remove(name)


@pytest.mark.django_db(transaction=True)
def test_an_erased_record_leaves_hashes_only(deeds: None) -> None:
    raw, columns, shared = _stored(b"raw"), _stored(b"columns", derived=True), _stored(b"shared")
    first, second = new_id(), new_id()
    with transaction.atomic():
        write(type="deed/1", id=first, body=Deed("a secret", (raw, shared), (columns,)))
        write(type="deed/1", id=first, body=Deed("a secret, once more", (raw, shared), (columns,)))
        write(type="deed/1", id=second, body=Deed("public", (shared,)))
    sign_house_log()
    gone = erase(id=first, by="kz:officer", why="request of 3 May")
    assert (gone.bodies, set(gone.blobs)) == (2, {raw, columns})
    assert _kept() == {shared}
    bodies = Entry.objects.filter(record=first).order_by("position").values_list("body", flat=True)
    assert [body is None for body in bodies] == [True, True, False]
    assert Record.objects.get(id=first).erased
    sign_house_log()
    assert fsck().findings == ()
    assert rebuild().changed == ()
    with pytest.raises(Conflict, match="erased"), transaction.atomic():
        write(type="deed/1", id=first, body=Deed("again"))
    with pytest.raises(Conflict, match="already"):
        erase(id=first, by="kz:officer", why="twice")


@pytest.mark.damages
@pytest.mark.django_db(transaction=True)
def test_an_erasure_cut_off_is_finished_at_the_next_start(deeds: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        raw, id = _stored(b"raw"), new_id()
        write(type="deed/1", id=id, body=Deed("a secret", (raw,)))
    monkeypatch.setattr("jointlab.history.erasure._keep_promise", lambda notice: 0)  # as if killed after the commit
    erase(id=id, by="kz:officer", why="request")
    monkeypatch.undo()
    assert _kept() == {raw}
    assert finish_erasures() == 1
    assert _kept() == set()
    assert finish_erasures() == 0


@pytest.mark.django_db(transaction=True)
def test_an_erasure_taken_back_keeps_its_files(deeds: None) -> None:
    with transaction.atomic():
        raw, id = _stored(b"raw"), new_id()
        write(type="deed/1", id=id, body=Deed("a secret", (raw,)))
    with pytest.raises(RuntimeError), transaction.atomic():
        erase(id=id, by="kz:officer", why="request")
        raise RuntimeError
    assert finish_erasures() == 0
    assert _kept() == {raw}
    assert Blob.objects.filter(sha256=raw).exists()


def test_what_cannot_be_erased_says_so(deeds: None, researcher: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound):
        erase(id="kz:nothing", by="kz:officer", why="request")
    known = replace(registry.record_type("person/1"), erase=None)
    monkeypatch.setitem(registry._types, "person/1", known)
    with pytest.raises(BadInput, match="cannot be erased"):
        erase(id=researcher.id, by="kz:officer", why="request")
