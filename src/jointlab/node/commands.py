"""The commands that work on a node: their options, and where their code is. Light: nothing is imported before it is run.

A command is one entry of COMMANDS and one function `run(options) -> exit status`.
"""

import os
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jointlab.errors import Fault
from jointlab.node.variable import VARIABLE

if TYPE_CHECKING:
    from argparse import _SubParsersAction

DONE, NOT_DONE = 0, 1


def _nothing(parser: ArgumentParser) -> None:
    """No options of its own."""


class Command(NamedTuple):
    """One command: `run` is ``module:function``; with `node` it gets a set-up Django, and its log is signed at the end."""

    name: str
    help: str
    run: str
    options: Callable[[ArgumentParser], None] = _nothing
    node: bool = True  # works on a node that exists
    signs: bool = False  # may have written records
    goes_on: str = ""  # the half-way command that it may find and end


def add_to(commands: "_SubParsersAction[Any]") -> None:
    """Every command with its options."""
    for command in COMMANDS:
        parser = commands.add_parser(command.name, help=command.help, description=f"{command.help.capitalize()}.")
        if command.node:
            _add_node(parser, default=None)
        command.options(parser)


def _add_node(parser: ArgumentParser, *, default: str | None) -> None:
    parser.add_argument(
        "--node", metavar="FOLDER", type=Path, default=default,
        help=f"the node's folder (default: ${VARIABLE}, else ./node)",
    )  # fmt: skip


def is_node_command(name: str) -> bool:
    """Whether the command is one of these."""
    return any(command.name == name for command in COMMANDS)


def run(options: Namespace) -> int:
    """Run the chosen command; the exit status is 0, or 1 when it was not done, as the sentence on standard error says."""
    command = next(command for command in COMMANDS if command.name == options.command)
    try:
        if command.node:
            options.node = folder_of(options)
            from jointlab.node.folder import load_node
            from jointlab.node.half_way import refuse_half_way

            refuse_half_way(options.node, allowed=command.goes_on)
            load_node(options.node)  # its faults as sentences, before Django reads the same file
            from jointlab.node.creation import set_up_django

            set_up_django(options.node)
        module, _, function = command.run.partition(":")
        status: int = getattr(import_module(module), function)(options)
        if command.signs:
            from jointlab.history.signing import sign_logs

            sign_logs()
        return status
    except Fault as fault:
        sys.stderr.write(f"jointlab: {fault.message}\n")
        return NOT_DONE


def folder_of(options: Namespace) -> Path:
    """The node's folder: as given, else as the environment says, else ./node."""
    return (options.node or Path(os.environ.get(VARIABLE) or "node")).resolve()


def _init(parser: ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder to make")
    parser.add_argument("--prefix", required=True, help="of identifiers and codes: two letters, such as kz")
    parser.add_argument("--name", required=True, help="of the node: one word, such as almaty")
    parser.add_argument("--institution", required=True, help="the institution's name in English")
    parser.add_argument("--city", required=True, help="its city in English")
    parser.add_argument("--zone", required=True, help="time zone in which times are shown: Asia/Almaty")
    parser.add_argument("--origin", required=True, help="the host name under which the node is known: lab.example.org")
    parser.add_argument("--mark", choices=("a", "n"), default="a", help="teal circle or cinnabar diamond (default: a)")
    parser.add_argument("--country", default="", help="ISO 3166 code: KZ")
    parser.add_argument("--ror", default="", help="the institution's identifier at ror.org")
    parser.add_argument("--database", default="", help="postgresql://user:password@host/name (default: SQLite in DIR)")
    parser.add_argument(
        "--host", action="append", default=[], dest="hosts", help="a host name that browsers use; may be repeated"
    )
    parser.add_argument("--https", action="store_true", help="the node stands behind a proxy that speaks TLS")


def _serve(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="0 for any free one (default: 8000)")
    parser.add_argument("--workers", type=int, default=2, help="processes that answer (default: 2)")
    parser.add_argument("--no-worker", action="store_true", help="no background work here: `jointlab worker` does it")


def _worker(parser: ArgumentParser) -> None:
    parser.add_argument("--parent", type=int, default=0, help="stop when this process has ended")


def _fsck(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--quick", action="store_true", help="look for files without reading them; do not try a rebuild"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def _key(parser: ArgumentParser) -> None:
    parser.add_argument("--key", metavar="FILE", type=Path, help="the file that holds the key or passphrase")
    parser.add_argument("--passphrase", action="store_true", help="ask for the passphrase instead")


def _backup(parser: ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="where the backups are kept")
    parser.add_argument("--keep-days", type=int, default=0, help="remove backups older than this (default: keep all)")
    _key(parser)


def _restore(parser: ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="where the backups are kept")
    parser.add_argument("--node", metavar="FOLDER", type=Path, help="the folder to make (default: ./node)")
    parser.add_argument("--backup", default="", metavar="NAME", help="which one (default: the newest)")
    parser.add_argument("--list", action="store_true", help="only list the backups")
    parser.add_argument("--database", default=None, help="another PostgreSQL database than the one backed up")
    _key(parser)


def _upgrade(parser: ArgumentParser) -> None:
    parser.add_argument("--backup", metavar="DIR", type=Path, help="where to back up first (default: FOLDER/backups)")
    parser.add_argument("--key", metavar="FILE", type=Path, help="the file that holds the key of the backups")


def _user(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="a person with a sign-in; the password is asked for, or read from a pipe")
    _add_node(add, default=SUPPRESS)  # `jointlab user add --node` and `jointlab user --node ... add` are the same
    add.add_argument("login", help="the name to sign in with")
    add.add_argument("--name", required=True, help="the person's name")
    add.add_argument("--role", choices=("administrator", "researcher", "reader"), default="researcher")
    add.add_argument("--institution", default="", help="its prefix (default: this node's)")
    add.add_argument("--email", default="")
    add.add_argument("--orcid", default="")
    add.add_argument("--language", choices=("en", "ru", "kk", "zh-hans"), default="en")


def _erase(parser: ArgumentParser) -> None:
    parser.add_argument(
        "record", metavar="RECORD", help="its identifier, a code, a file's SHA-256, or its page's address"
    )
    parser.add_argument("--ground", metavar="TEXT", required=True, help="which request or decision; stays in the log")
    parser.add_argument(
        "--as", dest="login", metavar="LOGIN", help="the administrator (default: the only one who signs in)"
    )
    parser.add_argument("--yes", action="store_true", help="without a question")


def _partners(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    _add_node(actions.add_parser("list", help="every partner and its link"), default=SUPPRESS)
    pair = actions.add_parser("pair", help="propose a pairing: both screens then show the same code")
    pair.add_argument("url", metavar="URL", help="the address of the other node: https://lab.example.org")
    pair.add_argument("--here", default="", metavar="URL", help="the address at which the other node reaches this one")
    pair.add_argument("--outbound", action="store_true", help="it cannot: this node opens every connection")
    pair.add_argument("--private", action="store_true", help="allow addresses of a campus network or of this machine")
    confirm = actions.add_parser("confirm", help="the code is the same on both sides")
    confirm.add_argument("prefix", metavar="PREFIX", help="of the other node's records: cn")
    confirm.add_argument("--code", default="", help="what the other side reads out (asked for, or read from a pipe)")
    confirm.add_argument("--url", default="", help="its address, where it has not said it or another one works")
    confirm.add_argument(
        "--private", action="store_true", help="allow addresses of a campus network or of this machine"
    )
    address = actions.add_parser("address", help="call a partner at another address, also after it was confirmed")
    address.add_argument("prefix", metavar="PREFIX")
    address.add_argument("url", metavar="URL", help="where it is called from now on: https://lab.example.org")
    address.add_argument(
        "--private", action="store_true", help="allow addresses of a campus network or of this machine"
    )
    act = actions.add_parser("act", help="the act of pairing as a PDF, to be printed and signed")
    act.add_argument("prefix", metavar="PREFIX")
    act.add_argument("file", metavar="FILE", type=Path)
    key = actions.add_parser("key", help="the recovery key: made and shown once")
    settle = actions.add_parser("settle", help="follow a halted log again, after people have looked at the evidence")
    settle.add_argument("log", metavar="LOG", help="cn+kz/cn")
    settle.add_argument("--why", required=True, help="what was found, in a sentence")
    together = actions.add_parser(
        "together", help="share with several partners as one partnership; without names: list them"
    )
    together.add_argument("members", metavar="PREFIX", nargs="*", help="all other members: cn uz")
    for one in (pair, confirm, address, act, key, settle, together):
        _add_node(one, default=SUPPRESS)


def _pull(parser: ArgumentParser) -> None:
    parser.add_argument("partner", metavar="PREFIX", nargs="?", default="", help="one partner (default: all)")


def _status(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def _verify(parser: ArgumentParser) -> None:
    parser.add_argument("subject", metavar="LOG|FILE", help="a log (house, cn+kz/cn), or a file of evidence")
    parser.add_argument("--save", metavar="FILE", type=Path, help="write the evidence of a halted log")


def _carry(parser: ArgumentParser) -> None:
    parser.add_argument("direction", choices=("out", "in"), help="onto the disk, or from it")
    parser.add_argument("disk", metavar="DISK", type=Path, help="the folder where the disk is mounted")
    parser.add_argument(
        "--files-gb",
        metavar="N",
        type=float,
        help="raw files of at most so many GB onto the disk (usual: as it has room)",
    )
    parser.add_argument("--for", dest="to", default="", metavar="PREFIX", help="out: the partner that gets the disk (needed with several)")  # fmt: skip


_PARTNERS = "jointlab.node.partner_commands"

COMMANDS = (
    Command("init", "make a node: folder, keys, database, house log", "jointlab.node.init_command:run", _init, node=False),
    Command("serve", "run the node: pages, background work, signing", "jointlab.node.serve_command:run", _serve),
    Command("worker", "background work and signing only", "jointlab.node.worker_command:run", _worker),
    Command("user", "persons who sign in", "jointlab.node.user_command:run", _user, signs=True),
    Command("fsck", "prove that log, rows and files are whole", "jointlab.node.check_commands:run_fsck", _fsck),
    Command("rebuild", "make the tables again from the log", "jointlab.node.check_commands:run_rebuild", signs=True),
    Command("erase", "erase a record and what is made of it, as the law may demand", "jointlab.node.erase_command:run", _erase, signs=True),
    Command("backup", "back up the node, encrypted; files only once", "jointlab.node.backup_commands:run_backup", _backup),
    Command("restore", "make a node from a backup", "jointlab.node.backup_commands:run_restore", _restore, node=False),
    Command(
        "upgrade", "bring the database to this version, after a backup", "jointlab.node.upgrade_command:run", _upgrade,
        goes_on="upgrade",
    ),
    Command("partners", "the other nodes: list, pair, confirm, print the act", f"{_PARTNERS}:run_partners", _partners, signs=True),
    Command("pull", "pull from the partners now", f"{_PARTNERS}:run_pull", _pull, signs=True),
    Command("status", "how the links to the partners are", f"{_PARTNERS}:run_status", _status),
    Command("verify", "prove a log, or a file of evidence", f"{_PARTNERS}:run_verify", _verify),
    Command("recover", "after a restore: ask the partners what they hold, and go on", f"{_PARTNERS}:run_recover", signs=True),
    Command("rotate-key", "a new node key, announced by the old one", f"{_PARTNERS}:run_rotate", signs=True),
    Command("revoke-key", "a new node key, the old one revoked by the recovery key", f"{_PARTNERS}:run_revoke", signs=True),
    Command("carry", "exchange logs and files with partners by a disk", f"{_PARTNERS}:run_carry", _carry, signs=True),
)  # fmt: skip
