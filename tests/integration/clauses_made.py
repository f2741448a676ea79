"""Agreements between Almaty and Nanjing for tests of sharing, signed by both or by one, put where sharing asks for them."""

import datetime as dt
from typing import Any

import pytest

from jointlab.agreements.events import Event, Life, Signature
from jointlab.laboratory.queries import agreed, told
from tests.unit.agreements.made_agreement import Document, clause, duration, made, read, words

FIRST = dt.date(2026, 8, 1)
BOTH = (Signature("kz", FIRST, FIRST), Signature("nj", FIRST, FIRST))
EVERYTHING = ["samples", "measurements", "files", "findings", "notes"]


def clause_on_sharing(number: str = "4.2", **terms: Any) -> Document:
    """Everything at once, both ways, until the end, unless terms say otherwise."""
    usual: Document = {"from": ["kz", "nj"], "to": "parties", "data": EVERYTHING, "embargo": 0, "after_end": "withheld"}
    return clause(number, "data-sharing", **(usual | terms))


def life(
    *clauses: Document, events: tuple[Event, ...] = BOTH, begins: str = "2026-09-01", successor: Life | None = None, **head: Any
) -> Life:  # fmt: skip
    """In force from 1 September 2026 to 31 August 2031, unless something happens."""
    parties = [
        {"id": prefix, "role": "institution", "names": words(f"University {prefix}")} for prefix in ("kz", "nj")
    ]  # fmt: skip
    lasting = duration(begins=begins, run_off=0)
    return Life(read(made(lasting, *clauses, parties=parties, **head)), events, successor=successor)


class Agreed:
    """What is agreed, and what the clock says."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.lives: tuple[Life, ...] = ()
        self.at = dt.datetime(2026, 12, 1, 6, tzinfo=dt.UTC)
        patch.setattr(agreed, "lives_of", lambda _: self.lives)
        for room in (agreed, told):
            patch.setattr(room, "now", lambda: self.at)

    def on(self, day: str) -> None:
        """It is noon in Almaty."""
        self.at = dt.datetime.fromisoformat(f"{day}T12:00+05:00")
