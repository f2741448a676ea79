"""What the endpoints share: who asks, bounded values, and how small things look in JSON."""

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from jointlab.laboratory.models import Result
from jointlab.laboratory.records import FigureRecord

Code = Annotated[str, Field(min_length=1, max_length=80)]  # of a sample, a device, a measurement
Record = Annotated[str, Field(max_length=80)]  # the identifier of a record
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Condition = Annotated[str, Field(max_length=200)]  # what a list is filtered by
Cursor = Annotated[str, Field(max_length=400)]
Day = Annotated[str, Field(max_length=10, description="An ISO date, 2026-09-02; empty where it is not known.")]
Words = Annotated[str, Field(max_length=20_000)]
Line = Annotated[str, Field(max_length=200)]
Revision = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1, description="The revision that the change rests on.")]
Place = Annotated[int, Field(ge=0, le=100_000)]  # of a table or a plot, from 0
Settings = Annotated[
    dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=200)]], Field(max_length=100)
]


def download(kind: str, schema: "dict[str, Any] | None" = None) -> dict[str, Any]:
    """What the description says of an operation that answers with bytes of this kind."""
    content = {kind: {"schema": schema or {"type": "string", "format": "binary"}}}
    return {"responses": {200: {"description": "The bytes, as a download.", "content": content}}}


DOWNLOAD = download("application/octet-stream")


class FigureOut(Schema):
    """One figure of merit. `value` and `uncertainty` (one standard uncertainty) hold the recorded digits as text."""

    quantity: str
    value: str
    uncertainty: str
    unit: str
    method: str
    includes: str
    conditions: dict[str, str | int | float]
    headline: bool


def figure_out(figure: Result | FigureRecord) -> dict[str, Any]:
    """A figure, recorded or only computed, as `FigureOut`."""
    from jointlab.laboratory.bodies import plain_conditions

    if isinstance(figure, Result):
        value, spread, conditions = figure.value_text, figure.uncertainty_text, figure.conditions
    else:
        value, spread, conditions = figure.value, figure.uncertainty, plain_conditions(figure.conditions)
    return {
        "quantity": figure.quantity, "value": value, "uncertainty": spread, "unit": figure.unit, "method": figure.method,
        "includes": figure.includes, "conditions": conditions, "headline": figure.headline,
    }  # fmt: skip
