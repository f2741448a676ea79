"""A list of agreements as a ministry's form wants it: CSV by columns that the office itself has chosen and named.

A column is a title and a value; a value is one of VALUES, or fixed words in quotation marks.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jointlab.agreements.events import Signature
from jointlab.agreements.life import State
from jointlab.agreements.models import FormTemplate
from jointlab.agreements.queries.listing import Agreement, Entry, agreements
from jointlab.agreements.queries.lives import life_of
from jointlab.agreements.texts import LANGUAGES
from jointlab.errors import BadInput, NotFound
from jointlab.people.actors import Actor, Right
from jointlab.people.models import Institution
from jointlab.web.numbers import language_here
from jointlab.web.typed import clean_line

Column = tuple[str, str]

MOST: Final = 60
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins so


def _title(language: str) -> Callable[[Agreement, Entry], str]:
    """In this language; where the text does not have it, in its first."""
    return lambda _agreement, one: _in(one, language, one.version.head.title)


def _partners(language: str) -> Callable[[Agreement, Entry], str]:
    return lambda _agreement, one: "; ".join(
        _in(one, language, party.names) or party.id for party in one.version.head.parties
    )


def _in(one: Entry, language: str, words: Mapping[str, str]) -> str:
    return str(words.get(language) or words.get(one.version.head.languages[0], ""))


def _signed(agreement: Agreement, one: Entry) -> str:
    life = life_of(one.hash)
    days = [event.on for event in life.events if isinstance(event, Signature)] if life else []
    return max(days).isoformat() if days else ""


def _country(agreement: Agreement, one: Entry) -> str:
    found = Institution.objects.filter(prefix__in=one.parties).order_by("prefix").values_list("country", flat=True)
    return "; ".join(country for country in found if country)


VALUES: Final[Mapping[str, Callable[[Agreement, Entry], str]]] = {
    "code": lambda agreement, one: one.case.code if one.case else agreement.id,
    "agreement": lambda agreement, one: agreement.id,
    "version": lambda agreement, one: str(one.number),
    "hash": lambda agreement, one: one.hash,
    "rank": lambda agreement, one: one.rank,
    "state": lambda agreement, one: one.state.value,
    "signed": _signed,
    "first": lambda agreement, one: one.standing.first.isoformat() if one.standing.first else "",
    "last": lambda agreement, one: one.standing.last.isoformat() if one.standing.last else "",
    "countries": _country,
    **{f"title_{language}": _title(language) for language in ("en", "ru", "kk", "zh")},
    **{f"parties_{language}": _partners(language) for language in ("en", "ru", "kk", "zh")},
}


def standard() -> tuple[Column, ...]:
    """The columns of the standard list, their headings, titles and parties in the reader's language."""
    language = here if (here := language_here()) in LANGUAGES else LANGUAGES[0]
    return (
        (_("No."), "code"),
        (pgettext("a list for the ministry", "Title"), f"title_{language}"),
        (_("Parties"), f"parties_{language}"),
        (_("Countries"), "countries"),
        (_("Signed"), "signed"),
        (pgettext("a list for the ministry", "In force from"), "first"),
        (pgettext("a list for the ministry", "Until"), "last"),
        (pgettext("a list for the ministry", "State"), "state"),
    )


def forms(actor: Actor) -> list[FormTemplate]:
    """The own house's forms."""
    actor.require(Right.READ)
    return list(FormTemplate.objects.filter(institution=actor.institution).order_by("name"))


def form_by_id(actor: Actor, id: int) -> FormTemplate:
    """Raises NotFound ``form.none`` also for another house's."""
    actor.require(Right.READ)
    row = FormTemplate.objects.filter(institution=actor.institution, pk=id).first()
    if row is None:
        raise NotFound("form.none", "There is no form “{name}”.", name=str(id)[:80])
    return row


def delete_form(actor: Actor, form: FormTemplate) -> None:
    """The form is gone."""
    actor.require(Right.WRITE)
    form_by_id(actor, form.pk).delete()


def save_form(actor: Actor, *, name: str, columns: Sequence[Column], form: FormTemplate | None = None) -> FormTemplate:
    """A form of the own house under a name, anew or changed; with `form` it may be named anew.

    Raises BadInput ``form.column``, ``form.columns``, ``form.name``, ``words.*``.
    """
    actor.require(Right.WRITE)
    if not 0 < len(columns) <= MOST:
        raise BadInput(
            "form.columns", "A form has 1 to {most} columns; these are {count}.", most=MOST, count=len(columns)
        )
    clean = [[clean_line(title, field="title", most=200), _known(value)] for title, value in columns]
    named = clean_line(name, field="name")
    if form is not None:
        row = form_by_id(actor, form.pk)
        if FormTemplate.objects.filter(institution=actor.institution, name=named).exclude(pk=row.pk).exists():
            raise BadInput("form.name", "Another form is called “{name}” already.", field="name", name=named)
        row.name, row.columns = named, clean
        row.save()
        return row
    return FormTemplate.objects.update_or_create(
        institution_id=actor.institution, name=named, defaults={"columns": clean}
    )[0]


def as_csv(
    actor: Actor, *, name: str = "", states: Sequence[State] = (State.IN_FORCE,), words: Mapping[str, str] | None = None
) -> bytes:
    """The agreements of the own house that stand so today, by the form with this name, else by the standard one; UTF-8 with a mark for Excel.

    `words`: what a reader calls a state or a rank; without it they stand as programs know them. Raises NotFound ``form.none``.
    """
    columns: Sequence[Sequence[str]] = standard()
    if name:
        row = FormTemplate.objects.filter(institution=actor.institution, name=name).first()
        if row is None:
            raise NotFound("form.none", "There is no form “{name}”.", name=name[:80])
        columns = row.columns
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_plain(title) for title, _value in columns)
    for agreement in agreements(actor):
        one = agreement.current
        if one.state in states:
            writer.writerow(_plain(_cell(value, agreement, one, words or {})) for _title, value in columns)
    return "\ufeff".encode() + out.getvalue().encode()


def _cell(value: str, agreement: Agreement, one: Entry, words: Mapping[str, str]) -> str:
    if _fixed(value):
        return value[1:-1]
    found = VALUES[value](agreement, one)
    return words.get(found, found) if value in ("state", "rank") else found


def _known(value: str) -> str:
    text = clean_line(value, field="value", most=200)
    if text not in VALUES and not _fixed(text):
        raise BadInput(
            "form.column", "“{found}” is no value of a form. Write fixed words in quotation marks, or one of: {known}.",
            field="value", found=text[:60], known=", ".join(VALUES),
        )  # fmt: skip
    return text


def _fixed(value: str) -> bool:
    return len(value) >= 2 and value[0] == value[-1] == '"'


def _plain(text: str) -> str:
    """As words, also for a spreadsheet."""
    return f"'{text}" if text.startswith(_FORMULA) else text
