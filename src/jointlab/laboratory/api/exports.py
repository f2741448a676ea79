"""Numbers and pictures of a measurement as files, for programs; the same bytes as the pages give."""

from typing import Annotated

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Query, Router

from jointlab.laboratory import downloads
from jointlab.laboratory.api.values import DOWNLOAD, Code, Place, download
from jointlab.laboratory.models import Analysis
from jointlab.laboratory.queries import measurements as queries
from jointlab.people.pages import actor_at

router = Router(tags=["exports"])

_CSV = download("text/csv")
Number = Annotated[int, Query(ge=0, le=2**31 - 1, description="The number of the analysis; 0 for the shown one.")]


@router.get("/measurements/{code}/figures.csv", openapi_extra=_CSV)
def figures_csv(request: HttpRequest, code: Code, analysis: Number = 0) -> HttpResponseBase:
    """Every figure of an analysis."""
    return downloads.figures_csv(_analysis(request, code, analysis))


@router.get("/measurements/{code}/tables/{place}.csv", openapi_extra=_CSV)
def table_csv(request: HttpRequest, code: Code, place: Place, analysis: Number = 0) -> HttpResponseBase:
    """One table of the file in canonical units, counted from 0; units in the header."""
    return downloads.table_csv(_analysis(request, code, analysis), place)


@router.get("/measurements/{code}/tables/{place}.parquet", openapi_extra=DOWNLOAD)
def table_parquet(request: HttpRequest, code: Code, place: Place, analysis: Number = 0) -> HttpResponseBase:
    """The same as Parquet."""
    return downloads.table_parquet(_analysis(request, code, analysis), place)


@router.get("/measurements/{code}/plots/{place}.csv", openapi_extra=_CSV)
def plot_csv(request: HttpRequest, code: Code, place: Place, analysis: Number = 0) -> HttpResponseBase:
    """The points of one plot, counted from 0."""
    return downloads.plot_csv(_analysis(request, code, analysis), place)


@router.get("/measurements/{code}/plots/{place}.svg", openapi_extra=download("image/svg+xml"))
def plot_svg(request: HttpRequest, code: Code, place: Place, analysis: Number = 0) -> HttpResponseBase:
    """One plot as a picture."""
    return downloads.plot_svg(_analysis(request, code, analysis), place)


@router.get("/measurements/{code}/cite.bib", openapi_extra=download(downloads.BIBTEX))
def cite_bibtex(request: HttpRequest, code: Code, analysis: Number = 0) -> HttpResponseBase:
    """The citation of an analysis as BibTeX."""
    return downloads.bibtex(_analysis(request, code, analysis), node=request.build_absolute_uri("/"))


@router.get("/measurements/{code}/cite.json", openapi_extra=download(downloads.CSL, {"type": "array"}))
def cite_csl(request: HttpRequest, code: Code, analysis: Number = 0) -> HttpResponseBase:
    """The citation of an analysis as CSL-JSON."""
    return downloads.csl(_analysis(request, code, analysis), node=request.build_absolute_uri("/"))


@router.get("/measurements/{code}/original", openapi_extra=DOWNLOAD)
def original(request: HttpRequest, code: Code) -> HttpResponseBase:
    """The raw file, byte for byte."""
    return downloads.original(queries.by_code(actor_at(request), code=code).file)


def _analysis(request: HttpRequest, code: str, number: int) -> Analysis:
    seen = queries.by_code(actor_at(request), code=code)
    found = queries.analysis_of(seen, number=number)
    found.measurement = seen
    return found
