"""A node out of a backup: every byte proved, nothing taken for granted; killed on the way, it goes on when repeated."""

import base64
import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jointlab.errors import BadInput, Conflict, NotFound
from jointlab.history.blobs import BlobStore
from jointlab.history.progress import Progress, silent
from jointlab.ledger.tree import Frontier
from jointlab.node.backups.contents import backup_names, blob_name, expanded, read_index
from jointlab.node.backups.vault import Vault
from jointlab.node.half_way import HalfWay, half_way, refuse_half_way
from jointlab.node.occupied import alone

PARTS = ("blobs", "incoming", "secrets", "static")
_DATABASE = re.compile(r"(?m)^database = .*$")


@dataclass(frozen=True)
class Restored:
    """What came out."""

    name: str
    version: str  # of jointlab, that made the backup
    files: int
    log_size: int
    log_root: str


def restore(
    vault: Vault, folder: Path, *, name: str = "", database: str | None = None, progress: Progress = silent
) -> Restored:
    """Make the node in `folder` from the backup `name`, or from the newest.

    Raises Conflict ``node.exists``, NotFound ``backup.no-backup``, Conflict ``node.busy``, BadInput ``backup.damaged``; the folder is then half-way
    and the command can be repeated.
    """
    folder = folder.resolve()
    going_on = refuse_half_way(folder, allowed="restore") is not None
    if (folder / "jointlab.toml").exists() and not going_on:
        raise Conflict("node.exists", "“{folder}” already is a node.", folder=str(folder))
    name = _chosen(vault, name)
    index = read_index(vault, name)
    _refuse_other_engine(index, database)
    for part in ("", *PARTS):
        (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    # From here on the folder says that it is half-way, so that nothing else can be done with it.
    with alone(folder), half_way(folder, HalfWay("restore", {"backup": name})):
        _small_files(folder, index["files"], database)
        _blobs(vault, folder, index["blobs"], progress)
        _database(vault, folder, name, index, progress)
        _compare(index)
        _ask_partners_first()
    said = index["log"]
    return Restored(name, index["version"], len(index["blobs"]), said["size"], said["root"])


def _chosen(vault: Vault, name: str) -> str:
    names = backup_names(vault)
    if not names or (name and name not in names):
        raise NotFound(
            "backup.no-backup", "There is no backup {name} in {folder}. There are: {names}.",
            name=name, folder=str(vault.folder), names=", ".join(names) or "none",
        )  # fmt: skip
    return name or names[-1]


def _small_files(folder: Path, files: dict[str, str], database: str | None) -> None:
    for name, encoded in files.items():
        path = folder / name
        if path.parent not in (folder, folder / "secrets"):
            raise BadInput("backup.damaged", "{name} in the backup is damaged or was changed. Take another backup.", name=name)  # fmt: skip
        data = base64.b64decode(encoded)
        if name == "jointlab.toml" and database is not None:
            data = _with_database(data.decode(), database).encode()
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(data)


def _with_database(configuration: str, database: str) -> str:
    line = f"database = {json.dumps(database)}"
    return _DATABASE.sub(lambda found: line, configuration, count=1)


def _blobs(vault: Vault, folder: Path, blobs: list[list[Any]], progress: Progress) -> None:
    files = BlobStore(blobs=folder / "blobs", incoming=folder / "incoming")
    for number, (sha256, size) in enumerate(blobs):
        if number % 20 == 0:
            progress("files", done=number, total=len(blobs))
        path = files.path(sha256)
        if path.exists() and path.stat().st_size == size:
            continue
        stored = files.put(vault.unseal(blob_name(vault, sha256)), limit=size)
        if stored.sha256 != sha256:
            files.remove(stored.sha256)
            raise BadInput("backup.damaged", "{name} in the backup is damaged or was changed. Take another backup.", name=sha256)  # fmt: skip
    progress("files", done=len(blobs), total=len(blobs))


def _database(vault: Vault, folder: Path, name: str, index: dict[str, Any], progress: Progress) -> None:
    """Last, so that what has a database has everything else."""
    from jointlab.node.creation import set_up_django

    progress("database", done=0, total=1)
    chunks = vault.unseal(f"backups/{name}.database")
    if index["engine"] == "sqlite":
        _sqlite(folder, chunks)
        set_up_django(folder)
    else:
        set_up_django(folder)
        from jointlab.node.backups.database import postgres_load

        if not _loaded_before(index):
            postgres_load(expanded(chunks), [(app, migration) for app, migration in index["migrations"]])
    progress("database", done=1, total=1)


def _refuse_other_engine(index: dict[str, Any], database: str | None) -> None:
    """A copy of SQLite's file is nothing for PostgreSQL, nor the reverse."""
    written = tomllib.loads(base64.b64decode(index["files"]["jointlab.toml"]).decode()).get("database", "")
    wanted = "postgresql" if (written if database is None else database) else "sqlite"
    if wanted != index["engine"]:
        raise BadInput(
            "backup.database", "The backup is of {engine}; it cannot be restored into {wanted}.",
            engine=index["engine"], wanted=wanted,
        )  # fmt: skip


def _loaded_before(index: dict[str, Any]) -> bool:
    """Whether a restore that was killed at its very end has filled the database: it does so in one transaction."""
    from django.db import connection

    with connection.cursor() as cursor:
        if "history_log" not in connection.introspection.table_names(cursor):
            return False
    from jointlab.history.models import Log

    return Log.objects.exists() and _is_log_of(index)


def _sqlite(folder: Path, chunks: Iterable[bytes]) -> None:
    fresh = folder / "node.sqlite3.new"
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    with fresh.open("wb") as file:
        for chunk in expanded(chunks):
            file.write(chunk)
    for suffix in ("-wal", "-shm"):
        (folder / f"node.sqlite3{suffix}").unlink(missing_ok=True)
    fresh.replace(folder / "node.sqlite3")


def _ask_partners_first() -> None:
    """They may hold more of what this node shared than the backup does."""
    from jointlab.history.recovery import mark_restored

    mark_restored()


def _compare(index: dict[str, Any]) -> None:
    """The log that was restored is the one that was backed up."""
    if not _is_log_of(index):
        raise BadInput("backup.damaged", "{name} in the backup is damaged or was changed. Take another backup.", name="the database")  # fmt: skip


def _is_log_of(index: dict[str, Any]) -> bool:
    from jointlab.history.logs import HOUSE
    from jointlab.history.models import Log

    log = Log.objects.get(name=HOUSE)
    root = Frontier.from_bytes(bytes(log.frontier)).root().hex()
    return (log.size, root) == (index["log"]["size"], index["log"]["root"])
