"""A node of its own in a temporary folder, served by granian in a process of its own on a free loopback port."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from jointlab.node.variable import VARIABLE

PASSWORD = "correct horse battery staple"
PERSONS = {"serikov": ("A. Serikov", "kz", "researcher"), "omarova": ("D. Omarova", "kz", "administrator")}

_FILL = """
import pathlib, sys
from jointlab.node.creation import NewNode, fill, make_folder, set_up_django
folder = pathlib.Path(sys.argv[1])
new = NewNode(folder=folder, prefix="kz", name="almaty", mark="a", zone="Asia/Almaty", origin="almaty.example", country="KZ",
    names={"en": "Al-Farabi Kazakh National University"}, city={"en": "Almaty", "ru": "Алматы", "kk": "Алматы", "zh-hans": "阿拉木图"})
make_folder(new)
set_up_django(folder)
from django.core.management import call_command
call_command("migrate", verbosity=0)
fill(new)
from jointlab.people.operations import add_person, open_account
from jointlab.people.records import PersonRecord
from tests.browser.node_process import PASSWORD, PERSONS
for login, (name, institution, role) in PERSONS.items():
    open_account(add_person(PersonRecord(name, institution, role)), login=login, password=PASSWORD)
"""


@dataclass(frozen=True)
class Served:
    """A running node."""

    folder: Path
    address: str  # http://127.0.0.1:12345

    def run(self, code: str, *arguments: str) -> str:
        """Python code in a process of its own, with Django set up for this node; what it prints."""
        head = "import sys, pathlib\nfrom jointlab.node.creation import set_up_django\nset_up_django(pathlib.Path(sys.argv[1]))\n"
        done = subprocess.run(
            [sys.executable, "-c", head + code, str(self.folder), *arguments],
            check=True, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        return done.stdout


def make(folder: Path) -> None:
    """An empty node with its persons."""
    subprocess.run([sys.executable, "-c", _FILL, str(folder)], check=True, timeout=120)


def start(folder: Path) -> "tuple[Served, subprocess.Popen[bytes]]":
    """The server; returns when it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", "2", "--no-log", "jointlab.node.wsgi:application",
    ]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, VARIABLE: str(folder)})
    served = Served(folder, f"http://127.0.0.1:{port}")
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{served.address}/sign-in", timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, "the server ended"
            time.sleep(0.1)
        else:
            return served, process
    process.terminate()
    raise AssertionError("the server does not answer")
