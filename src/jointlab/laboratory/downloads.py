"""What is saved rather than shown: tables, figures, plots and raw files as answers, alike for pages and programs."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from jointlab.errors import NotFound
from jointlab.laboratory import exports
from jointlab.laboratory.citations import citation
from jointlab.laboratory.models import Analysis, File
from jointlab.laboratory.plots import plots_of
from jointlab.laboratory.records import ColumnRecord
from jointlab.laboratory.tables import frame_of, parquet_of
from jointlab.science.plots.plot import Plot
from jointlab.science.plots.svg import standalone
from jointlab.web.numbers import language

CSV = "text/csv; charset=utf-8"
BIBTEX, CSL = "application/x-bibtex", "application/vnd.citationstyles.csl+json"


def plot_at(analysis: Analysis, number: int) -> Plot:
    """One plot of an analysis, counted from 0. Raises NotFound ``plot.none``."""
    plots = plots_of(analysis)
    if number >= len(plots):
        raise NotFound("plot.none", "{code} has no plot {number}.", code=analysis.measurement.code, number=number)
    return plots[number]


def table_at(analysis: Analysis, number: int) -> dict[str, Any]:
    """One table of the file, counted from 0. Raises NotFound ``table.none``."""
    tables: list[dict[str, Any]] = analysis.answer.get("tables", [])
    if number >= len(tables):
        raise NotFound("table.none", "{code} has no table {number}.", code=analysis.measurement.code, number=number)
    return tables[number]


def plot_csv(analysis: Analysis, number: int) -> HttpResponseBase:
    """The points of one plot."""
    drawn = plot_at(analysis, number)
    return streamed(exports.plot_csv(drawn), _named(analysis, drawn.name, ending=".csv"), CSV)


def plot_svg(analysis: Analysis, number: int) -> HttpResponseBase:
    """One plot as a picture for papers."""
    drawn = plot_at(analysis, number)
    picture = standalone(drawn, language=language()).encode()
    return streamed([picture], _named(analysis, drawn.name, ending=".svg"), "image/svg+xml")


def table_csv(analysis: Analysis, number: int) -> HttpResponseBase:
    """One table of the file, units in the header."""
    entry = table_at(analysis, number)
    columns = [ColumnRecord(c["name"], c["unit"], c["quantity"]) for c in entry["columns"]]
    pieces = exports.frame_csv(frame_of(analysis, number), columns)
    return streamed(pieces, _named(analysis, entry["name"], ending=".csv"), CSV)


def table_parquet(analysis: Analysis, number: int) -> HttpResponseBase:
    """The same as Parquet."""
    entry = table_at(analysis, number)
    return _stored(parquet_of(analysis, number), _named(analysis, entry["name"], ending=".parquet"))


def figures_csv(analysis: Analysis) -> HttpResponseBase:
    """Every figure of one analysis."""
    results = analysis.results.order_by("order").iterator(chunk_size=2000)
    return streamed(exports.figures_csv(results, analysis), _named(analysis, "figures", ending=".csv"), CSV)


def bibtex(analysis: Analysis, *, node: str) -> HttpResponseBase:
    """The citation of one analysis as BibTeX."""
    cited = citation(analysis, node=node)
    return streamed([cited.bibtex.encode()], f"{cited.key}.bib", f"{BIBTEX}; charset=utf-8")


def csl(analysis: Analysis, *, node: str) -> HttpResponseBase:
    """The citation of one analysis as CSL-JSON, as reference managers import it."""
    return JsonResponse(citation(analysis, node=node).csl, safe=False, content_type=CSL)


def original(file: File) -> HttpResponseBase:
    """The file as it came from the instrument, byte for byte. Raises NotFound ``blob.missing``."""
    return raw(file.sha256, name=file.name)


def raw(sha256: str, *, name: str) -> HttpResponseBase:
    """A file of the store under a name. Raises NotFound ``blob.missing``."""
    from jointlab.history.blobs import store

    stem, dot, ending = name.rpartition(".")
    safe = exports.safe_name(stem or ending, ending=exports.safe_name(dot, ending, ending="") if stem else "")
    path = store().path(sha256)
    if not path.exists():
        raise NotFound("blob.missing", "The store has no file {sha256}.", sha256=sha256)
    return _stored(path, safe)


def streamed(pieces: Iterable[bytes], name: str, kind: str) -> HttpResponseBase:
    """An answer that is made while it is sent."""
    return _guarded(StreamingHttpResponse(pieces, content_type=kind), name)


def _stored(path: Path, name: str) -> HttpResponseBase:
    """A file of the store, streamed; never shown by the browser."""
    return _guarded(FileResponse(path.open("rb"), content_type="application/octet-stream"), name)


def _guarded(response: HttpResponseBase, name: str) -> HttpResponseBase:
    """Saved, not shown; never taken for a page of this site."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    if disposition is None:
        raise Http404
    response["Content-Disposition"] = disposition
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _named(analysis: Analysis, *parts: str, ending: str) -> str:
    seen = analysis.measurement
    target = seen.device.code if seen.device else seen.sample.code
    return exports.safe_name(seen.code, target, f"a{analysis.number}", *parts, ending=ending)
