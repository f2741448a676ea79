"""A home with one log, which can be made to lie."""

from collections.abc import Iterator, Sequence

from jointlab.ledger import (
    Checkpoint,
    Entry,
    Frontier,
    KeyHistory,
    Line,
    Mirror,
    Op,
    SigningKey,
    leaf_hash,
    seal,
    sign_checkpoint,
)
from tests.unit.ledger.published import seeded

ORIGIN = "almaty.example/log/7f3a"
KEY = seeded("kz")
HISTORY = KeyHistory().add(KEY.public, valid_from_size=0)


def line(number: int, *, salt: int = 0, home: str = "kz", prev: int | None = None, op: Op = Op.PUT) -> Line:
    """The entry and body of the record `number`; the same bytes for the same arguments."""
    body = seal({"title": f"Образец {number}", "mass": "12.50"}, salt=(number + (salt << 64)).to_bytes(16, "big"))
    entry = Entry(
        at="2026-11-22T10:00:00Z", body=body.hash, home=home, id=f"{home}:{number:032x}", op=op, prev=prev,
        rev=1 if prev is None else 2, size=body.size, type="sample/1",
    )  # fmt: skip
    return Line(entry.to_bytes(), body.data)


def lines(count: int, *, salt: int = 0) -> list[Line]:
    return [line(number, salt=salt) for number in range(count)]


def note(found: Sequence[Line], *keys: SigningKey, origin: str = ORIGIN) -> bytes:
    """The signed checkpoint of a log with these lines."""
    frontier = Frontier(leaf_hash(one.entry) for one in found)
    return sign_checkpoint(Checkpoint(origin, frontier.size, frontier.root()), *(keys or (KEY,))).to_bytes()


def pages(found: Sequence[Line], *, size: int = 3) -> Iterator[list[Line]]:
    for at in range(0, len(found), size):
        yield list(found[at : at + size])


def empty() -> Mirror:
    return Mirror(origin=ORIGIN, home="kz", keys=HISTORY)
