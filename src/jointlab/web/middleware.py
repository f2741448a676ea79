"""The door of requests: a fault becomes a page (or a piece of one) with its sentence."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from jointlab.errors import BadInput, Fault
from jointlab.web import errors

Next = Callable[[HttpRequest], HttpResponse]


class FaultMiddleware:
    """Faults of the rooms become answers."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """One request; an address that only takes forms, opened as a page, says so."""
        response = self.get_response(request)
        if response.status_code == 405 and not getattr(response, "content", b"x"):
            return errors.only_for_forms(request, allowed=response["Allow"])
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., object], args: object, kwargs: object
    ) -> HttpResponse | None:
        """No page takes a NUL: PostgreSQL stores none, SQLite would. The API and other doors of programs look themselves."""
        if getattr(view, "csrf_exempt", False) or not _holds_nul(request):
            return None
        return errors.of_fault(
            request, BadInput("web.nul", "What was sent holds an invisible character (NUL) that no text has. Type the text again instead of pasting it.")
        )  # fmt: skip

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """A fault as a page in the reader's language; anything else goes on to Django."""
        return errors.of_fault(request, fault) if isinstance(fault, Fault) else None


def _holds_nul(request: HttpRequest) -> bool:
    """In the address or in a form; the form has been read already, for the mark of its page."""
    fields = (request.GET, request.POST) if request.method == "POST" else (request.GET,)
    given = (text for sent in fields for name, values in sent.lists() for text in (name, *values))
    return "\0" in request.path or any(isinstance(text, str) and "\0" in text for text in given)


def sign_in_first(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For pages that need a person: a stranger is sent to the sign-in page and comes back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if getattr(request, "actor", None) is None:
            return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}")
        return view(request, *args, **kwargs)

    return guarded
