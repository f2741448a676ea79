"""Words and numbers of stays in the reader's language."""

from fractions import Fraction

from django.utils.translation import gettext as _

from jointlab.agreements.clauses import Clause
from jointlab.agreements.queries.lives import in_language, title_of
from jointlab.agreements.versions import Version
from jointlab.mobility.process import APPROVED, MOBILITY, next_step
from jointlab.web.numbers import number

_CHOICES = {one.name: dict(one.choices) for one in APPROVED if one.choices}


def amount(exact: Fraction | None) -> str:
    """Credits and places: 4.5; what has no end as a decimal is rounded to two digits."""
    if exact is None:
        return "—"
    if exact.denominator == 1:
        return number(exact.numerator)
    return number(f"{float(exact):.2f}".rstrip("0").rstrip("."))


def factor(exact: Fraction | None) -> str:
    """What one credit is worth, never rounded: 1.875, or 8/15 where no decimal is exact."""
    if exact is None:
        return "—"
    plain = f"{float(exact):.4f}".rstrip("0").rstrip(".")
    return number(plain) if Fraction(plain) == exact else str(exact)


def level(name: str) -> str:
    """“Doctoral student”."""
    return _(_CHOICES["level"].get(name, name)) if name else ""


def activity(name: str) -> str:
    """“Study”."""
    return _(_CHOICES["activity"].get(name, name)) if name else ""


def unit(name: str) -> str:
    """What a clause counts in."""
    return {
        "person": _("persons"),
        "month": _("months"),
        "semester": _("semesters"),
        "day": _("days"),
        "credit": _("credits"),
    }.get(name, name)


def lane(name: str) -> str:
    """The title of a column of the board."""
    return {
        "nominated": _("Nominated"), "admitted": _("Admitted"), "preparing": _("Preparing"), "abroad": _("Abroad"),
        "recognition": _("Recognition"), "ended": _("Ended"),
    }[name]  # fmt: skip


def state(name: str) -> str:
    """The title of a state."""
    title = MOBILITY.state(name).title
    return _(title) if title else ""


def quoted(version: Version, clause: Clause) -> dict[str, str]:
    """A clause in the reader's language: its number, title and text, and the agreement that it stands in."""
    return {
        "number": clause.number, "title": in_language(clause.title, version), "text": in_language(clause.text, version),
        "agreement": title_of(version), "version": version.hash,
    }  # fmt: skip


def next_act(name: str) -> str:
    """What the main step out of a state is called."""
    step = next_step(name)
    return _(step.title) if step else ""
