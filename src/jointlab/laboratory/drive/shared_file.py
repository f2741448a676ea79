"""A small JSON file that several web processes read and change in turn."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def shared(path: Path) -> Iterator[dict[str, Any]]:
    """The content, to be changed in place; written back whole when the block ends without a fault."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):  # none yet; or the disk was full: nothing here is worth a refusal
            content = {}
        before = json.dumps(content)
        yield content
        after = json.dumps(content)
        if after != before:
            fresh = path.with_suffix(".new")
            fresh.write_text(after, encoding="utf-8")
            fresh.replace(path)
