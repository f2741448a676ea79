"""Many files of this computer at once: stored and read in children, written in batches of one transaction."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction

from jointlab.errors import Fault, Unavailable
from jointlab.history.blobs import pieces, store
from jointlab.jobs.child import Outcome, Ran, run_group
from jointlab.jobs.executors import InLine, children, cores
from jointlab.jobs.runner import work_off
from jointlab.laboratory.models import Instrument
from jointlab.laboratory.operations.archives import Left, receive_archive
from jointlab.laboratory.operations.files import Arrival, Received, queue_reading, receive_stored
from jointlab.laboratory.operations.names import clean_folder, clean_name
from jointlab.laboratory.reading_apart import Taken, TakeTask, settle, take_file
from jointlab.laboratory.tasks import write_readings
from jointlab.people.actors import Actor, Right

_GROUP = 64  # files that a child takes at once, and that are written in one transaction
_GROUP_BYTES = 16 << 20  # but no more than this
_LONGEST = 300.0  # seconds for one file
Progress = Callable[[int, int], None]  # how many files of how many are done
_SKIPPED = ("thumbs.db", "desktop.ini", ".ds_store")


@dataclass(frozen=True)
class Found:
    """A file on this computer, and its place inside the folder that was named."""

    path: Path
    folder: str
    size: int


@dataclass
class Ingested:
    """What became of everything that was named."""

    received: list[Received] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)  # not stored: missing, empty, damaged parts of archives


def find(paths: Sequence[Path]) -> Iterator[Found]:
    """Files, and the files in folders, in order; what cannot be looked at is found all the same, and refused later."""
    for path in paths:
        if path.is_dir():
            for folder, folders, names in os.walk(path):
                folders.sort()
                inside = Path(path.resolve().name, os.path.relpath(folder, path)).as_posix().removesuffix("/.")
                for name in sorted(names):
                    if name.lower() not in _SKIPPED:
                        yield _found(Path(folder, name), inside)
        else:
            yield _found(path, "")


def ingest(
    actor: Actor, found: Sequence[Found], *, source: str, instrument: Instrument | None = None, processes: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Ingested:  # fmt: skip
    """Take and read files with all cores. One bad file never stops the others. `processes` = 0: in this process.

    Raises NotAllowed, Unavailable ``blob.*``: what was written until then stays, and the same call goes on from there.
    """
    actor.require(Right.WRITE)
    run = _Ingestion(actor, source, instrument, progress, len(found))
    workers = cores() if processes is None else processes
    archives = [one for one in found if _is_zip(one.path)]
    apart = {one.path for one in archives}
    groups = _groups([one for one in found if one.path not in apart], workers)
    while crashed := run.take_plain(groups, workers):
        run.take_singly(crashed)
    run.take_singly(archives)
    if run.queued:
        work_off(processes=workers)
    return run.result


class _Ingestion:
    """One call of `ingest`."""

    def __init__(
        self, actor: Actor, source: str, instrument: Instrument | None, progress: Progress, total: int
    ) -> None:
        self.result = Ingested()
        self.queued = False
        self._actor, self._source, self._instrument = actor, source, instrument
        self._progress, self._total, self._done = progress, total, 0

    def take_plain(self, groups: Iterator[list[Found]], workers: int) -> list[Found]:
        """Groups through the children; each result is written while they work on the next ones.

        Returns the files that were under way when a child died; empty when all groups are done.
        """
        pool: Executor = children(processes=workers) if workers else InLine()
        flights: dict[Future[Ran], list[Found]] = {}
        crashed: list[Found] = []
        try:
            while not crashed or flights:
                while not crashed and len(flights) < 2 * max(workers, 1) and (group := next(groups, None)):
                    tasks = [self._task(one) for one in group]
                    flights[pool.submit(run_group, take_file, tasks, _LONGEST, partial(settle, store()))] = group
                if not flights:
                    break
                for future in wait(flights, return_when=FIRST_COMPLETED).done:
                    group = flights.pop(future)
                    try:
                        self._write(group, future.result().outcomes)
                    except BrokenExecutor:
                        crashed += group
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return crashed

    def take_singly(self, found: Sequence[Found]) -> None:
        """Archives, and files that ended a child: through the queue, whose worker runs what is dangerous alone."""
        for one in found:
            try:
                with one.path.open("rb") as file:
                    taken = receive_archive(
                        self._actor, chunks=pieces(file), name=one.path.name, folder=one.folder, source=self._source,
                        instrument=self._instrument,
                    )  # fmt: skip
            except Unavailable:
                raise
            except Fault as fault:
                self.result.left.append(Left(str(one.path), fault.code, fault.message))
            else:
                self.result.received += taken.received
                self.result.left += taken.left
                self.queued = True
            self._tell(1)

    def _task(self, one: Found) -> TakeTask:
        node = settings.NODE
        known = dict(self._instrument.settings) if self._instrument else {}
        zone = self._instrument.zone if self._instrument else ""
        return TakeTask(node.blobs, node.incoming, one.path, node.upload_limit, known, zone)

    def _write(self, group: Sequence[Found], outcomes: Sequence[Outcome]) -> None:
        """What a child made of its files, in one transaction."""
        pairs: list[tuple[Found, Taken]] = []
        again = []
        for one, outcome in zip(group, outcomes, strict=True):
            if outcome.fault is not None:
                raise outcome.fault
            if outcome.reason:
                again.append(one)
            else:
                pairs.append((one, outcome.result))
        stored = [(one, taken) for one, taken in pairs if taken.stored is not None]
        arrivals = [
            Arrival(taken.stored, clean_name(one.path.name), clean_folder(one.folder))
            for one, taken in stored
            if taken.stored
        ]
        with transaction.atomic():
            received = receive_stored(
                self._actor, arrivals, source=self._source, instrument=self._instrument, queue=False
            )
            fresh = [(got.file, taken.result) for got, (_, taken) in zip(received, stored, strict=True) if got.new]
            write_readings([(file, result) for file, result in fresh if result is not None])
            for file, result in fresh:
                if result is None:  # stored once, but its record never written: a crash came between
                    queue_reading(file.id)
                    self.queued = True
        self.result.received += received
        for one, taken in pairs:
            if taken.stored is None and taken.result is not None and (refused := taken.result.refused):
                self.result.left.append(Left(str(one.path), refused["code"], refused["message"]))
        self._tell(len(pairs))
        self.take_singly(again)

    def _tell(self, more: int) -> None:
        self._done += more
        self._progress(self._done, self._total)


def _groups(found: Sequence[Found], workers: int) -> Iterator[list[Found]]:
    """Enough for every child to have work, small enough for the progress to move."""
    most = max(1, min(_GROUP, len(found) // (4 * max(workers, 1))))
    group: list[Found] = []
    size = 0
    for one in found:
        if group and (len(group) >= most or size + one.size > _GROUP_BYTES):
            yield group
            group, size = [], 0
        group.append(one)
        size += one.size
    if group:
        yield group


def _found(path: Path, folder: str) -> Found:
    try:
        size = path.stat().st_size
    except OSError:
        size = 0
    return Found(path, folder, size)


def _is_zip(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError:
        return False
