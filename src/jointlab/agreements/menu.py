"""This room's line in the menu."""

from django.utils.translation import gettext_lazy as _

from jointlab.agreements.queries.waiting import waits_for_us
from jointlab.web.menu import Item

ITEMS = (
    Item(
        group="cooperation",
        order=110,
        title=_("Agreements"),
        url="agreements",
        key="a",
        count=lambda actor: len(waits_for_us(actor)),
        by_records=True,
    ),
)
