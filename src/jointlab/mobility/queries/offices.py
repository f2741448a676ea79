"""Who works on stays: people of a role that writes, also with a token that only reads. Whoever only reads sees the own stay."""

from jointlab.errors import NotAllowed
from jointlab.people.actors import Actor, Right
from jointlab.people.models import Person, Role


def is_office(actor: Actor) -> bool:
    """Whether this person may know of the stays of others."""
    if Right.READ not in actor.rights:
        return False
    return Right.WRITE in actor.rights or Person.objects.filter(id=actor.person).exclude(role=Role.READER).exists()


def require_office(actor: Actor) -> None:
    """Raises NotAllowed ``mobility.office``."""
    if not is_office(actor):
        raise NotAllowed(
            "mobility.office", "Places and the stays of others are for those who work on them. You see your own stay."
        )
