"""Days of agreements for a calendar (RFC 5545): first and last days, until when to sign, until when to give notice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from jointlab.agreements.life import months_after
from jointlab.agreements.queries.listing import Entry

_LINE = 75  # octets of a line, by the standard


@dataclass(frozen=True)
class Event:
    """One whole day. The same day of the same thing has the same `uid` in every download."""

    uid: str
    day: date
    title: str


def event(id: str, day: date, title: str) -> Event:
    """One day of one thing."""
    return Event(f"{id}-{day.isoformat()}@jointlab", day, title)


def days_of(entry: Entry) -> list[Event]:
    """What is certain of the days of a version."""
    now, duration, id = entry.standing, entry.version.duration, entry.hash[:16]
    found: list[tuple[str, date | None, str]] = [
        ("sign", duration.day("sign_by") if now.first is None else None, _("to be signed by all parties: {title}")),
        ("first", now.first, _("first day: {title}")),
        ("last", now.last, _("last day: {title}")),
        (
            "rest",
            now.run_off_last if now.run_off_last != date.max else None,
            _("last day for what still runs: {title}"),
        ),
    ]
    months = duration.count("notice")
    if now.last is not None and months and not now.under_notice:
        found.append(("notice", months_after(now.last, -months), _("last day to give notice before its end: {title}")))
    return [event(f"{id}-{name}", day, words.format(title=entry.title)) for name, day, words in found if day]


def ics(events: Iterable[Event]) -> str:
    """A calendar that every program reads."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//jointlab//agreements//EN"]
    for one in events:
        lines += [  # without an end it is this one day: RFC 5545, 3.6.1
            "BEGIN:VEVENT", f"UID:{one.uid}", f"DTSTAMP:{one.day:%Y%m%d}T000000Z", f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}",
            f"SUMMARY:{_escaped(one.title)}", "TRANSP:TRANSPARENT", "END:VEVENT",
        ]  # fmt: skip
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _escaped(text: str) -> str:
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets; no letter is cut in two."""
    parts, at, size = [""], 0, 0
    for letter in line:
        width = len(letter.encode())
        if size + width > _LINE:
            parts.append("")
            at, size = at + 1, 1
        parts[at] += letter
        size += width
    return "\r\n ".join(parts)
