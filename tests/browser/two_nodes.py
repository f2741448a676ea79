"""The two nodes of the demonstration, served and connected by a link that can be cut; and a third that nobody knows."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jointlab.node.demonstration import both
from jointlab.node.demonstration.link import CUT, Link

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

_CLOCK = Path(__file__).parent / "shifted_clock"
PASSWORD = "correct horse battery staple"
_THIRD = """
import pathlib, sys
from jointlab.node.creation import NewNode
from jointlab.node.init_command import make
make(NewNode(folder=pathlib.Path(sys.argv[1]), prefix="tr", name="ankara", mark="n", zone="Europe/Istanbul",
    origin="ankara.example", names={"en": "A university in Ankara"}, city={"en": "Ankara"}, country="TR"))
from jointlab.federation.own import make_recovery_key
from jointlab.people.operations import add_person, open_account
from jointlab.people.records import PersonRecord
from tests.browser.two_nodes import PASSWORD
make_recovery_key()
open_account(add_person(PersonRecord("E. Kaya", "tr", "administrator")), login="kaya", password=PASSWORD)
"""
_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Site:
    """A served node of the demonstration."""

    folder: Path
    address: str
    password: str

    def run(self, code: str) -> Any:
        """The JSON that Python code prints, in a process of its own with this node's Django."""
        head = "import json, pathlib, sys\nfrom jointlab.node.creation import set_up_django\nset_up_django(pathlib.Path(sys.argv[1]))\n"
        done = subprocess.run([sys.executable, "-c", head + code, str(self.folder)], capture_output=True, text=True, timeout=120)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@dataclass(frozen=True)
class Two:
    """Both."""

    almaty: Site
    nanjing: Site
    later: Callable[[int], None]  # both are served again, so many days from now


@contextmanager
def served_pair(folder: Path) -> Iterator[Two]:
    """Put below `folder`, of pytest's own, and served as `make demo` does it; nobody is nominated yet."""
    nodes = folder / "nodes"
    shutil.copytree(_built(folder), nodes)
    with both.sites(nodes) as pair, Link(nodes / CUT) as link:
        for site in pair:
            site.port = both.free_port()
            site.ask("open")
        for site, other in (pair, pair[::-1]):
            site.ask("move", address=f"http://127.0.0.1:{link.to(other.port)}")
        for site in pair:
            site.serve()
        almaty, nanjing = (_site(one) for one in pair)
        with pytest.MonkeyPatch.context() as patch:
            yield Two(almaty, nanjing, lambda days: _later(pair, days, patch))


def _built(folder: Path) -> Path:
    """The two nodes, built once for all workers of a run."""
    of_run = folder.parent.parent if "PYTEST_XDIST_WORKER" in os.environ else folder.parent
    nodes = of_run / "demonstration-nodes"
    with (of_run / "demonstration-nodes.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not nodes.exists():
            both.build(nodes, stays=False)
    return nodes


def make_third(folder: Path) -> None:
    """A node with an administrator `kaya`, paired with nobody."""
    subprocess.run([sys.executable, "-c", _THIRD, str(folder)], check=True, timeout=120, env=dict(os.environ))


@contextmanager
def entered(
    browser: "Browser", address: str, login: str, password: str, *, language: str = "en", width: int = 1316
) -> "Iterator[Page]":
    """A page in which the person is signed in."""
    context: BrowserContext = browser.new_context(
        base_url=address, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.locator(f"header button[value='{language}']").click()
    page.fill("[name=username]", login)
    page.fill("[name=password]", password)
    page.locator("main button.pri").click()
    page.wait_for_url("**/")
    yield page
    context.close()


def too_wide(page: "Page") -> int:
    """By how many pixels the page is wider than its window."""
    over: int = page.evaluate(_WIDE)
    return over


def _later(pair: tuple[both.Site, both.Site], days: int, patch: pytest.MonkeyPatch) -> None:
    """What they are served by, and what is run beside it, lives so many days ahead until the nodes end."""
    patch.setenv("PYTHONPATH", str(_CLOCK), prepend=os.pathsep)  # before what the caller has put there
    patch.setenv("JOINTLAB_TEST_DAYS", str(days))
    for site in pair:
        site.stop()
    for site in pair:
        site.serve()


def _site(one: both.Site) -> Site:
    signed = json.loads((one.folder / "secrets" / both.SIGN_INS).read_text(encoding="utf-8"))
    return Site(one.folder, one.address, signed["password"])
