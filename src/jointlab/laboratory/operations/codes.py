"""Codes by the institution's pattern, each given once."""

import re

from django.conf import settings
from django.utils import timezone

from jointlab.errors import BadInput, Conflict
from jointlab.history.logs import HOUSE
from jointlab.history.models import Log
from jointlab.laboratory.models import Series
from jointlab.laboratory.queries.codes import split_code

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def next_code(pattern: str | None = None) -> str:
    """The next free code of a pattern such as {prefix}-{yy}-{n:04}, the institution's own for samples.

    Inside the caller's transaction, which holds the house log from here on: two who ask at once get two codes.
    Raises BadInput ``node.code-pattern``.
    """
    list(Log.objects.select_for_update().filter(name=HOUSE))  # on SQLite the transaction is the only writer anyway
    pattern = settings.NODE.sample_code if pattern is None else pattern
    series = split_code(_filled(pattern, 1))
    if series is None or series.number != 1:
        raise BadInput(
            "node.code-pattern",
            "The pattern of codes “{pattern}” must end with the number: {{prefix}}-{{yy}}-{{n:04}}.",
            pattern=pattern,
        )
    known = Series.objects.filter(head=series.head).first()
    return _filled(pattern, (known.last if known else 0) + 1)


def check_code(code: str) -> str:
    """A code that a person gives, which stands in addresses and on labels. Raises BadInput ``sample.code``."""
    if len(code) > 40 or not _SAFE.fullmatch(code) or code.lower() == "new":
        raise BadInput(
            "sample.code", "“{code}” cannot be a code: Latin letters, digits, - . _ only, at most 40.", field="code", code=code[:60]
        )  # fmt: skip
    return code


def taken(code: str) -> Conflict:
    """The fault to raise for a code that exists."""
    return Conflict("sample.code-taken", "The code {code} is taken.", field="code", code=code)


def _filled(pattern: str, number: int) -> str:
    today = timezone.localdate()
    try:
        return pattern.format(
            prefix=settings.NODE.prefix.upper(), yy=f"{today.year % 100:02}", yyyy=today.year, n=number
        )
    except (KeyError, IndexError, ValueError) as fault:
        raise BadInput(
            "node.code-pattern", "The pattern of codes “{pattern}” cannot be filled in: {reason}.",
            pattern=pattern, reason=str(fault),
        ) from fault  # fmt: skip
