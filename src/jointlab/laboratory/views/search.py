"""The search of the header."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from jointlab.laboratory.models import Device, Sample
from jointlab.laboratory.queries.search import search as find
from jointlab.laboratory.queries.search import the_one
from jointlab.people.pages import actor_at
from jointlab.web.middleware import sign_in_first


@sign_in_first
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Everything that holds the words; the whole code of a record leads straight to it."""
    actor, question = actor_at(request), request.GET.get("q", "").strip()[:200]
    one = the_one(actor, question) if question else None
    if one is not None:
        page = "sample" if isinstance(one, Sample) else "device" if isinstance(one, Device) else "measurement"
        return redirect(page, one.code)
    return render(request, "laboratory/search.html", {"question": question, "found": find(actor, question)})
