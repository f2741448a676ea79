"""Bodies that did not come with their entries are asked for again, in every round, until they come or are not wanted any more."""

import random
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from jointlab.errors import Conflict
from jointlab.history import serving
from jointlab.history.applying import supply_body
from jointlab.history.models import Log
from jointlab.ledger.mirror import Line

RUNS: Final = 20  # requests in one round at most: what a partner has lost for good must not hold up what is new
RUN: Final = 500  # entries of one request


class Pages(Protocol):
    """Where entries can be asked for by their places: the partner itself, not a delivery or a disk."""

    def pages(self, log: str, *, start: int, upto: int) -> Iterator[list[Line]]:
        """The entries from `start` up to, not including, `upto`, page by page."""


def ask_again(source: Pages, log: Log) -> int:
    """Ask for bodies that this copy lacks; how many records became rows. Raises what the source raises.

    Where there are more gaps than one round asks for, chance decides, so that none is forgotten.
    """
    runs = list(_runs(serving.bodies_wanted(log.name)))
    applied = 0
    for start, upto in random.sample(runs, min(RUNS, len(runs))):
        place = start
        for page in source.pages(log.name, start=start, upto=upto):
            for line in page:
                applied += line.body is not None and _supplied(log, place, line.body)
                place += 1
    return applied


def _supplied(log: Log, position: int, body: bytes) -> bool:
    try:
        return supply_body(log.name, position=position, body=body)
    except Conflict:  # not the body that the home signed: the next round asks again
        return False


def _runs(positions: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Neighbours together: first, and one beyond the last."""
    start = end = -1
    for position in positions:
        if position != end or end - start == RUN:
            if end > start:
                yield start, end
            start = position
        end = position + 1
    if end > start:
        yield start, end
