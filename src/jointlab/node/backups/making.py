"""Making a backup: the database at one moment, the configuration and keys, and each file that the vault does not hold yet."""

import base64
import datetime as dt
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from jointlab import __version__
from jointlab.errors import Conflict, NotFound, Unavailable
from jointlab.history.blobs import pieces, store
from jointlab.history.models import Blob
from jointlab.history.progress import Progress, silent
from jointlab.node.backups import database
from jointlab.node.backups.contents import backup_names, blob_name, compressed, read_index
from jointlab.node.backups.vault import Vault

STAMP = "%Y%m%dT%H%M%SZ"
LAST = "last-backup.json"


@dataclass(frozen=True)
class Made:
    """One backup."""

    name: str
    files: int  # named by it
    new_files: int  # that the vault did not hold
    new_bytes: int
    removed: tuple[str, ...] = ()  # older backups that were let go


def make_backup(vault: Vault, *, keep_days: int = 0, progress: Progress = silent) -> Made:
    """Back up the node. Raises Conflict ``backup.busy`` or ``backup.erased-meanwhile``, Unavailable ``backup.unwritable`` or ``backup.file-missing``."""
    with vault.lock(), _working_folder() as folder:
        _sweep(vault)
        before = backup_names(vault)
        known = {row[0] for row in read_index(vault, before[-1])["blobs"]} if before else set()
        now = dt.datetime.now(dt.UTC)
        name = _free_name(now, before)
        contents = _seal_database(vault, name, folder, progress)
        made = _seal_blobs(vault, name, contents, known, progress)
        os.sync()  # what the index names is on the disk before the index is
        index = {
            "format": 1, "made": now.isoformat(timespec="seconds"), "version": __version__, "node": settings.NODE.name,
            "engine": contents.engine, "log": {"size": contents.log_size, "root": contents.log_root},
            "migrations": contents.migrations, "files": _small_files(), "blobs": contents.blobs,
        }  # fmt: skip
        vault.seal(f"backups/{name}.index", compressed([json.dumps(index).encode()]))
        removed = _let_go(vault, keep_days, now) if keep_days else ()
        _note(vault, made, now)
        return Made(made.name, made.files, made.new_files, made.new_bytes, removed)


def _free_name(now: dt.datetime, before: list[str]) -> str:
    """The time; a letter more when there is a backup of this very second."""
    name = now.strftime(STAMP)
    while name in before:
        name += "a"
    return name


def _seal_database(vault: Vault, name: str, folder: Path, progress: Progress) -> database.Contents:
    progress("database", done=0, total=1)
    target = f"backups/{name}.database"
    if connection.vendor == "sqlite":
        copy = folder / "copy.sqlite3"
        contents = database.sqlite_copy(copy)
        vault.seal(target, compressed(database.file_chunks(copy)))
    else:
        with transaction.atomic():
            tables = database.PostgresCopy()
            contents = tables.contents
            vault.seal(target, compressed(tables.frames()))
    progress("database", done=1, total=1)
    return contents


def _seal_blobs(vault: Vault, name: str, contents: database.Contents, known: set[str], progress: Progress) -> Made:
    """Only a file of a complete backup is trusted to be in the vault: one of a backup cut off may be torn."""
    new = size_of_new = 0
    for number, (sha256, size) in enumerate(contents.blobs):
        if number % 20 == 0:
            progress("files", done=number, total=len(contents.blobs))
        target = blob_name(vault, sha256)
        if sha256 in known and vault.holds(target, size=size):
            continue
        try:
            with store().open(sha256) as file:
                vault.seal(target, pieces(file))
        except NotFound:
            raise _gone(sha256) from None
        new += 1
        size_of_new += size
    progress("files", done=len(contents.blobs), total=len(contents.blobs))
    return Made(name, len(contents.blobs), new, size_of_new)


def _gone(sha256: str) -> Conflict | Unavailable:
    """A file that the copy of the database names is not there."""
    if not Blob.objects.filter(sha256=sha256).exists():
        return Conflict("backup.erased-meanwhile", "A file was erased while the backup was made. Make it again.")
    return Unavailable("backup.file-missing", "The file {sha256} is gone. Run: jointlab fsck", sha256=sha256)


def _small_files() -> dict[str, str]:
    """Configuration and secrets, as base64."""
    folder = settings.NODE.folder
    paths = [folder / "jointlab.toml", *sorted(path for path in settings.NODE.secrets.iterdir() if path.is_file())]
    return {
        str(path.relative_to(folder)): base64.b64encode(path.read_bytes()).decode()
        for path in paths
        if not path.name.startswith(".")
    }


def _let_go(vault: Vault, keep_days: int, now: dt.datetime) -> tuple[str, ...]:
    """Remove backups that are too old, but never the newest, and files that no backup names any more."""
    oldest = (now - dt.timedelta(days=keep_days)).strftime(STAMP)
    names = backup_names(vault)
    old = [name for name in names[:-1] if name < oldest]
    for name in old:
        vault.path(f"backups/{name}.index").unlink()
        vault.path(f"backups/{name}.database").unlink(missing_ok=True)
    if old:
        needed = {
            blob_name(vault, row[0]) for name in names if name not in old for row in read_index(vault, name)["blobs"]
        }
        for path in vault.path("files").glob("*/*"):
            if str(path.relative_to(vault.folder)) not in needed:
                path.unlink()
    return tuple(old)


def _sweep(vault: Vault) -> None:
    """What backups that were cut off left behind. Called under the lock."""
    for path in (*vault.folder.glob("backups/.*.part"), *vault.folder.glob("files/*/.*.part")):
        path.unlink(missing_ok=True)
    whole = set(backup_names(vault))
    for path in vault.path("backups").glob("*.database"):
        if path.stem not in whole:
            path.unlink()


def _note(vault: Vault, made: Made, now: dt.datetime) -> None:
    path = settings.NODE.folder / LAST
    fresh = path.with_suffix(".new")
    said = {"at": now.isoformat(timespec="seconds"), "name": made.name, "folder": str(vault.folder)}
    fresh.write_text(json.dumps(said), encoding="utf-8")
    fresh.replace(path)


def last_backup() -> dt.datetime | None:
    """When this node was last backed up."""
    try:
        said = json.loads((settings.NODE.folder / LAST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return dt.datetime.fromisoformat(said["at"])


@contextmanager
def _working_folder() -> Iterator[Path]:
    """A folder beside the node's database for the copy; what a killed backup left in it goes first."""
    folder: Path = settings.NODE.folder / "copy"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for path in folder.glob("copy.*"):
            path.unlink()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
