"""Projects by their titles: a signed text names them by identifier; forms and pages say what they are called.

The room above, which keeps projects, registers who can tell their titles: to a person those that this person may know of, to a
page that everybody sees those that are not restricted. A project that is unknown here stays its identifier.
"""

from collections.abc import Callable, Mapping

from jointlab.agreements.clauses import Clause
from jointlab.people.actors import Actor

Titles = Callable[[Actor | None], Mapping[str, str]]
_titles: list[Titles] = []


def register(titles: Titles) -> None:
    """Make known who can tell the titles."""
    if titles not in _titles:
        _titles.append(titles)


def project_titles(actor: Actor | None = None) -> dict[str, str]:
    """The titles by identifier."""
    return {id: title for titles in _titles for id, title in titles(actor).items()}


def names_for(clause: Clause, parties: Mapping[str, str]) -> Mapping[str, str]:
    """The names that a clause's terms need: of parties, and of projects where it names some."""
    return {**project_titles(), **parties} if clause.terms.get("projects") else parties
