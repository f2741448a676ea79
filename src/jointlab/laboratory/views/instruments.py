"""Pages about instruments."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jointlab.history.operations import require_own
from jointlab.laboratory.forms.projects import InstrumentForm
from jointlab.laboratory.models import Instrument
from jointlab.laboratory.operations import instruments as operations
from jointlab.laboratory.queries import projects as queries
from jointlab.laboratory.queries.homes import is_ours
from jointlab.laboratory.queries.visibility import visible_measurements
from jointlab.people import tokens
from jointlab.people.actors import Right
from jointlab.people.models import Token
from jointlab.people.pages import actor_at, tried
from jointlab.web.form_pages import form_page, revision
from jointlab.web.middleware import sign_in_first
from jointlab.web.toasts import toast


@sign_in_first
@require_safe
def instruments(request: HttpRequest) -> HttpResponse:
    """All instruments."""
    actor = actor_at(request)
    context = {"instruments": queries.instruments(actor), "may_add": Right.ADMINISTER in actor.rights}
    return render(request, "laboratory/instruments.html", context)


@sign_in_first
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def instrument(request: HttpRequest, slug: str) -> HttpResponse:
    """One instrument: place, clock, remembered answers, its network drive. POST makes a token for the drive."""
    actor = actor_at(request)
    found = queries.instrument(actor, slug=slug)
    ours = is_ours(found.pk)  # the partner's has its drive at the partner's node
    may_change = Right.ADMINISTER in actor.rights and ours
    secret = ""
    if request.method == "POST":
        require_own(found.pk)
        name = _("drive of {name}").format(name=found.name)
        secret = tokens.make(actor, name=name, scope=Token.Scope.INBOX, days=None, subject=found.id).secret
    context = {
        "instrument": found, "ours": ours, "may_change": may_change, "secret": secret,
        "may_ask": Right.WRITE in actor.rights and found.active and actor.institution != found.institution_id,
        "may_answer": Right.WRITE in actor.rights and actor.institution == found.institution_id,
        "tokens": Token.objects.filter(subject=found.id).order_by("-id") if may_change else (),
        "drive": request.build_absolute_uri(f"/dav/{found.slug}/"),
        "measurements": visible_measurements(actor).filter(instrument=found).count(),
    }  # fmt: skip
    return render(request, "laboratory/instrument.html", context)


@sign_in_first
@require_POST
def drive_revoke(request: HttpRequest, slug: str, id: int) -> HttpResponse:
    """The drive's token opens nothing any more."""
    actor = actor_at(request)
    actor.require(Right.ADMINISTER)
    found = queries.instrument(actor, slug=slug)
    tokens.revoke(actor, token=id)
    toast(request, _("The token is revoked."))
    return redirect("instrument", slug=found.slug)


@sign_in_first
@require_POST
def answer_forget(request: HttpRequest, slug: str) -> HttpResponse:
    """An answer that was remembered for this instrument's files is asked again from now on."""
    actor = actor_at(request)
    found = queries.instrument(actor, slug=slug)
    operations.remember(actor, instrument=found, settings={request.POST.get("key", ""): ""})
    toast(request, _("Forgotten; the next file will ask again."))
    return redirect("instrument", slug=found.slug)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def instrument_new(request: HttpRequest) -> HttpResponse:
    """A new instrument."""
    actor = actor_at(request)
    actor.require(Right.ADMINISTER)
    form = InstrumentForm(request.POST or None, initial={"zone": settings.NODE.zone})
    if request.method == "POST" and form.is_valid():
        data = {key: value for key, value in form.cleaned_data.items() if key != "active"}
        made: list[Instrument] = []
        if tried(form, lambda: made.append(operations.add(actor, **data))):
            toast(request, _("The instrument is known now. Make a token for its network drive below."))
            return redirect("instrument", slug=made[0].slug)
    return _form(request, form, title=_("New instrument"))


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def instrument_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Correct what is known of an instrument."""
    actor = actor_at(request)
    found = queries.instrument(actor, slug=slug)
    actor.require(Right.ADMINISTER)
    form = InstrumentForm(request.POST or None, initial=vars(found))
    if request.method == "POST" and form.is_valid():
        seen = revision(request, fresh=found.rev)
        if tried(form, lambda: operations.change(actor, instrument=found, expected_rev=seen, **form.cleaned_data)):
            toast(request, _("Saved."))
            return redirect("instrument", slug=found.slug)
    return _form(request, form, title=found.name, rev=found.rev)


def _form(request: HttpRequest, form: InstrumentForm, *, title: str, rev: int = 0) -> HttpResponse:
    return form_page(request, form, title=title, back="instruments", back_title=_("Instruments"), rev=rev)
