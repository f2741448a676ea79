"""What every page with a form does alike."""

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def revision(request: HttpRequest, *, fresh: int) -> int:
    """The revision that a form was made from. A form without one was made by no page of ours: it counts as the oldest."""
    if request.method != "POST":
        return fresh
    rev = request.POST.get("rev", "")
    return int(rev) if rev.isascii() and rev.isdigit() and len(rev) < 10 else 0


def form_status(form: Form) -> int:
    """Of the answer that shows the form: 422 when it was sent and has faults."""
    return 422 if form.is_bound and form.errors else 200


def form_page(
    request: HttpRequest, form: Form, *, title: str, back: str, back_title: str, rev: int = 0, act: str = ""
) -> HttpResponse:
    """A page that is one form. `back` names the page of the list above it; `rev` is the revision that is changed;
    `act` the word on the button where that is not “Save”.
    """
    context = {"form": form, "title": title, "rev": rev, "back": back, "back_title": back_title, "act": act}
    return render(request, "web/form_page.html", context, status=form_status(form))
