"""Labels as PDF."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from jointlab.laboratory.labels import label_of_device, label_of_sample, printed
from jointlab.laboratory.queries.devices import device_by_code
from jointlab.laboratory.queries.samples import sample_by_code
from jointlab.people.pages import actor_at
from jointlab.web.middleware import sign_in_first


@sign_in_first
@require_safe
def sample_label(request: HttpRequest, code: str) -> HttpResponse:
    """The label of a sample; ?size=62x29 for another printer."""
    sample = sample_by_code(actor_at(request), code)
    return printed(label_of_sample(sample, node=request.build_absolute_uri("/")), size=_size(request))


@sign_in_first
@require_safe
def device_label(request: HttpRequest, code: str) -> HttpResponse:
    """The label of a device."""
    device = device_by_code(actor_at(request), code)
    return printed(label_of_device(device, node=request.build_absolute_uri("/")), size=_size(request))


def _size(request: HttpRequest) -> str:
    return request.GET.get("size", "50x25")
