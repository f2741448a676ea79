"""Identifiers of records: home and a UUID of version 7 (RFC 9562), which sorts by time."""

import secrets
import time

from django.conf import settings


def new_id() -> str:
    """A fresh identifier of this node: kz:0192f3a4-...."""
    return f"{home()}:{uuid7()}"


def home() -> str:
    """The prefix of this node; the only home whose records it may change."""
    return str(settings.NODE.prefix)


def uuid7() -> str:
    """A UUID of version 7: 48 bits of milliseconds, then 74 random bits."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
