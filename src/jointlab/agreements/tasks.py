"""Background work of this room: printing, in children of the pool."""

from django.conf import settings

from jointlab.agreements.documents.apart import PrintTask, print_version
from jointlab.agreements.models import PaperComparison
from jointlab.agreements.operations.papers import COMPARE, PRINT_AHEAD, steps_to_compare
from jointlab.agreements.queries.lives import version_named
from jointlab.agreements.queries.papers import ahead_key, day_of, recorded_files, texts_to_agree
from jointlab.history.staged import keep
from jointlab.jobs.registry import JobKind, Payload
from jointlab.jobs.registry import register as register_kinds
from jointlab.printing import SECONDS

_LONGEST = 2 * SECONDS  # the process that prints is ended long before


def register() -> None:
    """Called once when the program starts."""
    register_kinds(
        JobKind(PRINT_AHEAD, prepare_ahead, print_version, _nothing_more, seconds=_LONGEST),
        JobKind(COMPARE, prepare_compare, print_version, compared, seconds=_LONGEST),
    )


def prepare_ahead(payload: Payload) -> PrintTask | None:
    """The text with its place; None when it is off the table or printed meanwhile."""
    hash, incoming = payload["version"], settings.NODE.incoming
    if hash not in texts_to_agree() or keep(incoming, ahead_key(hash)):
        return None
    return PrintTask(_text(hash), day_of(hash), incoming, ahead_key(hash))


def prepare_compare(payload: Payload) -> PrintTask | None:
    """The text of partners' steps; None when they are gone, overtaken, or were printed with something else."""
    hash = payload["version"]
    return PrintTask(_text(hash), day_of(hash)) if steps_to_compare(hash) else None


def compared(payload: Payload, made: dict[str, str]) -> None:
    """Which of the partners' files are not those that this node makes."""
    for row in steps_to_compare(payload["version"]):
        told = recorded_files(row.form)
        differ = sorted(name for name in {*told, *made} if told.get(name) != made.get(name))
        PaperComparison.objects.update_or_create(step=row.hash, defaults={"differ": differ})


def _nothing_more(payload: Payload, made: dict[str, str]) -> None:
    """The child has put the files where agreeing looks for them."""


def _text(hash: str) -> str:
    version = version_named(hash)
    assert version is not None, "asked before"
    return version.to_bytes().decode()
