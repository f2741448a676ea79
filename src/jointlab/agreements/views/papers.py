"""What is downloaded of agreements: the paper, the version for programs, proofs of clauses, days for a calendar."""

from base64 import b64encode
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from jointlab.agreements.calendars import days_of, event, ics
from jointlab.agreements.forms.proofs import ProofForm
from jointlab.agreements.proofs import prove
from jointlab.agreements.queries import listing
from jointlab.agreements.queries.papers import content_of, paper_in
from jointlab.agreements.queries.waiting import waits_for_us
from jointlab.people.pages import actor_at
from jointlab.web.form_pages import form_status
from jointlab.web.middleware import sign_in_first
from jointlab.web.typed import slug_of


@sign_in_first
@require_safe
def paper(request: HttpRequest, id: str) -> HttpResponse:
    """PDF/A of a version: in all its languages one after the other, beside each other, or in one of them.

    When the text is frozen, these are the bytes that were stored then, the same at both nodes.
    """
    version = listing.version_for(actor_at(request), id)
    language, beside = request.GET.get("language", "")[:10], bool(request.GET.get("beside"))
    found = paper_in(version.hash, language=language, beside=beside)
    content = content_of(version.hash, found)
    name = (
        f"{slug_of(version.head.agreement)}-v{version.head.number}{found.name.removeprefix('paper').replace('_', '-')}"
    )
    response = _download(content, f"{name}.pdf", "application/pdf", attached=False)
    response["Repr-Digest"] = f"sha-256=:{b64encode(sha256(content).digest()).decode()}:"  # RFC 9530
    return response


@sign_in_first
@require_safe
def whole(request: HttpRequest, id: str) -> HttpResponse:
    """The version as canonical JSON: the very bytes from which its hash follows."""
    version = listing.version_for(actor_at(request), id)
    name = f"{slug_of(version.head.agreement)}-v{version.head.number}.json"
    return _download(version.to_bytes(), name, "application/json")


@sign_in_first
@require_safe
def proof(request: HttpRequest, id: str, number: str) -> HttpResponse:
    """One clause with the path to the hash, to be shown to a third person."""
    version = listing.version_for(actor_at(request), id)
    name = f"{slug_of(version.head.agreement)}-v{version.head.number}-clause-{number}.json"
    return _download(prove(version, [number]), name, "application/json")


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def proof_check(request: HttpRequest) -> HttpResponse:
    """Whether a proof shows what it says; nothing is kept of it."""
    actor_at(request)
    form = ProofForm(request.POST or None, request.FILES or None)
    shown = form.proved if request.method == "POST" and form.is_valid() else None
    return render(request, "agreements/proof.html", {"form": form, "shown": shown}, status=form_status(form))


@sign_in_first
@require_safe
def calendar(request: HttpRequest, id: str) -> HttpResponse:
    """The days of one version."""
    entry = listing.agreement_by_hash(actor_at(request), id)
    return _calendar(ics(days_of(entry)), f"{slug_of(entry.version.head.agreement)}.ics")


@sign_in_first
@require_safe
def calendar_of_all(request: HttpRequest) -> HttpResponse:
    """The days of every agreement that counts or comes, and of what waits for our side."""
    actor = actor_at(request)
    events = [one for agreement in listing.agreements(actor) for one in days_of(agreement.current)]
    events += [event(case.pk, case.due, f"{case.code}: {case.title}") for case in waits_for_us(actor) if case.due]
    return _calendar(ics(events), "agreements.ics")


def _calendar(content: str, name: str) -> HttpResponse:
    return _download(content.encode(), name, "text/calendar; charset=utf-8")


def _download(content: bytes, name: str, content_type: str, *, attached: bool = True) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(attached, name) or "attachment"
    return response
