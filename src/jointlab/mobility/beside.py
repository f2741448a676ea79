"""The places of an agreement's clauses, as its own page shows them."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from jointlab.agreements.beside import Beside
from jointlab.agreements.queries.listing import Entry
from jointlab.mobility.queries.offices import is_office
from jointlab.mobility.queries.places import lines_of
from jointlab.people.actors import Actor


def places_beside(actor: Actor, entry: Entry) -> Mapping[str, Sequence[Beside]]:
    """Limit, used and left of each clause on places, once all have signed it; for those who work on stays."""
    if entry.standing.first is None or not is_office(actor):
        return {}
    found = {}
    for line in lines_of(entry.version):
        now = line.focus
        words = _("Places in {period}: {limit} in all, {used} used, {reserved} reserved, {left} left").format(
            period=now.period, limit=now.limit, used=now.used, reserved=now.reserved, left=now.left
        )
        found[line.clause.number] = [Beside(words, reverse("mobility-places"))]
    return found
