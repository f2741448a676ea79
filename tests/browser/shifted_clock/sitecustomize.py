"""Days that go by in a test: on PYTHONPATH of a served node its processes live so many days ahead. The product knows nothing of it."""

import datetime
import os
import time

_time = time.time
_AHEAD = datetime.timedelta(days=int(os.environ.get("JOINTLAB_TEST_DAYS", "0")))
_real = datetime.datetime


class _Same(type):
    """Every real time counts as one of the shifted class."""

    def __instancecheck__(cls, found: object) -> bool:
        return isinstance(found, _real)


class _Shifted(datetime.datetime, metaclass=_Same):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
        return _real.now(tz) + _AHEAD


if _AHEAD:
    datetime.datetime = _Shifted  # type: ignore[misc]
    time.time = lambda: _time() + _AHEAD.total_seconds()
