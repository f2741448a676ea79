"""The day by which tests date things: nodes in two time zones are not always on the same one."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

_ALMATY: Final = ZoneInfo("Asia/Almaty")  # of the agreements that tests conclude


def today() -> date:
    """In Almaty."""
    return datetime.now(_ALMATY).date()
