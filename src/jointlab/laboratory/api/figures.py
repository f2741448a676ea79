"""Figures over all samples, for programs; and the quantities that there are."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from jointlab.laboratory.api.values import Condition, Cursor, FigureOut, figure_out
from jointlab.laboratory.models import Result
from jointlab.laboratory.queries import figures as queries
from jointlab.people.pages import actor_at
from jointlab.science.quantities import all_quantities

router = Router(tags=["measurements"])


class ResultOut(FigureOut):
    """A figure, and where it stands."""

    sample: str
    device: str
    measurement: str
    analysis: int


class ResultsPage(Schema):
    """Figures, the smallest value first; `after` asks for the next ones, "" at the end."""

    items: list[ResultOut]
    after: str


class FiguresAsked(Schema):
    """Which figures: a quantity, and codes of sample and device, slug of the project, technique."""

    quantity: Annotated[str, Field(min_length=1, max_length=80)]
    sample: Condition = ""
    device: Condition = ""
    project: Condition = ""
    technique: Condition = ""
    headline: bool = False
    after: Cursor = ""


class QuantityOut(Schema):
    """A quantity of figures and columns, with its one unit."""

    name: str
    symbol: str
    unit: str
    title: str
    definition: str


@router.get("/figures", response=ResultsPage)
def figures(request: HttpRequest, asked: Query[FiguresAsked]) -> dict[str, Any]:
    """The shown figures of one quantity over all samples that the caller sees, 200 at a time."""
    given = asked.dict()
    wanted = queries.Asked(**{name: value for name, value in given.items() if name != "after"})
    page = queries.listing(actor_at(request), wanted, after=asked.after)
    return {"items": [_result(result) for result in page.results], "after": page.after}


@router.get("/quantities", response=list[QuantityOut])
def quantities(request: HttpRequest) -> list[dict[str, Any]]:
    """Every quantity that figures and columns can have."""
    return [
        {"name": one.name, "symbol": one.symbol, "unit": one.unit, "title": one.en, "definition": one.definition}
        for one in all_quantities()
    ]


def _result(result: Result) -> dict[str, Any]:
    return {
        **figure_out(result), "sample": result.sample.code, "device": result.device.code if result.device else "",
        "measurement": result.measurement.code, "analysis": result.analysis.number,
    }  # fmt: skip
