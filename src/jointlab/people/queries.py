"""What is known about persons and institutions, as far as the actor may see it."""

from django.db.models import Q, QuerySet

from jointlab.errors import NotFound
from jointlab.history.identifiers import home
from jointlab.people.actors import Actor, Right
from jointlab.people.models import Institution, Person, Viewing


def institutions() -> QuerySet[Institution]:
    """All universities that take part; no secret."""
    return Institution.objects.order_by("prefix")


def persons(actor: Actor) -> QuerySet[Person]:
    """Our own side knows everybody; a partner its own people and those who work in common projects."""
    rows = Person.objects.select_related("institution").order_by("institution_id", "name", "id")
    if Right.READ not in actor.rights:
        return rows.none()
    if actor.own_side:
        return rows
    together = Person.objects.filter(projects__members__id=actor.person).values("id")
    return rows.filter(Q(institution_id=actor.institution) | Q(id__in=together))


def person(actor: Actor, *, id: str) -> Person:
    """One person. Raises NotFound ``people.unknown``."""
    found = persons(actor).filter(id=id).first()
    if found is None:
        raise NotFound("people.unknown", "There is no such person, or not for you.")
    return found


def viewings(actor: Actor, *, of: str) -> list[Viewing]:
    """Who read this person's data, newest first: shown to the person and to administrators."""
    if actor.person != of:
        actor.require(Right.ADMINISTER)
    return list(Viewing.objects.filter(of__in=(of, "list")).select_related("by").order_by("-id")[:100])


_COLLEAGUE = ".colleague"


def colleague_of(person: str) -> str:
    """The record by which partners know a person."""
    return f"{person}{_COLLEAGUE}"


def person_of(colleague: str) -> str:
    """The person whom partners know by this record."""
    return colleague.removesuffix(_COLLEAGUE)


def institution_records(*prefixes: str) -> tuple[str, ...]:
    """This node's own records of institutions, which a partner must know before it can name them.

    At the partner nothing is waited for: an institution that is not known yet is known by its prefix.
    """
    found = Institution.objects.filter(prefix__in=prefixes, record__startswith=f"{home()}:")
    return tuple(found.order_by("prefix").values_list("record", flat=True))


def institutions_named(by: str, *prefixes: str) -> tuple[str, ...]:
    """The same of what a person wrote. What another node's person wrote rests on none of ours: that we know ourselves is certain."""
    return institution_records(*prefixes) if by.partition(":")[0] == home() else ()
