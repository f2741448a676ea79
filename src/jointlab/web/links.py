"""The state of the partner's node in the header of every page. The room that knows the links registers a source."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Pill:
    """One state: whose, in a word, how good (ok, wait, bad), and the page that says more."""

    prefix: str
    word: "str | Promise"
    kind: str
    address: str
    more: int = 0  # other partners, none of which is worse


_sources: list[Callable[[Any], Pill | None]] = []


def register(source: Callable[[Any], Pill | None]) -> None:
    """Called by the room that knows the links, when the program starts; `source` is asked with the actor."""
    _sources[:] = [source]


def pill(actor: Any) -> Pill | None:
    """What the header shows this person; None for strangers, and where there is no partner."""
    return _sources[0](actor) if _sources and actor is not None else None
