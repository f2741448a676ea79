"""Starting: the bare command line, and one small file from cold."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bench import ROOT, Bench, Figure
from benchmarks.inputs import make_mpt


def figures(bench: Bench) -> Iterator[Figure]:
    subprocess.run([sys.executable, "-m", "compileall", "-q", ROOT / "src"], check=True)  # as an installer leaves it
    command = Path(sys.executable).with_name("jointlab")
    ours, bare = bench.race(
        lambda: bench.run("command", command, "--version"), lambda: bench.run("command", sys.executable, "-c", "pass")
    )
    yield Figure(
        "`jointlab --version`, against the bare interpreter", f"{1e3 * ours.seconds:.0f} ms",
        f"{1e3 * bare.seconds:.0f} ms", ours.seconds / bare.seconds, 6.0, at_most=True,
    )  # fmt: skip
    small = bench.input("small.mpt", lambda path: make_mpt(path, 1))
    cold = min((bench.run("command", command, "read", small) for _ in range(bench.rounds)), key=lambda run: run.seconds)
    size = small.stat().st_size / 1e6
    yield Figure(
        f"`jointlab read` of one text file of {size:.1f} MB, process start to end, figures included",
        f"{cold.seconds:.2f} s", "1 s", cold.seconds, 1.0, at_most=True,
    )  # fmt: skip
