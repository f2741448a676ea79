"""Each kind of damage is found, by its code; a whole node is clean."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.db import connection, transaction

from jointlab.history import registry
from jointlab.history.blobs import store
from jointlab.history.fsck import Report, fsck
from jointlab.history.identifiers import new_id
from jointlab.history.models import Blob, Checkpoint, Entry, Log, Record
from jointlab.history.operations import note_blob, write
from jointlab.history.registry import RecordType
from jointlab.history.signing import sign_house_log
from jointlab.people.models import Person
from jointlab.people.operations import add_person
from jointlab.people.records import PersonRecord

pytestmark = pytest.mark.damages


@dataclass(frozen=True)
class Deed:
    """A record that names files."""

    files: tuple[str, ...]
    columns: tuple[str, ...] = ()


@pytest.fixture
def deed(node: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A record that names one raw file, in a signed log."""
    known = RecordType("deed/1", Deed, lambda recorded, body: None, blobs=lambda body: body.files)
    monkeypatch.setitem(registry._types, "deed/1", known)
    stored = store().put([b"raw bytes"], limit=100)
    with transaction.atomic():
        note_blob(sha256=stored.sha256, size=stored.size)
        write(type="deed/1", id=new_id(), body=Deed((stored.sha256,)))
    sign_house_log()
    yield stored.sha256
    for name in list(store().names()):
        store().remove(name)


def _codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings if finding.wrong}


def test_a_whole_node_is_clean(deed: str, researcher: Person) -> None:
    seen: list[str] = []
    report = fsck(progress=lambda what, /, *, done, total: seen.append(what))
    assert report.clean, report.findings
    assert (report.findings, report.blobs, report.checkpoints) == ((), 1, 1)
    assert report.entries == report.size == Entry.objects.count()
    assert {"log", "files", "rows"} <= set(seen)


def _flip_body() -> None:
    row = Entry.objects.exclude(body=None).order_by("position")[0]
    assert row.body is not None
    Entry.objects.filter(id=row.id).update(body=bytes(row.body).replace(b"Al-Farabi", b"Al-Farab1"))


def _flip_entry() -> None:
    row = Entry.objects.order_by("position")[1]
    Entry.objects.filter(id=row.id).update(entry=bytes(row.entry).replace(b'"rev":1', b'"rev":2'))


DAMAGE: dict[str, Callable[[str], object]] = {
    "log.body": lambda sha256: _flip_body(),
    "log.chain": lambda sha256: _flip_entry(),
    "log.entry": lambda sha256: Entry.objects.filter(position=1).update(entry=b"{}"),
    "log.gap": lambda sha256: Entry.objects.filter(position=1).delete(),
    "log.columns": lambda sha256: Entry.objects.filter(position=1).update(type="other/1"),
    "log.body-missing": lambda sha256: Entry.objects.filter(position=1).update(body=None),
    "log.frontier": lambda sha256: Log.objects.update(size=2),
    "checkpoint.signature": lambda sha256: Checkpoint.objects.update(note="nonsense"),
    "checkpoint.newest": lambda sha256: Checkpoint.objects.all().delete(),
    "checkpoint.root": lambda sha256: _flip_entry(),
    "checkpoint.frontier": lambda sha256: Checkpoint.objects.update(frontier=bytes(8)),
    "record.extra": lambda sha256: Record.objects.create(id="kz:x", type="person/1", rev=1, position=0, home="kz"),
    "record.missing": lambda sha256: Record.objects.filter(type="deed/1").delete(),
    "record.place": lambda sha256: Record.objects.filter(type="deed/1").update(rev=5),
    "rows.differ": lambda sha256: Person.objects.update(name="Somebody else"),
    "blob.missing": lambda sha256: store().remove(sha256),
    "blob.unknown": lambda sha256: Blob.objects.all().delete(),
    "blob.size": lambda sha256: Blob.objects.update(size=3),
    "blob.hash": lambda sha256: _overwrite(sha256),
    "blob.derived": lambda sha256: Blob.objects.update(derived=True),
}


def _overwrite(sha256: str) -> None:
    path = store().path(sha256)
    path.chmod(0o600)
    path.write_bytes(b"RAW bytes")


@pytest.mark.parametrize("code", DAMAGE)
def test_each_damage_is_found(deed: str, researcher: Person, code: str) -> None:
    DAMAGE[code](deed)
    report = fsck()
    assert not report.clean
    assert code in _codes(report)
    assert all(finding.advice and finding.sentence for finding in report.findings)


def test_a_file_that_nobody_knows_is_a_remark(deed: str) -> None:
    stray = store().put([b"cut off"], limit=100)
    report = fsck()
    assert report.clean
    assert [(finding.code, finding.subject) for finding in report.findings] == [("blob.stray", stray.sha256)]


@pytest.mark.django_db(transaction=True)
def test_others_may_write_meanwhile(node: None) -> None:
    def write_person() -> None:
        add_person(PersonRecord("A. Late", "kz", "reader"))
        connection.close()

    def progress(what: str, /, *, done: int, total: int) -> None:
        if what == "log" and not Person.objects.filter(name="A. Late").exists():  # as seen at the moment of the check
            other = threading.Thread(target=write_person)
            other.start()
            other.join()

    report = fsck(progress=progress)
    assert report.clean, report.findings
    assert Person.objects.filter(name="A. Late").exists()
    assert report.size < Log.objects.get(name="house").size


def test_a_quick_check_neither_reads_files_nor_tries_the_rebuild(deed: str, researcher: Person) -> None:
    _overwrite(deed)
    Person.objects.update(name="Somebody else")
    assert fsck(rows=False, contents=False).clean
    assert _codes(fsck()) == {"blob.hash", "rows.differ"}


def test_a_node_without_a_log(db: None) -> None:
    assert _codes(fsck()) == {"log.missing"}
    assert settings.NODE.prefix == "kz"
