"""What is made ahead of its use: small bundles of files in FOLDER/incoming, each there whole or not at all.

Nothing names them, so losing one costs only the time to make it again. `sweep` of the file store treats them as uploads
that nobody finished: what has not been asked for with `keep` for a day is removed, and `drop` removes at once what is not wanted
any more. They never take the last of the disk. No Django here: children of a pool write too.
"""

import fcntl
import os
import re
import secrets
import shutil
import time
import zipfile
from collections.abc import Collection, Mapping
from io import BytesIO
from pathlib import Path
from typing import Final

from jointlab.errors import NotFound

RESERVE: Final = 64 * 1024 * 1024  # bytes of the disk that neither this nor a file of a partner ever takes
_NAME: Final = re.compile(r"[0-9a-f]{64}")
_SUFFIX: Final = ".ahead"
_AGE: Final = 3600.0  # seconds after which `keep` begins the day anew


def stage(incoming: Path, key: str, files: Mapping[str, bytes]) -> None:
    """Keep the files by their names under a key of 64 hexadecimal digits. Raises OSError; nothing is left then.

    Where the disk has no room for them they are not kept, and nothing is said: they are made when they are used.
    """
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as bundle:
        for name, data in files.items():
            bundle.writestr(name, data)
    if not has_room(incoming, content.getbuffer().nbytes):
        return
    growing = incoming / f"{secrets.token_hex(16)}.part"
    try:
        with growing.open("xb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(content.getbuffer())
            file.flush()
            os.fsync(file.fileno())
            growing.replace(_path(incoming, key))
    finally:
        growing.unlink(missing_ok=True)


def staged(incoming: Path, key: str) -> dict[str, bytes] | None:
    """The files, or None when they are not there, or not whole (a disk that lost power): they are made anew then."""
    try:
        with zipfile.ZipFile(_path(incoming, key)) as bundle:
            return {name: bundle.read(name) for name in bundle.namelist()}
    except (OSError, zipfile.BadZipFile):
        return None


def keep(incoming: Path, key: str) -> bool:
    """Whether they are there; they stay for another day at least."""
    path = _path(incoming, key)
    try:
        if time.time() - path.stat().st_mtime > _AGE:
            os.utime(path)
    except FileNotFoundError:
        return False
    return True


def drop(incoming: Path, *, wanted: Collection[str]) -> int:
    """Remove every bundle whose key is not wanted, and nothing else; how many."""
    unwanted = [path for path in incoming.glob(f"*{_SUFFIX}") if _NAME.fullmatch(path.stem) and path.stem not in wanted]
    for path in unwanted:
        path.unlink(missing_ok=True)
    return len(unwanted)


def has_room(incoming: Path, size: int) -> bool:
    """Whether so many bytes may be kept and the disk still has its reserve."""
    return shutil.disk_usage(incoming).free >= size + RESERVE


def _path(incoming: Path, key: str) -> Path:
    if _NAME.fullmatch(key) is None:
        raise NotFound("blob.name", "“{sha256}” is not the SHA-256 of a file.", sha256=key[:80])
    return incoming / f"{key}{_SUFFIX}"
