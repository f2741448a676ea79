"""The whole ingest chain (store, hash, read, Parquet, log, rows) of small text files, against the bare chain."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import INPUTS, ROOT, Bench, Figure, Run
from benchmarks.ingest_jobs import ROWS, make_files

FILES = 3000


def figures(bench: Bench) -> Iterator[Figure]:
    yield from _race(bench, "curves", "figures and plots included", lit=True)
    yield from _race(bench, "lines", "of a kind that gives no figures and no plots", lit=False)


def _race(bench: Bench, kind: str, what: str, *, lit: bool) -> Iterator[Figure]:
    files = INPUTS / f"{kind}-{FILES}"
    if not files.exists():
        unfinished = files.with_suffix(".part")
        make_files(unfinished, FILES, lit=lit)
        unfinished.rename(files)
    with tempfile.TemporaryDirectory(prefix="jointlab-bench-") as folder:
        numbers = iter(range(1000))
        ours, bare = bench.race(
            lambda: _run("ours", files, Path(folder, f"ours-{next(numbers)}")),
            lambda: _run("bare", files, Path(folder, f"bare-{next(numbers)}")),
        )
    yield Figure(
        f"ingest of {FILES} text files of {ROWS} rows into a node, {what}, all cores, the start of the children included, against "
        "the bare chain (read, SHA-256, polars, Parquet, SQLite) in one process", _told(ours), _told(bare),
        bare.seconds / ours.seconds, 0.5,
    )  # fmt: skip


def _told(run: Run) -> str:
    return f"{FILES / run.seconds:.0f} files/s, processor {1e3 * run.processor / FILES:.1f} ms a file"


def _run(job: str, files: Path, folder: Path) -> Run:
    command = [sys.executable, "-m", "benchmarks.ingest_jobs", job, str(files), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=dict(os.environ))
    if done.returncode:
        raise SystemExit(f"benchmark job {job} failed:\n{done.stderr[-2000:]}")
    return Run(**json.loads(done.stdout.splitlines()[-1]))
