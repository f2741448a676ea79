"""The ledger under arbitrary values, arbitrary bytes, and a home or a link that lies."""

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any
from unicodedata import normalize

import pytest
import rfc8785
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from jointlab.errors import BadInput
from jointlab.ledger import (
    Accepted,
    Checkpoint,
    Entry,
    Frontier,
    Halt,
    Line,
    Mirror,
    Note,
    Reason,
    VerifyingKey,
    consistency_proof,
    decode,
    encode,
    inclusion_proof,
    leaf_hash,
    node_hash,
    tree_root,
    unseal,
    verify_consistency,
    verify_inclusion,
)
from jointlab.ledger.canonical import DEPTH_LIMIT, decode_many
from tests.unit.ledger.house import KEY, empty, line, lines, note, pages
from tests.unit.ledger.published import LOG_NOTE, seeded

# Values are tested, not times: a loaded machine is no fault.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

INTEGERS = st.integers(-(2**53 - 1), 2**53 - 1)
TEXTS = st.text(st.characters(codec="utf-8")).map(lambda text: normalize("NFC", text))
KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXTS,
    lambda members: st.lists(members, max_size=5) | st.dictionaries(KEYS, members, max_size=5),
    max_leaves=20,
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=3) | st.dates(),
    lambda members: (
        st.lists(members, max_size=4)
        | st.tuples(members)
        | st.dictionaries(st.text(max_size=4) | st.integers(), members, max_size=4)
    ),
    max_leaves=12,
)
DIGESTS = st.binary(min_size=32, max_size=32)


@UNTIMED
def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@given(VALUES)
@example({"\x7f": "\u2028\u007f\x1f"})
def test_bytes_are_those_of_rfc_8785_and_come_back(value: Any) -> None:
    data = encode(value)
    assert data == rfc8785.dumps(value)
    assert decode(data) == value == json.loads(data)
    assert b"\n" not in data  # so a line can hold it
    assert b"\t" not in data


@UNTIMED
@given(ANYTHING)
def test_any_value_is_refused_or_has_bytes_that_give_themselves_again(value: Any) -> None:
    try:
        data = encode(value)
    except BadInput as fault:
        assert fault.code.startswith("canonical.")
        assert fault.message
    else:
        assert encode(decode(data)) == data == rfc8785.dumps(value)


def mutated(data: bytes) -> st.SearchStrategy[bytes]:
    """The bytes with a part replaced by a few others."""
    places = st.integers(0, len(data))
    return st.builds(
        lambda start, end, new: data[: min(start, end)] + new + data[max(start, end) :],
        places,
        places,
        st.binary(max_size=4) | st.sampled_from([b"", b" ", b"0", b".5", b'"', b"\\", b"{", b"[", b"\n", b"\n\n"]),
    )


def only_bad_input(action: Callable[[], Any]) -> Any:
    """The result, or None after a refusal that can be shown; anything else that is raised fails the test."""
    try:
        return action()
    except BadInput as fault:
        assert fault.message
        return None


@UNTIMED
@given(st.binary(max_size=60) | VALUES.flatmap(lambda value: mutated(encode(value))))
def test_any_bytes_are_refused_or_are_canonical(data: bytes) -> None:
    value = only_bad_input(lambda: (decode(data),))
    assert value is None or encode(value[0]) == data == rfc8785.dumps(value[0])


@UNTIMED
@given(
    st.lists(
        st.binary(max_size=20) | VALUES.map(encode) | VALUES.flatmap(lambda value: mutated(encode(value))), max_size=6
    )
)
@example([nested(DEPTH_LIMIT), nested(DEPTH_LIMIT + 1)])
@example([b'{"a":1.5}', b"[]"])
@example(['"\u0301"'.encode(), b"0"])
@example(['{"\u0416":1}'.encode()])
@example([b'{},{"x":[1', b"2]}"])
@example([b"9007199254740992", b'"' + b"x" * 300 + b'"'])
def test_many_texts_are_read_as_one_by_one(texts: list[bytes]) -> None:
    for number, found in enumerate(decode_many(texts, limit=200)):
        try:
            assert found == decode(texts[number], limit=200)
        except BadInput as fault:
            assert isinstance(found, BadInput)
            assert (found.code, found.message) == (fault.code, fault.message)
    assert len(list(decode_many(texts))) == len(texts)


@given(st.binary(max_size=60) | mutated(line(7).entry))
def test_any_bytes_are_no_entry_or_exactly_one(data: bytes) -> None:
    entry = only_bad_input(lambda: Entry.from_bytes(data))
    assert entry is None or entry.to_bytes() == data


@UNTIMED
@given(st.binary(max_size=60) | mutated(line(7).body or b""))
def test_any_bytes_are_no_body_or_an_object(data: bytes) -> None:
    body = only_bad_input(lambda: unseal(data))
    assert body is None or "salt" not in body


@UNTIMED
@given(st.binary(max_size=60) | mutated(LOG_NOTE))
def test_any_bytes_are_no_note_or_exactly_one(data: bytes) -> None:
    found = only_bad_input(lambda: Note.from_bytes(data))
    if found is not None:
        assert found.to_bytes() == data
        checkpoint = only_bad_input(lambda: Checkpoint.from_text(found.text))
        assert checkpoint is None or checkpoint.to_text() == found.text


@UNTIMED
@given(st.text() | mutated(KEY.public.vkey.encode()).map(lambda data: data.decode(errors="surrogateescape")))
def test_any_text_is_no_verifier_key_or_exactly_one(text: str) -> None:
    key = only_bad_input(lambda: VerifyingKey.from_vkey(text))
    assert key is None or key.vkey == text


@UNTIMED
@given(st.binary(max_size=150))
def test_any_bytes_are_no_frontier_or_exactly_one(data: bytes) -> None:
    frontier = only_bad_input(lambda: Frontier.from_bytes(data))
    assert frontier is None or frontier.to_bytes() == data


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 2.1 defines it."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else sha256(b"").digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return node_hash(defined_root(leaves[:k]), defined_root(leaves[k:]))


@UNTIMED
@given(st.lists(DIGESTS, max_size=80), st.data())
def test_a_frontier_carried_over_gives_the_tree_hash(leaves: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(leaves)))
    frontier = Frontier.from_bytes(Frontier(leaves[:cut]).to_bytes())
    for leaf in leaves[cut:]:
        frontier.push(leaf)
    assert frontier.root() == defined_root(leaves) == tree_root(leaves)
    assert frontier.to_bytes() == Frontier(leaves).to_bytes()


@UNTIMED
@given(st.lists(DIGESTS, min_size=1, max_size=80, unique=True), st.data())
def test_proofs_verify_and_a_changed_one_does_not(leaves: list[bytes], data: st.DataObject) -> None:
    size, root = len(leaves), tree_root(leaves)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    inclusion, consistency = inclusion_proof(leaves, index=index), consistency_proof(leaves, old=old)
    old_root = tree_root(leaves[:old])
    verify_inclusion(leaves[index], inclusion, index=index, size=size, root=root)
    verify_consistency(consistency, old=old, new=size, old_root=old_root, new_root=root)

    def changed(proof: tuple[bytes, ...]) -> tuple[bytes, ...]:
        place = data.draw(st.integers(0, len(proof) - 1))
        part = data.draw(DIGESTS.filter(lambda digest: digest != proof[place]))
        return (*proof[:place], part, *proof[place + 1 :])

    if inclusion:
        with pytest.raises(BadInput):
            verify_inclusion(leaves[index], changed(inclusion), index=index, size=size, root=root)
    if consistency:
        with pytest.raises(BadInput):
            verify_consistency(changed(consistency), old=old, new=size, old_root=old_root, new_root=root)


LOG = lines(24)
STRANGER = seeded("stranger")


def flipped(data: bytes, bit: int) -> bytes:
    place, mask = bit // 8 % len(data), 1 << bit % 8
    return data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


def held_at(size: int) -> Mirror:
    answer = empty().accept(note(LOG[:size]), pages(LOG[:size]))
    assert isinstance(answer, Accepted)
    return answer.mirror


LIES = {
    "shorter": {Reason.ROLLBACK},
    "other root": {Reason.EQUIVOCATION},
    "other log": {Reason.WRONG_LOG},
    "other key": {Reason.UNKNOWN_KEY},
    "past rewritten": {Reason.FORK},
    "swapped": {Reason.FORK},
    "dropped": {Reason.WRONG_LENGTH},
    "doubled": {Reason.WRONG_LENGTH},
    "replaced": {Reason.FORK},
    "bit in note": {Reason.MALFORMED_NOTE, Reason.BAD_SIGNATURE, Reason.UNKNOWN_KEY},
    "bit in entry": {Reason.NOT_CANONICAL, Reason.INVALID_ENTRY, Reason.BODY_MISMATCH, Reason.FORK},
    "bit in body": {Reason.BODY_MISMATCH},
}


def lie(name: str, mine: int, size: int, place: int, bit: int) -> tuple[bytes, list[Line]]:
    """A note and the lines shown to a mirror that holds `mine` entries; `place` lies between, `size` is ahead."""
    shown, good, at = list(LOG[mine:size]), note(LOG[:size]), place - mine
    one = shown[at]
    match name:
        case "shorter":
            return note(LOG[: mine - 1]), []
        case "other root":
            return note([*LOG[: mine - 1], line(99)]), []
        case "other log":
            return note(LOG[:size], origin="almaty.example/log/other"), shown
        case "other key":
            return note(LOG[:size], STRANGER), shown
        case "past rewritten":
            return note([line(99), *LOG[1:size]]), shown
        case "bit in note":
            return flipped(good, bit), shown
        case "swapped":
            shown[at : at + 2] = [shown[at + 1], one]
        case "dropped":
            shown[at : at + 1] = []
        case "doubled":
            shown[at : at + 1] = [one, one]
        case "replaced":
            shown[at] = line(99)
        case "bit in entry":
            shown[at] = replace(one, entry=flipped(one.entry, bit))
        case "bit in body":
            shown[at] = replace(one, body=flipped(one.body or b"", bit))
    return good, shown


@UNTIMED
@given(st.sampled_from(sorted(LIES)), st.data())
def test_every_lie_is_refused_for_its_reason_and_changes_nothing(name: str, data: st.DataObject) -> None:
    mine = data.draw(st.integers(1, 20))
    size = data.draw(st.integers(mine + 2, 24))
    place, bit = data.draw(st.integers(mine, size - 2)), data.draw(st.integers(0, 5000))
    shown_note, shown_lines = lie(name, mine, size, place, bit)
    mirror = held_at(mine)
    answer = mirror.accept(shown_note, pages(shown_lines))
    assert isinstance(answer, Halt), name
    assert answer.reason in LIES[name]
    assert answer.fault.message
    assert mirror == held_at(mine)
    assert isinstance(mirror.accept(note(LOG[:size]), pages(LOG[mine:size])), Accepted)


class Partners(RuleBasedStateMachine):
    """A home that appends, a link that spoils, a mirror that pulls: the copy is always a signed beginning of the log."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Line] = []
        self.mirror = empty()

    @rule(count=st.integers(1, 4))
    def append(self, count: int) -> None:
        self.log += [line(len(self.log) + number) for number in range(count)]

    @rule(size=st.integers(1, 5))
    def pull(self, size: int) -> None:
        answer = self.mirror.accept(note(self.log), pages(self.log[self.mirror.size :], size=size))
        assert isinstance(answer, Accepted)
        assert [record.line for record in answer.records] == self.log[self.mirror.size :]
        self.mirror = answer.mirror

    @precondition(lambda self: len(self.log) > self.mirror.size)
    @rule(name=st.sampled_from(["dropped", "doubled", "bit in note", "bit in entry", "bit in body"]), data=st.data())
    def spoiled_pull(self, name: str, data: st.DataObject) -> None:
        shown, shown_note = self.log[self.mirror.size :], note(self.log)
        at, bit = data.draw(st.integers(0, len(shown) - 1)), data.draw(st.integers(0, 5000))
        one = shown[at]
        spoiled = {
            "dropped": [],
            "doubled": [one, one],
            "bit in note": [one],
            "bit in entry": [replace(one, entry=flipped(one.entry, bit))],
            "bit in body": [replace(one, body=flipped(one.body or b"", bit))],
        }[name]
        if name == "bit in note":
            shown_note = flipped(shown_note, bit)
        answer = self.mirror.accept(shown_note, pages([*shown[:at], *spoiled, *shown[at + 1 :]]))
        assert isinstance(answer, Halt)
        assert answer.evidence.held == self.mirror.note

    @precondition(lambda self: self.mirror.size > 0)
    @rule()
    def old_note(self) -> None:
        answer = self.mirror.accept(note(self.log[: self.mirror.size - 1]), [])
        assert isinstance(answer, Halt)
        assert answer.reason is Reason.ROLLBACK

    @rule()
    def restart(self) -> None:
        """What is stored is enough to go on."""
        self.mirror = replace(empty(), frontier=self.mirror.frontier, note=self.mirror.note)

    @invariant()
    def a_signed_beginning(self) -> None:
        leaves = [leaf_hash(one.entry) for one in self.log[: self.mirror.size]]
        assert self.mirror.checkpoint.root == defined_root(leaves)
        assert self.mirror.note is None or note(self.log[: self.mirror.size]) == self.mirror.note


TestPartners = Partners.TestCase
TestPartners.settings = UNTIMED
