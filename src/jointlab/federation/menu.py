"""This room's line in the menu."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from jointlab.federation.models import Partner
from jointlab.history.models import Log
from jointlab.people.actors import Right
from jointlab.web.menu import Item


def waits_for_an_administrator(actor: Any) -> int:
    """Proposals that nobody has compared yet, and logs that stopped."""
    if Right.ADMINISTER not in actor.rights:
        return 0
    halted = Log.objects.filter(kind=Log.Kind.MIRROR, state=Log.State.HALTED).count()
    return Partner.objects.filter(confirmed_at=None).count() + halted


ITEMS = (Item("node", 10, _("Partners"), "partners", key="n", count=waits_for_an_administrator),)
