"""The part of a file that has come, on disk under incoming/fetching until the whole is there and proved."""

import errno
import fcntl
import os
import shutil
from hashlib import sha256 as hash_of
from pathlib import Path
from typing import Final

from jointlab.errors import Conflict, Unavailable
from jointlab.federation.blobs.chunks import Chunks
from jointlab.history.staged import RESERVE

FOLDER: Final = "fetching"  # in the node's incoming folder; the sweep of uploads leaves folders alone
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PIECE: Final = 1 << 20


def part_path(incoming: Path, sha256: str) -> Path:
    """Where the part of a file lies."""
    return incoming / FOLDER / f"{sha256}.part"


class Part:
    """One file that grows in any order; locked by its only writer. Threads write different places."""

    def __init__(self, path: Path, *, wait: bool = False) -> None:
        """Raises Conflict ``fetch.busy`` when another process fetches the file, unless `wait`; Unavailable ``fetch.disk*``."""
        self.path = path
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except PermissionError:  # complete and named already when its process was killed: begun again
            path.unlink()
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise disk_fault(fault) from fault
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(self._file)
            raise Conflict("fetch.busy", "Another process of this node is fetching the file.") from None

    def make_room(self, size: int) -> bool:
        """As long as the whole will be; whether it was so already, and what was kept of it may count.

        Raises Unavailable ``fetch.disk-full`` where the disk has no room for the rest.
        """
        there = os.fstat(self._file)
        if shutil.disk_usage(self.path.parent).free < size - there.st_blocks * 512 + RESERVE:
            raise disk_fault(OSError(errno.ENOSPC, ""))
        if there.st_size == size:
            return True
        try:
            os.ftruncate(self._file, size)
        except OSError as fault:
            raise disk_fault(fault) from fault
        return False

    def write(self, data: bytes, at: int) -> None:
        """Raises Unavailable ``fetch.disk-full``, ``fetch.disk``."""
        rest = memoryview(data)
        try:
            while rest:
                done = os.pwrite(self._file, rest, at)
                rest, at = rest[done:], at + done
        except OSError as fault:
            raise disk_fault(fault) from fault

    def keep(self) -> None:
        """Wait for the disk: what is told to the database is there."""
        os.fdatasync(self._file)

    def examine(self, chunks: Chunks) -> tuple[str, set[int]]:
        """The SHA-256 of the whole, and the numbers of the chunks that are what they should be."""
        with self.path.open("rb") as file:
            found, whole = Chunks.of_file(file)
        good = {n for n in range(chunks.count) if n < found.count and found.hash(n) == chunks.hash(n)}
        return whole, good

    def sha256(self) -> str:
        """Of what is on the disk."""
        digest, at = hash_of(), 0
        while piece := os.pread(self._file, _PIECE, at):
            digest.update(piece)
            at += len(piece)
        return digest.hexdigest()

    def close(self) -> None:
        """Let go of it; what has come stays."""
        os.close(self._file)

    def remove(self) -> None:
        """It is stored, or not wanted any more."""
        self.path.unlink(missing_ok=True)


def disk_fault(fault: OSError) -> Unavailable:
    """What the disk says, as a fault."""
    if fault.errno in _FULL:
        return Unavailable(
            "fetch.disk-full",
            "The disk of this node is full. What has come of the file is kept; the rest comes when there is room.",
        )
    return Unavailable(
        "fetch.disk",
        "The folder for incoming files cannot be written to: {reason}.",
        reason=fault.strerror or str(fault),
    )
