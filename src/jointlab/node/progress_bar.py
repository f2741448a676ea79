"""Progress on the terminal, for what takes longer than a second."""

from types import TracebackType
from typing import Never, Self

from tqdm import tqdm


class ProgressBar:
    """One bar at a time on standard error; nothing where that is no terminal, and nothing for the first second."""

    def __init__(self) -> None:
        self._bar: tqdm[Never] | None = None
        self._what = ""

    def __call__(self, what: str, /, *, done: int, total: int) -> None:
        """`done` of `total`; another `what` begins another bar."""
        bar = self._bar
        if bar is None or what != self._what:
            self._close()
            self._what = what
            self._bar = bar = tqdm(desc=what, delay=1, disable=None, dynamic_ncols=True, unit="", leave=False)
        bar.total = total or None
        bar.update(done - bar.n)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
