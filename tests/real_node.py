"""A node in a folder of its own, worked on by the real program in processes of its own."""

import atexit
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any

DATABASE = os.environ.get("JOINTLAB_TEST_DATABASE", "")
PASSWORD = "correct horse battery staple"
INSTITUTION = (
    "--prefix", "kz", "--name", "almaty", "--institution", "Al-Farabi Kazakh National University", "--city", "Almaty",
    "--zone", "Asia/Almaty", "--origin", "almaty.example",
)  # fmt: skip


@dataclass(frozen=True)
class RealNode:
    """One node; `database` is empty for SQLite."""

    folder: Path
    database: str = ""

    def command(self, *arguments: str | Path) -> list[str]:
        """The command line of a command on this node."""
        program = [sys.executable, "-m", "jointlab.node", *map(str, arguments)]
        return program if arguments[0] == "init" else [*program, "--node", str(self.folder)]

    def start(self, *arguments: str | Path, given: str = "") -> "subprocess.Popen[str]":
        """A command under way; its output in one pipe."""
        process = subprocess.Popen(
            self.command(*arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "JOINTLAB_FOLDER": ""},
        )  # fmt: skip
        assert process.stdin
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(given)
            process.stdin.close()
        process.stdin = None
        return process

    def run(self, *arguments: str | Path, given: str = "", status: int = 0) -> str:
        """A command to its end, which must be with this exit status; what it said."""
        process = self.start(*arguments, given=given)
        said, _ = process.communicate(timeout=120)
        assert process.returncode == status, said
        return said

    def init(self) -> list[str]:
        """The arguments that make this node."""
        return ["init", str(self.folder), *INSTITUTION, *(["--database", self.database] if self.database else [])]

    def add_user(self, login: str, *, role: str = "researcher") -> str:
        """A person with a sign-in."""
        return self.run("user", "add", login, "--name", login.title(), "--role", role, given=f"{PASSWORD}\n")

    def fsck(self) -> dict[str, Any]:
        """The whole report; the node must be clean."""
        return dict(json.loads(self.run("fsck", "--json")))

    def ask(self, code: str) -> Any:
        """The JSON that Python code prints, run with this node's Django."""
        preamble = (
            "import json, pathlib\nfrom jointlab.node.creation import set_up_django\n"
            f"set_up_django(pathlib.Path({str(self.folder)!r}))\n"
        )
        done = subprocess.run([sys.executable, "-c", preamble + code], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@contextlib.contextmanager
def empty_database(*, like: str = "") -> Iterator[str]:
    """The address of a database that is gone afterwards; empty for SQLite. `like` is the address of one to copy."""
    if not DATABASE:
        yield ""
        return
    import psycopg
    from psycopg.sql import SQL, Identifier

    name = f"jointlab_node_{token_hex(6)}"
    server = DATABASE.rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        template = Identifier(like.rpartition("/")[2] or "template1")
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), template))
        try:
            yield f"{server}/{name}"
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@cache
def _prepared() -> RealNode:
    """A node with an administrator, made by the real commands once in this process: others are copies of it."""
    held = contextlib.ExitStack()
    atexit.register(held.close)
    folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="jointlab-prepared-"))) / "node"
    node = RealNode(folder, held.enter_context(empty_database()))
    node.run(*node.init())
    node.add_user("omarova", role="administrator")
    return node


@contextlib.contextmanager
def made_node(folder: Path) -> Iterator[RealNode]:
    """A fresh node with an administrator."""
    prepared = _prepared()
    with empty_database(like=prepared.database) as database:
        shutil.copytree(prepared.folder, folder)
        settings = folder / "jointlab.toml"
        if database:
            settings.write_text(settings.read_text().replace(prepared.database, database))
        yield RealNode(folder, database)
