"""By when the next step is due. Days are counted from what the case itself says, so that both nodes come to the same day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from jointlab.mobility.process import facts_of
from jointlab.processes import Instance


def _(text: str) -> str:
    """Marks words for the catalogue."""
    return text


@dataclass(frozen=True)
class Rule:
    """Until how many days after (before, when below zero) a day the step out of a state is awaited."""

    states: tuple[str, ...]
    title: str
    of: tuple[str, str]  # the step and its field that name the day; "" for the stay as it stands now
    days: int


@dataclass(frozen=True)
class Deadline:
    """One of them, of one case."""

    title: str
    day: date
    states: tuple[str, ...]


RULES: Final = (
    Rule(("nominated",), _("Answer to the nomination"), ("", "first"), -60),
    Rule(("admitted", "for_person", "for_sending", "for_receiving"), _("Learning agreement signed by all"), ("", "first"), -30),
    Rule(("ready",), _("Arrival confirmed"), ("", "first"), 5),
    Rule(("abroad",), _("Departure confirmed"), ("", "last"), 5),
    Rule(("departed",), _("Transcript issued"), ("depart", "on"), 35),
    Rule(("transcript",), _("Results recognised"), ("transcript", "on"), 35),
    Rule(("recognised",), _("Case closed"), ("recognise", "on"), 14),
)  # fmt: skip
REMIND: Final = (14, 3)  # days before the day


def deadlines_of(instance: Instance) -> tuple[Deadline, ...]:
    """All that can be said now, those that are over included, in the order of the way."""
    found = []
    for rule in RULES:
        day = _day(instance, rule)
        if day is not None:
            found.append(Deadline(rule.title, day, rule.states))
    return tuple(found)


def due(instance: Instance) -> date | None:
    """By when the next step is awaited; None where nothing is."""
    return next((one.day for one in deadlines_of(instance) if instance.state in one.states), None)


def ahead(instance: Instance) -> tuple[Deadline, ...]:
    """The deadline of the next step and those that follow on the main way."""
    if instance.ended:
        return ()
    states = [rule.states for rule in RULES]
    at = next((place for place, names in enumerate(states) if instance.state in names), None)
    later = states[at:] if at is not None else []
    return tuple(one for one in deadlines_of(instance) if one.states in later)


def _day(instance: Instance, rule: Rule) -> date | None:
    step, field = rule.of
    said: Mapping[str, str] = facts_of(instance)
    if step:
        said = next((taken.form for taken in reversed(instance.standing) if taken.step == step), {})
    try:
        return date.fromisoformat(said.get(field, "")) + timedelta(days=rule.days)
    except (ValueError, OverflowError):
        return None
