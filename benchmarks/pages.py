"""Pages of a node with 100,000 samples: what the server takes for each, 95 of 100 requests."""

import json
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256

from benchmarks.bench import INPUTS, ROOT, Bench, Figure

SAMPLES = 100_000
LIST, SAMPLE = 20.0, 60.0  # ms


def figures(bench: Bench) -> Iterator[Figure]:
    schema = sha256(
        b"".join(path.read_bytes() for path in sorted((ROOT / "src").glob("jointlab/*/migrations/0*.py")))
    ).hexdigest()
    folder = INPUTS / f"node-{SAMPLES}-{schema[:8]}"  # filled once for each schema
    INPUTS.mkdir(exist_ok=True)
    command = [
        sys.executable,
        str(ROOT / "benchmarks" / "page_jobs.py"),
        str(folder),
        str(SAMPLES),
        str(40 * bench.rounds),
    ]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    for name, took in json.loads(answer.stdout.splitlines()[-1]).items():
        limit = SAMPLE if name.startswith("sample page") else LIST
        yield Figure(
            f"{name}, {SAMPLES:,} samples, 95 of 100 requests within", f"{took['wall']:.1f} ms (CPU {took['cpu']:.1f} ms)",
            f"{limit:g} ms", took["wall"] / limit, 1.0, at_most=True,
        )  # fmt: skip
