"""How far a partner's clock is from ours: by the Date of its answers, or by what it signed in a request."""

from typing import Final

from jointlab.federation.models import Partner
from jointlab.federation.signatures import WINDOW

SHOWN: Final = 60.0  # seconds between the clocks, from which it is said
REFUSED: Final = float(WINDOW)  # from which signed requests are refused
_STEP: Final = 5.0  # a change by less is jitter of the link


def note_skew(partner: Partner, ahead: float | None) -> None:
    """Keep how many seconds the partner's clock is ahead; None says nothing."""
    if ahead is None or abs(ahead - partner.skew) < _STEP:
        return
    partner.skew = round(ahead, 1)
    Partner.objects.filter(prefix=partner.prefix).update(skew=partner.skew)
