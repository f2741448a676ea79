"""instrument/1 becomes rows."""

from collections.abc import Iterable

from jointlab.history.registry import Recorded, RecordType
from jointlab.laboratory.models import Instrument
from jointlab.laboratory.projections.codes import free_slug
from jointlab.laboratory.records import InstrumentRecord
from jointlab.people.queries import colleague_of, institution_records


def apply_instrument(recorded: Recorded, body: InstrumentRecord) -> None:
    """One revision of an instrument."""
    Instrument.objects.update_or_create(
        id=recorded.id,
        defaults={
            "rev": recorded.rev, "slug": free_slug(Instrument, recorded, body.slug), "name": body.name, "computer": body.computer, "place": body.place,
            "institution_id": body.institution, "zone": body.zone, "settings": body.settings,
            "records_alone": body.records_alone, "active": body.active,
        },
    )  # fmt: skip


def _needs(body: InstrumentRecord) -> Iterable[str]:
    return (colleague_of(body.by), *institution_records(body.institution))


TYPES = (RecordType("instrument/1", InstrumentRecord, apply_instrument, needs=_needs),)
