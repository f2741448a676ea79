"""`jointlab ingest` and `jointlab watch`: their options, and who is at work. Light: nothing is imported before it is run."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jointlab.errors import BadInput, Fault, NotFound
from jointlab.node.variable import VARIABLE

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from jointlab.laboratory.models import Instrument
    from jointlab.people.actors import Actor

NAMES = ("ingest", "watch")
EXIT_USAGE = 2


def add_to(commands: "_SubParsersAction[Any]") -> None:
    """Both commands with their options."""
    ingest = commands.add_parser(
        "ingest",
        help="put files, folders and ZIP archives into the inbox and read them",
        description="Store files, folders and ZIP archives, read them with all cores, and with --sample record them. "
        "One bad file never stops the others; a file that the node has already is recognised.",
        epilog="Exit status: 0 all read, 3 some not read or not recorded, 2 wrong usage.",
    )
    ingest.add_argument("paths", nargs="+", metavar="PATH", type=Path, help="a file, a folder or a ZIP archive")
    ingest.add_argument("--sample", metavar="CODE", help="record what is read on this sample, or device")
    ingest.add_argument("--instrument", metavar="SLUG", help="the instrument that wrote the files, by its short name")
    ingest.add_argument("--json", action="store_true", help="one JSON object on standard output")
    _who_and_where(ingest)
    watch = commands.add_parser(
        "watch",
        help="take every file that appears in an instrument's export folder",
        description="Take every file that appears in a folder, as soon as it has stopped growing, until stopped. "
        "Works on network drives. What was taken is remembered.",
    )
    watch.add_argument("folder", metavar="FOLDER", type=Path, help="the instrument's export folder")
    watch.add_argument("--instrument", metavar="SLUG", required=True, help="the instrument, by its short name")
    watch.add_argument("--every", metavar="SECONDS", type=float, default=5.0, help="between two looks (default: 5)")
    watch.add_argument("--once", action="store_true", help="end when nothing is growing and all is taken")
    _who_and_where(watch)


def run(options: Namespace) -> int:
    """Run the chosen command on its node."""
    from jointlab.node.folder import load_node
    from jointlab.node.half_way import refuse_half_way
    from jointlab.node.occupied import at_work

    try:
        folder = (options.node or Path(os.environ.get(VARIABLE) or "node")).resolve()
        refuse_half_way(folder)
        load_node(folder)  # its faults as sentences, before Django reads the same file
        from jointlab.node.creation import set_up_django

        set_up_django(folder)
        with at_work(folder):
            return _run(options)
    except Fault as fault:
        sys.stderr.write(f"jointlab {options.command}: {fault.message}\n")
        return EXIT_USAGE


def _run(options: Namespace) -> int:
    if options.command == "ingest":
        from jointlab.node.ingest_command import run_ingest

        return run_ingest(options)
    from jointlab.node.watch_command import run_watch

    return run_watch(options)


def actor_at_work(login: str | None) -> "Actor":
    """The person of a sign-in name; without one the only person who can sign in. Raises NotFound, BadInput."""
    from django.conf import settings

    from jointlab.people.actors import Right, actor_of
    from jointlab.people.models import Account

    accounts = Account.objects.select_related("person").filter(is_active=True, person__active=True)
    found = list(accounts.filter(login=login.casefold())) if login else list(accounts[:2])
    if login and not found:
        raise NotFound("people.no-login", "Nobody signs in as “{login}” here.", login=login)
    if len(found) != 1:
        raise BadInput("people.who", "Say who does this: --as LOGIN, with the name that the person signs in with.")
    actor = actor_of(found[0].person, home=settings.NODE.prefix)
    actor.require(Right.WRITE)
    return actor


def instrument_called(slug: str | None) -> "Instrument | None":
    """The instrument. Raises NotFound ``instrument.unknown``."""
    from jointlab.laboratory.models import Instrument

    if slug is None:
        return None
    found = Instrument.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Instrument.objects.values_list("slug", flat=True).order_by("slug")[:20]) or "none yet"
        raise NotFound("instrument.unknown", "There is no instrument “{slug}”. Known: {known}.", slug=slug, known=known)
    return found


def _who_and_where(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--as", dest="login", metavar="LOGIN", help="who does this (default: the only one who signs in)"
    )
    parser.add_argument(
        "--node", metavar="FOLDER", type=Path, help=f"the node's folder (default: ${VARIABLE}, else ./node)"
    )
