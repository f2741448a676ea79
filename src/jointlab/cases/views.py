"""Pages of cases: one, its next step, its files. A room may draw its own cases itself; steps are taken here for all."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jointlab.cases import operations, queries
from jointlab.cases.forms import StepForm
from jointlab.cases.kinds import kind_of
from jointlab.cases.shown import CasePage, case_page
from jointlab.errors import BadInput, Conflict, NotFound
from jointlab.history.blobs import store
from jointlab.people.pages import actor_at, at_field
from jointlab.web.middleware import sign_in_first
from jointlab.web.sentences import sentence
from jointlab.web.toasts import toast

_TYPES = {
    b"%PDF-": ("application/pdf", ".pdf"),
    b"\x89PNG": ("image/png", ".png"),
    b"\xff\xd8\xff": ("image/jpeg", ".jpg"),
}


@sign_in_first
@require_safe
def case(request: HttpRequest, id: str) -> HttpResponse:
    """One case, or the page on which its room shows it."""
    actor = actor_at(request)
    found = queries.case_by_id(actor, id)
    kind = kind_of(found.process)
    if kind.url is not None:
        return redirect(kind.address(found))
    return drawn(request, case_page(actor, found))


@sign_in_first
@require_POST
def step(request: HttpRequest, id: str, name: str) -> HttpResponse:
    """A step is taken; what is wrong with it stands at its form, what was typed stays."""
    actor = actor_at(request)
    found = queries.case_by_id(actor, id)
    kind = kind_of(found.process)
    wanted = kind.process.step(name)
    if wanted is None or "" in wanted.source:
        raise NotFound("case.step", "There is no step “{step}” in this process.", step=name[:40])
    instance = queries.instance_of(found.id, found.process)
    form = StepForm(request.POST, request.FILES, step=wanted, instance=instance)
    operations.require_side(actor, found, wanted)
    seen = request.POST.get("seen", "")[:64]
    # Whoever may not take the step now is told that, not what the form lacks.
    if not form.is_valid() and seen == found.head and wanted in queries.may_take(actor, found, instance):
        return drawn(request, case_page(actor, found, tried=form), status=422)
    try:
        moved = operations.take(actor, case=found, step=name, form=form.values(), seen=seen, uploads=form.uploads())
    except BadInput as fault:
        if not form.errors:
            at_field(form, fault)
        return drawn(request, case_page(actor, found, tried=form), status=422)
    except Conflict as fault:
        fresh = StepForm({**request.POST.dict(), "seen": found.head}, step=wanted, instance=instance)
        return drawn(request, case_page(actor, found, tried=fresh, stale=sentence(fault)), status=409)
    toast(request, _("{code}: {step}").format(code=moved.code, step=_(wanted.done)))
    return redirect(kind.address(moved))


@sign_in_first
@require_safe
def file(request: HttpRequest, id: str, sha256: str) -> HttpResponseBase:
    """A file that a step names, to be saved. Raises NotFound ``file.none``, ``blob.none`` while it is still at the partner."""
    actor = actor_at(request)
    found = queries.case_by_id(actor, id)
    named = queries.file_of(actor, found, sha256=sha256)
    opened = store().open(named.sha256)
    content_type, ending = _type_of(opened.read(8))
    opened.seek(0)
    response = FileResponse(opened, content_type=content_type)
    name = f"{found.code}-{named.step.step}-{named.field}{ending}"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def drawn(request: HttpRequest, page: CasePage, status: int = 200) -> HttpResponse:
    """The page as its room draws it, or plainly."""
    if page.kind.page is not None:
        return page.kind.page(request, page, status)
    return render(request, "cases/case.html", {"page": page, "case": page.case}, status=status)


def _type_of(beginning: bytes) -> tuple[str, str]:
    """By the bytes, never by what somebody calls it; anything else is bytes."""
    for magic, known in _TYPES.items():
        if beginning.startswith(magic):
            return known
    return "application/octet-stream", ".bin"
