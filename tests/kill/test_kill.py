"""kill -9 at random moments of every command that writes: the node is then clean, and the command can be repeated.

Ten kills each; `make test-long` does two hundred.
"""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kill.commands import COMMANDS, Scene, Writing
from tests.kill.launched import Launcher, descendants_of, launcher, still_running
from tests.real_node import RealNode, empty_database, made_node

KILLS, MANY = 10, 200


@pytest.mark.parametrize("writing", COMMANDS, ids=lambda writing: writing.name)
def test_killed_at_any_moment(writing: Writing, tmp_path: Path) -> None:
    _kill(writing, tmp_path, KILLS)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("writing", COMMANDS, ids=lambda writing: writing.name)
def test_killed_at_very_many_moments(writing: Writing, tmp_path: Path) -> None:
    _kill(writing, tmp_path, MANY)


@dataclass(frozen=True)
class _Try:
    """One run of a command."""

    writing: Writing
    launched: Launcher  # of the node that the command works on, or that it makes
    target: RealNode
    arguments: list[str]

    def whole(self) -> float:
        """Not killed; how many seconds it took."""
        begun = time.monotonic()
        status, said = self.launched.run(self.arguments, self.writing.given)
        assert status == 0, said
        return time.monotonic() - begun

    def killed(self, *, after: float, where: str) -> None:
        """Killed after so many seconds; the node is clean, and again when the command was repeated."""
        pid = self.launched.start(self.arguments, self.writing.given)
        time.sleep(after)
        others = descendants_of(pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self.launched.end(pid)
        assert not still_running(others), f"{where}: its children live on"
        if not self.writing.half_way:
            self.clean(where)
        status, said = self.launched.run(self.arguments, self.writing.given)
        assert status == 0 or (self.writing.already and self.writing.already in said), f"{where}: {said}"
        self.clean(where)
        assert not self.writing.proof or self.launched.ask(self.writing.proof) is True, where

    def clean(self, where: str) -> None:
        """fsck finds nothing."""
        status, said = self.launched.run(["fsck", "--node", str(self.target.folder)])
        assert status == 0, f"{where}: {said}"
        assert "FAULT" not in said


def _kill(writing: Writing, tmp_path: Path, kills: int) -> None:
    with made_node(tmp_path / "node") as node, launcher(node.folder) as launched:
        scene = Scene(node, tmp_path, launched)
        writing.first(scene)
        if not writing.makes:
            _tries(writing, scene, kills, lambda number: contextlib.nullcontext((node, launched)))
            return
        with launcher("") as bare:
            _tries(writing, scene, kills, lambda number: _new_node(bare, tmp_path / f"made{number}"))


@contextlib.contextmanager
def _new_node(bare: Launcher, folder: Path) -> Iterator[tuple[RealNode, Launcher]]:
    with empty_database() as database:
        yield RealNode(folder, database), bare


def _tries(
    writing: Writing, scene: Scene, kills: int,
    on: "Callable[[int], contextlib.AbstractContextManager[tuple[RealNode, Launcher]]]",
) -> None:  # fmt: skip
    """The first run is not killed, and tells the time; the others are killed somewhere in it."""
    took = 0.0
    for number in range(kills + 1):
        writing.prepare(scene, number)
        with on(number) as (target, launched):
            one = _Try(writing, launched, target, writing.arguments(target, scene.beside, number))
            if number == 0:
                took = one.whole()
                continue
            after = took * random.uniform(writing.idle, 1.1)
            one.killed(after=after, where=f"{writing.name}, try {number}, killed after {after:.4f} of {took:.4f} s")
