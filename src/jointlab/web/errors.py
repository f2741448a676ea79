"""The only place that knows HTTP: every failure as a page in the reader's language, also for strangers."""

import logging
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from jointlab.errors import BadInput, Conflict, Fault, NotAllowed, NotFound, Unavailable
from jointlab.web.sentences import sentence

STATUS: dict[type[Fault], int] = {BadInput: 400, NotAllowed: 403, NotFound: 404, Conflict: 409, Unavailable: 503}
_log = logging.getLogger("jointlab.web")
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Failure:
    """What is told: `help` says what would work where the sentence does not; `retry` is an address to load again."""

    status: int
    sentence: str
    code: str = ""
    help: str = ""
    retry: str = ""


def status_of(fault: Fault) -> int:
    """The HTTP status of a fault's family."""
    return next((code for family, code in STATUS.items() if isinstance(fault, family)), 500)


def of_fault(request: HttpRequest, fault: Fault) -> HttpResponse:
    """A fault of a room as an answer."""
    status = status_of(fault)
    retry = came_from(request) if status in (STATUS[BadInput], STATUS[Conflict]) and request.method == "POST" else ""
    return answer(request, Failure(status, sentence(fault), fault.code, retry=retry))


def came_from(request: HttpRequest) -> str:
    """The page of this node that sent the form; nothing when it cannot be known."""
    sent = urlsplit(request.headers.get("Referer", ""))
    return sent._replace(scheme="", netloc="").geturl() if sent.netloc == request.get_host() else ""


def answer(request: HttpRequest, failure: Failure) -> HttpResponse:
    """A page; for a script that asks for JSON the same words as JSON."""
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"code": failure.code, "sentence": failure.sentence}, status=failure.status)
    return render(request, "web/fault.html", vars(failure), status=failure.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what Django itself refuses, such as too many fields or a host that is not ours."""
    text = gettext("This request cannot be understood.")
    say = gettext("Open the page again and send the form from there.")
    return HttpResponse(
        render_to_string("web/fault.html", vars(Failure(400, text, "web.bad-request", say)) | bare(request)), status=400
    )


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 of Django."""
    return answer(request, Failure(403, gettext("You may not open this page."), "web.not-allowed"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no address of this node."""
    text = gettext("There is no page “{path}”.").format(path=request.path[:120])
    say = gettext("Check the address for a slip, or find what you look for in the menu.")
    return answer(request, Failure(404, text, "web.no-page", say))


def only_for_forms(request: HttpRequest, *, allowed: str) -> HttpResponse:
    """405: an address that changes something was opened like a page."""
    text = gettext("“{path}” is no page: it takes what a form sends.").format(path=request.path[:120])
    page = answer(request, Failure(405, text, "web.no-page", gettext("Go back and use the button there.")))
    page["Allow"] = allowed
    return page


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form without the mark of its page: too old, from elsewhere, or the browser keeps no cookies."""
    text = gettext("This form is too old or did not come from this node, so nothing was changed.")
    say = gettext("Load the page again and send the form once more. The browser must accept this node's cookies.")
    return answer(request, Failure(403, text, "web.stale-form", say, retry=came_from(request)))


def broken(request: HttpRequest) -> HttpResponse:
    """500: drawn without the database, which may be what is broken; the code leads to the line in the operator's log."""
    code = "E-" + "".join(secrets.choice(_LETTERS) for _ in range(6))
    _log.error("%s: %s %s failed", code, request.method, request.path, exc_info=True)
    text = gettext("This page could not be made.")
    say = gettext("Nothing that was stored is lost. The fault is written in the operator's log under this code:")
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"code": code, "sentence": text}, status=500)
    return HttpResponse(
        render_to_string("web/fault.html", vars(Failure(500, text, code, say)) | bare(request)), status=500
    )


def bare(request: HttpRequest) -> dict[str, object]:
    """A context without person and menu."""
    return {"actor": None, "menu": (), "tabs": (), "messages": (), "languages": (), "bare": True}
