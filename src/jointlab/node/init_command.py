"""`jointlab init`: a node from nothing."""

import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from jointlab.errors import BadInput
from jointlab.node.commands import DONE
from jointlab.node.creation import NewNode, fill, make_folder, set_up_django
from jointlab.node.half_way import HalfWay, half_way, refuse_half_way

PREFIX_LIMIT = 8  # characters


def run(options: Namespace) -> int:
    """Make the node; repeated after it was killed, it goes on."""
    new = _new(options)
    unfinished = refuse_half_way(new.folder, allowed="init")
    make(new, again=unfinished is not None)
    from jointlab.federation.own import make_recovery_key
    from jointlab.node.partner_commands import show_recovery_key

    groups = make_recovery_key()
    if groups:
        show_recovery_key(groups)
    sys.stdout.write(
        f"The node {new.name} is in {new.folder}\n"
        "Next, the first administrator, then the node:\n"
        f"  jointlab user add LOGIN --name 'Name' --role administrator --node {new.folder}\n"
        f"  jointlab serve --node {new.folder}\n"
    )
    return DONE


def make(new: NewNode, *, again: bool = False) -> None:
    """The folder, the tables, the house log, the institution. With `again` a folder that was begun is gone on with."""
    if again:
        (new.folder / "jointlab.toml").unlink(missing_ok=True)  # the database, not this file, says what is done
    elif (new.folder / "jointlab.toml").exists():
        make_folder(new)  # refuses
    new.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with half_way(new.folder, HalfWay("init")):
        make_folder(new)
        set_up_django(new.folder)
        from jointlab.history.signing import sign_house_log
        from jointlab.node.tables import bring_up

        bring_up()
        fill(new)
        sign_house_log()


def _new(options: Namespace) -> NewNode:
    _check(options)
    new = NewNode(
        folder=options.folder.resolve(), prefix=options.prefix, name=options.name, mark=options.mark,
        zone=options.zone, origin=options.origin, names={"en": options.institution}, city={"en": options.city},
        country=options.country, ror=options.ror, database=options.database, https=options.https,
    )  # fmt: skip
    return replace(new, hosts=(*new.hosts, *options.hosts, *([options.origin] if options.https else [])))


def _check(options: Namespace) -> None:
    """What would only fail later, and would then be half done."""
    from jointlab.ledger.keys import is_key_name

    if not (options.prefix.isascii() and options.prefix.isalnum() and options.prefix.islower()):
        raise _refused("--prefix", options.prefix, "small letters and digits, such as kz")
    if len(options.prefix) > PREFIX_LIMIT:
        raise _refused("--prefix", options.prefix, f"at most {PREFIX_LIMIT} characters")
    if not options.name.isidentifier() or not options.name.isascii():
        raise _refused("--name", options.name, "one word of letters and digits, such as almaty")
    if not is_key_name(options.origin) or not options.origin.isascii() or "/" in options.origin:
        raise _refused("--origin", options.origin, "a host name, such as lab.example.org")
    if options.database and not options.database.startswith("postgresql://"):
        raise _refused("--database", options.database, "postgresql://user:password@host/name")
    try:
        ZoneInfo(options.zone)
    except (ValueError, OSError, KeyError):
        raise _refused("--zone", options.zone, "a time zone such as Asia/Almaty") from None
    if Path(options.folder).exists() and not Path(options.folder).is_dir():
        raise _refused("DIR", str(options.folder), "a folder")


def _refused(name: str, value: str, wanted: str) -> BadInput:
    return BadInput("node.option", "{name}: “{value}” cannot be used; it must be {wanted}.", name=name, value=value, wanted=wanted)  # fmt: skip
