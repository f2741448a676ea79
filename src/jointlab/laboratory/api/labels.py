"""Labels for programs: the same PDF as the pages print."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from jointlab.laboratory.api.values import Code, download
from jointlab.laboratory.labels import SIZES, label_of_device, label_of_sample, printed
from jointlab.laboratory.queries.devices import device_by_code
from jointlab.laboratory.queries.samples import sample_by_code
from jointlab.people.pages import actor_at

router = Router(tags=["samples"])

Size = Annotated[str, Query(max_length=20, description=f"Width and height in mm: {', '.join(SIZES)}.")]
_PDF: dict[str, Any] = download("application/pdf")


@router.get("/samples/{code}/label.pdf", openapi_extra=_PDF)
def sample_label(request: HttpRequest, code: Code, size: Size = "50x25") -> HttpResponse:
    """The label of a sample, with its QR code."""
    sample = sample_by_code(actor_at(request), code)
    return printed(label_of_sample(sample, node=request.build_absolute_uri("/")), size=size)


@router.get("/devices/{code}/label.pdf", openapi_extra=_PDF)
def device_label(request: HttpRequest, code: Code, size: Size = "50x25") -> HttpResponse:
    """The label of a device."""
    device = device_by_code(actor_at(request), code)
    return printed(label_of_device(device, node=request.build_absolute_uri("/")), size=size)
