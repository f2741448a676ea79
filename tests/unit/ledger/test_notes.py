"""Signed notes against published ones, and what no note may be."""

from base64 import b64decode
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jointlab.errors import BadInput
from jointlab.ledger.keys import SigningKey, VerifyingKey
from jointlab.ledger.notes import NOTE_LIMIT, Note, Signature, sign_note
from tests.unit.ledger.published import (
    EXAMPLE_KEY,
    EXAMPLE_NOTE,
    LOG_KEY,
    LOG_NOTE,
    PETER_KEY,
    PETER_LINE,
    PETER_SEED,
    PETER_TEXT,
    WITNESS_KEY,
    seeded,
)

LINE = "— kz " + "A" * 8
ANNA, BERIK = seeded("anna"), seeded("berik")


def code_of(data: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        Note.from_bytes(data)
    return caught.value.code


def test_the_example_of_the_specification_verifies() -> None:
    note = Note.from_bytes(EXAMPLE_NOTE)
    assert note.signers([EXAMPLE_KEY]) == (EXAMPLE_KEY,)
    assert note.to_bytes() == EXAMPLE_NOTE
    with pytest.raises(BadInput) as caught:
        Note.from_bytes(EXAMPLE_NOTE.replace(b"example message", b"Example message")).signers([EXAMPLE_KEY])
    assert caught.value.code == "note.signature"


def test_a_published_key_makes_the_published_note() -> None:
    private = Ed25519PrivateKey.from_private_bytes(b64decode(PETER_SEED)[1:])
    note = sign_note(PETER_TEXT, SigningKey(private, name="PeterNeumann"))
    assert note.to_bytes() == PETER_TEXT + f"\n{PETER_LINE}\n".encode()
    assert note.signers([VerifyingKey.from_vkey(PETER_KEY)])


def test_a_real_note_with_lines_of_unknown_keys_comes_back() -> None:
    note = Note.from_bytes(LOG_NOTE)
    assert note.to_bytes() == LOG_NOTE
    assert note.signers([ANNA.public, LOG_KEY, WITNESS_KEY]) == (LOG_KEY,)  # a cosignature is not over the text


def test_a_text_may_have_empty_lines() -> None:
    text = b"one\n\ntwo\n\n\nthree\n"
    assert Note.from_bytes(sign_note(text, ANNA).to_bytes()).text == text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "note.text"),
        ("text\n", "note.text"),
        ("text\n\n", "note.text"),
        (f"text\n{LINE}\n", "note.text"),
        (f"text\n\n{LINE}", "note.text"),
        (f"te\txt\n\n{LINE}\n", "note.text"),
        (f"te\0xt\n\n{LINE}\n", "note.text"),
        (f"text\r\n\r\n{LINE}\r\n", "note.text"),
        (f"text\n\n{LINE}\n\n", "note.text"),
        (f"text\n\n{LINE.replace('—', '-')}\n", "note.signature-line"),
        (f"text\n\n{LINE.replace('kz', 'k+z')}\n", "note.signature-line"),
        (f"text\n\n{LINE.replace('kz ', ' ')}\n", "note.signature-line"),
        (f"text\n\n{LINE.replace('kz', 'k' + chr(0x2003))}\n", "note.signature-line"),
        (f"text\n\n{LINE} more\n", "note.signature-line"),
        (f"text\n\n{LINE}\nno line\n", "note.signature-line"),
        ("text\n\n— kz AAAA\n", "note.signature-line"),  # no room for a key id
        ("text\n\n— kz AAAAAA==\n", "note.signature-line"),  # a key id and no signature
        ("text\n\n— kz AAAAAAB=\n", "note.signature-line"),  # another spelling of AAAAAAA=
        ("text\n\n— kz AAAAAAA\n", "note.signature-line"),
        ("text\n\n" + f"{LINE}\n" * 65, "note.size"),
        ("x" * NOTE_LIMIT + f"\n\n{LINE}\n", "note.size"),
    ],
)
def test_what_is_no_note_is_refused(data: str, code: str) -> None:
    assert code_of(data.encode()) == code


def test_a_note_is_utf_8() -> None:
    assert code_of(b"te\xffxt\n\n" + LINE.encode() + b"\n") == "note.text"


def test_sixty_four_signatures_pass() -> None:
    assert len(Note.from_bytes(("text\n\n" + f"{LINE}\n" * 64).encode()).signatures) == 64


def test_one_false_line_of_a_known_key_spoils_the_note() -> None:
    note = sign_note(b"text\n", ANNA, BERIK)
    assert note.signers([BERIK.public, ANNA.public]) == (BERIK.public, ANNA.public)
    for data in (b"", bytes(64), note.signatures[1].data, note.signatures[0].data + b"x"):
        false = replace(note, signatures=(replace(note.signatures[0], data=data), note.signatures[1]))
        assert false.signers([BERIK.public]) == (BERIK.public,)  # who does not know Anna passes over her line
        with pytest.raises(BadInput) as caught:
            false.signers([ANNA.public, BERIK.public])
        assert caught.value.code == "note.signature"


def test_no_known_key_is_no_note() -> None:
    for keys in ([], [BERIK.public], [replace(ANNA.public, name="anna2")]):
        with pytest.raises(BadInput) as caught:
            sign_note(b"text\n", ANNA).signers(keys)
        assert caught.value.code == "note.unknown-key"


def test_a_line_is_added_once() -> None:
    note, line = sign_note(b"text\n", ANNA), Signature("x", bytes(4), b"y")
    assert note.adding(line).adding(line).signatures == (*note.signatures, line)
    assert Note.from_bytes(note.adding(line).to_bytes()) == note.adding(line)
