"""What happens to a version of an agreement: signatures, conditions fulfilled, suspensions, extensions, ends.

Each event has the day on which it counts and the day on which it was recorded.
"""

from dataclasses import dataclass
from datetime import date

from jointlab.agreements.versions import Version


@dataclass(frozen=True)
class Signature:
    """A party's signature, on paper on its day; recorded when the party attested it."""

    party: str
    on: date
    recorded: date


@dataclass(frozen=True)
class Fulfilment:
    """A condition precedent that came true."""

    clause: str
    on: date
    recorded: date


@dataclass(frozen=True)
class Suspension:
    """A clause, or the whole, that does not count from `first` to `last`; without a last day until it is resumed."""

    first: date
    recorded: date
    last: date | None = None
    clause: str = ""  # "" for the whole


@dataclass(frozen=True)
class Resumption:
    """What was suspended counts again from a day on."""

    first: date
    recorded: date
    clause: str = ""  # as it was named when it was suspended


@dataclass(frozen=True)
class Extension:
    """A new last day that all agreed on."""

    last: date
    on: date
    recorded: date


@dataclass(frozen=True)
class Notice:
    """One party's notice, given on a day; it may name a later end than the clause asks for."""

    party: str
    on: date
    recorded: date
    last: date | None = None


@dataclass(frozen=True)
class Termination:
    """The end that all agreed on."""

    last: date
    on: date
    recorded: date


@dataclass(frozen=True)
class Withdrawal:
    """The text is given up before all have signed."""

    on: date
    recorded: date


Event = Signature | Fulfilment | Suspension | Resumption | Extension | Notice | Termination | Withdrawal


@dataclass(frozen=True)
class Life:
    """A version with what happened to it, the text above it, and the version that amends it, if there is one."""

    version: Version
    events: tuple[Event, ...] = ()
    parent: "Life | None" = None
    successor: "Life | None" = None

    def known(self, on: date | None) -> "Life":
        """As it could be known at the end of a day; None leaves it as it is."""
        if on is None:
            return self
        events = tuple(event for event in self.events if event.recorded <= on)
        others = (other.known(on) if other else None for other in (self.parent, self.successor))
        return Life(self.version, events, *others)
