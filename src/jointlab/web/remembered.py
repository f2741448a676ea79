"""Answers that follow from what is recorded: the database is asked again only when something was recorded.

Most pages are asked for between two records, and each shows the same counts. Which record is the newest, the room says that
keeps them; without its word everything is asked each time.
"""

import time
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

T = TypeVar("T")
KEPT_FOR: Final = 5.0  # seconds; what no record tells of, such as another day, is seen after this
_MOST: Final = 2000

_newest: list[Callable[[], Hashable]] = []
_kept: dict[Hashable, tuple[Hashable, float, Any]] = {}  # after which record, until when, the answer


def follow(newest: Callable[[], Hashable]) -> None:
    """Called by the room that keeps the records."""
    _newest[:] = [newest]


def newest() -> Hashable:
    """What was recorded last; None where nobody says so."""
    return _newest[0]() if _newest else None


def remembered(key: Hashable, ask: Callable[[], T], *, after: Hashable, seconds: float = KEPT_FOR) -> T:
    """The answer to `ask`, which nobody changes; `key` names question and asker, `after` is `newest()`."""
    if after is None:
        return ask()
    now = time.monotonic()
    found = _kept.get(key)
    if found is None or found[0] != after or found[1] < now:
        if len(_kept) >= _MOST:
            _kept.clear()
        found = _kept[key] = (after, now + seconds, ask())
    answer: T = found[2]
    return answer
