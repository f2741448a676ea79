"""What this room writes into the log beside the steps of cases: the lines of the count of places."""

from dataclasses import dataclass
from fractions import Fraction

from jointlab.agreements.places import Act, Entry
from jointlab.errors import BadInput


@dataclass(frozen=True)
class PlaceEntryRecord:
    """place-entry/1: one line of a clause's count, written once by the node that counts and never revised.

    A count belongs to an agreement and a clause of it, over all its versions: an amendment changes the limit, not what was
    used. `version` is the one by whose limit this line was judged, so that everybody judges it alike.
    """

    agreement: str  # the same in all versions
    version: str  # hash
    clause: str  # number
    number: int  # from 1, without gaps
    act: str
    period: str
    amount: str  # exact, in the clause's unit: 3 or 7/2
    rests_on: str  # the record of the version
    case: str = ""  # of a mobility; an adjustment has none
    source: str = ""  # adjust only: the period whose unused places these are
    by: str = ""  # adjust only: the person's record

    def entry(self) -> Entry:
        """The line as the count knows it. Raises BadInput ``places.line``."""
        try:
            return Entry(
                self.number, Act(self.act), self.period[:20], Fraction(self.amount), self.case[:80], self.source[:20]
            )
        except (ValueError, ZeroDivisionError):
            raise BadInput(
                "places.line", "Line {number} of the count is not a whole one.", number=self.number
            ) from None
