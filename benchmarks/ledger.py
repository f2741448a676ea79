"""The log: records appended and followed, against SHA-256 alone and orjson alone on the same bytes."""

from collections.abc import Iterator

from benchmarks.bench import Bench, Figure, Run
from benchmarks.ledger_jobs import RECORDS


def figures(bench: Bench) -> Iterator[Figure]:
    for job, what, limits in (
        ("append", "salt, canonical bytes, hashes, checked entry, frontier", (("hashes", 0.05), ("writing", 0.05))),
        ("follow", "everything verified by a mirror", (("hashes", 0.05), ("parsing", 0.2))),
    ):
        for limit, target in limits:
            alone = "its SHA-256 hashes alone" if limit == "hashes" else f"orjson alone {limit} it"
            ours, peer = bench.race(
                lambda job=job: bench.run(f"ledger_{job}"), lambda limit=limit: bench.run(f"ledger_{limit}")
            )
            yield Figure(
                f"a log of {RECORDS:,} records of 1.2 KB (entry and body), {what}, against {alone}",
                rate(ours), rate(peer), peer.seconds / ours.seconds, target,
            )  # fmt: skip


def rate(run: Run) -> str:
    """Records over time."""
    return f"{RECORDS / run.seconds / 1000:.0f} k records/s"
