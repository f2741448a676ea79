"""How long work tells how far it is; the command line draws it."""

from typing import Protocol


class Progress(Protocol):
    """Called now and then: `done` of `total` of what is named (“log”, “rows”); `total` is 0 when it is not known."""

    def __call__(self, what: str, /, *, done: int, total: int) -> None:
        """One more step."""


def silent(what: str, /, *, done: int, total: int) -> None:
    """Tells nobody."""
