"""Deadlines as iCalendar (RFC 5545), for any calendar program: whole days, with reminders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from jointlab.mobility.deadlines import REMIND

_LINE = 75  # octets of a line, its end not counted


@dataclass(frozen=True)
class Event:
    """One whole day."""

    uid: str
    day: date
    summary: str
    description: str
    url: str
    changed: datetime  # the last time it may have become another


def calendar(events: Iterable[Event], *, name: str) -> bytes:
    """The file. The same events give the same bytes."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//jointlab//mobility//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(event: Event) -> list[str]:
    lines = [
        "BEGIN:VEVENT", f"UID:{_text(event.uid)}", f"DTSTAMP:{event.changed.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}", f"DTEND;VALUE=DATE:{event.day + timedelta(1):%Y%m%d}", f"SUMMARY:{_text(event.summary)}",
        f"DESCRIPTION:{_text(event.description)}", f"URL:{event.url}", "TRANSP:TRANSPARENT",
    ]  # fmt: skip
    for days in REMIND:
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"TRIGGER:-P{days}D",
            f"DESCRIPTION:{_text(event.summary)}",
            "END:VALARM",
        ]
    return [*lines, "END:VEVENT"]


def _text(text: str) -> str:
    """Escaped as RFC 5545 3.3.11 says."""
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """Lines of at most 75 octets; a character is never parted."""
    parts: list[bytes] = []
    part = b""
    for letter in line:
        data = letter.encode("utf-8", "replace")
        if len(part) + len(data) > (_LINE if not parts else _LINE - 1):
            parts.append(part)
            part = b""
        part += data
    parts.append(part)
    return b"\r\n ".join(parts) + b"\r\n"
