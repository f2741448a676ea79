"""Locks that all web processes see: Windows locks a file, writes it and unlocks it over several connections."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wsgidav.lock_man.lock_storage import LockStorageDict

from jointlab.laboratory.drive.shared_file import shared

_LONGEST = 3600.0  # seconds; an instrument's computer that is switched off leaves its locks


class SharedLocks(LockStorageDict):  # type: ignore[misc]
    """The library's dictionary of locks, read from a file and written back around each call."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._turn = threading.RLock()
        self._inside = False

    @contextmanager
    def _shared(self) -> Iterator[None]:
        with self._turn:
            if self._inside:
                yield
                return
            with shared(self._path) as content:
                self._inside = True
                self._dict = {key: _as_bytes(value) for key, value in content.items()}
                try:
                    yield
                finally:
                    self._inside = False
                    content.clear()
                    content.update({key: _as_text(value) for key, value in self._dict.items()})

    def open(self) -> None:
        """Nothing to open: the file is read for each call."""
        self._dict = {}

    def clear(self) -> None:
        """Forget all locks."""
        with self._shared():
            super().clear()

    def get(self, token: str) -> Any:
        """One lock, or None."""
        with self._shared():
            return super().get(token)

    def create(self, path: str, lock: dict[str, Any]) -> Any:
        """A new lock, for an hour at most."""
        wanted = float(lock.get("timeout") or -1)
        lock["timeout"] = _LONGEST if wanted < 0 else min(wanted, _LONGEST)
        with self._shared():
            return super().create(path, lock)

    def refresh(self, token: str, *, timeout: float) -> Any:
        """A lock goes on, for another hour at most."""
        with self._shared():
            return super().refresh(token, timeout=_LONGEST if timeout < 0 else min(timeout, _LONGEST))

    def delete(self, token: str) -> Any:
        """A lock ends."""
        with self._shared():
            return super().delete(token)

    def get_lock_list(self, path: str, *, include_root: bool, include_children: bool, token_only: bool) -> Any:
        """Locks of a path."""
        with self._shared():
            return super().get_lock_list(
                path, include_root=include_root, include_children=include_children, token_only=token_only
            )


def _as_text(value: Any) -> Any:
    return (
        {k: v.decode() if isinstance(v, bytes) else v for k, v in value.items()} if isinstance(value, dict) else value
    )


def _as_bytes(value: Any) -> Any:
    if isinstance(value, dict) and isinstance(value.get("owner"), str):
        return {**value, "owner": value["owner"].encode()}
    return value
