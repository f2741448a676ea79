"""Tasks for tests, in a module that a child process can import."""

import ctypes
import os
import time
from typing import Any


def double(number: int) -> int:
    return 2 * number


def misbehave(how: Any) -> Any:
    """Do what the word says."""
    if how == "crash":
        ctypes.string_at(0)
    if how == "killed":
        os.kill(os.getpid(), 9)
    if how == "raise":
        raise ValueError("no good")
    if how == "hang":
        time.sleep(60)
    if how == "memory":
        return len(bytearray(1 << 42))
    return how
