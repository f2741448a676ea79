"""A note in the node's folder while a command makes or changes the node as a whole.

A command that is killed leaves its note; the node is then half-way, and every other command refuses until the same
command has been repeated to its end.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from jointlab.errors import Conflict

NAME = "half-way.json"


@dataclass(frozen=True)
class HalfWay:
    """What was begun and has not ended."""

    command: str
    facts: Mapping[str, str] = field(default_factory=dict)  # what is needed to go on, or to say how


def look(folder: Path) -> HalfWay | None:
    """The note in this folder, if there is one."""
    try:
        said = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return HalfWay(said["command"], said["facts"])


@contextmanager
def half_way(folder: Path, note: HalfWay) -> Iterator[None]:
    """The note stands while the block runs, and stays when it does not come to its end."""
    path = folder / NAME
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        json.dump({"command": note.command, "facts": dict(note.facts)}, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    yield
    path.unlink()


def refuse_half_way(folder: Path, *, allowed: str = "") -> HalfWay | None:
    """The note of the command `allowed`, which may go on. Raises Conflict ``node.half-way`` for any other."""
    note = look(folder)
    if note is not None and note.command != allowed:
        raise Conflict(
            "node.half-way",
            "“jointlab {command}” was stopped half-way in {folder}. Repeat it until it ends{hint}; nothing else can be done with the node before.",
            command=note.command,
            folder=str(folder),
            hint=f" (a backup made before is in {note.facts['backup']})" if note.facts.get("backup") else "",
        )
    return note
