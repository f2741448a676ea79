"""Treaties and initiatives, and which agreements refer to them."""

from typing import Any

from django.db.models import QuerySet

from jointlab.agreements.models import Reference
from jointlab.agreements.queries.listing import Entry, agreements
from jointlab.errors import NotFound
from jointlab.people.actors import Actor, Right


def references(actor: Actor) -> QuerySet[Reference]:
    """All of them; they are no secret."""
    rows = Reference.objects.order_by("on", "id")
    return rows if Right.READ in actor.rights else rows.none()


def reference_by_id(actor: Actor, id: str) -> Reference:
    """Raises NotFound ``reference.none``."""
    found = references(actor).filter(pk=id).first()
    if found is None:
        raise NotFound("reference.none", "There is no such treaty or initiative.")
    return found


def referring(actor: Actor, reference: Reference) -> list[Entry]:
    """The agreements of the own house whose version that counts today names it, by one of its titles."""
    titles = set(reference.title.values())
    found = (one.current for one in agreements(actor))
    return [one for one in found if any(titles.intersection(named.title.values()) for named in one.version.head.refers)]


def as_in_head(reference: Reference, languages: tuple[str, ...]) -> dict[str, Any]:
    """What the head of a draft says of it, in the languages of the draft; a language that it lacks is filled from another."""
    first = next(iter(reference.title.values()), "")
    said: dict[str, Any] = {
        "kind": reference.kind,
        "title": {one: reference.title.get(one) or first for one in languages},
    }
    said |= {"source": reference.source} if reference.source else {}
    return said | ({"on": reference.on.isoformat()} if reference.on else {})
