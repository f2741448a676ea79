"""Who works in the node's folder: servers and workers beside each other, or one command that must be alone.

The lock is one of the system, so that a killed process holds none; it lies in FOLDER/occupied.lock.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jointlab.errors import Conflict

NAME = "occupied.lock"


@contextmanager
def at_work(folder: Path) -> Iterator[None]:
    """For what may run beside others of its kind. Raises Conflict ``node.busy`` while a command must be alone."""
    with _locked(folder, fcntl.LOCK_SH, "The node in {folder} is just being upgraded or restored. Try again when that has ended."):  # fmt: skip
        yield


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """For what changes the node as a whole. Raises Conflict ``node.busy`` while a server or worker runs."""
    with _locked(folder, fcntl.LOCK_EX, "The node in {folder} is running. Stop it first (jointlab serve, worker, ingest or watch), then repeat this."):  # fmt: skip
        yield


@contextmanager
def _locked(folder: Path, kind: int, sentence: str) -> Iterator[None]:
    handle = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("node.busy", sentence, folder=str(folder)) from None
        yield
    finally:
        os.close(handle)
