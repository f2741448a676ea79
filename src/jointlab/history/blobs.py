"""The store of files by content: FOLDER/blobs/ab/cd/<sha256>. Immutable; a file is there whole or not at all.

A file grows in FOLDER/incoming under a lock of its writer, is flushed to the disk, and gets its name by a hard link, which
is atomic. What a killed writer leaves is unlocked, and `sweep` removes it. No Django here: children of a pool write too.
"""

import errno
import fcntl
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from jointlab.errors import BadInput, Fault, NotFound, Unavailable

CHUNK = 1 << 20  # bytes
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_UNLOCKED_FOR = 24 * 3600  # seconds after which an upload that nobody locked (the web server's) is left over
_FLUSHED_AT_ONCE = 16  # files: the disk writes what is waited for together in one go
_NAME = re.compile("[0-9a-f]{64}")
_JUST_MADE = 60  # seconds in which a file may not have its lock yet


@dataclass(frozen=True)
class StoredBlob:
    """A file in the store; `new` when it was not there before."""

    sha256: str
    size: int  # bytes
    new: bool


class BlobStore:
    """Files by their SHA-256. `blobs` and `incoming` must lie on one file system."""

    def __init__(self, *, blobs: Path, incoming: Path) -> None:
        self.blobs = blobs
        self.incoming = incoming

    def path(self, sha256: str) -> Path:
        """Where a file lies, or would lie. Raises NotFound ``blob.name`` for what is no SHA-256."""
        if _NAME.fullmatch(sha256) is None:
            raise NotFound("blob.name", "“{sha256}” is not the SHA-256 of a file.", sha256=sha256[:80])
        return self.blobs.joinpath(sha256[:2], sha256[2:4], sha256)

    def has(self, sha256: str) -> bool:
        """Whether the store holds the file."""
        return self.path(sha256).is_file()

    def open(self, sha256: str) -> BinaryIO:
        """The file, for reading. Raises NotFound ``blob.missing``."""
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError:
            raise NotFound("blob.missing", "The store has no file {sha256}.", sha256=sha256) from None

    def put(self, chunks: Iterable[bytes | memoryview], *, limit: int, durable: bool = True) -> StoredBlob:
        """Store what the chunks are, never wholly in memory; whatever fails, nothing is left.

        `durable` waits for the disk; what can be made again (columns) need not. Raises BadInput ``blob.too-large``,
        Unavailable ``blob.disk-full`` or ``blob.unwritable``, and whatever the source of the chunks raises.
        """
        with self._growing() as growing:
            digest, size = hashlib.sha256(), 0
            for chunk in chunks:
                size = _within(size + len(chunk), limit)
                digest.update(chunk)
                growing.write(chunk)
            sha256 = digest.hexdigest()
            return StoredBlob(sha256, size, growing.become(self.path(sha256), size=size, durable=durable))

    def hold(self, content: bytes, *, sha256: str, limit: int) -> "Held":
        """Write a file of this SHA-256 and wait for the disk later, together with others: `keep_all`. Raises as `put`."""
        size = _within(len(content), limit)
        try:
            growing = _Growing(self.incoming / f"{secrets.token_hex(16)}.part")
        except OSError as fault:
            raise _fault(fault) from fault
        try:
            growing.write(content)
        except BaseException:
            growing.close()
            raise
        return Held(sha256, size, growing)

    def keep_all(self, held: "Sequence[Held]") -> list[StoredBlob]:
        """Store what is held, in order, as durably as `put` does: the disk is waited for twice, not twice for each file.

        Whatever fails, nothing is held any more. Raises Unavailable ``blob.disk-full`` or ``blob.unwritable``.
        """
        if not held:
            return []
        try:
            with ThreadPoolExecutor(_FLUSHED_AT_ONCE) as threads:
                list(threads.map(lambda one: one.growing.flush(), held))
                new = [one.growing.take_name(self.path(one.sha256), size=one.size) for one in held]
                list(threads.map(_flush_folder, {self.path(one.sha256).parent for one in held}))
        except OSError as fault:
            raise _fault(fault) from fault
        finally:
            for one in held:
                one.growing.close()
        return [StoredBlob(one.sha256, one.size, fresh) for one, fresh in zip(held, new, strict=True)]

    def adopt(self, path: Path, *, sha256: str) -> StoredBlob:
        """Give a complete file in `incoming`, which the caller has hashed, its name; `path` stays. Raises as `put`."""
        try:
            with path.open("rb") as file:
                os.fsync(file.fileno())
                size = os.fstat(file.fileno()).st_size
            new = _take_name(path, self.path(sha256), size=size)
            if new:
                _flush_folder(self.path(sha256).parent)
            return StoredBlob(sha256, size, new)
        except OSError as fault:
            raise _fault(fault) from fault

    def put_file(self, path: Path, *, limit: int, durable: bool = True) -> StoredBlob:
        """Store a copy of a file. Raises as `put`, and OSError where the file cannot be read."""
        with path.open("rb") as file:
            return self.put(pieces(file), limit=limit, durable=durable)

    def remove(self, sha256: str) -> bool:
        """Remove a file, for erasure by law and for derived columns; whether it was there."""
        try:
            self.path(sha256).unlink()
        except FileNotFoundError:
            return False
        return True

    def names(self) -> Iterator[str]:
        """Every SHA-256 that the store holds, in order."""
        for folder in sorted(self.blobs.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]")):
            yield from sorted(path.name for path in folder.iterdir() if len(path.name) == 64)

    def sweep(self) -> int:
        """Remove what killed writers left in `incoming`; how many. Safe while others write."""
        removed = 0
        for path in self.incoming.iterdir():
            if path.is_file() and _left_over(path):
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    @contextmanager
    def spooled(self, chunks: Iterable[bytes], *, limit: int) -> Iterator[BinaryIO]:
        """What the chunks are as a file that can be read anywhere in it, gone afterwards. Raises as `put`."""
        with self._growing() as growing:
            size = 0
            for chunk in chunks:
                size = _within(size + len(chunk), limit)
                growing.write(chunk)
            with growing.opened() as file:
                yield file

    @contextmanager
    def _growing(self) -> "Iterator[_Growing]":
        """A locked file in `incoming` that is gone afterwards."""
        try:
            growing = _Growing(self.incoming / f"{secrets.token_hex(16)}.part")
        except OSError as fault:
            raise _fault(fault) from fault
        try:
            yield growing
        finally:
            growing.close()


class _Growing:
    """A file being written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def write(self, chunk: bytes | memoryview) -> None:
        """Append. Raises Unavailable."""
        try:
            _write_all(self._file, chunk)
        except OSError as fault:
            raise _fault(fault) from fault

    def opened(self) -> BinaryIO:
        """What was written, for reading."""
        return self._path.open("rb")

    def become(self, target: Path, *, size: int, durable: bool) -> bool:
        """Give the complete file its name; whether it was not there. Raises Unavailable."""
        try:
            if _is_there(target, size):
                return False
            if durable:
                self.flush()
            new = self.take_name(target, size=size)
            if durable and new:
                _flush_folder(target.parent)
            return new
        except OSError as fault:
            raise _fault(fault) from fault

    def flush(self) -> None:
        """Wait until the disk has the content. Raises OSError."""
        os.fsync(self._file)

    def take_name(self, target: Path, *, size: int) -> bool:
        """The name in the store; whether it was not there. Raises OSError."""
        return _take_name(self._path, target, size=size)

    def close(self) -> None:
        """Remove the name that it grew under, and let go."""
        self._path.unlink(missing_ok=True)
        os.close(self._file)


@dataclass(frozen=True, eq=False)
class Held:
    """A file that is written but not stored yet; it is gone if `BlobStore.keep_all` is never asked to keep it."""

    sha256: str
    size: int  # bytes
    growing: _Growing

    def let_go(self) -> None:
        """Keep nothing of it."""
        self.growing.close()


def store() -> BlobStore:
    """The store of this node."""
    from django.conf import settings

    return BlobStore(blobs=settings.NODE.blobs, incoming=settings.NODE.incoming)


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """A file in chunks of a megabyte."""
    while chunk := file.read(CHUNK):
        yield chunk


def _within(size: int, limit: int) -> int:
    if size > limit:
        raise BadInput(
            "blob.too-large", "The file is larger than {limit} MB, the most that this node takes.", limit=limit >> 20
        )
    return size


def _write_all(file: int, chunk: bytes | memoryview) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(file, rest) :]


def _is_there(target: Path, size: int) -> bool:
    """Whether the file is stored already. One of another size is what a power cut left of a file not flushed."""
    try:
        return target.stat().st_size == size
    except FileNotFoundError:
        return False


def _take_name(path: Path, target: Path, *, size: int) -> bool:
    """The name in the store, by a link; whether it was not there. Raises OSError."""
    path.chmod(0o440)
    try:
        os.link(path, target)
    except FileNotFoundError:  # the first file in its folder
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _take_name(path, target, size=size)
    except FileExistsError:  # another writer was faster; or a torn file, which gives way
        if _is_there(target, size):
            return False
        spare = path.with_suffix(".whole")
        os.link(path, spare)
        spare.replace(target)
    return True


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _left_over(path: Path) -> bool:
    """Whether no living process writes this file."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        age = time.time() - os.fstat(handle).st_mtime
        if path.suffix not in (".part", ".whole"):
            return age > _UNLOCKED_FOR
        if age < _JUST_MADE:
            return False
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def _fault(fault: OSError) -> Fault:
    if fault.errno in _FULL:
        return Unavailable(
            "blob.disk-full",
            "The disk of this node is full, so the file was not stored; nothing of it is left. Tell the administrator, and send it again later.",
        )
    return Unavailable(
        "blob.unwritable",
        "The file store of this node cannot be written to ({reason}); nothing was stored. Tell the administrator.",
        reason=fault.strerror or str(fault),
    )
