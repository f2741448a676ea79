"""Asking for a measurement, for programs. The further steps are steps of the case."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from jointlab.cases.api import CaseOut, case_out
from jointlab.laboratory.api.values import Code, Day
from jointlab.laboratory.operations import requests as operations
from jointlab.laboratory.queries import projects
from jointlab.laboratory.queries.samples import sample_by_code
from jointlab.people.pages import actor_at

router = Router(tags=["requests"])


class RequestIn(Schema):
    """What is asked of the instrument with this short name; `answer_by` is an ISO date or ""."""

    instrument: Annotated[str, Field(max_length=60)]
    what: Annotated[str, Field(max_length=2000)]
    answer_by: Day = ""


@router.post("/samples/{code}/measurement-requests", response={201: CaseOut})
def request_add(request: HttpRequest, code: Code, given: RequestIn) -> Status[dict[str, Any]]:
    """Ask another institution's instrument for a measurement on a sample."""
    actor = actor_at(request)
    sample, instrument = sample_by_code(actor, code), projects.instrument(actor, slug=given.instrument)
    form = {"what": given.what, "answer_by": given.answer_by}
    return Status(201, case_out(operations.ask(actor, sample=sample, instrument=instrument, form=form)))
