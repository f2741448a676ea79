"""Measurements for programs."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from jointlab.laboratory.api.values import Code, Condition, Cursor, FigureOut, Settings, Sha256, figure_out
from jointlab.laboratory.models import Analysis, Measurement
from jointlab.laboratory.operations import measurements as operations
from jointlab.laboratory.queries import inbox
from jointlab.laboratory.queries import measurements as queries
from jointlab.laboratory.queries.measurements import Filter
from jointlab.people.actors import Right
from jointlab.people.pages import actor_at

router = Router(tags=["measurements"])

_MOST_FIGURES = 5000  # of one analysis; all of them are in figures.csv


class MeasurementOut(Schema):
    """A measurement: one raw file on one sample, or on one of its devices. `device`, `project`, `instrument` may be ""."""

    id: str
    rev: int
    code: str
    file: str
    name: str
    sample: str
    device: str
    project: str
    instrument: str
    instrument_stated: str
    technique: str
    format: str
    started: str
    started_zone: str
    measured_on: date
    recorded_at: datetime
    recorded_by: str
    withdrawn: bool


class MeasurementRow(MeasurementOut):
    """A row of the list with its first figures; `sorted_by` where the list is sorted by a figure."""

    figures: list[FigureOut]
    sorted_by: FigureOut | None


class MeasurementsPage(Schema):
    """One page; `after` and `before` ask for its neighbours, "" where there is none."""

    items: list[MeasurementRow]
    after: str
    before: str


class MeasurementsAsked(Schema):
    """The filters of the list; `sort` is a quantity, "" for the newest first."""

    technique: Condition = ""
    project: Condition = ""
    person: Condition = ""
    instrument: Condition = ""
    since: date | None = None
    until: date | None = None
    text: Condition = ""
    withdrawn: bool = False
    sort: Annotated[str, Field(max_length=80)] = ""
    ascending: bool = False
    after: Cursor = ""
    before: Cursor = ""


class AnalysisOut(Schema):
    """One computation over the measurement: what made it, with which settings, why."""

    id: str
    number: int
    versions: dict[str, str]
    settings: dict[str, str]
    at: datetime
    by: str
    why: str
    shown: bool


class ColumnOut(Schema):
    """A column of a table, in the quantity's unit."""

    name: str
    unit: str
    quantity: str


class TableOut(Schema):
    """A table of the file; its numbers are at /measurements/{code}/tables/{number}.csv and .parquet."""

    name: str
    rows: int
    columns: list[ColumnOut]
    values_sha256: str


class AnalysisWhole(AnalysisOut):
    """A computation with everything that came out; numbers as decimal text."""

    figures: list[FigureOut]
    more_figures: int
    stated: list[dict[str, Any]]
    warnings: list[dict[str, str]]
    facts: dict[str, str]
    decisions: dict[str, str]
    tables: list[TableOut]


class MeasurementWhole(MeasurementOut):
    """A measurement, its analyses, and what the shown one (or the one asked for) holds."""

    analyses: list[AnalysisOut]
    analysis: AnalysisWhole


class RecordIn(Schema):
    """Which file goes on what: the SHA-256 of the file, the code of a sample or of a device."""

    file: Sha256
    target: Code


class SettingsIn(Schema):
    """Settings of the reader and the analyses."""

    settings: Settings = Field({})


class ReanalysisIn(SettingsIn):
    """Settings, and why it is computed again."""

    why: Annotated[str, Field(max_length=500)] = ""


class PreviewOut(Schema):
    """What changed settings would give; nothing is recorded."""

    settings: dict[str, str]
    technique: str
    figures: list[FigureOut]
    more_figures: int
    warnings: list[dict[str, str]]


class ShowIn(Schema):
    """The number of the analysis to show; 0 for the latest recorded."""

    number: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]


@router.get("/measurements", response=MeasurementsPage)
def measurements(request: HttpRequest, asked: Query[MeasurementsAsked]) -> dict[str, Any]:
    """One page of the measurements that the caller sees, 50 at a time."""
    wanted = Filter(**{name: value for name, value in asked.dict().items() if name not in ("after", "before")})
    page = queries.listing(actor_at(request), wanted, after=asked.after, before=asked.before)
    rows = [
        {
            **measurement_out(row.measurement), "figures": [figure_out(result) for result in row.figures],
            "sorted_by": figure_out(row.sorted_by) if row.sorted_by else None,
        }
        for row in page.rows
    ]  # fmt: skip
    return {"items": rows, "after": page.after, "before": page.before}


@router.post("/measurements", response={201: MeasurementOut})
def measurement_record(request: HttpRequest, given: RecordIn) -> Status[dict[str, Any]]:
    """Put a file that was read on a sample or a device; one that was withdrawn is put back."""
    actor = actor_at(request)
    file = inbox.file_by_hash(actor, given.file)
    place = inbox.target(actor, given.target)
    made = operations.record(actor, file=file, sample=place.sample, device=place.device)
    return Status(201, measurement_out(made))


@router.get("/measurements/{code}", response=MeasurementWhole)
def measurement(
    request: HttpRequest, code: Code, analysis: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> dict[str, Any]:
    """One measurement with its shown analysis, or the one with the number `analysis`."""
    seen = queries.by_code(actor_at(request), code=code)
    told = queries.analysis_of(seen, number=analysis)
    analyses = [analysis_out(one) for one in seen.analyses.order_by("number")]
    return {**measurement_out(seen), "analyses": analyses, "analysis": _whole(told)}


@router.post("/measurements/{code}/withdraw", response=MeasurementOut)
def measurement_withdraw(request: HttpRequest, code: Code) -> dict[str, Any]:
    """Take a measurement back; it stays citable, its figures are no longer shown."""
    actor = actor_at(request)
    return measurement_out(operations.withdraw(actor, measurement=queries.by_code(actor, code=code)))


@router.post("/measurements/{code}/put-back", response=MeasurementOut)
def measurement_put_back(request: HttpRequest, code: Code) -> dict[str, Any]:
    """Undo a withdrawal."""
    actor = actor_at(request)
    return measurement_out(operations.put_back(actor, measurement=queries.by_code(actor, code=code)))


@router.post("/measurements/{code}/preview", response=PreviewOut)
def measurement_preview(request: HttpRequest, code: Code, given: SettingsIn) -> dict[str, Any]:
    """What other settings would give, computed now; nothing is stored."""
    actor = actor_at(request)
    seen = queries.by_code(actor, code=code)
    actor.require(Right.WRITE)  # as on the page: computing is for those who may record it
    found = operations.preview(actor, measurement=seen, settings=given.settings)
    return {
        "settings": found.settings, "technique": found.technique,
        "figures": [figure_out(figure) for figure in found.figures[:_MOST_FIGURES]],
        "more_figures": max(len(found.figures) - _MOST_FIGURES, 0),
        "warnings": [{"code": one.code, "message": one.message} for one in found.warnings],
    }  # fmt: skip


@router.post("/measurements/{code}/analyses", response={201: AnalysisOut})
def measurement_reanalyse(request: HttpRequest, code: Code, given: ReanalysisIn) -> Status[dict[str, Any]]:
    """Compute a measurement again and record it beside its earlier analyses."""
    actor = actor_at(request)
    seen = queries.by_code(actor, code=code)
    made = operations.reanalyse(actor, measurement=seen, settings=given.settings, why=given.why)
    return Status(201, analysis_out(made))


@router.post("/measurements/{code}/show", response=MeasurementOut)
def measurement_show(request: HttpRequest, code: Code, given: ShowIn) -> dict[str, Any]:
    """Show another analysis from now on."""
    actor = actor_at(request)
    seen = queries.by_code(actor, code=code)
    return measurement_out(operations.show(actor, measurement=seen, number=given.number))


def measurement_out(measurement: Measurement) -> dict[str, Any]:
    """A measurement as `MeasurementOut`."""
    plain = (
        "id", "rev", "code", "instrument_stated", "technique", "format", "started", "started_zone", "measured_on",
        "recorded_at", "withdrawn",
    )  # fmt: skip
    return {
        **{name: getattr(measurement, name) for name in plain},
        "file": measurement.file.sha256, "name": measurement.file.name, "sample": measurement.sample.code,
        "device": measurement.device.code if measurement.device else "",
        "project": measurement.project.slug if measurement.project else "",
        "instrument": measurement.instrument.slug if measurement.instrument else "",
        "recorded_by": measurement.recorded_by_id,
    }  # fmt: skip


def analysis_out(analysis: Analysis) -> dict[str, Any]:
    """An analysis as `AnalysisOut`."""
    plain = ("id", "number", "versions", "settings", "at", "why", "shown")
    return {**{name: getattr(analysis, name) for name in plain}, "by": analysis.by_id}


def _whole(analysis: Analysis) -> dict[str, Any]:
    results = list(analysis.results.order_by("order")[:_MOST_FIGURES])
    answer = analysis.answer
    return {
        **analysis_out(analysis), "figures": [figure_out(result) for result in results],
        "more_figures": analysis.results.count() - len(results),
        "stated": answer.get("stated", []), "warnings": answer.get("warnings", []), "facts": answer.get("facts", {}),
        "decisions": answer.get("decisions", {}), "tables": answer.get("tables", []),
    }  # fmt: skip
