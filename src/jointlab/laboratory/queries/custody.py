"""Where a sample is, and how much of it: at home, under way, at the partner, used, lost.

What is left of the sample after its parts were split off is the whole; it always equals the sum of the parts.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from jointlab.laboratory.amounts import Amount
from jointlab.laboratory.balances import NOTHING
from jointlab.laboratory.models import Sample, Transfer
from jointlab.laboratory.queries.lineage import left_of


@dataclass
class Held:
    """What one partner holds or held: `since` the day of the first parcel that arrived, None before one has."""

    institution: str
    there: Decimal = NOTHING
    since: date | None = None


@dataclass
class Custody:
    """Amounts in `unit`; `whole` and `at_home` are None where the sample's amount is not stated."""

    unit: str
    whole: Decimal | None = None
    under_way: Decimal = NOTHING  # there and back
    used: Decimal = NOTHING
    lost: Decimal = NOTHING
    held: list[Held] = field(default_factory=list)
    open: list[Transfer] = field(default_factory=list)  # those that are under way now
    moved: bool = False  # whether anything was ever sent

    @property
    def gone(self) -> Decimal:
        """What is not at home because it was sent."""
        return self.under_way + self.used + self.lost + sum((one.there for one in self.held), NOTHING)

    @property
    def at_home(self) -> Decimal | None:
        """The rest."""
        return None if self.whole is None else self.whole - self.gone

    def amount(self, value: Decimal | None) -> str:
        """A value with the unit, as it is stored: “180 mg”; "" for None."""
        return "" if value is None else str(Amount(value, self.unit))


def custody_of(sample: Sample) -> Custody:
    """The custody of a sample that the caller found through queries."""
    whole = left_of(sample)
    sent = list(Transfer.objects.filter(sample=sample).exclude(unit="").order_by("opened_at", "id"))
    unit = whole.unit if whole else sent[0].unit if sent else ""
    custody = Custody(unit, whole.value if whole else None, moved=bool(sent))
    held: dict[str, Held] = {}
    for transfer in sent:
        if not Amount(NOTHING, transfer.unit).fits(unit):  # the sample's unit was another when it was sent
            custody.whole = None
            continue
        custody.used += _in(transfer, "used", unit)
        custody.lost += _in(transfer, "lost", unit)
        way = _in(transfer, "under_way", unit) + _in(transfer, "back", unit)
        custody.under_way += way
        if way:
            custody.open.append(transfer)
        partner = held.setdefault(transfer.receiver_id, Held(transfer.receiver_id))
        partner.there += _in(transfer, "there", unit)
        partner.since = partner.since or transfer.arrived_on
    custody.held = [one for one in held.values() if one.since]
    return custody


def at_home_of(sample: Sample) -> Amount | None:
    """How much can still be split or sent from here; None where it is not known."""
    custody = custody_of(sample)
    return None if custody.at_home is None else Amount(custody.at_home, custody.unit)


def _in(transfer: Transfer, part: str, unit: str) -> Decimal:
    return Amount(Decimal(getattr(transfer, part)), transfer.unit).in_unit(unit)
