"""Steps of transfers in the reader's language."""

from collections.abc import Mapping

from django.utils.translation import gettext

from jointlab.laboratory.amount_words import amount_in_words
from jointlab.processes import Field, Step
from jointlab.web.times import date


def values_of(known: Step | None, form: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What was filled in, by the names of the fields; nothing for a step that this version does not know."""
    fields = known.fields if known else ()
    return tuple((gettext(one.title), _shown(one, form[one.name])) for one in fields if form.get(one.name))


def _shown(one: Field, value: str) -> str:
    if one.kind == "amount":
        return amount_in_words(value)
    try:
        return date(value) if one.kind == "day" else value
    except ValueError:  # of a partner's step that is refused for it
        return value
