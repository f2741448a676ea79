"""A process that must not outlive the one that started it, whatever ends that one, kill -9 included."""

import ctypes
import os
import signal
import sys
from threading import Event, Thread

_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux
_LOOK = 2.0  # seconds


def end_with_parent(parent: int) -> None:
    """SIGTERM for this process as soon as `parent`, which started it, has ended."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before the line above
            os.kill(os.getpid(), signal.SIGTERM)
    else:
        Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    never = Event()
    while os.getppid() == parent:
        never.wait(_LOOK)
    os.kill(os.getpid(), signal.SIGTERM)
