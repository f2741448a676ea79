"""`jointlab user add`: a person with a sign-in. The password is typed, or comes through a pipe; never as an argument."""

import getpass
import sys
from argparse import Namespace

from jointlab.errors import BadInput, NotFound
from jointlab.node.commands import DONE


def run(options: Namespace) -> int:
    """Add one person; a name that is taken changes nothing."""
    from django.conf import settings
    from django.db import transaction

    from jointlab.people.models import Account, Institution
    from jointlab.people.operations import add_person, open_account
    from jointlab.people.records import PersonRecord

    institution = options.institution or settings.NODE.prefix
    if not Institution.objects.filter(prefix=institution).exists():
        raise NotFound("people.no-institution", "There is no institution {prefix} here.", prefix=institution)
    account = Account(login=options.login)
    password = _password()
    _check(password, account)
    with transaction.atomic():
        record = PersonRecord(options.name, institution, options.role, email=options.email, orcid=options.orcid)
        open_account(add_person(record), login=options.login, password=password, language=options.language)
    sys.stdout.write(f"{options.name} can sign in as {options.login.casefold()} ({options.role}).\n")
    return DONE


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise BadInput("people.password", "The two passwords are not the same.")
    return password


def _check(password: str, account: object) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password, account)  # type: ignore[arg-type]
    except ValidationError as fault:
        raise BadInput("people.password", "{reason}", reason=" ".join(fault.messages)) from fault
