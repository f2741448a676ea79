"""Whose a record is, and who holds it too."""

from dataclasses import dataclass

from jointlab.history.identifiers import home
from jointlab.history.logs import members, shared_logs
from jointlab.history.sharing import is_shared
from jointlab.people.actors import Actor


@dataclass(frozen=True)
class Standing:
    """Of one record: the prefix of its home, and the partners to whom this node shares it."""

    home: str
    ours: bool
    partners: tuple[str, ...] = ()


def is_ours(record: str) -> bool:
    """Whether this node may change the record."""
    return record.partition(":")[0] == home()


def partnerships(actor: Actor) -> list[str]:
    """Those of this node that the person may know of: our own side all, a partner's person the common ones."""
    found = [log.partnership for log in shared_logs()]
    return [one for one in found if actor.own_side or actor.institution in members(one)]


def standing_of(actor: Actor, record: str) -> Standing:
    """Where the record belongs and where it went, as far as the person may know."""
    if not is_ours(record):
        return Standing(record.partition(":")[0], ours=False)
    told = (partnership for partnership in partnerships(actor) if is_shared(partnership, record))
    partners = dict.fromkeys(member for partnership in told for member in members(partnership) if member != home())
    return Standing(home(), True, tuple(partners))
