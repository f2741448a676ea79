"""Entries are valid as soon as they exist; bodies are salted and found again by size and hash."""

from dataclasses import replace
from typing import Any

import pytest

from jointlab.errors import BadInput
from jointlab.ledger.entries import Entry, Op, body_hash, seal, unseal

BODY = seal({"title": "Катод", "mass": "12.50"}, salt=bytes(range(16)))
ENTRY = Entry(
    at="2026-11-22T10:00:00Z", body=BODY.hash, home="kz", id="kz:0192ab", op=Op.PUT, prev=3817, rev=4, size=BODY.size,
    type="measurement/1",
)  # fmt: skip
LINE = (
    b'{"at":"2026-11-22T10:00:00Z","body":"%s","home":"kz","id":"kz:0192ab","op":"put","prev":3817,"rev":4,'
    b'"size":%d,"type":"measurement/1"}' % (BODY.hash.encode(), BODY.size)
)


def test_an_entry_is_its_bytes() -> None:
    assert ENTRY.to_bytes() == LINE
    assert Entry.from_bytes(LINE) == ENTRY
    assert Entry.from_bytes(LINE).op is Op.PUT


@pytest.mark.parametrize("op", list(Op))
def test_every_operation_comes_back(op: Op) -> None:
    entry = replace(ENTRY, op=op)
    assert Entry.from_bytes(entry.to_bytes()) == entry


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", "2026-11-22T10:00:00+00:00"),
        ("at", "2026-11-22T10:00:00.5Z"),
        ("at", "2026-02-30T10:00:00Z"),
        ("at", "2026-11-22T24:00:01Z"),
        ("at", "٢٠٢٦-11-22T10:00:00Z"),
        ("at", 0),
        ("body", BODY.hash.upper()),
        ("body", BODY.hash[:-1]),
        ("body", BODY.hash + "\n"),
        ("body", None),
        ("home", ""),
        ("home", "KZ"),
        ("home", "kz:1"),
        ("home", "k" * 65),
        ("id", "cn:0192ab"),
        ("id", "kz:"),
        ("id", "kz:Иван"),
        ("id", "kz:" + "a" * 128),
        ("id", 7),
        ("op", "put"),
        ("prev", -1),
        ("prev", True),
        ("prev", "3"),
        ("rev", 0),
        ("rev", 2**53),
        ("rev", None),
        ("size", 1),
        ("size", 1024 * 1024 + 1),
        ("type", "measurement"),
        ("type", "measurement/0"),
        ("type", "Measurement/1"),
    ],
)
def test_a_wrong_field_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(BadInput) as caught:
        replace(ENTRY, **{field: value})
    assert caught.value.code == f"entry.{field}"
    assert field in caught.value.message


def test_a_first_revision_shared_late_has_none_before_it() -> None:
    assert replace(ENTRY, prev=None).rev == 4
    assert replace(ENTRY, prev=None, rev=1).prev is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (LINE.replace(b'"op":"put"', b'"op":"drop"'), "entry.op"),
        (LINE.replace(b'"op":"put"', b'"op":["put"]'), "entry.op"),
        (LINE.replace(b',"rev":4', b""), "entry.fields"),
        (LINE.replace(b"}", b',"zone":1}'), "entry.fields"),
        (b"[]", "entry.fields"),
        (LINE.replace(b'"kz:0192ab"', b'"kz:%s"' % (b"a" * 5000)), "canonical.size"),
        (LINE + b" ", "canonical.form"),
    ],
)
def test_bytes_that_are_no_entry_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        Entry.from_bytes(data)
    assert caught.value.code == code


def test_a_body_is_known_by_size_and_hash() -> None:
    assert ENTRY.is_of(BODY.data)
    assert not ENTRY.is_of(BODY.data + b" ")
    assert not replace(ENTRY, size=ENTRY.size + 1).is_of(BODY.data)
    assert not ENTRY.is_of(BODY.data.replace(b"12.50", b"12.51"))


def test_a_body_is_sealed_with_a_salt_of_its_own() -> None:
    assert BODY.data == ('{"mass":"12.50","salt":"000102030405060708090a0b0c0d0e0f","title":"Катод"}'.encode())
    first, second = seal({"a": 1}), seal({"a": 1})
    assert first.hash != second.hash
    assert unseal(first.data) == unseal(second.data) == {"a": 1}
    assert body_hash(first.data) == first.hash


@pytest.mark.parametrize(
    ("body", "salt"), [({"salt": "0" * 32}, None), ({"a": 1}, b"short"), ({"a": 1}, bytes(17)), ({"a": 1}, b"")]
)
def test_there_is_exactly_one_salt(body: dict[str, object], salt: bytes | None) -> None:
    with pytest.raises(BadInput, match="exactly one salt"):
        seal(body, salt=salt)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[]", "body.object"),
        (b"{}", "body.salt"),
        (b'{"salt":"00"}', "body.salt"),
        (b'{"salt":"%s"}' % (b"A" * 32), "body.salt"),
        (b'{"salt":7}', "body.salt"),
        (b'{"a":0.5,"salt":"%s"}' % (b"0" * 32), "canonical.float"),
    ],
)
def test_what_was_not_sealed_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        unseal(data)
    assert caught.value.code == code
