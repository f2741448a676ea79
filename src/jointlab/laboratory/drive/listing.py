"""What an instrument's computer put on its drive lately: all that the drive ever shows. The files are elsewhere."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jointlab.laboratory.drive.shared_file import shared

_KEPT = 24 * 3600.0  # seconds
_MOST = 5000


@dataclass(frozen=True)
class Put:
    """One path that was put: a folder, or a file of so many bytes."""

    path: str  # below the instrument: a/b.txt
    size: int
    at: float  # Unix time
    folder: bool = False


class Listing:
    """The listing of one instrument."""

    def __init__(self, folder: Path, slug: str) -> None:
        self._path = folder / f"{slug}.json"

    def get(self, path: str) -> Put | None:
        """What stands at a path."""
        return self._all().get(path)

    def inside(self, path: str) -> list[str]:
        """Names directly in a folder."""
        head = f"{path}/" if path else ""
        return sorted(p[len(head) :] for p in self._all() if p.startswith(head) and "/" not in p[len(head) :])

    def add(self, path: str, *, size: int = 0, folder: bool = False) -> None:
        """Something was put; what is old, or too much, is forgotten."""
        with shared(self._path) as content:
            content.pop(path, None)
            content[path] = [size, time.time(), folder]
            for old in [p for p, (_, at, _) in content.items() if at < time.time() - _KEPT]:
                del content[old]
            for old in list(content)[: max(0, len(content) - _MOST)]:
                del content[old]

    def remove(self, path: str) -> None:
        """It is shown no more."""
        with shared(self._path) as content:
            for old in [p for p in content if p == path or p.startswith(f"{path}/")]:
                del content[old]

    def _all(self) -> dict[str, Put]:
        with shared(self._path) as content:
            since = time.time() - _KEPT
            found: dict[str, Any] = content
            return {p: Put(p, size, at, folder) for p, (size, at, folder) in found.items() if at >= since}
