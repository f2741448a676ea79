"""`jointlab erase`: a record goes, with what was made of it, on a ground that stays in the log."""

import sys
from argparse import Namespace

from jointlab.errors import BadInput
from jointlab.node.commands import DONE, NOT_DONE


def run(options: Namespace) -> int:
    """Show what will go, ask, erase; the exit status is 1 when nothing was erased."""
    from jointlab.node.erasing import erase_on_ground, find, going
    from jointlab.node.inbox_commands import actor_at_work

    actor = actor_at_work(options.login)
    record = find(options.record)
    told = going(actor, record)
    sys.stdout.write(f"{told.record.kind} {told.record.title} ({told.record.id})\n")
    sys.stdout.writelines(f"  with {made.kind} {made.title} ({made.id})\n" for made in told.made)
    sys.stdout.write(f"{told.versions} versions and {told.files} files ({told.bytes} bytes) will go, for good.\n")
    if not options.yes and not _confirmed(told.record.id):
        sys.stdout.write("Nothing was erased.\n")
        return NOT_DONE
    done = erase_on_ground(actor, record, ground=options.ground)
    sys.stdout.write(
        f"Erased: {len(done.taken) + 1} records, {len(done.blobs)} files. The log keeps their hashes and the ground. "
        "Backups keep them until their days are over.\n"
    )
    return DONE


def _confirmed(id: str) -> bool:
    """Whether the person typed the record. Raises BadInput ``erase.confirm`` where nobody can type."""
    if not sys.stdin.isatty():
        raise BadInput("erase.confirm", "Nobody is here to confirm. Give --yes to erase without a question.")
    sys.stdout.write(f"Type {id} to erase it: ")
    sys.stdout.flush()
    return sys.stdin.readline().strip() == id
