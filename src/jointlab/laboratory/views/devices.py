"""Pages about devices."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jointlab.errors import Conflict
from jointlab.history.operations import require_own
from jointlab.history.registry import to_plain
from jointlab.laboratory.clause_words import lines_of
from jointlab.laboratory.forms.devices import PROPERTY_WORDS, DeviceForm, initial_of
from jointlab.laboratory.forms.samples import FIELD_WORDS
from jointlab.laboratory.models import Device, Sample
from jointlab.laboratory.operations import devices as operations
from jointlab.laboratory.queries.changes import differences
from jointlab.laboratory.queries.devices import device_by_code, properties_of, settings_of
from jointlab.laboratory.queries.homes import is_ours, standing_of
from jointlab.laboratory.queries.samples import sample_by_code
from jointlab.laboratory.queries.visibility import visible_measurements
from jointlab.laboratory.views.sample import measurement_rows, property_in_words, told_revisions
from jointlab.laboratory.views.samples import named
from jointlab.people.actors import Right
from jointlab.people.pages import actor_at, tried
from jointlab.web.form_pages import form_status, revision
from jointlab.web.middleware import sign_in_first
from jointlab.web.toasts import toast


@sign_in_first
@require_safe
def device(request: HttpRequest, code: str) -> HttpResponse:
    """One device: what it is built of, what is known, what was measured on it."""
    actor = actor_at(request)
    found = device_by_code(actor, code)
    rows = visible_measurements(actor).filter(device=found, withdrawn=False)
    measurements = list(
        rows.select_related("instrument__institution", "recorded_by").order_by("-measured_on", "-code")[:50]
    )
    context = {
        "device": found, "properties": [(PROPERTY_WORDS[known.name], property_in_words(known), known.of) for known in properties_of(found)],
        "settings": settings_of(found).items(), "built": found.built.filter(archived=False).order_by("code"),
        "measurements": measurement_rows(measurements), "revisions": told_revisions(actor, found.pk),
        "may_write": Right.WRITE in actor.rights, "may_edit": Right.WRITE in actor.rights and is_ours(found.pk), "standing": standing_of(actor, found.pk), "by_clause": lines_of(actor, found),
    }  # fmt: skip
    return render(request, "laboratory/device.html", context)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """A new device; its kind is in the address (?kind=cell), as each kind has its own properties."""
    actor = actor_at(request)
    sample = sample_by_code(actor, code)
    actor.require(Right.WRITE)
    asked = request.GET.get("kind", "")
    kind = asked if asked in Device.Kind.values else str(Device.Kind.CELL)
    built_of = _asked_for(request, sample)
    form = DeviceForm(request.POST or None, initial={"made_of": built_of}, actor=actor, sample=sample, kind=kind)
    if request.method == "POST" and form.is_valid():
        made: list[Device] = []
        if tried(form, lambda: made.append(operations.add(actor, sample=sample, draft=form.draft()))):
            toast(
                request,
                _("{code} is made.").format(code=made[0].code),
                undo=reverse("device-archive", args=[made[0].code]),
            )
            return redirect("device", made[0].code)
    return _form(request, form, sample=sample, kind=kind)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a device; whoever saves second sees what was changed meanwhile."""
    actor = actor_at(request)
    found = device_by_code(actor, code)
    actor.require(Right.WRITE)
    require_own(found.pk)
    form = DeviceForm(
        request.POST or None, initial=initial_of(found), actor=actor, sample=found.sample, kind=found.kind, device=found
    )
    seen, stale = revision(request, fresh=found.rev), None
    if request.method == "POST" and form.is_valid():
        try:
            operations.change(actor, device=found, draft=form.draft(), expected_rev=seen)
        except Conflict:
            yours = to_plain(operations.checked(actor, found.sample, form.draft(), device=found))
            changed = differences(actor, found.pk, seen=seen, yours=yours)
            stale, seen = named([d for d in changed if d.field in FIELD_WORDS and d.field != "code"]), found.rev
        else:
            toast(request, _("Saved."))
            return redirect("device", found.code)
    return _form(request, form, sample=found.sample, kind=found.kind, device=found, rev=seen, stale=stale)


@sign_in_first
@require_POST
def archive(request: HttpRequest, code: str) -> HttpResponse:
    """Out of the lists; the toast leads back."""
    operations.archive(actor_at(request), device=device_by_code(actor_at(request), code))
    toast(request, _("{code} is archived.").format(code=code), undo=reverse("device-put-back", args=[code]))
    return redirect("device", code)


@sign_in_first
@require_POST
def put_back(request: HttpRequest, code: str) -> HttpResponse:
    """Into the lists again."""
    operations.archive(actor_at(request), device=device_by_code(actor_at(request), code), archived=False)
    toast(request, _("{code} is in the lists again.").format(code=code), undo=reverse("device-archive", args=[code]))
    return redirect("device", code)


def _asked_for(request: HttpRequest, sample: Sample) -> str:
    """The electrode that a cell shall be built of, by its code in the address."""
    return (
        Device.objects.filter(sample=sample, code=request.GET.get("of", "")).values_list("pk", flat=True).first() or ""
    )


def _form(
    request: HttpRequest, form: DeviceForm, *, sample: Sample, kind: str, device: Device | None = None, rev: int = 0,
    stale: Any = None,
) -> HttpResponse:  # fmt: skip
    context = {
        "form": form, "sample": sample, "device": device, "rev": rev, "stale": stale, "kind": kind,
        "kind_word": dict(Device.Kind.choices)[kind], "kinds": Device.Kind.choices,
    }  # fmt: skip
    bad = 409 if stale is not None else form_status(form)
    return render(request, "laboratory/device_form.html", context, status=bad)
