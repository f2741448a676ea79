"""What is dropped into the inbox: a file, or a ZIP archive of files. One bad part never stops the others.

Parts are streamed into the store under cleaned names; nothing is ever written under a name that an archive gives.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO

from django.conf import settings

from jointlab.errors import BadInput, Fault, Unavailable
from jointlab.history.blobs import pieces, store
from jointlab.laboratory.models import Instrument
from jointlab.laboratory.operations.files import Arrival, Received, receive_stored, take
from jointlab.laboratory.operations.names import clean_folder, clean_name, folder_of
from jointlab.people.actors import Actor, Right
from jointlab.science.door import is_instrument_archive

MOST_PARTS = 10_000
MOST_RATIO = 500  # unpacked over packed, for what unpacks to more than a megabyte
DEEPEST = 2  # archives inside archives
_SMALL = 1 << 20
_BATCH = 100  # files in one transaction
_SYSTEM_FOLDERS = ("__MACOSX", ".git", "$RECYCLE.BIN", "System Volume Information")
_SYSTEM_FILES = ("thumbs.db", "desktop.ini", ".ds_store")
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


@dataclass(frozen=True)
class Left:
    """A part that was not taken, and why."""

    name: str
    code: str
    message: str


@dataclass
class Unpacked:
    """What became of what was dropped."""

    received: list[Received] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)  # parts with a reason: damaged, locked, too large
    skipped: int = 0  # empty parts and what operating systems add


def receive_archive(
    actor: Actor, *, chunks: Iterable[bytes], name: str, folder: str = "", source: str, instrument: Instrument | None = None
) -> Unpacked:  # fmt: skip
    """Take what was dropped: an archive part by part, anything else as a file. Instrument files that are ZIPs are files.

    Raises as `receive`, and BadInput ``archive.bomb``, ``archive.broken``, ``archive.empty``; then nothing is stored.
    """
    actor.require(Right.WRITE)
    stream = iter(chunks)
    first = next(stream, b"")
    whole = chain([first], stream)
    if not first.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        arrival = take(actor, chunks=whole, name=name, folder=folder)
        return Unpacked(receive_stored(actor, [arrival], source=source, instrument=instrument))
    unpacking = _Unpacking(actor, source, instrument)
    with store().spooled(whole, limit=settings.NODE.upload_limit) as file:
        unpacking.take(file, name=clean_name(name), folder=clean_folder(folder), depth=1)
    unpacking.flush()
    return unpacking.found


class _Unpacking:
    """One drop on its way: what is taken, what waits for its transaction, how much was unpacked."""

    def __init__(self, actor: Actor, source: str, instrument: Instrument | None) -> None:
        self.found = Unpacked()
        self._actor, self._source, self._instrument = actor, source, instrument
        self._waiting: list[Arrival] = []
        self._budget = int(settings.NODE.upload_limit)  # bytes that all parts may unpack to
        self._parts = 0

    def take(self, file: BinaryIO, *, name: str, folder: str, depth: int) -> None:
        """A ZIP file: one file, or its parts."""
        try:
            archive = _opened(file, name)
        except BadInput:
            if name.lower().endswith(".zip"):
                raise
            file.seek(0)  # a damaged file of an instrument: kept, and refused by its reader
            self._arrive(pieces(file), name=name, folder=folder)
            return
        members = archive.infolist()
        if is_instrument_archive([member.filename for member in members]):
            file.seek(0)
            self._arrive(pieces(file), name=name, folder=folder)
            return
        self._parts += len(members)
        _check(members, name, budget=self._budget, parts=self._parts)
        inside = "/".join(part for part in (folder, name.rpartition(".")[0] or name) if part)
        before = len(self.found.left) + self.found.skipped + len(self._waiting) + len(self.found.received)
        for member in members:
            self._part(archive, member, folder=inside, depth=depth)
        if before == len(self.found.left) + self.found.skipped + len(self._waiting) + len(self.found.received):
            raise BadInput("archive.empty", "“{name}” is an archive without files.", name=name)

    def flush(self) -> None:
        """Record what waits, in one transaction."""
        if self._waiting:
            self.found.received += receive_stored(
                self._actor, self._waiting, source=self._source, instrument=self._instrument
            )
            self._waiting = []

    def _arrive(self, chunks: Iterable[bytes], *, name: str, folder: str) -> None:
        self._waiting.append(take(self._actor, chunks=chunks, name=name, folder=folder))
        if len(self._waiting) >= _BATCH:
            self.flush()

    def _part(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, folder: str, depth: int) -> None:
        path = _path(member)
        if member.is_dir():
            return
        if member.file_size == 0 or _is_system(path):
            self.found.skipped += 1
            return
        name, inside = clean_name(path), "/".join(part for part in (folder, folder_of(path)) if part)
        try:
            if stat.S_ISLNK(member.external_attr >> 16):
                raise BadInput("archive.link", "“{name}” is a link and no file.", name=name)
            with _unpacking(archive, member, name) as chunks:
                self._whatever(chunks, name=name, folder=inside, depth=depth)
        except Unavailable:  # the disk is full for the others too
            raise
        except Fault as fault:
            self.found.left.append(Left(name, fault.code, fault.message))

    def _whatever(self, chunks: Iterator[bytes], *, name: str, folder: str, depth: int) -> None:
        """A part is a file, or an archive again."""
        first = next(chunks, b"")
        counted = self._counted(chain([first], chunks), name)
        if not first.startswith(b"PK\x03\x04"):
            self._arrive(counted, name=name, folder=folder)
            return
        with store().spooled(counted, limit=settings.NODE.upload_limit) as file:
            if depth >= DEEPEST and not _is_file(file, name):
                raise BadInput(
                    "archive.nested", "“{name}” is an archive inside archives; unpack it and drop its files.", name=name
                )
            self.take(file, name=name, folder=folder, depth=depth + 1)

    def _counted(self, chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
        """What an archive declares about its parts may be a lie."""
        for chunk in chunks:
            self._budget -= len(chunk)
            if self._budget < 0:
                raise BadInput(
                    "archive.bomb",
                    "“{name}” unpacks to more than this node takes at once; it was not taken.",
                    name=name,
                )
            yield chunk


def _opened(file: BinaryIO, name: str) -> zipfile.ZipFile:
    file.seek(0)
    try:
        return zipfile.ZipFile(file)
    except _DAMAGE as fault:
        raise BadInput(
            "archive.broken",
            "“{name}” is an archive that is cut or damaged ({reason}). Copy it again.",
            name=name,
            reason=str(fault).rstrip("."),
        ) from fault


def _is_file(file: BinaryIO, name: str) -> bool:
    archive = _opened(file, name)
    return is_instrument_archive(archive.namelist())


def _check(members: list[zipfile.ZipInfo], name: str, *, budget: int, parts: int) -> None:
    """What the archive says of itself must be possible before any of it is unpacked."""
    total = sum(member.file_size for member in members)
    inflated = any(m.file_size > _SMALL and m.file_size > MOST_RATIO * max(m.compress_size, 1) for m in members)
    if parts > MOST_PARTS or total > budget or inflated:
        raise BadInput(
            "archive.bomb",
            "“{name}” holds {count} parts that unpack to {size} MB, which is beyond what instruments write; it was not opened. Unpack it yourself and drop the files.",
            name=name, count=len(members), size=total >> 20,
        )  # fmt: skip


@contextmanager
def _unpacking(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Iterator[Iterator[bytes]]:
    """The bytes of a part; damage and passwords become a BadInput, also where it shows only at the end."""

    def damaged(fault: Exception) -> BadInput:
        return BadInput(
            "archive.part",
            "“{name}” in the archive is damaged or locked ({reason}). Copy it again, or pack it without a password.",
            name=name,
            reason=str(fault).rstrip("."),
        )

    def stream(part: "zipfile.ZipExtFile | BinaryIO") -> Iterator[bytes]:
        try:
            yield from iter(lambda: part.read(1 << 20), b"")
        except _DAMAGE as fault:
            raise damaged(fault) from fault

    try:
        part = archive.open(member)
    except _DAMAGE as fault:
        raise damaged(fault) from fault
    with part:
        yield stream(part)  # type: ignore[arg-type]


def _path(member: zipfile.ZipInfo) -> str:
    """A part's path. Old programs write names in the code page of their computer and do not say which."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding, fits in (("utf-8", str.isprintable), ("cp866", _is_cyrillic), ("gb18030", _is_chinese)):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.isascii() or fits(text):
            return text
    return member.filename


def _is_cyrillic(text: str) -> bool:
    return all(c.isascii() or "\u0400" <= c <= "\u04ff" or c == "№" for c in text)


def _is_chinese(text: str) -> bool:
    return all(c.isascii() or "\u3000" <= c <= "\u9fff" or "\uff00" <= c <= "\uffef" for c in text)


def _is_system(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return any(part in _SYSTEM_FOLDERS for part in parts) or parts[-1].lower() in _SYSTEM_FILES
