"""A node with 200 agreements and 10,000 running stays: pages, and a step from the click until its page is shown."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench import INPUTS, ROOT, Bench, Figure

AGREEMENTS, CASES = 200, 10_000
PAGE, STEP = 100.0, 300.0  # ms, of the issue


def figures(bench: Bench) -> Iterator[Figure]:
    schema = sha256(
        b"".join(path.read_bytes() for path in sorted((ROOT / "src").glob("jointlab/*/migrations/0*.py")))
    ).hexdigest()
    folder = INPUTS / f"cases-{CASES}-{schema[:8]}"  # filled once for each schema
    INPUTS.mkdir(exist_ok=True)
    if not (folder / "filled").exists():
        _job(bench, folder)
    with TemporaryDirectory() as beside:  # the steps are taken in a copy
        answer = _job(bench, Path(shutil.copytree(folder, Path(beside) / "node")))
    for name, took in json.loads(answer.splitlines()[-1]).items():
        limit = STEP if name.startswith("step") else PAGE
        yield Figure(
            f"{name}, {AGREEMENTS} agreements, {CASES:,} running cases, 95 of 100 within",
            f"{took['wall']:.0f} ms (CPU {took['cpu']:.0f} ms)", f"{limit:g} ms", took["wall"] / limit, 1.0, at_most=True,
        )  # fmt: skip


def _job(bench: Bench, folder: Path) -> str:
    numbers = [str(one) for one in (folder, AGREEMENTS, CASES, 20 * bench.rounds)]
    command = [sys.executable, "-m", "benchmarks.case_jobs", *numbers]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout
