"""A node that is served: how soon it answers, beside an empty Django project, and the memory of all its processes."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from benchmarks.bench import ROOT, Bench, Figure
from benchmarks.serving_jobs import SAMPLES

REQUESTS = 200
PAGES = ("/", "/samples", "/samples?sort=-bet_area", "/samples/KZ-26-000500", "/inbox", "/measurements", "/projects")
_LONGEST = 120.0  # seconds to the first answer


def figures(bench: Bench) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="jointlab-bench-") as place:
        node, bare = Path(place, "node"), Path(place, "bare")
        made = subprocess.run(
            [sys.executable, "-m", "benchmarks.serving_jobs", str(node)], check=True, cwd=ROOT, stdout=subprocess.PIPE
        )
        cookies = json.loads(made.stdout.splitlines()[-1])
        bare.mkdir()
        subprocess.run([sys.executable, "-m", "django", "startproject", "bare", str(bare)], check=True)
        ours, empty = [], []
        for number in range(bench.rounds):  # in turn
            ours.append(_first_answer(_node(node, 18200 + number), node, 18200 + number, "/sign-in"))
            empty.append(_first_answer(_bare(18300 + number), bare, 18300 + number, "/", "localhost"))
        later = min(ours) - min(empty)
        yield Figure(
            "cold start of `jointlab serve` (2 workers, background worker) to its first page, seconds later than an empty "
            "Django project on granian", f"{min(ours):.2f} s", f"{min(empty):.2f} s", later, 1.0, at_most=True,
        )  # fmt: skip
        memory = _memory(node, cookies)
        yield Figure(
            f"memory of `jointlab serve` with 2 workers, background worker included, after {REQUESTS} pages of a node with "
            f"{SAMPLES} samples (proportional set size)", f"{memory:.0f} MB", "400 MB", memory / 400, 1.0, at_most=True,
        )  # fmt: skip


def _node(folder: Path, port: int) -> list[str]:
    command = str(Path(sys.executable).with_name("jointlab"))
    return [command, "serve", "--node", str(folder), "--port", str(port), "--workers", "2"]


def _bare(port: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "bare.wsgi:application", "--interface", "wsgi", "--workers", "2",
        "--port", str(port), "--log-level", "error", "--workers-kill-timeout", "5",
    ]  # fmt: skip


@contextmanager
def _served(command: list[str], folder: Path) -> "Iterator[subprocess.Popen[bytes]]":
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:  # granian by itself waits for ever for a connection that is kept open
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _first_answer(command: list[str], folder: Path, port: int, page: str, host: str = "testserver") -> float:
    begun = time.perf_counter()
    with _served(command, folder):
        _wait(port, page, host)
        return time.perf_counter() - begun


def _wait(port: int, page: str, host: str = "testserver") -> None:
    """Ask until a page answers."""
    end = time.perf_counter() + _LONGEST
    while time.perf_counter() < end:
        try:
            if _status(port, page, {}, host) == 200:
                return
        except (OSError, HTTPException):
            time.sleep(0.01)
    raise SystemExit(f"port {port} gave no page within {_LONGEST:g} s")


def _status(port: int, page: str, cookies: Mapping[str, str], host: str = "testserver") -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        connection.request("GET", page, headers={"Host": host, **headers})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _memory(folder: Path, cookies: Mapping[str, str], port: int = 18400) -> float:
    """Megabytes of the server and all its descendants."""
    with _served(_node(folder, port), folder) as process:
        _wait(port, "/sign-in")
        for number in range(REQUESTS):
            page = PAGES[number % len(PAGES)]
            status = _status(port, page, cookies)
            if status != 200:
                raise SystemExit(f"{page} answered {status}")
        return sum(_proportional(pid) for pid in _family(process.pid)) / 1e6


def _family(pid: int) -> set[int]:
    """A process and all that descend from it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _proportional(pid: int) -> int:
    """Bytes: pages that processes share count once in all."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    found = sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    if os.environ.get("BENCH_VERBOSE"):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()[:90]
        print(f"  {found / 1e6:7.1f} MB  {pid} {command}", file=sys.stderr)
    return found
