"""Whose a record is, and who holds it too."""

from dataclasses import dataclass

from jointlab.history.identifiers import home
from jointlab.history.logs import members, shared_logs
from jointlab.history.sharing import is_shared


@dataclass(frozen=True)
class Standing:
    """Of one record: the prefix of its home, and the partners to whom this node shares it."""

    home: str
    ours: bool
    partners: tuple[str, ...] = ()


def is_ours(record: str) -> bool:
    """Whether this node may change the record."""
    return record.partition(":")[0] == home()


def standing_of(record: str) -> Standing:
    """Where the record belongs and where it went."""
    if not is_ours(record):
        return Standing(record.partition(":")[0], ours=False)
    told = (log.partnership for log in shared_logs() if is_shared(log.partnership, record))
    partners = dict.fromkeys(member for partnership in told for member in members(partnership) if member != home())
    return Standing(home(), True, tuple(partners))
