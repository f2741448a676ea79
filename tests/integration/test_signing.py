"""Checkpoints: what is signed is what can be read back, and nothing else is signed."""

import pytest
from django.conf import settings
from django.db import transaction

from jointlab.errors import Conflict, Unavailable
from jointlab.history import signing
from jointlab.history.identifiers import new_id
from jointlab.history.logs import HOUSE
from jointlab.history.models import Checkpoint, Entry, Log
from jointlab.history.operations import write
from jointlab.history.signing import house_keys, sign_house_log, unsigned
from jointlab.ledger.checkpoints import open_checkpoint
from jointlab.ledger.notes import Note
from jointlab.ledger.tree import Frontier, leaf_hash
from jointlab.people.records import PersonRecord


def _write(count: int) -> None:
    for _ in range(count):
        with transaction.atomic():
            write(type="person/1", id=new_id(), body=PersonRecord("Z. Abenova", "kz", "reader"))


def test_the_signed_root_is_that_of_the_entries(node: None) -> None:
    _write(5)
    signed = sign_house_log()
    leaves = [leaf_hash(bytes(entry)) for entry in Entry.objects.order_by("position").values_list("entry", flat=True)]
    assert (signed.size, signed.root) == (len(leaves), Frontier(leaves).root())
    row = Checkpoint.objects.get(size=signed.size)
    opened = open_checkpoint(Note.from_bytes(row.note.encode()), house_keys(), origin="almaty.example/log/house")
    assert opened.checkpoint.root == signed.root
    assert unsigned() == 0


def test_signing_again_without_new_entries_adds_nothing(node: None) -> None:
    assert sign_house_log() == sign_house_log()
    assert Checkpoint.objects.count() == 1


def test_a_long_tail_is_signed_in_spans(node: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "SPAN", 4)
    _write(9)
    size = Log.objects.get(name=HOUSE).size
    assert sign_house_log().size == size
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [4, 8, size]
    _write(2)
    assert sign_house_log().size == size + 2


@pytest.mark.damages
@pytest.mark.parametrize("what", ["changed", "missing", "frontier", "checkpoint", "checkpoints gone"])
def test_a_log_that_does_not_fit_is_not_signed(node: None, what: str) -> None:
    _write(3)
    sign_house_log()
    _write(3)
    last = Entry.objects.order_by("-position").first()
    assert last is not None
    if what == "changed":
        Entry.objects.filter(id=last.id).update(entry=bytes(last.entry).replace(b'"rev":1', b'"rev":2'))
    elif what == "missing":
        Entry.objects.filter(position=last.position - 1).delete()
    elif what == "frontier":
        Log.objects.update(frontier=Frontier([bytes(32)] * Log.objects.get().size).to_bytes())
    elif what == "checkpoint":
        Checkpoint.objects.update(frontier=Frontier([bytes(32)] * Log.objects.get().signed_size).to_bytes())
    else:
        Checkpoint.objects.all().delete()
    before = Checkpoint.objects.count()
    with pytest.raises(Conflict, match="fsck") as caught:
        sign_house_log()
    assert caught.value.code == "history.log-broken"
    assert Checkpoint.objects.count() == before


def test_a_lost_key_is_not_replaced_in_silence(node: None) -> None:
    _write(1)
    sign_house_log()
    path = settings.NODE.secrets / signing.KEY_FILE
    kept = path.read_text()
    path.unlink()
    try:
        with pytest.raises(Unavailable, match="backup"):
            signing.house_key()
        assert not path.exists()
    finally:
        path.write_text(kept)
