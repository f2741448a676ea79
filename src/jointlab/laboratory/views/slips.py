"""The packing slip as PDF."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from jointlab.laboratory.queries.transfers import transfer_by_id
from jointlab.laboratory.slips import printed
from jointlab.people.pages import actor_at
from jointlab.web.middleware import sign_in_first


@sign_in_first
@require_safe
def slip(request: HttpRequest, id: str) -> HttpResponse:
    """What is in the parcel, who cleared it, and lines to be filled in by hand."""
    return printed(transfer_by_id(actor_at(request), id), node=request.build_absolute_uri("/"))
