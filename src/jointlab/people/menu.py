"""This room's line in the menu."""

from django.utils.translation import gettext_lazy as _

from jointlab.web.menu import Item

ITEMS = (Item(group="node", order=20, title=_("People"), url="people", key="p"),)
