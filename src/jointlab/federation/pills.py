"""The worst of the links in one word, for the header of every page: one statement, whatever the number of partners."""

from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jointlab.federation.models import Pairing, Partner, Receipt
from jointlab.federation.overview import FREEZE, UNCALLED
from jointlab.history.models import Log
from jointlab.people.actors import Right
from jointlab.web.links import Pill

State = Partner.State
_WORDS: Final = {  # the worst first
    State.HALTED: (_("halted"), "bad"),
    "frozen": (_("no fresh proof"), "bad"),
    State.CUT_OFF: (_("cut off"), "wait"),
    State.BEHIND: (_("behind"), "wait"),
    State.WAITING: (_("not paired yet"), "wait"),
    State.IN_STEP: (_("in step"), "ok"),
}


def worst_link(actor: Any) -> Pill | None:
    """Of the partners that were confirmed here, the one whose link is worst."""
    if Right.READ not in actor.rights:
        return None
    order = list(_WORDS)
    found = sorted((order.index(_state(one)), one.prefix) for one in _partners())
    if not found:
        return None
    place, prefix = found[0]
    word, kind = _WORDS[order[place]]
    return Pill(prefix, word, kind, reverse("partner", args=[prefix]), more=len(found) - 1)


def _partners() -> QuerySet[Partner]:
    """With what `overview.state_of` asks for each by itself."""
    mine = Value("+")
    halted = Log.objects.filter(kind=Log.Kind.MIRROR, home=OuterRef("prefix"), state=Log.State.HALTED)
    held = Receipt.objects.filter(log=OuterRef("name"), partner=OuterRef(OuterRef("prefix"))).values("size")[:1]
    with_it = Q(members__contains=Concat(mine, OuterRef("prefix"), mine))
    lacking = (
        Log.objects.filter(kind=Log.Kind.SHARED).annotate(members=Concat(mine, F("partnership"), mine))
        .filter(with_it, signed_size__gt=Coalesce(Subquery(held), 0))
    )  # fmt: skip
    answered = Pairing.objects.filter(code=OuterRef("code"), home=OuterRef("prefix"))
    known = Partner.objects.exclude(confirmed_at=None)
    return known.annotate(halted=Exists(halted), lacking=Exists(lacking), answered=Exists(answered))


def _state(one: Any) -> str:
    since = one.proof_at or one.confirmed_at
    if one.halted:
        return State.HALTED
    if not one.answered:
        return State.WAITING
    if timezone.now() - since > FREEZE:
        return "frozen"
    noted = State.IN_STEP if one.reach in UNCALLED else State(one.state)
    return State.BEHIND if noted == State.IN_STEP and one.lacking else noted
