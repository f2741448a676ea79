"""This room's lines in the menu."""

from django.utils.translation import gettext_lazy as _

from jointlab.laboratory.queries.asked import ask_for_confirmation
from jointlab.laboratory.queries.inbox import waits_for_a_person
from jointlab.laboratory.queries.requests import waiting as requests_waiting
from jointlab.laboratory.queries.transfers import wait_for
from jointlab.web.menu import Item

ITEMS = (
    Item("laboratory", 10, _("Overview"), "overview", icon="overview", key="o"),
    Item("laboratory", 20, _("Inbox"), "inbox", icon="inbox", key="i", count=waits_for_a_person),
    Item("laboratory", 30, _("Samples"), "samples", icon="samples", key="s"),
    Item("laboratory", 40, _("Measurements"), "measurements", icon="measurements", key="m"),
    Item("laboratory", 60, _("Projects"), "projects", key="j", count=ask_for_confirmation, by_records=True),
    Item("laboratory", 70, _("Instruments"), "instruments", key="e"),
    Item("cooperation", 170, _("Transfers"), "transfers", key="t", count=wait_for, by_records=True),
    Item("cooperation", 172, _("Measurement requests"), "requests", count=requests_waiting, by_records=True),
)
