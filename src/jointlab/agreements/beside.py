"""What rooms above know of a clause, shown beside it: the places that are left, what is shared under it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jointlab.agreements.queries.listing import Entry
from jointlab.people.actors import Actor


@dataclass(frozen=True)
class Beside:
    """One line beside a clause, in the reader's language; `address` of the page that tells more, "" for none."""

    words: str
    address: str = ""


Lines = Mapping[str, Sequence[Beside]]  # by number of the clause
_sources: list[Callable[[Actor, Entry], Lines]] = []


def register(source: Callable[[Actor, Entry], Lines]) -> None:
    """Called once when the program starts."""
    _sources.append(source)


def beside(actor: Actor, entry: Entry) -> dict[str, list[Beside]]:
    """All that this person may know, by number of the clause."""
    found: dict[str, list[Beside]] = {}
    for source in _sources:
        for number, lines in source(actor, entry).items():
            found.setdefault(number, []).extend(lines)
    return found
