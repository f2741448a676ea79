"""A file as bytes that will not change: one bounded snapshot, its SHA-256, and what recognition may look at."""

import hashlib
import os
import stat
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from jointlab.errors import BadInput, NotFound
from jointlab.science.archives import Archive, open_archive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jointlab.science.workbooks import Workbook

HEAD = 4096
LIMIT = 1 << 30  # bytes; larger files are refused before they are read
_CHUNK = 1 << 20
_LARGE = 4 << 20  # bytes


@dataclass(frozen=True, eq=False)
class Source:
    """The bytes of one file. `name` is for people and never decides a format alone."""

    name: str
    data: bytes
    _digest: "list[str]" = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        if len(self.data) > _LARGE and not self._digest:  # on another core, while the file is being read
            self.__dict__["_hashing"] = thread = Thread(target=self._hash, daemon=True)
            thread.start()

    def _hash(self) -> None:
        self._digest.append(hashlib.sha256(self.data).hexdigest())

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal."""
        if (thread := self.__dict__.get("_hashing")) is not None:
            thread.join()
        if not self._digest:
            self._hash()
        return self._digest[0]

    @property
    def head(self) -> bytes:
        """The first 4 KiB."""
        return self.data[:HEAD]

    @property
    def suffix(self) -> str:
        """The extension in lower case, with its dot: evidence for a person's sentence, never for a number."""
        return Path(self.name).suffix.lower()

    @cached_property
    def head_text(self) -> str:
        """The first 4 KiB as text, for recognition only: UTF-16 and UTF-8 where they are valid, else Latin-1.

        Lone CR line ends are LF, as the text engine has them.
        """
        text = self._decoded_head
        return text.replace("\r", "\n") if "\n" not in text else text

    @property
    def _decoded_head(self) -> str:
        head = self.head
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return head.decode("utf-16", errors="replace").lstrip("\ufeff")
        if head[1:2] == b"\0" and head[3:4] == b"\0":
            return head.decode("utf-16-le", errors="replace")
        head = head.removeprefix(b"\xef\xbb\xbf")
        for cut in range(4 if len(self.data) > HEAD else 1):  # the head may end inside a character
            try:
                return head[: len(head) - cut].decode("utf-8")
            except UnicodeDecodeError:
                continue
        return head.decode("latin-1")

    @cached_property
    def archive(self) -> Archive | None:
        """The ZIP archive that the file is, or None. Raises BadInput for a broken or dangerous one."""
        return open_archive(self.data) if self.head.startswith(b"PK\x03\x04") else None

    @cached_property
    def workbook(self) -> "Workbook | None":
        """The .xlsx or .xls workbook that the file is, by content, or None."""
        is_xlsx = self.archive is not None and any(name.startswith("xl/") for name in self.archive.names)
        if not is_xlsx and not self.head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
            return None
        from jointlab.science.compound import holds_workbook
        from jointlab.science.workbooks import open_workbook

        if not is_xlsx and not holds_workbook(self.data):
            return None
        return open_workbook(self.data, self.archive)

    @cached_property
    def tops(self) -> "Mapping[str, list[tuple[str | None, ...]]]":
        """The first rows of each sheet of a workbook as text, for recognition; empty for all else and for broken ones."""
        try:
            return self.workbook.tops if self.workbook is not None else {}
        except BadInput:
            return {}


def printable(name: str) -> str:
    """A file's name with control and unpaired characters made visible, safe for a terminal or a page."""
    plain = name.encode("utf-8", errors="replace").decode("utf-8")
    return "".join(c if not unicodedata.category(c).startswith("C") else f"\\x{ord(c):02x}" for c in plain)


def open_source(
    path: str | os.PathLike[str], *, limit: int = LIMIT, name: str | None = None, sha256: str | None = None
) -> Source:
    """Take a snapshot of a file. `name` and `sha256` are those of a file that a store keeps under another name.

    Raises NotFound ``file.missing``; BadInput ``file.directory``, ``file.not-regular``, ``file.too-large``,
    ``file.empty``, ``file.changing`` (it grew or shrank while it was read) and ``file.unreadable``.
    """
    name = printable(name or os.path.basename(os.fspath(path)) or os.fspath(path))
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            before = _inspect(os.fstat(file.fileno()), name, limit)
            data = file.read(before.st_size + 1)
            after = os.fstat(file.fileno())
    except (FileNotFoundError, NotADirectoryError) as fault:
        raise NotFound("file.missing", "There is no file “{name}”.", name=name) from fault
    except IsADirectoryError as fault:
        raise BadInput("file.directory", "“{name}” is a folder; name the files in it.", name=name) from fault
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise BadInput(
            "file.unreadable",
            "“{name}” cannot be opened ({reason}). Check the path and the permissions.",
            name=name,
            reason=reason,
        ) from fault
    if len(data) != before.st_size or (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise BadInput(
            "file.changing",
            "“{name}” is still being written; read it again when the instrument has finished.",
            name=name,
        )
    if not data:
        raise BadInput(
            "file.empty", "“{name}” is empty (0 bytes). Copy it again from the instrument's computer.", name=name
        )
    return Source(name, data, [sha256] if sha256 else [])


def hash_file(path: str | os.PathLike[str]) -> str | None:
    """The SHA-256 of a regular file in bounded memory, or None where there is none to be had."""
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            digest = hashlib.sha256()
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
            return digest.hexdigest()
    except (OSError, ValueError):
        return None


def _open_without_waiting(path: str, flags: int) -> int:
    """Open so that a named pipe or a device does not hang us."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _inspect(status: os.stat_result, name: str, limit: int) -> os.stat_result:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(name)
    if not stat.S_ISREG(status.st_mode):
        raise BadInput(
            "file.not-regular",
            "“{name}” is not a regular file but a device or a pipe. Copy its content into a file.",
            name=name,
        )
    if status.st_size > limit:
        raise BadInput(
            "file.too-large",
            "“{name}” has {size} MB; up to {limit} MB are read. Export a part of the measurement.",
            name=name, size=status.st_size >> 20, limit=limit >> 20,
        )  # fmt: skip
    return status
