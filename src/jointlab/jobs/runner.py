"""The worker: claims jobs, has their tasks run elsewhere in groups, writes what came out.

All state is in the rows. A worker that is killed leaves jobs whose lease runs out; another takes them, on the same computer
at once. A task that kills
its child (a crash in a library, memory) breaks the pool: whatever was under way is run again, each task alone, so that the
guilty one fails by itself.
"""

import logging
import multiprocessing
import os
import socket
import time
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from threading import Event
from typing import Any

from django.db import close_old_connections, transaction

from jointlab.errors import Fault
from jointlab.jobs import operations
from jointlab.jobs.child import Outcome, Ran, run_group
from jointlab.jobs.executors import InLine, children, cores, end_children
from jointlab.jobs.models import Job
from jointlab.jobs.registry import JobKind, job_kind, kind_names

log = logging.getLogger(__name__)

GROUP = 2.0  # seconds of work in one group
_LARGEST_GROUP = 64  # tasks
_IDLE = 60.0  # seconds after which idle children are let go, with their memory
_LOOK = 0.5  # seconds between looks at an empty queue
_TIDY, _KEPT = 3600.0, 7.0  # seconds between forgetting work that was done so many days ago
_LOOK_FOR_DEAD = 5.0  # seconds from one look for work of dead processes to the next
_LAST_WAIT = 5.0  # seconds that running groups are given when the worker stops
_CRASHED = (
    "The process that worked on it ended abruptly: it needed more memory than this computer has, or took too long, or "
    "a library crashed."
)


@dataclass(frozen=True, eq=False)
class _Flight:
    """A group of tasks under way."""

    kind: JobKind
    jobs: list[Job]
    tasks: list[Any]
    future: "Future[Ran]"


class Runner:
    """One worker. `processes` = 0 runs tasks in this process; `executor` replaces the pool (a cluster's)."""

    def __init__(
        self, *, processes: int | None = None, executor: Executor | None = None, lease: float = operations.LEASE
    ) -> None:
        self.processes = cores() if processes is None else processes
        self.lease = lease
        self.computer = socket.gethostname()[:40]
        self.worker = f"{self.computer}:{os.getpid()}"
        self._given = executor
        self._pool: Executor | None = None
        self._flights: list[_Flight] = []
        self._pace: dict[str, float] = {}  # seconds for a task of each kind
        self._renewed = self._tidied = self._looked = time.monotonic()
        self._others = set(multiprocessing.active_children())

    def work(self, stop: Event) -> None:
        """Work until `stop` is set."""
        operations.end_leases_of_the_dead(computer=self.computer)
        last = time.monotonic()
        while not stop.is_set():
            close_old_connections()
            if self.step():
                last = time.monotonic()
                continue
            self._tidy()
            if self._pool and time.monotonic() - last > _IDLE:
                self._close()
            stop.wait(_LOOK)
        self._stop()

    def work_off(self) -> None:
        """Work until nothing waits."""
        operations.end_leases_of_the_dead(computer=self.computer)
        try:
            while self.step():
                pass
        finally:
            self._stop()

    def step(self) -> bool:
        """Fill the children with work and write what has come out; whether there was anything."""
        self._fill()
        if not self._flights:
            return False
        done, _ = wait([f.future for f in self._flights], timeout=self.lease / 3, return_when=FIRST_COMPLETED)
        self._heartbeat()
        for flight in [flight for flight in self._flights if flight.future in done]:
            self._land(flight)
        return True

    def _fill(self) -> None:
        """Two groups for each child: one that runs, one that waits its turn."""
        for name in kind_names():
            while len(self._flights) < 2 * max(self.processes, 1):
                jobs = operations.claim(worker=self.worker, kinds=[name], most=self._group(name), lease=self.lease)
                if not jobs:
                    break
                self._start(job_kind(name), jobs)

    def _group(self, name: str) -> int:
        pace = self._pace.get(name)
        return 1 if pace is None else max(1, min(_LARGEST_GROUP, round(GROUP / max(pace, 1e-3))))

    def _start(self, kind: JobKind, jobs: list[Job]) -> None:
        ready, tasks = [], []
        for job in jobs:
            try:
                task = kind.prepare(job.payload)
            except Fault as fault:
                self._write(kind, [job], [Outcome(reason=fault.message)])
                continue
            if task is None:
                operations.end(job)
            else:
                ready.append(job)
                tasks.append(task)
        if tasks:
            try:
                future = self._executor().submit(run_group, kind.run, tasks, kind.seconds)
            except BrokenExecutor as fault:  # a child died since we last looked
                future = Future()
                future.set_exception(fault)
            self._flights.append(_Flight(kind, ready, tasks, future))

    def _land(self, flight: _Flight) -> None:
        if flight not in self._flights:  # went down with another
            return
        try:
            ran = flight.future.result()
        except BrokenExecutor:
            self._isolate()
            return
        self._flights.remove(flight)
        pace = ran.seconds / len(flight.tasks)
        self._pace[flight.kind.name] = 0.5 * (self._pace.get(flight.kind.name, pace) + pace)
        self._write(flight.kind, flight.jobs, list(ran.outcomes))

    def _isolate(self) -> None:
        """A child died: everything that was under way, each task alone in a pool of one."""
        down, self._flights = self._flights, []
        self._close()
        log.warning("a child process ended abruptly; its tasks are run again one by one")
        waiting = [job for flight in down for job in flight.jobs]
        for flight in down:
            for job, task in zip(flight.jobs, flight.tasks, strict=True):
                outcome = self._alone(flight.kind, task, waiting)
                self._write(flight.kind, [job], [outcome])
                waiting.remove(job)

    def _alone(self, kind: JobKind, task: Any, waiting: list[Job]) -> Outcome:
        if self._pool is None:
            self._pool = children(processes=1)
        future = self._pool.submit(run_group, kind.run, [task], kind.seconds)
        while True:
            try:
                return future.result(timeout=self.lease / 3).outcomes[0]
            except NotYet:
                operations.renew(waiting, lease=self.lease)
            except BrokenExecutor:
                self._close()
                return Outcome(reason=_CRASHED)

    def _write(self, kind: JobKind, jobs: list[Job], outcomes: list[Outcome]) -> None:
        """A group's results in one transaction; one that cannot be written takes back only itself."""
        with transaction.atomic():
            for job, outcome in zip(jobs, outcomes, strict=True):
                reason = outcome.reason or _finish(kind, job, outcome.result)
                if reason and operations.end(job, state=Job.State.FAILED, reason=reason):
                    kind.fail(job.payload, reason)

    def _tidy(self) -> None:
        self._give_up_abandoned()
        if time.monotonic() - self._looked > _LOOK_FOR_DEAD:
            operations.end_leases_of_the_dead(computer=self.computer)
            self._looked = time.monotonic()
        if time.monotonic() - self._tidied > _TIDY:
            operations.forget(days=_KEPT)
            self._tidied = time.monotonic()

    def _give_up_abandoned(self) -> None:
        with transaction.atomic():
            for job in operations.abandoned():
                job_kind(job.kind).fail(job.payload, job.reason)

    def _heartbeat(self) -> None:
        if time.monotonic() - self._renewed > self.lease / 3:
            operations.renew([job for flight in self._flights for job in flight.jobs], lease=self.lease)
            self._renewed = time.monotonic()

    def _executor(self) -> Executor:
        if self._given is not None:
            return self._given
        if self._pool is None:
            self._pool = children(processes=self.processes) if self.processes else InLine()
        return self._pool

    def _stop(self) -> None:
        """Give back what has not begun, wait a little for what runs, and let the rest go."""
        begun = [flight for flight in self._flights if not flight.future.cancel()]
        operations.release([job for flight in self._flights if flight not in begun for job in flight.jobs])
        self._flights = begun
        done, _ = wait([flight.future for flight in begun], timeout=_LAST_WAIT)
        for flight in [flight for flight in begun if flight.future in done]:
            self._land(flight)
        operations.release([job for flight in self._flights for job in flight.jobs])
        if self._flights:
            end_children(self._others)
        self._flights = []
        self._close()

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


def _finish(kind: JobKind, job: Job, result: Any) -> str:
    """Write one result; the reason if that fails."""
    try:
        with transaction.atomic():
            if operations.end(job):
                kind.finish(job.payload, result)
    except Fault as fault:
        return fault.message
    except Exception as fault:
        log.exception("the result of %s %s cannot be written", kind.name, job.id)
        return f"{type(fault).__name__}: {str(fault)[:500]}"
    return ""


def work(stop: Event, *, processes: int | None = None) -> None:
    """Work until `stop` is set: what `jointlab serve` runs beside the web server."""
    Runner(processes=processes).work(stop)


def work_off(*, processes: int = 0) -> None:
    """Do all work that waits, then return. By default in this process, without a pool."""
    Runner(processes=processes).work_off()
