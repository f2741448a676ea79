"""`jointlab backup` and `jointlab restore`."""

import getpass
import secrets
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from jointlab.errors import BadInput, NotFound
from jointlab.node.commands import DONE, folder_of
from jointlab.node.progress_bar import ProgressBar

KEY_FILE = "backup.key"
SHORTEST = 12  # characters of a passphrase


def run_backup(options: Namespace) -> int:
    """One backup."""
    from django.conf import settings

    from jointlab.node.backups.making import make_backup
    from jointlab.node.backups.vault import Vault

    def own_key() -> str:
        path = settings.NODE.secrets / KEY_FILE
        if not path.exists():
            sys.stderr.write(
                f"The key of the backups is {path}. Keep a copy of it elsewhere, on paper too: "
                "without it nobody can restore.\n"
            )
        key: str = settings.NODE.secret(KEY_FILE, lambda: secrets.token_urlsafe(32))
        return key

    vault = Vault.open_or_make(options.folder.resolve(), _secret(options, own_key))
    with ProgressBar() as progress:
        made = make_backup(vault, keep_days=options.keep_days, progress=progress)
    sys.stdout.write(
        f"Backup {made.name} in {options.folder}: {made.files} files, {made.new_files} of them new "
        f"({made.new_bytes / 1e6:.1f} MB).\n"
    )
    if made.removed:
        sys.stdout.write(f"Removed, older than {options.keep_days} days: {', '.join(made.removed)}\n")
    return DONE


def run_restore(options: Namespace) -> int:
    """A node from a backup."""
    from jointlab.node.backups.contents import backup_names
    from jointlab.node.backups.restoring import restore
    from jointlab.node.backups.vault import Vault

    def no_key() -> str:
        raise NotFound("backup.no-key", "Name the key of the backups: --key FILE, or --passphrase to type it.")

    vault = Vault.open(options.folder.resolve(), _secret(options, no_key))
    if options.list:
        sys.stdout.write("".join(f"{name}\n" for name in backup_names(vault)))
        return DONE
    folder = folder_of(options)
    with ProgressBar() as progress:
        restored = restore(vault, folder, name=options.backup, database=options.database, progress=progress)
    _queue_unread()
    sys.stdout.write(
        f"The node is in {folder}, as it was in backup {restored.name}: {restored.files} files, "
        f"{restored.log_size} entries, log root {restored.log_root}.\n"
        f"Prove it: jointlab fsck --node {folder}\n"
    )
    return DONE


def _queue_unread() -> None:
    """Files that were not read yet are in line again; a node of an older version has that done by its upgrade."""
    from jointlab.laboratory.operations.files import queue_unread
    from jointlab.node.upgrade_command import missing_steps

    if not missing_steps():
        queue_unread()


def _secret(options: Namespace, otherwise: Callable[[], str]) -> str:
    """The key file's text, or what is typed (or piped), or the node's own key."""
    if options.key:
        return read_key(options.key)
    if not options.passphrase:
        return otherwise()
    secret = getpass.getpass("Passphrase: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    return _long_enough(secret)


def read_key(path: Path) -> str:
    """The text of a key file. Raises NotFound ``backup.key-file``, BadInput ``backup.key-short``."""
    try:
        return _long_enough(path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as fault:
        raise NotFound("backup.key-file", "The key file {path} cannot be read.", path=str(path)) from fault


def _long_enough(secret: str) -> str:
    if len(secret) < SHORTEST:
        raise BadInput("backup.key-short", "A passphrase has at least {least} characters.", least=SHORTEST)
    return secret
