"""The mirror follows what was signed, and refuses all else with evidence and unchanged."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pytest

from jointlab.errors import BadInput
from jointlab.ledger import (
    BODY_LIMIT,
    Accepted,
    Entry,
    Halt,
    Line,
    Mirror,
    Note,
    Reason,
    Record,
    body_hash,
    cosign,
    cosignatures,
    proves_equivocation,
)
from tests.unit.ledger.house import HISTORY, KEY, ORIGIN, empty, line, lines, note, pages
from tests.unit.ledger.published import seeded

LOG = lines(20)
OTHER = seeded("kz-2027")


def follow(mirror: Mirror, found: Sequence[Line], **named: object) -> Mirror:
    """The mirror after it has accepted the log up to the last of these lines."""
    answer = mirror.accept(note(found), pages(found[mirror.size :]), **named)  # type: ignore[arg-type]
    assert isinstance(answer, Accepted), answer
    return answer.mirror


HELD = follow(empty(), LOG[:7])


def refused(mirror: Mirror, shown: bytes, found: Sequence[Line] = (), **named: object) -> Halt:
    before = (mirror.frontier, mirror.note)
    answer = mirror.accept(shown, pages(found), **named)  # type: ignore[arg-type]
    assert isinstance(answer, Halt), answer
    assert (mirror.frontier, mirror.note) == before
    assert answer.evidence.shown == shown
    assert answer.evidence.held == mirror.note
    assert answer.fault.message
    assert isinstance(follow(mirror, LOG), Mirror)  # and it still follows the truth
    return answer


def test_a_mirror_follows_step_by_step() -> None:
    mirror = empty()
    for size in (0, 1, 2, 7, 8, 20):
        mirror = follow(mirror, LOG[:size])
        assert (mirror.size, mirror.note) == (size, note(LOG[:size]))
    answer = HELD.accept(note(LOG), pages(LOG[7:]))
    assert isinstance(answer, Accepted)
    assert [record.position for record in answer.records] == list(range(7, 20))
    assert answer.records[0].entry == Entry.from_bytes(LOG[7].entry)
    assert answer.records[0].content == {"title": "Образец 7", "mass": "12.50"}
    assert answer.records[0].line == LOG[7]
    assert answer.quarantined == ()


def test_its_own_checkpoint_is_what_it_cosigns() -> None:
    witness = seeded("cn", cosigner=True)
    mirror = follow(HELD, LOG)
    line_of_witness = cosign(mirror.checkpoint, witness, time=1_795_000_000)
    receipt = Note.from_bytes(note(LOG)).adding(line_of_witness)
    assert cosignatures(receipt, [witness.public])[0].time == 1_795_000_000


class Untouchable(Iterable[list[Line]]):
    def __iter__(self) -> Iterator[list[Line]]:
        raise AssertionError("a page was read")


def test_nothing_new_reads_no_page() -> None:
    fresh = note(LOG[:7], KEY, OTHER)
    answer = HELD.accept(fresh, Untouchable())
    assert answer == Accepted(replace(HELD, note=fresh), ())


def test_a_missing_body_is_no_fault() -> None:
    erased = [*LOG[:9], replace(LOG[9], body=None), *LOG[10:]]
    answer = HELD.accept(note(LOG), pages(erased[7:]))
    assert isinstance(answer, Accepted)
    assert answer.records[2].content is None
    assert answer.records[2].fault is None


def test_a_rollback_is_refused() -> None:
    halt = refused(HELD, note(LOG[:6]))
    assert (halt.reason, halt.reason.may_be_transport) == (Reason.ROLLBACK, False)
    assert refused(HELD, note([])).reason is Reason.ROLLBACK


def test_two_roots_for_one_size_are_proof_that_needs_only_the_keys() -> None:
    halt = refused(HELD, note(lines(7, salt=1)))
    assert (halt.reason, halt.reason.may_be_transport) == (Reason.EQUIVOCATION, False)
    assert halt.evidence.held is not None
    assert proves_equivocation(halt.evidence.held, halt.evidence.shown, HISTORY, origin=ORIGIN)
    assert not proves_equivocation(note(LOG[:7]), note(LOG[:7], KEY, OTHER), HISTORY, origin=ORIGIN)
    assert not proves_equivocation(note(LOG[:7]), note(LOG), HISTORY, origin=ORIGIN)
    with pytest.raises(BadInput):
        proves_equivocation(note(LOG[:7]), note(lines(7, salt=1), OTHER), HISTORY, origin=ORIGIN)


def test_a_rewritten_past_is_a_fork() -> None:
    rewritten = [line(3, salt=1) if number == 3 else one for number, one in enumerate(LOG)]
    assert refused(HELD, note(rewritten), rewritten[7:]).reason is Reason.FORK


@pytest.mark.parametrize(
    "shown",
    [
        [*LOG[7:9], LOG[10], LOG[9], *LOG[11:]],  # order
        [*LOG[7:19], LOG[18]],  # doubled for another
        [*LOG[7:19], line(19, salt=1)],  # replaced
    ],
)
def test_other_entries_are_a_fork(shown: list[Line]) -> None:
    halt = refused(HELD, note(LOG), shown)
    assert (halt.reason, halt.reason.may_be_transport) == (Reason.FORK, True)


@pytest.mark.parametrize("shown", [LOG[7:19], [], [*LOG[7:], line(20)], LOG])
def test_fewer_or_more_entries_are_refused(shown: list[Line]) -> None:
    assert refused(HELD, note(LOG), shown).reason is Reason.WRONG_LENGTH


def test_endless_pages_are_not_read_to_their_end() -> None:
    read = 0

    def endless() -> Iterator[list[Line]]:
        nonlocal read
        while True:
            read += 1
            yield [LOG[read % 20]]

    answer = HELD.accept(note(LOG), endless())
    assert isinstance(answer, Halt)
    assert read == 14  # one more than there are


def test_more_than_the_limits_is_refused_before_it_is_held() -> None:
    assert refused(HELD, note(LOG), LOG[7:], entries_limit=12).reason is Reason.TOO_MUCH
    assert refused(HELD, note(LOG), LOG[7:], bytes_limit=1000).reason is Reason.TOO_MUCH
    size = sum(len(one.entry) + len(one.body or b"") for one in LOG[7:])
    follow(HELD, LOG, entries_limit=13, bytes_limit=size)


def test_another_log_another_key_and_no_note_are_refused() -> None:
    assert refused(HELD, note(LOG, origin="almaty.example/log/other"), LOG[7:]).reason is Reason.WRONG_LOG
    assert refused(HELD, note(LOG, OTHER), LOG[7:]).reason is Reason.UNKNOWN_KEY
    assert refused(HELD, note(LOG)[:-9], LOG[7:]).reason is Reason.MALFORMED_NOTE
    assert refused(HELD, note(LOG).replace(b"\n20\n", b"\n21\n"), LOG[7:]).reason is Reason.BAD_SIGNATURE
    assert refused(HELD, note(LOG).replace(b"\n20\n", b"\n020\n"), LOG[7:]).reason is Reason.MALFORMED_NOTE


def test_a_changed_key_counts_from_its_size_and_a_revoked_one_no_longer() -> None:
    keys = HISTORY.add(OTHER.public, valid_from_size=10).revoke(KEY.public, void_from_size=15)
    mirror = replace(HELD, keys=keys)
    early = mirror.accept(note(LOG[:9], OTHER), pages(LOG[7:9]))
    assert isinstance(early, Halt)
    assert early.reason is Reason.VOID_KEY
    late = mirror.accept(note(LOG), pages(LOG[7:]))
    assert isinstance(late, Halt)
    assert (late.reason, late.reason.may_be_transport) == (Reason.VOID_KEY, False)
    assert isinstance(mirror.accept(note(LOG, OTHER), pages(LOG[7:])), Accepted)
    assert isinstance(mirror.accept(note(LOG[:14]), pages(LOG[7:14])), Accepted)


def signed_as_is(bad: Line) -> Halt | Accepted:
    """What the mirror says of a line that the home has really signed."""
    log = [*LOG[:7], bad]
    return HELD.accept(note(log), pages(log[7:]))


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (LOG[7].entry + b" ", Reason.NOT_CANONICAL),
        (b"not json", Reason.NOT_CANONICAL),
        (b'"' + b"x" * 5000 + b'"', Reason.NOT_CANONICAL),
        (LOG[7].entry.replace(b'"put"', b'"drop"'), Reason.INVALID_ENTRY),
        (b"{}", Reason.INVALID_ENTRY),
        (line(7, prev=7).entry, Reason.INVALID_ENTRY),  # itself
    ],
)
def test_an_entry_that_is_none_is_refused_with_its_place(entry: bytes, reason: Reason) -> None:
    halt = signed_as_is(Line(entry))
    assert isinstance(halt, Halt)
    assert (halt.reason, halt.evidence.position, halt.evidence.line) == (reason, 7, Line(entry))


def test_a_changed_body_is_refused() -> None:
    body = LOG[7].body or b""
    halt = refused(HELD, note(LOG), [replace(LOG[7], body=body.replace(b"12.50", b"12.51")), *LOG[8:]])
    assert (halt.reason, halt.evidence.position) == (Reason.BODY_MISMATCH, 7)
    assert refused(HELD, note(LOG), [replace(LOG[7], body=b""), *LOG[8:]]).reason is Reason.BODY_MISMATCH


def with_body(body: bytes, *, size: int | None = None) -> Line:
    entry = Entry.from_bytes(LOG[7].entry)
    return Line(replace(entry, body=body_hash(body), size=size or min(len(body), BODY_LIMIT)).to_bytes(), body)


SALT = b'"salt":"' + b"0" * 32 + b'"'


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (with_body(b'{"a":1.5,' + SALT + b"}"), "canonical.float"),
        (with_body(b'{"a":1,"a":1,' + SALT + b"}"), "canonical.form"),
        (with_body(b'{"a":NaN,' + SALT + b"}"), "canonical.syntax"),
        (with_body(b'{"a":9007199254740992,' + SALT + b"}"), "canonical.integer"),
        (with_body(b'{"a":"\\ud800",' + SALT + b"}"), "canonical.syntax"),
        (with_body(b'{"a":' + b"[" * 32 + b"]" * 32 + b"," + SALT + b"}"), "canonical.depth"),
        (with_body(b"{" + SALT + b',"a":1}'), "canonical.form"),
        (with_body(b'{"a":1}'), "body.salt"),
        (with_body(b"[]"), "body.object"),
        (with_body(b'{"a":"' + b"x" * BODY_LIMIT + b'",' + SALT + b"}"), "mirror.size"),
        (with_body(b"{" + SALT + b"}", size=2), "mirror.size"),
        (line(7, home="cn"), "mirror.wrong-home"),
    ],
)
def test_a_bad_record_that_the_home_signed_is_set_aside_and_the_log_goes_on(bad: Line, code: str) -> None:
    answer = signed_as_is(bad)
    assert isinstance(answer, Accepted)
    (record,) = answer.quarantined
    assert record.fault is not None
    assert (record.fault.code, record.content, record.line) == (code, None, bad)
    log = [*LOG[:7], bad, *LOG[8:]]
    assert isinstance(answer.mirror.accept(note(log), pages(log[8:])), Accepted)


def test_a_judge_sets_records_aside_once_the_root_is_verified() -> None:
    seen: list[int] = []

    def judge(record: Record) -> None:
        seen.append(record.position)
        if record.position == 9:
            raise BadInput("sample.mass", "The mass is {mass}.", mass="missing")

    assert isinstance(HELD.accept(note(LOG), pages(LOG[7:19]), judge=judge), Halt)
    assert seen == []
    answer = HELD.accept(note(LOG), pages(LOG[7:]), judge=judge)
    assert isinstance(answer, Accepted)
    assert seen == list(range(7, 20))
    assert [(record.position, record.content) for record in answer.quarantined] == [(9, None)]


def test_what_breaks_while_pages_are_read_goes_through_and_changes_nothing() -> None:
    def cut() -> Iterator[list[Line]]:
        yield LOG[7:9]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        HELD.accept(note(LOG), cut())
    assert follow(HELD, LOG).size == 20


def test_a_state_that_does_not_fit_its_note_is_refused() -> None:
    whole = follow(HELD, LOG)
    for frontier, found in (
        (HELD.frontier, whole.note),
        (whole.frontier, None),
        (HELD.frontier[:-1] + b"x", HELD.note),
    ):
        with pytest.raises(BadInput) as caught:
            Mirror(origin=ORIGIN, home="kz", keys=HISTORY, frontier=frontier, note=found)
        assert caught.value.code == "mirror.state"
    assert Mirror(origin=ORIGIN, home="kz", keys=HISTORY, frontier=HELD.frontier, note=HELD.note) == HELD
