"""Both nodes of the demonstration: built beside each other, introduced, served, and watched until they are in step."""

import json
import shutil
import socket
import subprocess  # this very program, once for each node
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from jointlab.errors import Conflict, Unavailable
from jointlab.history.progress import Progress, silent

SITES = {"almaty": "kz", "nanjing": "cn"}
DAYS = 0  # after which records of the common project are shared: at once, so that one can watch
WAIT = 90.0  # seconds for the other node to see something
SIGN_INS = "demonstration.json"


class Site:
    """One node: its folder, a process that builds, a server while it runs."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name, self.prefix = folder, name, SITES[name]
        self.port = 0
        self._child = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "jointlab.node.demonstration.child", str(folder), name], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Of the server."""
        return f"http://127.0.0.1:{self.port}"

    def ask(self, do: str, *, progress: Progress = silent, **given: Any) -> Any:
        """One thing done at this node. Raises Conflict ``demo.node`` with its sentence."""
        assert self._child.stdin
        assert self._child.stdout
        self._child.stdin.write(json.dumps({"do": do, **given}) + "\n")
        self._child.stdin.flush()
        for line in self._child.stdout:
            answer = json.loads(line)
            if "progress" in answer:
                what, done, total = answer["progress"]
                progress(f"{self.name}: {what}", done=done, total=total)
            elif "fault" in answer:
                raise Conflict("demo.node", "{node}: {sentence}", node=self.name, sentence=answer["fault"])
            else:
                return answer["value"]
        raise Unavailable("demo.ended", "The process of the node {node} ended.", node=self.name)

    def serve(self, *, quiet: bool = True) -> None:
        """The real server with its worker; returns when it answers. Raises Unavailable ``demo.serve``."""
        command = [sys.executable, "-m", "jointlab.node", "serve", "--workers", "1", "--port", str(self.port), "--node", str(self.folder)]  # fmt: skip
        out = subprocess.DEVNULL if quiet else None
        self._server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=out, start_new_session=True)  # noqa: S603
        until = time.monotonic() + WAIT
        while not _answers(f"{self.address}/health"):
            if self._server.poll() is not None or time.monotonic() > until:
                raise Unavailable("demo.serve", "The node {node} does not answer at {address}.", node=self.name, address=self.address)  # fmt: skip
            time.sleep(0.05)

    def wait(self) -> None:
        """Until the server ends."""
        if self._server is not None:
            self._server.wait()

    def stop(self) -> None:
        """The server ends, with the worker."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait()
            self._server = None

    def close(self) -> None:
        """Everything of this node ends."""
        self.stop()
        assert self._child.stdin
        self._child.stdin.close()
        self._child.wait()
        assert self._child.stdout
        self._child.stdout.close()


@contextmanager
def sites(folder: Path) -> Iterator[tuple[Site, Site]]:
    """Both nodes below `folder`."""
    with ExitStack() as stack:
        found = [Site(folder / name, name) for name in SITES]
        for one in found:
            stack.callback(one.close)
        yield found[0], found[1]


def build(folder: Path, *, stays: bool = True, progress: Progress = silent) -> None:
    """Both nodes, paired, with one shared project, agreements and (if wished) stays, in step; nothing of them runs afterwards.

    `folder` must not be there. What is half built lies in FOLDER.building and is begun again. Raises what a node raises.
    """
    fresh = folder.with_name(f"{folder.name}.building")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    with sites(fresh) as (almaty, nanjing):
        together(almaty, nanjing, stays=stays, progress=progress)
    fresh.rename(folder)


def together(almaty: Site, nanjing: Site, *, stays: bool = True, progress: Progress = silent) -> None:
    """Build, introduce, share, measure each other's samples; the servers have ended when this returns."""
    with ThreadPoolExecutor(2) as pool:
        built = pool.map(lambda site: site.ask("build", progress=progress), (almaty, nanjing))
        for site, signed in zip((almaty, nanjing), built, strict=True):
            (site.folder / "secrets" / SIGN_INS).write_text(json.dumps(signed), encoding="utf-8")
        almaty.port, nanjing.port = free_port(), free_port()
        progress("pairing", done=0, total=1)
        introduce(almaty, nanjing)
        list(pool.map(Site.serve, (almaty, nanjing)))
    try:
        progress("sharing", done=0, total=6)
        _share(almaty, nanjing, progress)
        _agree(almaty, nanjing, progress)
        if stays:
            _send_persons(almaty, nanjing, progress)
        in_step(almaty, nanjing)
    finally:
        almaty.stop()
        nanjing.stop()


def introduce(almaty: Site, nanjing: Site) -> None:
    """Each gets the other's document; both codes are compared, as two persons do. Raises Conflict ``demo.codes``."""
    documents = {site.name: site.ask("document") for site in (almaty, nanjing)}
    codes = {}
    for site, other in ((almaty, nanjing), (nanjing, almaty)):
        codes[site.name] = site.ask("propose", document=documents[other.name], address=other.address)
    if codes["almaty"] != codes["nanjing"]:
        raise Conflict("demo.codes", "The two nodes show different codes: {codes}", codes=list(codes.values()))
    for site, other in ((almaty, nanjing), (nanjing, almaty)):
        site.ask("confirm", prefix=other.prefix, code=codes[other.name])


def in_step(almaty: Site, nanjing: Site) -> dict[str, Any]:
    """Wait until each holds what the other has shared; where the logs stand. Raises Unavailable ``demo.step``."""
    until = time.monotonic() + WAIT
    while True:
        here, there = almaty.ask("logs"), nanjing.ask("logs")
        if here["logs"] == there["logs"] and not here["set_aside"] and not there["set_aside"]:
            return dict(here["logs"])
        if time.monotonic() > until:
            raise Unavailable("demo.step", "The two nodes are not in step: {almaty} and {nanjing}", almaty=here, nanjing=there)  # fmt: skip
        time.sleep(0.3)


def _share(almaty: Site, nanjing: Site, progress: Progress) -> None:
    """Almaty offers its project, Nanjing agrees, each measures what the other has made; a powder goes to Nanjing."""
    from jointlab.node.demonstration.content import SENT, SHARED

    steps: tuple[tuple[Site, Callable[[], object], str], ...] = (
        (nanjing, lambda: almaty.ask("share", days=DAYS), SHARED),
        (nanjing, lambda: nanjing.ask("share", days=DAYS), "KZ-26-0203"),
        (almaty, lambda: nanjing.ask("go_on"), "CN-26-0058-S1"),
        (nanjing, lambda: almaty.ask("go_on"), ""),
        (nanjing, lambda: almaty.ask("send_sample"), f"{SENT}-T1"),
        (almaty, lambda: nanjing.ask("receive_sample"), ""),
    )
    for number, (other, act, seen) in enumerate(steps):
        progress("sharing", done=number, total=len(steps))
        act()
        if seen:
            _wait(other, seen)


def _agree(almaty: Site, nanjing: Site, progress: Progress) -> None:
    """The agreements of the founding case: each side takes its steps as the other's come, until all are signed at both."""
    from jointlab.node.demonstration.agreements import UNDER

    for site in (almaty, nanjing):
        site.ask("enter_treaties")
    almaty.ask("propose_agreements", partner=nanjing.prefix)
    until = time.monotonic() + WAIT
    while True:
        signed = [site.ask("sign_agreements") for site in (almaty, nanjing)]
        progress("signing agreements", done=min(signed), total=len(UNDER))
        if min(signed) == len(UNDER):
            return
        if time.monotonic() > until:
            raise Unavailable("demo.agreements", "The agreements are not signed at both nodes: {signed}", signed=signed)
        time.sleep(0.2)


def _send_persons(almaty: Site, nanjing: Site, progress: Progress) -> None:
    """Persons are nominated to and fro; each side takes its steps as the other's come."""
    for site, other in ((almaty, nanjing), (nanjing, almaty)):
        site.ask("nominate", partner=other.prefix)
    until = time.monotonic() + WAIT
    progress("stays", done=0, total=1)
    while missing := [one for site in (almaty, nanjing) for one in site.ask("go_on_with_stays")]:
        if time.monotonic() > until:
            raise Unavailable("demo.stays", "The stays do not come to where they are left: {missing}", missing=missing)
        time.sleep(0.2)


def _wait(site: Site, seen: str) -> None:
    until = time.monotonic() + WAIT
    while not site.ask("knows", code=seen):
        if time.monotonic() > until:
            raise Unavailable("demo.waited", "{seen} has not come to the node {node}.", seen=seen, node=site.name)
        time.sleep(0.2)


def free_port() -> int:
    """Of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own address
    except urllib.error.HTTPError:
        return True
    except (urllib.error.URLError, OSError):
        return False
    return True
