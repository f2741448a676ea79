"""Cases of the laboratory: the request for a measurement."""

from jointlab.cases.kinds import CaseKind
from jointlab.cases.kinds import register as register_kinds
from jointlab.laboratory.measurement_request import REQUEST
from jointlab.laboratory.operations.requests import refusal
from jointlab.laboratory.queries import requests
from jointlab.laboratory.views.requests import drawn

REQUEST_KIND = CaseKind(
    REQUEST, visible=requests.visible, guard=refusal, needs=requests.needs, due=requests.due, title=requests.title,
    may_go=requests.may_go, page=drawn,
)  # fmt: skip


def register() -> None:
    """Called once when the program starts."""
    register_kinds(REQUEST_KIND)
