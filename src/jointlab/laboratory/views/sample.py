"""The page of one sample: what it is, where it is, what is known."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from jointlab.laboratory.amount_words import amount_in_words
from jointlab.laboratory.clause_words import lines_of
from jointlab.laboratory.forms.devices import PROPERTY_WORDS
from jointlab.laboratory.forms.samples import FIELD_WORDS, HAZARD_WORDS, NoteForm
from jointlab.laboratory.models import Device, Measurement, Result, Sample
from jointlab.laboratory.plots import svg_of
from jointlab.laboratory.properties import BY_NAME
from jointlab.laboratory.queries.changes import revisions_of
from jointlab.laboratory.queries.devices import Known, devices_of, properties_of
from jointlab.laboratory.queries.figures import Line, figures_of_sample, results_of
from jointlab.laboratory.queries.homes import is_ours, standing_of
from jointlab.laboratory.queries.lineage import lineage_of
from jointlab.laboratory.queries.notes import notes_of
from jointlab.laboratory.queries.samples import sample_by_code
from jointlab.laboratory.queries.transfers import transfers_of
from jointlab.laboratory.queries.visibility import visible_measurements
from jointlab.laboratory.views.custody import custody_bar
from jointlab.laboratory.views.sharing import may_share_now
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at
from jointlab.web.middleware import sign_in_first
from jointlab.web.numbers import Shown, language, with_uncertainty

_LATEST = 25  # measurements on the page; the list has all
_REVISIONS = 20
_PLOTS = 4


@dataclass(frozen=True)
class _Drawn:
    """A plot of the latest measurement of one technique."""

    measurement: Measurement
    svg: SafeString


@dataclass(frozen=True)
class _Told:
    """A figure in the reader's language; `small` stands behind the value: “± 0.4 m² g⁻¹”."""

    line: Line
    shown: Shown

    @property
    def small(self) -> str:
        """Uncertainty, power of ten and unit."""
        spread = f"± {self.shown.uncertainty}" if self.shown.uncertainty else ""
        power = f"× {self.shown.power}" if self.shown.power else ""
        return " ".join(part for part in (spread, power, self.shown.unit) if part)


@sign_in_first
@require_safe
def sample(request: HttpRequest, code: str) -> HttpResponse:
    """One sample."""
    actor = actor_at(request)
    found = sample_by_code(actor, code)
    latest = _measurements(actor, found)
    devices = devices_of(actor, found)
    figures = figures_of_sample(actor, found)
    context = {
        "sample": found, "strip": [_told(line) for line in figures.strip], "figures": [_told(line) for line in figures.lines],
        "more": len(latest) > _LATEST,
        "measurements": measurement_rows(latest[:_LATEST]),
        "lineage": lineage_of(actor, found), "devices": [(one, _in_words(one)) for one in devices],
        "notes": notes_of(actor, found), "note_form": NoteForm(), "plots": _plots(latest),
        "revisions": told_revisions(actor, found.pk),
        "amount": amount_in_words(found.amount), "custody": custody_bar(found), "transfers": transfers_of(actor, found), "own": actor.institution == found.institution_id,
        "kinds": Device.Kind.choices,
        "hazards": [(hazard, HAZARD_WORDS.get(hazard, "")) for hazard in found.hazards],
        "tags": found.tags.order_by("word").values_list("word", flat=True), "may_write": Right.WRITE in actor.rights, "may_edit": Right.WRITE in actor.rights and is_ours(found.pk), "standing": standing_of(actor, found.pk), "by_clause": lines_of(actor, found), "share_now": may_share_now(actor, found),
    }  # fmt: skip
    return render(request, "laboratory/sample.html", context)


def told_revisions(actor: Actor, record: str) -> list[dict[str, Any]]:
    """The latest revisions of a record, fields by their names in the reader's language."""
    return [
        {
            **vars(revision),
            "changes": [
                {"title": FIELD_WORDS[one.field], "before": one.before, "after": one.after}
                for one in revision.changes
                if one.field in FIELD_WORDS
            ],
        }
        for revision in revisions_of(actor, record)[:_REVISIONS]
    ]


def measurement_rows(measurements: list[Measurement]) -> list[tuple[Measurement, Result | None]]:
    """The rows of a table of measurements, each with its first figure."""
    results = results_of(measurements)
    return [(one, results.get(one.pk)) for one in measurements]


def _measurements(actor: Actor, sample: Sample) -> list[Measurement]:
    """The latest measurements, of the sample and of its devices."""
    rows = visible_measurements(actor).filter(sample=sample, withdrawn=False)
    named = rows.select_related("instrument__institution", "recorded_by", "device", "file")
    return list(named.order_by("-measured_on", "-recorded_at", "-code")[: _LATEST + 1])


def _plots(latest: list[Measurement]) -> list[_Drawn]:
    """The first plot of the latest measurement of each technique."""
    of: dict[str, Measurement] = {}
    for measurement in latest:
        of.setdefault(measurement.technique, measurement)
    drawn = []
    for measurement in list(of.values())[:_PLOTS]:
        svg = svg_of(measurement, plot=0, language=language(), mark=_mark(measurement))
        if svg:
            drawn.append(_Drawn(measurement, mark_safe(svg)))  # noqa: S308  (our own drawing; texts in it are escaped)
    return drawn


def _mark(measurement: Measurement) -> str:
    return measurement.instrument.institution.mark if measurement.instrument else ""


def _told(line: Line) -> _Told:
    """The recorded digits where one value stands; a mean over devices is computed."""
    if line.n > 1:
        return _Told(line, with_uncertainty(line.value, line.uncertainty or None, line.unit))
    one = line.latest
    return _Told(line, with_uncertainty(one.value_text, one.uncertainty_text or None, one.unit))


def _in_words(device: Device) -> list[tuple[Any, str]]:
    own = (known for known in properties_of(device) if known.of.pk == device.pk)
    return [(PROPERTY_WORDS[known.name], property_in_words(known)) for known in own]


def property_in_words(known: Known) -> str:
    """The value of a property, in the reader's language."""
    return amount_in_words(known.value) if BY_NAME[known.name].units else known.value
