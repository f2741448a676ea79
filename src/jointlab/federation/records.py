"""What this room writes into the log."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PairingRecord:
    """That this node knows a partner by these keys, as its administrator has confirmed. Shared with the partner: the
    pairing stands when both have written theirs.
    """

    partner: str  # prefix
    origin: str  # host name in its checkpoints
    key: str  # verifier keys
    recovery: str
    code: str  # that both have compared
    by: str  # person's record


@dataclass(frozen=True)
class KnownNode:
    """A member as the writer knows it. The node key may change meanwhile; these stay."""

    home: str  # prefix
    origin: str  # host name in its checkpoints
    recovery: str  # verifier key


@dataclass(frozen=True)
class PartnershipRecord:
    """That this node shares with just these institutions, as its administrator has confirmed. Shared with each of them; the
    partnership stands when all have written the same.
    """

    members: tuple[KnownNode, ...]  # the writer too; by prefix
    by: str  # person's record


@dataclass(frozen=True)
class KeyRecord:
    """A statement about this node's keys, as partners get it: a note signed by the key before, or by the one on paper."""

    number: int
    note: str
