"""What is shared under the clauses of an agreement, as its own page shows it."""

from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from jointlab.agreements.beside import Beside
from jointlab.agreements.kinds import SHARING
from jointlab.agreements.queries.listing import Entry
from jointlab.laboratory.clause_words import counts_words
from jointlab.laboratory.queries.clause_counts import SharedUnder, shared_by_clause
from jointlab.people.actors import Actor
from jointlab.web.sites import site_of


def shared_beside(actor: Actor, entry: Entry) -> Mapping[str, Sequence[Beside]]:
    """How many records each side shares under each clause on sharing of a version that all have signed."""
    clauses = entry.version.of_kind(SHARING)
    if not clauses or entry.standing.first is None:
        return {}
    counted = [one for one in shared_by_clause(actor) if one.clause.version == entry.hash]
    return {clause.number: list(_lines(clause.number, counted)) for clause in clauses}


def _lines(number: str, counted: Sequence[SharedUnder]) -> Iterator[Beside]:
    own = [one for one in counted if one.clause.number == number]
    for one in own:
        facts = {"side": site_of(one.giver).word, "records": counts_words(one.counts), "projects": one.projects}
        if one.total:
            yield Beside(_("Shared by {side}: {records}; projects: {projects}").format(**facts))
        if one.waits:
            yield Beside(_("Kept back by its embargo: {count}").format(count=one.waits))
    if not own:
        yield Beside(_("Nothing is shared under it yet"))
