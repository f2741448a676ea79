"""Agreements as a tree: what they refer to, the framework, the agreements under it, their annexes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from jointlab.agreements.heads import Reference
from jointlab.agreements.queries.listing import Agreement, Entry
from jointlab.agreements.queries.lives import today
from jointlab.agreements.queries.references import page_of
from jointlab.agreements.shown import (  # fmt: skip
    days_left,
    in_reader,
    rank_words,
    reference_words,
    state_kind,
    state_words,
    until_words,
)
from jointlab.web.numbers import language_here

SOON = 180  # days before its end on which an agreement begins to be called for
_DEEPEST = 3  # steps to the right that a page shows


@dataclass(frozen=True)
class Row:
    """One line of the tree: an agreement, or a treaty that those below it refer to."""

    depth: int
    title: str
    kind: str
    on: str = ""  # the day of a treaty
    source: str = ""
    entry: Entry | None = None
    agreement: Agreement | None = None
    state: str = ""
    state_kind: str = ""
    until: str = ""
    left: int | None = None  # days, once the end is near
    running: int = 0  # cases that run under it
    page: str = ""  # id of the treaty's own page, "" where nobody has entered it here


def tree(
    listed: Iterable[Agreement], *, running: Mapping[str, int] | None = None, entered: Mapping[str, str] | None = None
) -> tuple[Row, ...]:
    """Every agreement once, below the one above it; what several refer to stands once above them.

    `running`: cases by agreement; `entered`: pages of treaties by title.
    """
    found = {one.id: one for one in listed}
    above = {id: _above(one, found) for id, one in found.items()}
    roots = [id for id, parent in above.items() if not parent or _circle(id, above)]
    groups: dict[tuple[str, ...], list[str]] = {}
    for id in roots:
        groups.setdefault(tuple(_titles(found[id].current.version.head.refers)), []).append(id)
    rows: list[Row] = []
    for titles, ids in sorted(groups.items(), key=lambda pair: not pair[0]):
        rows += [_reference(one, entered or {}) for one in found[ids[0]].current.version.head.refers]
        for id in ids:
            rows += _below(id, found, above, 1 if titles else 0, frozenset())
    return tuple(
        replace(row, running=(running or {}).get(row.agreement.id, 0)) if row.agreement else row for row in rows
    )


def _above(one: Agreement, found: dict[str, Agreement]) -> str:
    parent = one.current.version.head.parent
    return parent.agreement if parent and parent.agreement in found else ""


def _circle(id: str, above: dict[str, str]) -> bool:
    """Whether a hostile text leads round to itself."""
    seen, at = {id}, above[id]
    while at:
        if at in seen:
            return at == id
        seen.add(at)
        at = above[at]
    return False


def _below(id: str, found: dict[str, Agreement], above: dict[str, str], depth: int, path: frozenset[str]) -> Iterator[Row]:  # fmt: skip
    if id in path:
        return
    yield _row(found[id], depth)
    for child, parent in above.items():
        if parent == id:
            yield from _below(child, found, above, min(depth + 1, _DEEPEST), path | {id})


def _row(one: Agreement, depth: int) -> Row:
    entry = one.current
    left = days_left(entry.standing, today(entry.version))
    return Row(
        depth, entry.title, rank_words(entry.rank), entry=entry, agreement=one, state=state_words(entry.state),
        state_kind=state_kind(entry.state), until=until_words(entry.standing), left=left if left is not None and left <= SOON else None,
    )  # fmt: skip


def _reference(one: Reference, entered: Mapping[str, str]) -> Row:
    title, kind = in_reader(one.title, language_here()), reference_words(one.kind)
    return Row(0, title, kind, on=one.on, source=one.source, page=page_of(one, entered))


def _titles(refers: Iterable[Reference]) -> list[str]:
    return sorted(repr(sorted(one.title.items())) for one in refers)
