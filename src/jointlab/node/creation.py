"""Making a node: its folder, its database, its house log, the institution and the first administrator."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from jointlab.errors import Conflict
from jointlab.node.variable import VARIABLE


@dataclass(frozen=True)
class NewNode:
    """What must be known to make a node."""

    folder: Path
    prefix: str
    name: str
    mark: str
    zone: str
    origin: str
    names: dict[str, str]  # of the institution, by language code
    city: dict[str, str]
    country: str = ""
    ror: str = ""
    database: str = ""
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    https: bool = False  # behind a proxy that speaks TLS
    laboratory: dict[str, str] = field(default_factory=dict)  # heading of the overview, by language code
    demonstration: bool = False


def make_folder(new: NewNode) -> None:
    """The folder with its configuration. Raises Conflict ``node.exists``."""
    path = new.folder / "jointlab.toml"  # written last: what has it, has the rest
    if path.exists():
        raise Conflict("node.exists", "“{folder}” already is a node.", folder=str(new.folder))
    for part in ("blobs", "incoming", "secrets", "static"):
        (new.folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)  # the address of the database has a password in it
    fresh.write_text(_configuration(new), encoding="utf-8")
    fresh.replace(path)


def set_up_django(folder: Path) -> None:
    """Django for the node in `folder`; once in a process."""
    os.environ[VARIABLE] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jointlab.node.settings")
    import django

    django.setup()


def fill(new: NewNode) -> None:
    """The house log and the institution, in an empty database that has its tables; all or nothing."""
    from django.db import transaction

    with transaction.atomic():
        _fill(new)


def _fill(new: NewNode) -> None:
    from jointlab.history.operations import create_house_log
    from jointlab.people.models import Institution
    from jointlab.people.operations import add_institution
    from jointlab.people.records import InstitutionRecord

    create_house_log(origin=new.origin)
    if not Institution.objects.filter(prefix=new.prefix).exists():
        add_institution(
            InstitutionRecord(
                prefix=new.prefix,
                names=new.names,
                city=new.city,
                mark=new.mark,
                zone=new.zone,
                country=new.country,
                ror=new.ror,
            )
        )


def _configuration(new: NewNode) -> str:
    """jointlab.toml; every value is written as a TOML basic string, whose escapes are those of JSON."""
    import json

    def text(value: str) -> str:
        return json.dumps(value, ensure_ascii=False)

    lines = [
        "# This node's configuration; docs/reference/node-configuration.md explains each line.",
        f"prefix = {text(new.prefix)}", f"name = {text(new.name)}", f"mark = {text(new.mark)}", f"zone = {text(new.zone)}",
        f"origin = {text(new.origin)}", f"hosts = [{', '.join(text(host) for host in new.hosts)}]",
        f"https = {'true' if new.https else 'false'}", f"database = {text(new.database)}",
        f"demonstration = {'true' if new.demonstration else 'false'}",
    ]  # fmt: skip
    if new.laboratory:
        names = ", ".join(f"{text(code)} = {text(name)}" for code, name in new.laboratory.items())
        lines.append(f"laboratory = {{{names}}}")
    return "\n".join(lines) + "\n"
