"""`jointlab upgrade`: the database to this version of the program. Nothing is changed before there is a backup."""

import secrets
import sys
from argparse import Namespace
from pathlib import Path

from jointlab import __version__
from jointlab.errors import Conflict
from jointlab.node.backup_commands import KEY_FILE, read_key
from jointlab.node.commands import DONE
from jointlab.node.half_way import HalfWay, half_way, look
from jointlab.node.occupied import alone
from jointlab.node.progress_bar import ProgressBar


def run(options: Namespace) -> int:
    """Back up, migrate, prove the log. Killed on the way, the same version goes on; another one refuses."""
    with alone(options.node):
        return _upgrade(options)


def _upgrade(options: Namespace) -> int:
    note = look(options.node)
    if note is not None and note.facts.get("to") != __version__:
        raise Conflict(
            "upgrade.other-version",
            "An upgrade to version {to} was stopped half-way. Run it again with that version, or restore the backup in {backup}; this is version {here}.",
            to=note.facts.get("to", ""), backup=note.facts.get("backup", ""), here=__version__,
        )  # fmt: skip
    steps = missing_steps()
    if not steps and note is None:
        sys.stdout.write(f"The database is that of version {__version__}; nothing to do.\n")
        return DONE
    if note is None:
        note = HalfWay("upgrade", {"to": __version__, "backup": _back_up(options)})
    with half_way(options.node, note):
        _migrate()
    sys.stdout.write(
        f"Upgraded to version {__version__}: {len(steps)} steps. The backup is in {note.facts['backup']}.\n"
    )
    return DONE


def missing_steps() -> list[str]:
    """The migrations that the database lacks. Raises Conflict ``upgrade.newer`` when it has some that we do not know."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    unknown = {
        f"{app}.{name}" for app, name in executor.loader.applied_migrations if app in executor.loader.migrated_apps
    }
    unknown -= {f"{app}.{name}" for app, name in executor.loader.disk_migrations}
    if unknown:
        raise Conflict(
            "upgrade.newer", "The database is of a newer version of jointlab: it has {names}. This is version {here}.",
            names=", ".join(sorted(unknown)), here=__version__,
        )  # fmt: skip
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{step.app_label}.{step.name}" for step, _ in plan]


def _back_up(options: Namespace) -> str:
    from django.conf import settings

    from jointlab.node.backups.making import make_backup
    from jointlab.node.backups.vault import Vault

    folder: Path = (options.backup or options.node / "backups").resolve()
    key = read_key(options.key) if options.key else settings.NODE.secret(KEY_FILE, lambda: secrets.token_urlsafe(32))
    with ProgressBar() as progress:
        made = make_backup(Vault.open_or_make(folder, key), progress=progress)
    sys.stdout.write(f"Backup {made.name} in {folder}\n")
    return str(folder)


def _migrate() -> None:
    from django.db import connection

    from jointlab.history.applying import apply_again
    from jointlab.history.signing import sign_house_log
    from jointlab.laboratory.operations.files import queue_unread
    from jointlab.node.tables import bring_up
    from jointlab.people.operations import complete_colleagues

    bring_up()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    complete_colleagues()
    apply_again()  # partners' records that this version understands
    queue_unread()
    sign_house_log()
