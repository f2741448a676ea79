"""The folder of one node: its configuration, its keys, its database and its blobs. Standard library only.

FOLDER/jointlab.toml      what the administrator may edit
FOLDER/secrets/           secret key and signing key, readable by the owner only
FOLDER/node.sqlite3       the database, unless [database] names another
FOLDER/blobs/ab/cd/...    raw files and derived columns by SHA-256
FOLDER/incoming/          uploads that are not complete
"""

import os
import secrets
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jointlab.errors import BadInput, NotFound
from jointlab.node.variable import VARIABLE


@dataclass(frozen=True)
class Node:
    """One node's configuration, as the rooms see it."""

    folder: Path
    prefix: str = "kz"  # of identifiers and codes: kz:0192..., KZ-26-0001
    name: str = "almaty"
    mark: str = "a"  # the site's colour and shape: a (teal circle) or n (cinnabar diamond)
    laboratory: dict[str, str] = field(
        default_factory=dict
    )  # heading of the overview, by language; {}: the institution
    zone: str = "Asia/Almaty"  # times are shown in this zone
    origin: str = "almaty.example"  # of the logs' checkpoints
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    https: bool = False  # behind a proxy that speaks TLS: cookies are then marked secure
    database: str = ""  # "" for SQLite in the folder, else postgresql://user:password@host/name
    sample_code: str = "{prefix}-{yy}-{n:04}"  # the institution's pattern
    upload_limit: int = 4 * 1024**3  # bytes of one upload
    mail: dict[str, str] = field(default_factory=dict)  # host, port, user, sender
    backup: dict[str, str | int] = field(default_factory=dict)  # folder, every_hours, keep_days, key
    files: dict[str, Any] = field(default_factory=dict)  # of partners: see federation/blobs/policy.py
    disk_alarm_gb: float = 5  # an alarm when less is free
    backup_alarm_days: float = 3  # an alarm when the last backup is older
    demonstration: bool = False  # invented data, marked so on every first page

    @property
    def blobs(self) -> Path:
        """Where raw files and columns lie."""
        return self.folder / "blobs"

    @property
    def incoming(self) -> Path:
        """Where an upload grows until it is complete."""
        return self.folder / "incoming"

    @property
    def secrets(self) -> Path:
        """Keys; only the owner reads them."""
        return self.folder / "secrets"

    def secret_key(self) -> str:
        """Django's key, made on first use."""
        return self.secret("django.key", lambda: secrets.token_urlsafe(48))

    def secret(self, name: str, make: Callable[[], str]) -> str:
        """The text of the secret file `name`, made on first use."""
        return read_or_make(self.secrets / name, make)


def read_or_make(path: Path, make: Callable[[], str]) -> str:
    """The text of a secret file; made once, complete or not at all, readable by its owner only."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")  # never a name that a killed process has left
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(make())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # the first of two starting processes wins
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()


def load_node(folder: Path) -> Node:
    """The node in `folder`. Raises NotFound ``node.no-folder`` or BadInput ``node.config``."""
    path = folder / "jointlab.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFound(
            "node.no-folder",
            "“{folder}” is no node: it has no jointlab.toml. Make one: jointlab init {folder}",
            folder=str(folder),
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BadInput("node.config", "{path} cannot be read: {reason}", path=str(path), reason=str(fault)) from fault
    known = set(Node.__dataclass_fields__) - {"folder"}
    unknown = sorted(set(content) - known)
    if unknown:
        raise BadInput(
            "node.config", "{path}: there is no setting “{name}”. Known: {known}.",
            path=str(path), name=unknown[0], known=", ".join(sorted(known)),
        )  # fmt: skip
    if "hosts" in content:
        content["hosts"] = tuple(content["hosts"])
    if isinstance(content.get("laboratory"), str):
        content["laboratory"] = {"en": content["laboratory"]} if content["laboratory"] else {}
    return Node(folder=folder.resolve(), **content)


def current_node() -> Node:
    """The node that the environment names (JOINTLAB_FOLDER), for Django's settings.

    Without the variable a node without a folder stands in, so that checkers can import the settings.
    """
    named = os.environ.get(VARIABLE)
    return load_node(Path(named)) if named else Node(folder=Path("/nonexistent/jointlab"))
