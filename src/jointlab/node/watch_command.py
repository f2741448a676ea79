"""`jointlab watch`: an instrument's export folder. A file is taken when its size and time have stood still for a while."""

import hashlib
import json
import os
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from jointlab.errors import Unavailable
from jointlab.node.inbox_commands import actor_at_work, instrument_called
from jointlab.science.source import printable

_SKIPPED = ("thumbs.db", "desktop.ini", ".ds_store")
_AGAIN = 300.0  # seconds before a file that could not be taken is tried again


@dataclass(frozen=True)
class Look:
    """How a file looked: its size and the time of its last change."""

    size: int
    changed: int  # ns


class Watch:
    """Which files of a folder are new and still. What was taken is kept in `memory`, by path, size and time.

    If the memory is lost nothing is: the same bytes are recognised when they come again.
    """

    def __init__(self, folder: Path, memory: Path) -> None:
        self.folder = folder
        self._memory = memory
        self._taken: dict[str, list[int]] = _load(memory)
        self._before: dict[str, Look] = {}
        self._not_before: dict[str, float] = {}

    def look(self) -> list[Path]:
        """One look: the files that are new, and looked the same the time before. Raises OSError: the folder is away."""
        now = {path: look for path, look in _looks(self.folder) if self._taken.get(path) != [look.size, look.changed]}
        still = [
            path for path, look in now.items()
            if look.size and self._before.get(path) == look and time.monotonic() >= self._not_before.get(path, 0.0)
        ]  # fmt: skip
        self._before = now
        return [self.folder / path for path in sorted(still)]

    @property
    def waiting(self) -> bool:
        """Whether some file has appeared and is not taken."""
        return any(
            look.size and path not in self._not_before and self._taken.get(path) != [look.size, look.changed]
            for path, look in self._before.items()
        )

    def taken(self, path: Path) -> None:
        """Remember it as it looked."""
        name = path.relative_to(self.folder).as_posix()
        look = self._before[name]
        self._taken[name] = [look.size, look.changed]
        self._not_before.pop(name, None)

    def failed(self, path: Path) -> None:
        """Try it again later."""
        self._not_before[path.relative_to(self.folder).as_posix()] = time.monotonic() + _AGAIN

    def save(self) -> None:
        """Write down what was taken."""
        self._memory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._memory.with_suffix(".new")
        fresh.write_text(json.dumps(self._taken), encoding="utf-8")
        fresh.replace(self._memory)


def run_watch(options: Namespace) -> int:
    """The command; ends on SIGTERM, SIGINT, or with --once."""
    from django.conf import settings

    actor_at_work(options.login)  # said at once, not with the first file
    instrument_called(options.instrument)
    name = hashlib.sha256(f"{options.instrument}\0{options.folder.resolve()}".encode()).hexdigest()[:24]
    watch = Watch(options.folder.resolve(), settings.NODE.folder / "watched" / f"{name}.json")
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    go_on(watch, stop, take=lambda paths: take(options, watch, paths), every=options.every, once=options.once)
    return 0


def go_on(watch: Watch, stop: Event, *, take: Callable[[list[Path]], None], every: float, once: bool) -> None:
    """Look, take, wait. A folder that is away (a network drive) is waited for."""
    away = False
    while not stop.is_set():
        try:
            still = watch.look()
            away = False
        except OSError as fault:
            if not away:
                sys.stderr.write(f"“{printable(str(watch.folder))}” is away ({fault.strerror}); waiting for it\n")
            away, still = True, []
        if still:
            take(still)
            watch.save()
        if once and not away and not watch.waiting:
            return
        stop.wait(every)


def take(options: Namespace, watch: Watch, paths: list[Path]) -> None:
    """Files into the inbox, read; what is wrong with one is said, and the others go on."""
    from django.db import close_old_connections

    from jointlab.laboratory.ingestion import Found, ingest
    from jointlab.laboratory.models import File

    close_old_connections()
    found = [Found(path, path.parent.relative_to(watch.folder).as_posix().removeprefix("."), 0) for path in paths]
    actor, instrument = actor_at_work(options.login), instrument_called(options.instrument)
    try:
        done = ingest(actor, found, source=File.Source.COMMAND, instrument=instrument, processes=1)
    except Unavailable as fault:  # a full disk passes
        sys.stderr.write(f"{fault.message}\n")
        for path in paths:
            watch.failed(path)
        return
    left = {one.name: one for one in done.left}
    for path in paths:
        if str(path) in left:
            sys.stderr.write(f"{printable(path.name)}: {printable(left[str(path)].message)}\n")
            watch.failed(path)
        else:
            watch.taken(path)
    for received in done.received:
        sys.stdout.write(f"{printable(received.file.name)}: {'taken' if received.new else 'known already'}\n")
    sys.stdout.flush()


def _looks(folder: Path) -> list[tuple[str, Look]]:
    """Every regular file below the folder."""
    found = []
    os.listdir(folder)  # noqa: PTH208 - os.walk says nothing about a folder that is away
    for where, _, names in os.walk(folder):
        for name in names:
            if name.lower() in _SKIPPED or name.startswith(("~$", "._")):
                continue
            path = Path(where, name)
            try:
                status = path.stat()
            except OSError:  # gone meanwhile
                continue
            if path.is_file():
                found.append((path.relative_to(folder).as_posix(), Look(status.st_size, status.st_mtime_ns)))
    return found


def _load(memory: Path) -> dict[str, list[int]]:
    try:
        content: dict[str, list[int]] = json.loads(memory.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return content
