"""Which of a million records a partnership is to have, by the clauses in force, asked for all of them at once."""

import json
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256

from benchmarks.bench import INPUTS, ROOT, Bench, Figure

RECORDS = 1_000_000
LIMIT = 30.0  # seconds, of the issue


def figures(bench: Bench) -> Iterator[Figure]:
    schema = sha256(
        b"".join(path.read_bytes() for path in sorted((ROOT / "src").glob("jointlab/*/migrations/0*.py")))
    ).hexdigest()
    folder = INPUTS / f"sharing-{RECORDS}-{schema[:8]}"  # filled once for each schema
    INPUTS.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.sharing_jobs", str(folder), str(RECORDS)]
    runs = []
    for _ in range(min(3, bench.rounds)):
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        runs.append(json.loads(answer.stdout.splitlines()[-1]))
    best = min(run["seconds"] for run in runs)
    yield Figure(
        f"deciding by clauses which of {RECORDS:,} records go to the partner ({runs[0]['due']:,} do)", f"{best:.1f} s",
        f"{LIMIT:g} s", best / LIMIT, 1.0, at_most=True,
    )  # fmt: skip
