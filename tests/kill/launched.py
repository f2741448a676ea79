"""The side of the tests: a process that starts commands, and what of them still runs."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Launcher:
    """The process that starts commands."""

    process: "subprocess.Popen[str]"

    def _tell(self, **what: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def start(self, arguments: list[str], given: str = "") -> int:
        """The process id."""
        return int(self._tell(arguments=arguments, given=given)["pid"])

    def end(self, pid: int) -> tuple[int, str]:
        """Exit status and words."""
        answer = self._tell(wait=pid)
        return answer["status"], answer["said"]

    def run(self, arguments: list[str], given: str = "") -> tuple[int, str]:
        """A command to its end."""
        return self.end(self.start(arguments, given))

    def ask(self, code: str) -> Any:
        """The JSON that Python code prints, in a fork that has the node's Django."""
        status, said = self.end(int(self._tell(code=f"import json\n{code}")["pid"]))
        assert status == 0, said
        return json.loads(said)


@contextlib.contextmanager
def launcher(folder: Path | str) -> Iterator[Launcher]:
    """One launcher; with a folder it has Django set up for that node."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.kill.launcher", str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2], env={**os.environ, "JOINTLAB_FOLDER": ""},
    ) as process:  # fmt: skip
        yield Launcher(process)
        assert process.stdin
        process.stdin.close()


def children_of(pid: int) -> list[int]:
    """Process ids."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(child) for child in found.stdout.split()]


def descendants_of(pid: int) -> list[int]:
    """Children, their children, and so on."""
    direct = children_of(pid)
    return [*direct, *(one for child in direct for one in descendants_of(child))]


def still_running(pids: Iterable[int], *, after: float = 60.0) -> list[int]:
    """Those that have not ended within so many seconds."""
    deadline = time.monotonic() + after
    left = [pid for pid in pids if _runs(pid)]
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [pid for pid in left if _runs(pid)]
    return left


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
