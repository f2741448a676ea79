"""The database's tables brought to this version, in one transaction: a command killed in it leaves them as they were.

Django commits a migration's tables before it notes that the migration is done; killed between the two, it would make
the same tables again and fail.
"""

from django.core.management import call_command
from django.db import connection, transaction


def bring_up(*target: str) -> None:
    """All migrations, or those up to `target`: an app's name and a migration's."""
    with connection.constraint_checks_disabled(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to make cannot be altered
        call_command("migrate", *target, verbosity=0, interactive=False)
