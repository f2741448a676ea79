"""Plots, tables, citations and the original file, as pages and as downloads."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from jointlab.laboratory import downloads
from jointlab.laboratory.downloads import plot_at, table_at
from jointlab.laboratory.models import Analysis, Measurement
from jointlab.laboratory.queries import measurements as queries
from jointlab.laboratory.queries.missing import is_here
from jointlab.laboratory.tables import frame_of
from jointlab.people.pages import actor_at
from jointlab.science.plots.plot import Plot
from jointlab.science.plots.plotly import plotly
from jointlab.science.plots.svg import svg
from jointlab.science.printed_units import unit as unit_in
from jointlab.web.middleware import sign_in_first
from jointlab.web.numbers import language
from jointlab.web.sites import site_of
from jointlab.web.words import curve, technique

_ROWS = 200  # of numbers on one page


@require_safe
@sign_in_first
def plot(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One plot, to be zoomed where scripts run, with its numbers as a table."""
    analysis = _analysis(request, code)
    drawn = plot_at(analysis, number)
    start = _start(request)
    total = sum(len(series.x) for series in drawn.series)
    context = {
        **_frame(analysis), "plot": drawn, "number": number, "svg": svg(drawn, language=language(), mark=_mark(code), words=curve),
        "rows": list(_points(drawn, start)), **_leaf(start, total),
        "x_title": drawn.x.title(language()), "y_title": drawn.y.title(language()),
        "spread": any(series.uncertainty is not None for series in drawn.series),
    }  # fmt: skip
    return render(request, "laboratory/measurement_plot.html", context)


@require_safe
@sign_in_first
def plot_json(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One plot for Plotly."""
    drawn = plot_at(_analysis(request, code), number)
    return JsonResponse(plotly(drawn, language=language(), mark=_mark(code), words=curve))


@require_safe
@sign_in_first
def plot_csv(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """The points of one plot."""
    return downloads.plot_csv(_analysis(request, code), number)


@require_safe
@sign_in_first
def plot_svg(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """One plot as a picture for papers."""
    return downloads.plot_svg(_analysis(request, code), number)


@require_safe
@sign_in_first
def table(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The rows of one table of the file, in canonical units."""
    analysis = _analysis(request, code)
    entry = table_at(analysis, number)
    start = _start(request)
    frame = frame_of(analysis, number)
    columns = [
        {**column, "shown_unit": unit_in(column["unit"], language=language()) if column["unit"] else ""}
        for column in entry["columns"]
    ]
    rows = [[_cell(value) for value in row] for row in frame.slice(start, _ROWS).rows()]
    context = {
        **_frame(analysis), "table": entry, "columns": columns, "number": number, "rows": rows, **_leaf(start, frame.height),
    }  # fmt: skip
    return render(request, "laboratory/measurement_table.html", context)


@require_safe
@sign_in_first
def table_csv(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """One table of the file, units in the header."""
    return downloads.table_csv(_analysis(request, code), number)


@require_safe
@sign_in_first
def table_parquet(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """The same as Parquet, for programs."""
    return downloads.table_parquet(_analysis(request, code), number)


@require_safe
@sign_in_first
def figures_csv(request: HttpRequest, code: str) -> HttpResponseBase:
    """Every figure of one analysis."""
    return downloads.figures_csv(_analysis(request, code))


@require_safe
@sign_in_first
def original(request: HttpRequest, code: str) -> HttpResponseBase:
    """The file as it came from the instrument, byte for byte."""
    file = _seen(request, code).file
    return downloads.original(file) if is_here(file.sha256) else redirect("file-coming", file.sha256)


@require_safe
@sign_in_first
def cite_bibtex(request: HttpRequest, code: str) -> HttpResponseBase:
    """The citation of one analysis as BibTeX."""
    return downloads.bibtex(_analysis(request, code), node=request.build_absolute_uri("/"))


@require_safe
@sign_in_first
def cite_csl(request: HttpRequest, code: str) -> HttpResponseBase:
    """The citation of one analysis as CSL-JSON."""
    return downloads.csl(_analysis(request, code), node=request.build_absolute_uri("/"))


def _seen(request: HttpRequest, code: str) -> Measurement:
    return queries.by_code(actor_at(request), code=code)


def _analysis(request: HttpRequest, code: str) -> Analysis:
    text = request.GET.get("analysis", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    seen = _seen(request, code)
    analysis = queries.analysis_of(seen, number=number)
    analysis.measurement = seen
    return analysis


def _cell(value: object) -> str:
    return _digits(value) if isinstance(value, float) else "—" if value is None else str(value)


def _points(plot: Plot, start: int) -> Iterator[tuple[str, str, str, str]]:
    """The points of one page, over all curves: curve, x, y, uncertainty."""
    before = 0
    for series in plot.series:
        for i in range(max(start - before, 0), min(start + _ROWS - before, len(series.x))):
            spread = "" if series.uncertainty is None else _digits(float(series.uncertainty[i]))
            yield curve(series.name), _digits(float(series.x[i])), _digits(float(series.y[i])), spread
        before += len(series.x)


def _digits(value: float) -> str:
    """Enough digits to look at; the files of numbers have all."""
    return "—" if value != value else f"{value:.8g}"


def _mark(code: str) -> Any:
    return "n" if site_of(code.partition("-")[0]).mark == "n" else "a"


def _frame(analysis: Analysis) -> dict[str, Any]:
    return {
        "measurement": analysis.measurement, "analysis": analysis, "title": technique(analysis.measurement.technique),
    }  # fmt: skip


def _leaf(start: int, total: int) -> dict[str, int | None]:
    """Which of all rows a page shows, and where the pages before and after it begin."""
    end = min(start + _ROWS, total)
    before = max(start - _ROWS, 0) if start else None
    return {"start": start, "total": total, "next": end if end < total else 0, "previous": before, "to": end}


def _start(request: HttpRequest) -> int:
    text = request.GET.get("from", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
