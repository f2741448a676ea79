"""Every change of instruments."""

from dataclasses import replace
from zoneinfo import available_timezones

from django.db import transaction

from jointlab.errors import BadInput, Conflict, NotAllowed
from jointlab.history.identifiers import new_id
from jointlab.history.operations import write
from jointlab.laboratory.models import Instrument
from jointlab.laboratory.records import InstrumentRecord
from jointlab.people.actors import Actor, Right
from jointlab.web.typed import clean_line, slug_of


@transaction.atomic
def add(
    actor: Actor,
    *,
    name: str,
    zone: str,
    computer: str = "",
    place: str = "",
    slug: str = "",
    records_alone: bool = False,
) -> Instrument:
    """A new instrument of our own site. Raises BadInput ``instrument.*``, Conflict ``instrument.slug``."""
    actor.require(Right.ADMINISTER)
    record = _checked(
        InstrumentRecord(
            slug=slug_of(slug or name), name=name, institution=actor.home, zone=zone, by=actor.person,
            computer=computer, place=place, records_alone=records_alone,
        )
    )  # fmt: skip
    if Instrument.objects.filter(slug=record.slug).exists():
        raise Conflict(
            "instrument.slug", "There is already an instrument with the short name “{slug}”.", slug=record.slug
        )
    recorded = write(type="instrument/1", id=new_id(), body=record, expected_rev=0)
    return Instrument.objects.get(id=recorded.id)


@transaction.atomic
def change(
    actor: Actor, *, instrument: Instrument, expected_rev: int, name: str, zone: str, computer: str, place: str,
    records_alone: bool, active: bool,
) -> Instrument:  # fmt: skip
    """Correct what is known of an instrument; its short name, which addresses use, stays."""
    actor.require(Right.ADMINISTER)
    record = replace(
        record_of(instrument), by=actor.person, name=name, zone=zone, computer=computer, place=place,
        records_alone=records_alone, active=active,
    )  # fmt: skip
    write(type="instrument/1", id=instrument.id, body=_checked(record), expected_rev=expected_rev)
    return Instrument.objects.get(id=instrument.id)


@transaction.atomic
def remember(actor: Actor, *, instrument: Instrument, settings: dict[str, str]) -> Instrument:
    """Answers that hold for all files of this instrument from now on; an empty value forgets one.

    Raises NotAllowed ``instrument.other-site`` for persons of another institution than the instrument's.
    """
    actor.require(Right.WRITE)
    if actor.institution != instrument.institution_id:
        raise NotAllowed(
            "instrument.other-site", "What holds for all files of “{name}” is decided by {institution}, where it stands.",
            name=instrument.name, institution=str(instrument.institution),
        )  # fmt: skip
    kept = {key: value for key, value in {**instrument.settings, **settings}.items() if value}
    write(type="instrument/1", id=instrument.id, body=replace(record_of(instrument), by=actor.person, settings=kept))
    return Instrument.objects.get(id=instrument.id)


def record_of(instrument: Instrument) -> InstrumentRecord:
    """The record that the row was made of."""
    return InstrumentRecord(
        slug=instrument.slug, name=instrument.name, institution=instrument.institution_id, zone=instrument.zone, by="",
        computer=instrument.computer, place=instrument.place, settings=dict(instrument.settings),
        records_alone=instrument.records_alone, active=instrument.active,
    )  # fmt: skip


def _checked(record: InstrumentRecord) -> InstrumentRecord:
    """Clean words, a zone that exists."""
    if record.zone not in available_timezones():
        raise BadInput(
            "instrument.zone",
            "“{zone}” is no time zone. Zones are named like Asia/Almaty or Asia/Shanghai.",
            zone=record.zone,
        )
    return replace(
        record, name=clean_line(record.name, field="name"), computer=clean_line(record.computer, field="computer", empty=True, most=60),
        place=clean_line(record.place, field="place", empty=True),
    )  # fmt: skip
