"""Which kinds of background work there are. Rooms above register theirs; this room knows none of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jointlab.errors import NotFound

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class JobKind:
    """One kind of work, in three parts, so that only the middle one leaves the process that holds the database.

    `prepare(payload)` gives what the work needs, or None when there is nothing to do any more; it may query.
    `run(task)` works in a child process: a function of a module that needs neither Django nor a database. Task and
    result travel by pickle. `finish(payload, result)` writes what came out, in one transaction with the job's end.
    `fail(payload, reason)` is told, in a transaction, when the work is given up.
    """

    name: str
    prepare: Callable[[Payload], Any]
    run: Callable[[Any], Any]
    finish: Callable[[Payload, Any], None]
    fail: Callable[[Payload, str], None] = lambda payload, reason: None
    seconds: float = 300.0  # longest time of one task; a child that takes longer is ended


_kinds: dict[str, JobKind] = {}


def register(*kinds: JobKind) -> None:
    """Make kinds of work known; called once when the program starts."""
    _kinds.update({kind.name: kind for kind in kinds})


def job_kind(name: str) -> JobKind:
    """The kind. Raises NotFound ``jobs.kind``."""
    try:
        return _kinds[name]
    except KeyError:
        raise NotFound("jobs.kind", "This program knows no work named {name}.", name=name) from None


def kind_names() -> tuple[str, ...]:
    """The names of all kinds."""
    return tuple(_kinds)
