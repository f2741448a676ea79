"""This room's line in the menu."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from jointlab.federation.models import Joining, Partner
from jointlab.history.identifiers import home
from jointlab.history.models import Log
from jointlab.people.actors import Right
from jointlab.web.menu import Item


def waits_for_an_administrator(actor: Any) -> int:
    """Proposals that nobody has answered yet, and logs that stopped."""
    if Right.ADMINISTER not in actor.rights:
        return 0
    halted = Log.objects.filter(kind=Log.Kind.MIRROR, state=Log.State.HALTED).count()
    ours = Joining.objects.filter(home=home()).values("partnership")
    asked = Joining.objects.exclude(partnership__in=ours).values("partnership").distinct().count()
    return Partner.objects.filter(confirmed_at=None).count() + asked + halted


ITEMS = (Item("node", 10, _("Partners"), "partners", key="n", count=waits_for_an_administrator),)
