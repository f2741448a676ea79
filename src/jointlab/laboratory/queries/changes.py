"""What was changed, by whom and when: read from the log, which holds every revision of a record."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jointlab.history.models import Entry
from jointlab.laboratory.queries.visibility import visible_persons, visible_projects, visible_samples
from jointlab.ledger.entries import Entry as Line
from jointlab.people.actors import Actor

_LEFT_OUT = frozenset({"salt", "by"})
_REVISIONS = 200


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, as text; "" for nothing."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Revision:
    """One entry of the log. `first` has no changes to tell; `erased` has lost its body by law."""

    rev: int
    at: datetime
    by: str
    changes: tuple[FieldChange, ...]
    first: bool
    erased: bool


@dataclass(frozen=True)
class Difference:
    """One field that somebody else changed while a person was typing: what it was, what they wrote, what you wrote."""

    field: str
    was: str
    theirs: str
    yours: str

    @property
    def contested(self) -> bool:
        """Whether both changed it, and not to the same."""
        return self.yours not in (self.was, self.theirs)


def revisions_of(actor: Actor, record: str) -> tuple[Revision, ...]:
    """Every revision of a record that the caller found through queries, the latest first."""
    entries = list(Entry.objects.filter(record=record).order_by("-position")[:_REVISIONS])[::-1]
    lines = [Line.from_bytes(bytes(entry.entry)) for entry in entries]
    bodies = [_body(entry) for entry in entries]
    names = names_in(actor, *(body for body in bodies if body))
    found = []
    for i, (line, body) in enumerate(zip(lines, bodies, strict=True)):
        before = bodies[i - 1] if i else None
        found.append(
            Revision(
                rev=line.rev, at=datetime.fromisoformat(line.at), by=names.get(str((body or {}).get("by")), ""),
                changes=_changes(before, body, names) if before and body else (), first=line.rev == 1, erased=body is None,
            )
        )  # fmt: skip
    return tuple(found[::-1])


def differences(actor: Actor, record: str, *, seen: int, yours: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What changed in a record since revision `seen`, beside what a person wants to write (a body's fields)."""
    bodies = {Line.from_bytes(bytes(e.entry)).rev: _body(e) for e in Entry.objects.filter(record=record)}
    was, theirs = bodies.get(seen), bodies[max(bodies)]
    if not was or not theirs:
        return ()
    names = names_in(actor, was, theirs, dict(yours))
    return tuple(
        Difference(name, _text(was.get(name), names), _text(theirs.get(name), names), _text(yours.get(name), names))
        for name in _fields(was, theirs)
        if was.get(name) != theirs.get(name)
    )


def body_at(record: str, rev: int) -> dict[str, Any] | None:
    """The body of one revision; None where it is not there."""
    for entry in Entry.objects.filter(record=record):
        if Line.from_bytes(bytes(entry.entry)).rev == rev:
            return _body(entry)
    return None


def names_in(actor: Actor, *bodies: Mapping[str, Any]) -> dict[str, str]:
    """Names of the persons, projects and samples that bodies name, as far as this person sees them."""
    ids = {text for body in bodies for text in _strings(body) if ":" in text}
    names = dict(visible_persons(actor).filter(pk__in=ids).values_list("pk", "name"))
    names |= dict(visible_projects(actor).filter(pk__in=ids).values_list("pk", "title"))
    return names | dict(visible_samples(actor).filter(pk__in=ids).values_list("pk", "code"))


def _body(entry: Entry) -> dict[str, Any] | None:
    return json.loads(bytes(entry.body)) if entry.body is not None else None


def _fields(*bodies: Mapping[str, Any]) -> list[str]:
    return [name for name in dict.fromkeys(name for body in bodies for name in body) if name not in _LEFT_OUT]


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(name, _text(before.get(name), names), _text(after.get(name), names))
        for name in _fields(before, after)
        if before.get(name) != after.get(name)
    )


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [text for one in inner for text in _strings(one)]


def _text(value: Any, names: Mapping[str, str]) -> str:
    """A value as people read it: identifiers by name, steps and parents in one line each."""
    if value is None or value is False:
        return ""
    if value is True:
        return "✓"
    if isinstance(value, Mapping):
        return " · ".join(filter(None, (_text(inner, names) for inner in value.values())))
    if isinstance(value, list | tuple):
        return "; ".join(_text(inner, names) for inner in value)
    return names.get(str(value), str(value))
