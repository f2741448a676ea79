"""Where tasks run: children of this computer, a Dask cluster, or this very process."""

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from importlib import import_module
from typing import Any, ParamSpec, TypeVar

from jointlab.errors import Unavailable
from jointlab.jobs.child import begin

P = ParamSpec("P")
T = TypeVar("T")


class InLine(Executor):
    """Runs each task at once, in the calling process: for tests and small work."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Run it; the future is done."""
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def children(*, processes: int) -> ProcessPoolExecutor:
    """A pool of fresh processes: spawned, so that they inherit no handle of a database."""
    return ProcessPoolExecutor(
        max_workers=processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=begin,
        initargs=(memory_limit(processes=processes),),
    )


def cluster(*, scheduler: str) -> Executor:
    """The executor of a Dask cluster that shares the node's folder. Raises Unavailable ``jobs.dask``."""
    try:
        distributed = import_module("dask.distributed")
    except ImportError:
        raise Unavailable("jobs.dask", "A cluster needs the package dask[distributed] on this node.") from None
    executor: Executor = distributed.Client(scheduler).get_executor()
    return executor


def memory_limit(*, processes: int) -> int:
    """Bytes that one child may allocate: what the computer has, shared, but never less than 2 GiB."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(2 << 30, int(physical * 0.9) // max(processes, 1))


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def end_children(before: "set[Any]") -> None:
    """End what is still running of the children that were not there before."""
    for child in set(multiprocessing.active_children()) - before:
        child.terminate()
