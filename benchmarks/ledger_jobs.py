"""Log records for a child process of `jobs.py`: ours, and what hashing alone and JSON alone would take."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jointlab.ledger import Line

RECORDS = 20_000
BATCH = 10_000  # entries between two checkpoints


def body(number: int) -> dict[str, Any]:
    """A measurement of about 1 KB, partly Cyrillic."""
    figures = [
        {
            "quantity": f"quantity {i}", "value": f"{150 + i}.{number % 1000:03}", "unit": "mA h/g",
            "uncertainty": "0.012", "method": "linear fit", "conditions": {"cycle": i},
        }
        for i in range(6)
    ]  # fmt: skip
    return {
        "device": f"kz:{number:032x}", "figures": figures, "settings": {"area": "1.13 cm2", "mass": "12.3 mg"},
        "title": f"Катод LiFePO4 — образец № {number}, повторный синтез",
    }  # fmt: skip


def line(number: int, content: dict[str, Any]) -> "Line":
    """What the log takes in for one record: salt, canonical bytes, both hashes, a checked entry."""
    from jointlab.ledger import Entry, Line, Op, seal

    sealed = seal(content)
    entry = Entry(
        at="2026-11-22T10:00:00Z", body=sealed.hash, home="kz", id=f"kz:{number:032x}", op=Op.PUT, prev=None, rev=1,
        size=sealed.size, type="measurement/1",
    )  # fmt: skip
    return Line(entry.to_bytes(), sealed.data)


def append() -> None:
    """Bodies to a log's root."""
    from benchmarks.jobs import measure
    from jointlab.ledger import Frontier, leaf_hash

    bodies = [body(number) for number in range(RECORDS)]

    def work() -> bytes:
        frontier = Frontier()
        for number, content in enumerate(bodies):
            frontier.push(leaf_hash(line(number, content).entry))
        return frontier.root()

    measure(work)


def follow() -> None:
    """Entries and bodies to a verified mirror, a checkpoint every 10,000 entries."""
    from benchmarks.jobs import measure
    from jointlab.ledger import (
        Accepted,
        Checkpoint,
        Frontier,
        KeyHistory,
        Mirror,
        SigningKey,
        leaf_hash,
        sign_checkpoint,
    )

    lines = [line(number, body(number)) for number in range(RECORDS)]
    key, frontier, notes = SigningKey.generate(name="kz"), Frontier(), []
    for start in range(0, RECORDS, BATCH):
        for one in lines[start : start + BATCH]:
            frontier.push(leaf_hash(one.entry))
        notes.append(sign_checkpoint(Checkpoint("kz/log", frontier.size, frontier.root()), key).to_bytes())

    def work() -> Mirror:
        mirror = Mirror("kz/log", "kz", KeyHistory().add(key.public, valid_from_size=0))
        for note in notes:
            answer = mirror.accept(note, [lines[mirror.size : mirror.size + BATCH]])
            assert isinstance(answer, Accepted)
            assert not answer.quarantined
            mirror = answer.mirror
        return mirror

    measure(work)


def hashes() -> None:
    """Only what the formats ask for: SHA-256 of the body, of the leaf, and of one node a record."""
    from hashlib import sha256

    from benchmarks.jobs import measure

    lines = [line(number, body(number)) for number in range(RECORDS)]

    def work() -> None:
        for one in lines:
            sha256(one.body or b"").digest()
            leaf = sha256(b"\x00" + one.entry).digest()
            sha256(b"\x01" + leaf + leaf).digest()

    measure(work)


def writing() -> None:
    """Only orjson: body and entry to bytes with sorted keys."""
    import orjson

    from benchmarks.jobs import measure

    bodies = [body(number) for number in range(RECORDS)]
    entries = [orjson.loads(line(number, content).entry) for number, content in enumerate(bodies)]

    def work() -> None:
        for content, entry in zip(bodies, entries, strict=True):
            orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
            orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)

    measure(work)


def parsing() -> None:
    """Only orjson: body and entry from bytes, kept as long as the mirror keeps them."""
    import orjson

    from benchmarks.jobs import measure

    lines = [line(number, body(number)) for number in range(RECORDS)]

    def work() -> None:
        for start in range(0, RECORDS, BATCH):
            kept = [(orjson.loads(one.entry), orjson.loads(one.body or b"")) for one in lines[start : start + BATCH]]
            del kept

    measure(work)


JOBS = {
    "ledger_append": append,
    "ledger_follow": follow,
    "ledger_hashes": hashes,
    "ledger_writing": writing,
    "ledger_parsing": parsing,
}
