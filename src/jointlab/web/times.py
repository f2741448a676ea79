"""Dates, times and sizes as people read them."""

import datetime as dt
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from jointlab.web.numbers import SPACE, language, number

Moment = dt.datetime | dt.date | str
_SIZES = ("kB", "MB", "GB", "TB")


def parsed(value: Moment) -> dt.datetime | dt.date:
    """A date or time; ISO 8601 text is taken apart. A time with a zone is given in the node's."""
    if isinstance(value, str):
        value = dt.date.fromisoformat(value) if len(value) == 10 else dt.datetime.fromisoformat(value)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return timezone.localtime(value)
    return value


def date(value: Moment) -> str:
    """“19 Nov 2026”, “19.11.2026”, “2026 ж. 19 қар.”, “2026 年 11 月 19 日”."""
    return day(parsed(value))


def day(found: dt.datetime | dt.date) -> str:
    """The same of what `parsed` gave."""
    return _day(found.date() if isinstance(found, dt.datetime) else found, language())


@lru_cache(maxsize=2048)  # a list has fifty rows of a few days
def _day(day: dt.date, speech: str) -> str:
    """In the active language, which `speech` names."""
    text = date_format(day, "DATE_FORMAT").replace(" ", SPACE)
    return text.lower() if speech == "kk" else text  # Django's Kazakh months have a capital


def clock(value: Moment) -> str:
    """“14:05”; nothing for a date without a time."""
    moment = parsed(value)
    return f"{moment:%H:%M}" if isinstance(moment, dt.datetime) else ""


def full(value: Moment) -> str:
    """Date, time and the zone where it is known."""
    return whole(parsed(value))


def whole(moment: dt.datetime | dt.date) -> str:
    """The same of what `parsed` gave."""
    if not isinstance(moment, dt.datetime):
        return day(moment)
    offset = moment.utcoffset()
    zone = "" if offset is None else f" UTC{moment:%z}"
    zone = zone[:-2].replace("+0", "+").replace("-0", "−").replace("-", "−") if zone.endswith("00") else zone
    return f"{day(moment)}, {moment:%H:%M:%S}{zone}"


def ago(value: dt.datetime, *, now: dt.datetime | None = None) -> str:
    """“12 s ago”, “5 min ago”, “3 h ago”, “yesterday”, then the date."""
    moment, present = timezone.localtime(value), timezone.localtime(now)
    seconds = int((present - moment).total_seconds())
    if seconds < 1:
        return _("now")
    if seconds < 60:
        return _("{count} s ago").format(count=seconds)
    if seconds < 3600:
        return _("{count} min ago").format(count=seconds // 60)
    if (present.date() - moment.date()).days == 1 and seconds >= 6 * 3600:
        return _("yesterday")
    if seconds < 24 * 3600:
        return _("{count} h ago").format(count=seconds // 3600)
    return date(moment)


def lasting(seconds: int) -> str:
    """“40 s”, “5 min”, “2 h 10 min”: how long something takes, as far as anybody can tell."""
    if seconds < 60:
        return _("{count} s").format(count=seconds)
    if seconds < 3600:
        return _("{count} min").format(count=round(seconds / 60))
    return _("{hours} h {minutes} min").format(hours=seconds // 3600, minutes=seconds % 3600 // 60)


def speed(rate: float) -> str:
    """“1.1 MB/s”, of bytes a second."""
    return _("{size}/s").format(size=size(round(rate)))


def size(count: int) -> str:
    """“312 B”, “212 kB”, “1.1 MB”: decimal multiples, two digits below ten."""
    if count < 1000:
        return f"{number(count)}{SPACE}{_('B')}"
    power = min((len(str(count)) - 1) // 3, len(_SIZES))
    scaled = count / 1000**power
    if round(scaled) >= 1000 and power < len(_SIZES):
        power, scaled = power + 1, scaled / 1000
    name = {"kB": _("kB"), "MB": _("MB"), "GB": _("GB"), "TB": _("TB")}[_SIZES[power - 1]]
    return f"{number(scaled, decimals=1 if round(scaled, 1) < 10 else 0)}{SPACE}{name}"
