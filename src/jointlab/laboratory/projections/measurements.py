"""measurement/1, analysis/1 and measurement-state/1 become rows.

Which analysis is shown: the one that a person marked, else the latest recorded. A withdrawn measurement shows nothing.
"""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Max

from jointlab.history.blobs import store
from jointlab.history.registry import Kept, Recorded, RecordType
from jointlab.laboratory.bodies import more_figures, plain_answer, plain_conditions
from jointlab.laboratory.models import Analysis, File, Measurement, Note, Reading, Result, Sample, Term
from jointlab.laboratory.projections.codes import free_code, note_code
from jointlab.laboratory.projections.terms import index
from jointlab.laboratory.records import (  # fmt: skip
    AnalysisBody,
    AnalysisRecord,
    FigureRecord,
    MeasurementRecord,
    MeasurementStateRecord,
)
from jointlab.people.queries import colleague_of

_AT_ONCE = 2000  # rows in one statement


def apply_measurement(recorded: Recorded, body: MeasurementRecord) -> None:
    """A file stands on a sample or a device, with its first analysis."""
    sample = Sample.objects.get(id=body.sample)
    measurement = Measurement.objects.create(
        id=recorded.id, rev=recorded.rev, code=free_code(Measurement, recorded, body.code), file_id=body.file, sample=sample, device_id=body.device or None,
        project_id=sample.project_id, instrument_id=body.instrument or None, technique=body.analysis.technique,
        format=body.analysis.format, instrument_stated=body.instrument_stated, started=body.started,
        started_zone=body.started_zone, measured_on=_day(body, recorded), recorded_at=recorded.at, recorded_by_id=body.by,
    )  # fmt: skip
    note_code(recorded, body.code)
    _index(measurement)
    _add(measurement, recorded, body.analysis, number=1, by=body.by)
    Reading.objects.filter(file_id=body.file).update(state=Reading.State.RECORDED)


def apply_analysis(recorded: Recorded, body: AnalysisRecord) -> None:
    """A measurement was computed again: one analysis more beside the others."""
    measurement = Measurement.objects.filter(id=body.measurement).first()
    if measurement is not None:  # or it was erased
        _add(measurement, recorded, body.analysis, number=body.number, by=body.by, why=body.why)


def apply_state(recorded: Recorded, body: MeasurementStateRecord) -> None:
    """Withdrawn or put back, and which analysis is shown."""
    measurement = Measurement.objects.filter(id=body.measurement).first()
    if measurement is None:  # it was erased
        return
    measurement.withdrawn, measurement.marked = body.withdrawn, body.shown
    measurement.save(update_fields=["withdrawn", "marked"])
    _show(measurement)
    _back_to_inbox(measurement.file_id)


def _back_to_inbox(file: str) -> None:
    """A file on which no measurement stands waits for a person again."""
    reading = Reading.objects.filter(file_id=file).exclude(state=Reading.State.ATTACHED).first()
    if reading is not None:
        stands = Measurement.objects.filter(file=file, withdrawn=False).exists()
        draft = Reading.State.READ if reading.answer else Reading.State.WAITING
        reading.state = Reading.State.RECORDED if stands else draft
        reading.save(update_fields=["state"])


def _add(
    measurement: Measurement, recorded: Recorded, body: AnalysisBody, *, number: int, by: str, why: str = ""
) -> None:
    """One analysis with its figures."""
    versions = {pair.name: pair.value for pair in body.versions}
    analysis = Analysis.objects.create(
        id=recorded.id, measurement=measurement, number=number, versions=versions, settings=dict(body.settings),
        answer=plain_answer(body), at=recorded.at, by_id=by, why=why, shown=False,
    )  # fmt: skip
    Result.objects.bulk_create(
        [_result(analysis, measurement, order, figure) for order, figure in enumerate(_all_figures(body))], batch_size=_AT_ONCE
    )  # fmt: skip
    _show(measurement)


def _index(measurement: Measurement) -> None:
    """The words under which a measurement is found: its own; those of its sample are the sample's."""
    device, instrument = measurement.device, measurement.instrument
    texts = [
        measurement.code, measurement.file.name, measurement.instrument_stated, device.code if device else "",
        instrument.name if instrument else "",
    ]  # fmt: skip
    index(kind=Term.Kind.MEASUREMENT, target=measurement.id, texts=texts)


def _all_figures(body: AnalysisBody) -> Iterable[FigureRecord]:
    if not body.more_figures:
        return body.figures
    if not store().has(body.more_figures):  # a partner's, on its way
        return body.figures
    with store().open(body.more_figures) as file:
        return (*body.figures, *more_figures(file.read()))


def _arrived(recorded: Recorded, body: MeasurementRecord | AnalysisRecord, sha256: str) -> None:
    """The figures that lay in a partner's blob."""
    analysis = Analysis.objects.select_related("measurement").filter(id=recorded.id).first()
    if analysis is None or body.analysis.more_figures != sha256:
        return
    there = set(analysis.results.values_list("order", flat=True))
    figures = enumerate(_all_figures(body.analysis))
    Result.objects.bulk_create(
        [_result(analysis, analysis.measurement, order, one) for order, one in figures if order not in there],
        batch_size=_AT_ONCE,
    )
    _show(analysis.measurement)


def _needs(body: MeasurementRecord) -> Iterable[str]:
    return (body.file, body.sample, *filter(None, (body.device, body.instrument)), colleague_of(body.by))


def _needs_measurement(body: AnalysisRecord | MeasurementStateRecord) -> Iterable[str]:
    return (body.measurement, colleague_of(body.by))


def _changes(body: AnalysisRecord | MeasurementStateRecord) -> Iterable[str]:
    return (body.measurement,)


def _result(analysis: Analysis, measurement: Measurement, order: int, figure: FigureRecord) -> Result:
    return Result(
        analysis=analysis, measurement=measurement, sample_id=measurement.sample_id, device_id=measurement.device_id,
        order=order, quantity=figure.quantity, value=float(figure.value), value_text=figure.value,
        uncertainty=float(figure.uncertainty) if figure.uncertainty else None, uncertainty_text=figure.uncertainty,
        unit=figure.unit, method=figure.method[:200], includes=figure.includes[:500],
        conditions=plain_conditions(figure.conditions), headline=figure.headline, shown=False,
    )  # fmt: skip


def _show(measurement: Measurement) -> None:
    """Mark the shown analysis and its figures."""
    marked = measurement.analyses.filter(number=measurement.marked).exists()  # it may have been erased
    number = measurement.marked if marked else measurement.analyses.aggregate(latest=Max("number"))["latest"]
    measurement.analyses.exclude(number=number).filter(shown=True).update(shown=False)
    measurement.analyses.filter(number=number).update(shown=True)
    shown = measurement.results.filter(shown=True)
    if measurement.withdrawn:
        shown.update(shown=False)
        return
    shown.exclude(analysis__number=number).update(shown=False)
    measurement.results.filter(analysis__number=number, shown=False).update(shown=True)


def _day(body: MeasurementRecord, recorded: Recorded) -> dt.date:
    """The day for lists: of the measurement where the file states it, else of the file's arrival."""
    if body.measured_on:
        return dt.date.fromisoformat(body.measured_on)
    return File.objects.get(id=body.file).received_at.date() if body.file else recorded.at.date()


def _keeps(measurement: str) -> Kept:
    return {"code": Measurement.objects.get(id=measurement).code}


def _analyses(measurement: str) -> Iterable[str]:
    return Analysis.objects.filter(measurement=measurement).exclude(id=measurement).order_by("id").values_list("id", flat=True)  # fmt: skip


def _erase_measurement(recorded: Recorded, kept: Kept) -> None:
    """Nothing stays but the number, which is not given again; notes about it stay with the sample."""
    note_code(recorded, kept["code"])
    Term.objects.filter(target=recorded.id).delete()
    Note.objects.filter(measurement=recorded.id).update(measurement=None)
    measurement = Measurement.objects.filter(id=recorded.id).first()
    if measurement is not None:
        file = measurement.file_id
        measurement.delete()
        _back_to_inbox(file)


def _erase_analysis(recorded: Recorded, kept: Kept) -> None:
    """The measurement shows the latest that is left."""
    analysis = Analysis.objects.select_related("measurement").filter(id=recorded.id).first()
    if analysis is not None:
        measurement = analysis.measurement
        analysis.delete()
        _show(measurement)


def _more(body: MeasurementRecord | AnalysisRecord) -> Iterable[str]:
    """Figures beyond the first ones: part of the record."""
    return (body.analysis.more_figures,) if body.analysis.more_figures else ()


def _columns(body: MeasurementRecord | AnalysisRecord) -> Iterable[str]:
    """Columns and plots: derived."""
    found = (*(table.parquet_sha256 for table in body.analysis.tables), body.analysis.plots_sha256)
    return tuple(dict.fromkeys(filter(None, found)))


TYPES = (
    RecordType(
        "measurement/1",
        MeasurementRecord,
        apply_measurement,
        blobs=_more,
        derived=_columns,
        erase=_erase_measurement,
        keeps=_keeps,
        takes=_analyses,
        needs=_needs,
        arrived=_arrived,
    ),
    RecordType(
        "analysis/1",
        AnalysisRecord,
        apply_analysis,
        blobs=_more,
        derived=_columns,
        erase=_erase_analysis,
        needs=_needs_measurement,
        changes=_changes,
        arrived=_arrived,
    ),
    RecordType(
        "measurement-state/1",
        MeasurementStateRecord,
        apply_state,
        erase=lambda recorded, kept: (
            None
        ),  # it has no rows; so it can be withheld and shared again with its measurement
        needs=_needs_measurement,
        changes=_changes,
    ),
)
