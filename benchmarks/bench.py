"""Figures, child processes, and environments for peers. Nothing heavy is imported here: children measure."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
INPUTS = ROOT / ".bench-inputs"
PEERS = {  # each in an environment of its own: what they require does not fit together
    "yadg": ("galvani==0.5.0", "yadg==7.0.1"),
    "datalab": ("datalab-server[apps,server]==0.7.12",),  # needs Python below 3.12
}
HEADINGS = ("figure", "ours", "peer or limit", "ratio", "target", "holds")


@dataclass(frozen=True)
class Run:
    """One job in a child process: what it measured."""

    seconds: float
    peak_bytes: int
    processor: float = 0.0  # seconds, of all threads and children


@dataclass(frozen=True)
class Figure:
    """One line of the result. `ratio` is better when larger, or when smaller where `at_most` is set."""

    name: str
    ours: str
    peer: str
    ratio: float
    target: float
    at_most: bool = False

    @property
    def holds(self) -> bool:
        """Whether the target is met."""
        return self.ratio <= self.target if self.at_most else self.ratio >= self.target

    def cells(self) -> tuple[str, ...]:
        """The six cells of a line."""
        sign = "at most" if self.at_most else "at least"
        return (
            self.name, self.ours, self.peer, f"{self.ratio:.2f}", f"{sign} {self.target:g}",
            "holds" if self.holds else "falls short",
        )  # fmt: skip


def table_line(cells: tuple[str, ...]) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(cells) + " |"


class Bench:
    """Inputs, children and peers."""

    def __init__(self, *, rounds: int) -> None:
        self.rounds = rounds

    def input(self, name: str, make: Callable[[Path], None]) -> Path:
        """A made file, kept between runs under .bench-inputs; the same bytes every time."""
        path = INPUTS / name
        if not path.exists():
            INPUTS.mkdir(exist_ok=True)
            unfinished = path.with_suffix(".part")
            make(unfinished)
            unfinished.rename(path)
        path.read_bytes()  # into the page cache: disks are not what is measured
        return path

    def run(self, job: str, *arguments: object, peer: str | None = None) -> Run:
        """A job of benchmarks/jobs.py in a child of its own, with our interpreter or that of a peer."""
        python = peer_python(peer) if peer else Path(sys.executable)
        command = [str(python), str(ROOT / "benchmarks" / "jobs.py"), job, *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONWARNINGS": "ignore"}
        )
        if done.returncode:
            raise SystemExit(f"benchmark job {job} failed:\n{done.stderr[-2000:]}")
        return Run(**json.loads(done.stdout.splitlines()[-1]))

    def race(self, ours: Callable[[], Run], peer: Callable[[], Run]) -> tuple[Run, Run]:
        """Best of several runs of each, taken in turn, so that a busy moment meets both."""
        pairs = [(ours(), peer()) for _ in range(self.rounds)]
        return (
            min((pair[0] for pair in pairs), key=lambda run: run.seconds),
            min((pair[1] for pair in pairs), key=lambda run: run.seconds),
        )


@cache
def peer_python(peer: str) -> Path:
    """The interpreter of an environment that has this peer and nothing of ours; made at the first use."""
    place, packages = ROOT / f".venv-bench-{peer}", PEERS[peer]
    python, ready, wanted = place / "bin" / "python", place / ".ready", "\n".join(packages)
    if not ready.exists() or ready.read_text() != wanted:
        print(f"installing {', '.join(packages)} into {place.name} ...", file=sys.stderr)
        shutil.rmtree(place, ignore_errors=True)
        if uv := shutil.which("uv"):
            subprocess.run([uv, "venv", "--quiet", "--python", "3.11", place], check=True)
            subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *packages], check=True)
        else:
            subprocess.run([sys.executable, "-m", "venv", place], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        ready.write_text(wanted)
    return python


def megabytes_a_second(path: Path, run: Run) -> str:
    """Size over time."""
    size = path.stat().st_size / 1e6
    return f"{run.seconds:.2f} s, {size / run.seconds:.0f} MB/s"
