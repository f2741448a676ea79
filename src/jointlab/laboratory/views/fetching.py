"""Files of partners that are not here yet: how they are on their way, and the buttons to fetch and to stop."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jointlab.errors import BadInput, NotAllowed
from jointlab.federation.blobs import wanting
from jointlab.laboratory.models import Measurement
from jointlab.laboratory.queries import missing
from jointlab.people.actors import Actor
from jointlab.people.pages import actor_at
from jointlab.web.middleware import sign_in_first
from jointlab.web.toasts import toast


@sign_in_first
@never_cache
@require_safe
def file_coming(request: HttpRequest, sha256: str) -> HttpResponse:
    """One file of a partner; with `part`, only the piece of the page that changes."""
    actor = actor_at(request)
    found = missing.known_file(actor, sha256)
    whole = "part" not in request.GET
    context = {
        "file": found,
        "here": missing.is_here(sha256),
        "alone": whole or "alone" in request.GET,
        **_context(actor, sha256, owner=found.home),
    }
    return render(request, "laboratory/file_coming.html" if whole else "laboratory/coming.html", context)


@sign_in_first
@require_POST
def file_fetch(request: HttpRequest, sha256: str) -> HttpResponse:
    """Fetch now, or stop."""
    actor = actor_at(request)
    found = missing.known_file(actor, sha256)
    if not missing.may_fetch(actor):
        raise NotAllowed("fetch.not-yours", "Files of partners are fetched by researchers of this institution.")
    do = request.POST.get("do", "")
    if do == "fetch":
        if missing.is_here(sha256):
            toast(request, _("The file is here."))
        else:
            wanting.ask_for(sha256, by=actor.person)
            toast(request, _("The file is asked for."))
    elif do == "stop":
        wanting.stop(sha256)
        toast(request, _("Stopped. What has come is kept."))
    else:
        raise BadInput("fetch.do", "Say fetch or stop.", field="do")
    if "alone" in request.POST or not found.address:
        return redirect("file-coming", sha256)
    return redirect(found.address)


def awaited_context(actor: Actor, seen: Measurement) -> dict[str, Any]:
    """For the page of a measurement: its file, when that is still at its home."""
    return _context(actor, seen.file.sha256, owner=seen.file.home)


def _context(actor: Actor, sha256: str, *, owner: str) -> dict[str, Any]:
    return {"coming": missing.awaited(sha256, owner=owner), "may_fetch": missing.may_fetch(actor)}
