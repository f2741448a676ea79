"""This room's line in the menu."""

from django.utils.translation import gettext_lazy as _

from jointlab.mobility.queries.board import waits_for
from jointlab.people.actors import Right
from jointlab.web.menu import Item

ITEMS = (
    Item(
        group="cooperation", order=30, title=_("Mobility"), url="mobility", key="b", count=waits_for, by_records=True,
        shown=lambda actor: Right.READ in actor.rights,
    ),
)  # fmt: skip
