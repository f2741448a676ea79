"""A process that must not outlive the one that started it, whatever ends that one, kill -9 included."""

import ctypes
import os
import signal
import sys
from threading import Event, Thread

_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux
_LOOK = 2.0  # seconds


def end_with_parent(parent: int, *, grace: float | None = None) -> None:
    """SIGTERM for this process as soon as `parent`, which started it, has ended.

    With `grace` SIGKILL follows after so many seconds: a web server that is told to end before it has quite begun, or from
    which nobody takes its answer, waits for ever.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before the line above
            os.kill(os.getpid(), signal.SIGTERM)
    if grace is not None or sys.platform != "linux":
        Thread(target=_watch, args=(parent, grace), daemon=True).start()


def _watch(parent: int, grace: float | None) -> None:
    never = Event()
    while os.getppid() == parent:
        never.wait(_LOOK)
    os.kill(os.getpid(), signal.SIGTERM)
    if grace is not None:
        never.wait(grace)
        os.kill(os.getpid(), signal.SIGKILL)
