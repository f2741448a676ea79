"""Printing a version in a child of the worker's pool, and what prints it. No Django here."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from jointlab import printing
from jointlab.agreements import words
from jointlab.agreements.documents import render_all
from jointlab.agreements.versions import read_version
from jointlab.history.staged import stage

_SOURCES: Final = (Path(__file__).parent, Path(words.__file__).parent)


@dataclass(frozen=True)
class PrintTask:
    """A text with the day on its file."""

    text: str  # canonical JSON of the version
    on: date
    incoming: Path | None = None  # where the files are kept, under `key`; None: they are made for their hashes alone
    key: str = ""


def print_version(task: PrintTask) -> dict[str, str]:
    """SHA-256 of every file of the version by its name. Raises as `render_all`, and OSError."""
    files = render_all(read_version(task.text), on=task.on)
    if task.incoming is not None:
        stage(task.incoming, task.key, files)
    return {name: sha256(content).hexdigest() for name, content in files.items()}


def stamp(on: date) -> str:
    """All that the bytes of a file follow from beside the version: typst, fonts, the form with its words, and the day."""
    return f"{program()}, {on.isoformat()}"


def program() -> str:
    """The same without the day."""
    return f"{printing.printer()}, form {_form()}"


def key_of(hash: str, on: date) -> str:
    """Under which the files of a version are kept ahead: other bytes, another key."""
    return sha256(f"{hash}\n{stamp(on)}".encode()).hexdigest()


@lru_cache(maxsize=1)
def _form() -> str:
    """Eight digits that change with the template, the words of the form, and the program that lays them out."""
    files = [path for folder in _SOURCES for path in sorted(folder.iterdir()) if path.suffix in (".py", ".typ")]
    return sha256(b"".join(path.read_bytes() for path in (*files, Path(printing.__file__)))).hexdigest()[:8]
