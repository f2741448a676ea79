"""What runs in the children of the pool: a group of tasks, one after another, each with its limits. No Django here."""

import faulthandler
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jointlab.errors import Fault, Unavailable

_GRACE = 10.0  # seconds between asking a task to end and ending its process


@dataclass(frozen=True)
class Outcome:
    """What became of one task: its result, or why there is none."""

    result: Any = None
    reason: str = ""
    fault: Unavailable | None = None  # what is missing for all tasks, not this one only: a full disk


@dataclass(frozen=True)
class Ran:
    """What became of a group of tasks, in order, and how long it took."""

    outcomes: tuple[Outcome, ...]
    seconds: float


class TookTooLong(BaseException):
    """The time of a task is over. No Exception, so that no reader mistakes it for a broken file."""


def begin(memory: int) -> None:
    """Once in each child: one thread for each library, and an end to what it may allocate (bytes; 0: no limit)."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"):
        os.environ[name] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C stops
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if memory:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (memory, hard))


def _end_with_parent() -> None:
    """A pool waits for tasks for ever when what made it was killed: it holds both ends of its pipe itself."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def run_group(
    run: Callable[[Any], Any], tasks: Sequence[Any], seconds: float, settle: Callable[[list[Any]], list[Any]] | None = None
) -> Ran:  # fmt: skip
    """Run tasks one after another; `seconds` is the longest time of each.

    `settle` does at the end what is better done for all of them together (waiting for the disk): results in, results out.
    """
    begun = time.monotonic()
    outcomes = tuple(_run(run, task, seconds) for task in tasks)
    if settle is not None:
        outcomes = _settled(settle, outcomes)
    return Ran(outcomes, time.monotonic() - begun)


def _settled(settle: Callable[[list[Any]], list[Any]], outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    try:
        results = iter(settle([outcome.result for outcome in outcomes if not outcome.reason]))
    except Unavailable as fault:
        return tuple(outcome if outcome.reason else Outcome(reason=fault.message, fault=fault) for outcome in outcomes)
    return tuple(outcome if outcome.reason else Outcome(next(results)) for outcome in outcomes)


def _run(run: Callable[[Any], Any], task: Any, seconds: float) -> Outcome:
    try:
        with _Limit(seconds):
            return Outcome(run(task))
    except TookTooLong:
        return Outcome(reason=f"It took longer than {seconds:g} s and was ended.")
    except MemoryError:
        return Outcome(reason="It needs more memory than a task may have here.")
    except Fault as fault:
        return Outcome(reason=fault.message, fault=fault if isinstance(fault, Unavailable) else None)
    except Exception as fault:  # noqa: BLE001 - the door of workers
        return Outcome(reason=f"{type(fault).__name__}: {str(fault)[:500]}")


class _Limit:
    """First the task is asked to end; if it does not, as compiled code may not, the process is."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        in_pool = multiprocessing.parent_process() is not None
        self._armed = in_pool and threading.current_thread() is threading.main_thread()

    def __enter__(self) -> None:
        if self._armed:
            signal.signal(signal.SIGALRM, _too_long)
            signal.setitimer(signal.ITIMER_REAL, self._seconds)
            faulthandler.dump_traceback_later(self._seconds + _GRACE, exit=True, file=2)

    def __exit__(self, *reason: object) -> None:
        if self._armed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            faulthandler.cancel_dump_traceback_later()


def _too_long(number: int, frame: object) -> None:
    raise TookTooLong
