"""The operator's log: what happened, when and where in the program; no names, no addresses, no values that people typed."""

import logging
import re
import time
import traceback
from types import TracebackType

_MAIL = re.compile(r"[^\s@<>\"',;]+@[^\s@<>\"',;]+")
_QUOTED = re.compile(r"=\([^)]*\)")  # PostgreSQL: Key (login)=(omarova) already exists
_QUERY = re.compile(r"\?\S+")  # of an address


class OperatorFormatter(logging.Formatter):
    """One line, in UTC; of an exception its kind and its place, not its words, which may hold what a person typed."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("{asctime}Z {levelname} {name} {message}", datefmt="%Y-%m-%dT%H:%M:%S", style="{")

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        record.exc_text = None  # what another handler formatted
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """The words, without what could name a person."""
        record.message = _QUERY.sub("?…", _QUOTED.sub("=(…)", _MAIL.sub("…@…", record.message)))
        return super().formatMessage(record)

    def formatException(  # noqa: N802 - the name is logging's
        self, ei: "tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]"
    ) -> str:
        """Kinds and places, the cause first."""
        lines = []
        fault = ei[1]
        while fault is not None:
            frames = traceback.extract_tb(fault.__traceback__)
            places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
            lines.append(f"  {type(fault).__module__}.{type(fault).__qualname__} at {places}")
            fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
        return "\n".join(lines)
