"""A partner's log followed: verified, stored and indexed, against PostgreSQL's logical replication of the same rows.

100,000 records; RECORDS=1000000 in the environment for a million. PostgreSQL 15 streams between two clusters of its own, made
for the run, from a slot that holds 100 transactions: what is timed is the time until the subscriber has all rows, in a log
table and an index table with the keys that ours have. It verifies nothing. Neither side has a link in between.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import INPUTS, ROOT, Bench, Figure, Run
from benchmarks.federation_apply_jobs import read_pages
from benchmarks.federation_postgres import streamed, with_clusters
from jointlab.federation.codec import expand

RECORDS = int(os.environ.get("RECORDS", "100000"))
SAMPLES = 10_000


def figures(bench: Bench) -> Iterator[Figure]:
    log = _log(f"federation-pages-{RECORDS}.log", RECORDS)
    rates: list[Run] = []
    with tempfile.TemporaryDirectory(prefix="jointlab-bench-") as name, with_clusters(Path(name)) as clusters:
        numbers = iter(range(1000))
        ours, peer = bench.race(
            lambda: _follow(log, Path(name, f"node-{next(numbers)}")), lambda: streamed(clusters, log, RECORDS)
        )
        samples = _log(f"federation-sample-pages-{SAMPLES}.log", SAMPLES, "samples")
        rates.append(_follow(samples, Path(name, "samples")))
    yield Figure(
        f"{RECORDS:,} records of a partner of 1.2 KB (entry and body) verified and stored in log and index tables (SQLite), against "
        "PostgreSQL 15 logical streaming of the same rows, which verifies nothing",
        f"{RECORDS / ours.seconds / 1000:.1f} k records/s, processor {ours.processor / RECORDS * 1e6:.0f} µs a record", f"{RECORDS / peer.seconds / 1000:.1f} k records/s",
        peer.seconds / ours.seconds, 1.0,
    )  # fmt: skip
    wire, raw = _bytes(log)
    yield Figure(
        f"bytes of that on the wire, {RECORDS:,} records: pages and checkpoints, against the entries and bodies themselves",
        f"{wire / 1e6:.1f} MB", f"{raw / 1e6:.1f} MB", wire / raw, 1 / 3, at_most=True,
    )  # fmt: skip
    yield Figure(
        f"memory of that, {RECORDS:,} records", f"{ours.peak_bytes / 2**20:.0f} MiB", "limit 300 MiB",
        ours.peak_bytes / 2**20 / 300, 1.0, at_most=True,
    )  # fmt: skip
    per_sample, per_record = rates[0].seconds / SAMPLES, ours.seconds / RECORDS
    yield Figure(
        f"{SAMPLES:,} samples of a partner applied to all tables of the laboratory, words of the search included, against the log and "
        "index tables alone",
        f"{1 / per_sample:.0f} samples/s", f"{1 / per_record:.0f} records/s", per_record / per_sample, 0.02,
    )  # fmt: skip


def _bytes(log: Path) -> tuple[int, int]:
    wire = raw = 0
    for note, pages in read_pages(log):
        wire += len(note) + sum(map(len, pages))
        raw += sum(len(expand(page)) for page in pages)
    return wire, raw


def _log(name: str, records: int, *kind: str) -> Path:
    path = INPUTS / name
    if not path.exists():
        INPUTS.mkdir(exist_ok=True)
        unfinished = path.with_suffix(".part")
        _job("make", unfinished, str(records), *kind)
        unfinished.rename(path)
    return path


def _follow(log: Path, folder: Path) -> Run:
    done = _job("follow", log, str(folder))
    shutil.rmtree(folder)
    return Run(**json.loads(done.splitlines()[-1]))


def _job(*arguments: str | Path) -> str:
    command = [sys.executable, "-m", "benchmarks.federation_apply_jobs", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=dict(os.environ))
    if done.returncode:
        raise SystemExit(f"benchmark job {arguments[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout
