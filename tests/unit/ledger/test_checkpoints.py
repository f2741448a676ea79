"""Checkpoints and cosignatures against a published log, and with the keys of their size."""

from dataclasses import replace

import pytest

from jointlab.errors import BadInput
from jointlab.ledger.checkpoints import (
    Checkpoint,
    cosign,
    cosignatures,
    open_checkpoint,
    sign_checkpoint,
    verify_cosignature,
)
from jointlab.ledger.keys import KeyHistory
from jointlab.ledger.notes import sign_note
from jointlab.ledger.tree import EMPTY_ROOT
from tests.unit.ledger.published import LOG, LOG_KEY, WITNESS_KEY, WITNESS_TIME, published, seeded

ORIGIN = "almaty.example/log/7f3a"
ROOT = bytes(range(32))
CHECKPOINT = Checkpoint(ORIGIN, 12, ROOT)
TEXT = b"almaty.example/log/7f3a\n12\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
OLD, NEW, STRANGER = seeded("kz"), seeded("kz-2027"), seeded("stranger")
WITNESS = seeded("cn", cosigner=True)
HISTORY = KeyHistory().add(OLD.public, valid_from_size=0)


def test_a_published_checkpoint_and_its_cosignature_verify() -> None:
    opened = open_checkpoint(published(), KeyHistory().add(LOG_KEY, valid_from_size=0), origin=LOG)
    assert opened.checkpoint.size == 1432088532
    assert opened.checkpoint.to_text() == published().text
    assert opened.signers == (LOG_KEY,)
    (cosignature,) = cosignatures(published(), [WITNESS_KEY])
    assert (cosignature.key, cosignature.time) == (WITNESS_KEY, WITNESS_TIME)


def test_a_published_cosignature_does_not_fit_another_checkpoint() -> None:
    note = replace(published(), text=published().text.replace(b"1432088532", b"1432088531"))
    with pytest.raises(BadInput) as caught:
        cosignatures(note, [WITNESS_KEY])
    assert caught.value.code == "cosignature.signature"


def test_a_checkpoint_is_three_lines() -> None:
    assert CHECKPOINT.to_text() == TEXT
    assert Checkpoint.from_text(TEXT) == CHECKPOINT
    assert Checkpoint.from_text(Checkpoint(ORIGIN, 0, EMPTY_ROOT).to_text()).size == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "checkpoint.lines"),
        (TEXT[:-1], "checkpoint.lines"),
        (TEXT + b"extension\n", "checkpoint.lines"),
        (TEXT.replace(b"almaty", "алматы".encode()), "checkpoint.origin"),
        (TEXT.replace(b"almaty.example/log/7f3a", b""), "checkpoint.origin"),
        (TEXT.replace(b"almaty", b"al maty"), "checkpoint.origin"),
        (TEXT.replace(b"almaty", b"al+maty"), "checkpoint.origin"),
        (TEXT.replace(b"almaty", b"\xff"), "checkpoint.origin"),
        (TEXT.replace(b"almaty", b"a" * 250), "checkpoint.origin"),
        (TEXT.replace(b"\n12\n", b"\n012\n"), "checkpoint.size"),
        (TEXT.replace(b"\n12\n", b"\n-1\n"), "checkpoint.size"),
        (TEXT.replace(b"\n12\n", b"\n+12\n"), "checkpoint.size"),
        (TEXT.replace(b"\n12\n", b"\n1_2\n"), "checkpoint.size"),
        (TEXT.replace(b"\n12\n", "\n१२\n".encode()), "checkpoint.size"),
        (TEXT.replace(b"\n12\n", b"\n9007199254740992\n"), "checkpoint.size"),
        (TEXT.replace(b"\n12\n", b"\n" + b"9" * 5000 + b"\n"), "checkpoint.size"),
        (TEXT.replace(b"\n12\n", b"\n0\n"), "checkpoint.root"),
        (TEXT.replace(b"Hh8=", b"Hh9="), "checkpoint.root"),  # another spelling of the same bytes
        (TEXT.replace(b"Hh8=", b"Hh8"), "checkpoint.root"),
        (TEXT.replace(b"Hh8=", b"Hg=="), "checkpoint.root"),
    ],
)
def test_other_lines_are_refused(text: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        Checkpoint.from_text(text)
    assert caught.value.code == code


def code_of(note_size: int, history: KeyHistory, *signers: object, origin: str = ORIGIN) -> str:
    note = sign_checkpoint(replace(CHECKPOINT, size=note_size), *signers)  # type: ignore[arg-type]
    try:
        open_checkpoint(note, history, origin=origin)
    except BadInput as fault:
        return fault.code
    return "good"


def test_a_checkpoint_is_verified_with_the_keys_of_its_size() -> None:
    history = HISTORY.add(NEW.public, valid_from_size=10).revoke(OLD.public, void_from_size=20)
    assert code_of(9, history, OLD) == "good"
    assert code_of(9, history, NEW) == "checkpoint.void-key"
    assert code_of(10, history, NEW) == "good"
    assert code_of(15, history, OLD, NEW) == "good"
    assert code_of(19, history, OLD) == "good"
    assert code_of(20, history, OLD) == "checkpoint.void-key"
    assert code_of(20, history, OLD, NEW) == "good"
    assert code_of(20, history, STRANGER) == "note.unknown-key"


def test_a_checkpoint_of_another_log_is_refused() -> None:
    assert code_of(12, HISTORY, OLD, origin="almaty.example/log/7f3b") == "checkpoint.wrong-log"


def test_a_changed_checkpoint_is_refused() -> None:
    note = sign_checkpoint(CHECKPOINT, OLD)
    for changed in (replace(CHECKPOINT, size=13), replace(CHECKPOINT, root=ROOT[::-1])):
        with pytest.raises(BadInput) as caught:
            open_checkpoint(replace(note, text=changed.to_text()), HISTORY, origin=ORIGIN)
        assert caught.value.code == "note.signature"


def test_a_cosignature_says_when() -> None:
    note = sign_checkpoint(CHECKPOINT, OLD).adding(cosign(CHECKPOINT, WITNESS, time=1_795_000_000))
    (found,) = cosignatures(note, [WITNESS.public])
    assert (found.key, found.time) == (WITNESS.public, 1_795_000_000)
    assert open_checkpoint(note, HISTORY, origin=ORIGIN).signers == (OLD.public,)
    assert cosignatures(note, [WITNESS_KEY]) == ()


def test_a_cosignature_of_another_time_key_or_checkpoint_is_refused() -> None:
    line = cosign(CHECKPOINT, WITNESS, time=7)
    verify_cosignature(CHECKPOINT, line, WITNESS.public)
    later = replace(line, data=(8).to_bytes(8, "big") + line.data[8:])
    text = b"cosignature/v1\ntime %d\n" % 2**63 + TEXT  # well signed, but no time
    endless = replace(line, data=(2**63).to_bytes(8, "big") + WITNESS.sign(text))
    for checkpoint, changed, key, code in (
        (CHECKPOINT, later, WITNESS.public, "cosignature.signature"),
        (CHECKPOINT, endless, WITNESS.public, "cosignature.signature"),
        (CHECKPOINT, replace(line, data=line.data[:-1]), WITNESS.public, "cosignature.signature"),
        (CHECKPOINT, replace(line, data=line.data[8:]), WITNESS.public, "cosignature.signature"),
        (replace(CHECKPOINT, size=13), line, WITNESS.public, "cosignature.signature"),
        (CHECKPOINT, line, WITNESS_KEY, "cosignature.key"),
        (CHECKPOINT, line, OLD.public, "cosignature.kind"),
    ):
        with pytest.raises(BadInput) as caught:
            verify_cosignature(checkpoint, changed, key)
        assert caught.value.code == code


def test_only_a_cosignature_key_cosigns_and_only_at_a_time() -> None:
    for key, time, code in (
        (OLD, 1, "cosignature.kind"),
        (WITNESS, -1, "cosignature.time"),
        (WITNESS, 2**63, "cosignature.time"),
    ):
        with pytest.raises(BadInput) as caught:
            cosign(CHECKPOINT, key, time=time)
        assert caught.value.code == code


def test_what_a_cosigner_signs_is_no_checkpoint() -> None:
    """The same private key under both kinds: neither signature passes for the other."""
    with pytest.raises(BadInput) as caught:
        Checkpoint.from_text(b"cosignature/v1\ntime 7\n" + TEXT)
    assert caught.value.code == "checkpoint.lines"
    assert sign_note(TEXT, OLD).signatures[0].key_id != seeded("kz", cosigner=True).public.key_id
