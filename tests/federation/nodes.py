"""Two real nodes in temporary folders: made once, copied for each scenario, served on free ports of loopback."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from jointlab.node.variable import VARIABLE

SITES = {
    "kz": ("almaty", "a", "Asia/Almaty", "almaty.example", "Al-Farabi Kazakh National University", "Almaty"),
    "cn": (
        "nanjing",
        "n",
        "Asia/Shanghai",
        "nanjing.example",
        "Nanjing University of Science and Technology",
        "Nanjing",
    ),
    "uz": ("tashkent", "a", "Asia/Tashkent", "tashkent.example", "National University of Uzbekistan", "Tashkent"),
}
_MAKE = """
import pathlib, sys
from jointlab.node.creation import NewNode
from jointlab.node.init_command import make
folder, prefix, name, mark, zone, origin, institution, city = sys.argv[1:]
make(NewNode(folder=pathlib.Path(folder), prefix=prefix, name=name, mark=mark, zone=zone, origin=origin,
    names={"en": institution}, city={"en": city}))
from jointlab.federation.own import make_recovery_key
sys.stdout.write(make_recovery_key())
"""


class DriverFault(Exception):
    """A fault of a room, from the node's process."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(f"{code}: {sentence}")


class Node:
    """One node: its folder, its server while it runs, a driver for what a person would do there."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self.folder, self.prefix = folder, prefix
        self.port = 0
        self._server: subprocess.Popen[bytes] | None = None
        self._driver: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        """Of the server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def recovery(self) -> str:
        """The groups that stood on paper."""
        return (self.folder / "paper.txt").read_text()

    def do(self, code: str) -> Any:
        """Run code in the driver; what it set `value` to. Raises DriverFault."""
        if self._driver is None:
            self._driver = subprocess.Popen(
                [sys.executable, "-m", "tests.federation.driver", str(self.folder)], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        assert self._driver.stdin
        assert self._driver.stdout
        self._driver.stdin.write(json.dumps({"code": code}) + "\n")
        self._driver.stdin.flush()
        answer = json.loads(self._driver.stdout.readline())
        if "fault" in answer:
            raise DriverFault(answer["fault"], answer["sentence"])
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def value(self, expression: str) -> Any:
        """The value of an expression."""
        return self.do(f"value = {expression}")

    def run(self, *arguments: str, given: str = "", status: int = 0) -> str:
        """A command of the program, to its end; what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "jointlab.node", *arguments, "--node", str(self.folder)], input=given, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, env={**os.environ, VARIABLE: ""},
        )  # fmt: skip
        assert done.returncode == status, done.stdout
        return done.stdout

    def serve(self, *, worker: bool = False, environment: dict[str, str] | None = None) -> "Node":
        """Start the server, on the port that it had before; returns when it answers."""
        self.port = self.port or free_port()
        command = [sys.executable, "-m", "jointlab.node", "serve", "--workers", "1", "--port", str(self.port), "--node", str(self.folder)]  # fmt: skip
        self._server = subprocess.Popen(
            command if worker else [*command, "--no-worker"], stdout=subprocess.DEVNULL, env={**os.environ, **(environment or {})}
        )  # fmt: skip
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.address}/health", timeout=5).close()
            except (urllib.error.URLError, ConnectionError, TimeoutError) as fault:
                if isinstance(fault, urllib.error.HTTPError):
                    break
                assert self._server.poll() is None, "the server ended"
                time.sleep(0.05)
            else:
                break
        return self

    def stop(self, *, kill: bool = False) -> None:
        """End the server."""
        if self._server is not None:
            (self._server.kill if kill else self._server.terminate)()
            self._server.wait(60)
            self._server = None

    def close(self) -> None:
        """End everything of this node."""
        self.stop()
        if self._driver is not None:
            assert self._driver.stdin
            self._driver.stdin.close()
            self._driver.wait(30)
            assert self._driver.stdout
            self._driver.stdout.close()
            self._driver = None


class Pair:
    """Both nodes; each pulls from the other by the address that it is told."""

    def __init__(self, folder: Path) -> None:
        self.kz, self.cn = Node(folder / "kz", "kz"), Node(folder / "cn", "cn")

    def close(self) -> None:
        """End everything."""
        self.kz.close()
        self.cn.close()

    def check(self) -> None:
        """fsck on both."""
        for node in (self.kz, self.cn):
            wrong = node.value("check()")
            assert not wrong, wrong

    def in_step(self, *logs: str) -> None:
        """Each mirror (or those named) is what its home has shared: entries, bodies, roots, and where every record
        stands that the mirror has not set aside.
        """
        for log, there, here in (("cn+kz/kz", self.kz, self.cn), ("cn+kz/cn", self.cn, self.kz)):
            if logs and log not in logs:
                continue
            mine, copy = there.value(f"log_state({log!r})"), here.value(f"log_state({log!r})")
            assert (copy["size"], copy["root"]) == (mine["size"], mine["root"])
            assert copy["entries"] == mine["entries"]
            assert copy["bodies"] == mine["bodies"]
            assert copy["rows"] == mine["rows"]
            apart = set(copy["aside"])
            assert copy["records"] == {id: stands for id, stands in mine["records"].items() if id not in apart}

    def nowhere(self, *words: str) -> None:
        """No byte of these words is left in a folder of either node, the log of the database's changes included."""
        for node in (self.kz, self.cn):
            for path in (path for path in node.folder.rglob("*") if path.is_file()):
                data = path.read_bytes()
                found = [word for word in words if any(form in data for form in _forms(word))]
                assert not found, (path, found)


def _forms(word: str) -> tuple[bytes, ...]:
    """As it may stand in a file: as typed, and as the index of words keeps it."""
    return word.encode(), word.casefold().encode(), word.encode("utf-16-le")


def make_pair(folder: Path) -> None:
    """Two nodes that do not know each other."""
    for prefix in ("kz", "cn"):
        make_node(folder, prefix)


def make_node(folder: Path, prefix: str) -> None:
    """A node of one of the sites, with its recovery key on paper."""
    made = subprocess.run(
        [sys.executable, "-c", _MAKE, str(folder / prefix), prefix, *SITES[prefix]], check=True, timeout=120, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    (folder / prefix / "paper.txt").write_text(made.stdout)


def marry(folder: Path) -> None:
    """The same two, paired, nothing pulled yet."""
    pair = Pair(folder)
    try:
        pair_up(pair.kz, pair.cn)
    finally:
        pair.close()


def pair_up(one: Node, two: Node) -> None:
    """Both documents, one code, two confirmations; without a link."""
    sides = ((one, two), (two, one))
    documents = {node.prefix: node.value("own_document().decode()") for node in (one, two)}
    codes = set()
    for node, other in sides:
        document = documents[other.prefix].encode()
        node.do(f"partner = pairing.note_proposal({document!r}, address='http://127.0.0.1:1')")
        codes.add(node.value("partner.code"))
    (code,) = codes
    for node, other in sides:
        node.do(f"pairing.confirm({other.prefix!r}, code={code!r}, by='', private_allowed=True); sign_logs()")


def copied(template: Path, folder: Path) -> Pair:
    """A pair of its own."""
    shutil.copytree(template, folder)
    return Pair(folder)


def free_port() -> int:
    """Of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
