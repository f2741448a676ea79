"""Pages of requests for measurements: the list, the question, and one case with its sample, instrument and result."""

from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jointlab.cases.models import Case
from jointlab.cases.queries import listed
from jointlab.cases.shown import CasePage, Told, Value, state_words
from jointlab.laboratory.forms.requests import RequestForm
from jointlab.laboratory.measurement_request import REQUEST
from jointlab.laboratory.models import Instrument, Measurement, Sample, Transfer
from jointlab.laboratory.operations import requests as operations
from jointlab.laboratory.queries import requests as queries
from jointlab.laboratory.queries.samples import sample_by_code
from jointlab.laboratory.queries.visibility import visible_measurements, visible_samples, visible_transfers
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at, tried
from jointlab.web.form_pages import form_status
from jointlab.web.middleware import sign_in_first
from jointlab.web.toasts import toast


@sign_in_first
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """The list: what waits for this side first."""
    actor = actor_at(request)
    found = listed(actor, process=REQUEST.name, after=request.GET.get("after", "")[:80])
    samples = Sample.objects.in_bulk([case.subject for case in found.cases])
    mine = [case for case in found.cases if case.waits_id == actor.institution and not case.ended]
    others = [case for case in found.cases if case not in mine and not case.ended]
    ended = [case for case in found.cases if case.ended]
    groups = [
        {"title": title, "rows": [(case, samples.get(case.subject), state_words(case)) for case in cases]}
        for title, cases in ((_("Waiting for us"), mine), (_("Under way"), others), (_("Ended"), ended))
        if cases
    ]
    context = {"groups": groups, "after": found.after, "may_write": Right.WRITE in actor.rights}
    return render(request, "laboratory/requests.html", context)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The question; the page of a sample or of an instrument fills in its part."""
    actor = actor_at(request)
    actor.require(Right.WRITE)
    asked = {name: request.GET.get(name, "")[:60] for name in ("sample", "instrument")}
    form = RequestForm(request.POST or None, actor=actor, **asked)
    if request.method == "POST" and form.is_valid():
        sample = sample_by_code(actor, form.cleaned_data["sample"])
        instrument = next(one for one in form.known if one.pk == form.cleaned_data["instrument"])
        made: list[Case] = []
        if tried(form, lambda: made.append(operations.ask(actor, sample=sample, instrument=instrument, form=form.values()))):  # fmt: skip
            toast(request, _("{code} is opened.").format(code=made[0].code))
            return redirect("case", made[0].pk)
    return render(request, "laboratory/request_new.html", {"form": form}, status=form_status(form))


def drawn(request: HttpRequest, page: CasePage, status: int) -> HttpResponse:
    """One case: its next steps offer the transfers and results that there are, and link what was linked."""
    actor = actor_at(request)
    opening = page.instance.standing[0].form
    _offer_records(actor, page)
    context = {
        "page": replace(page, told=tuple(_linked(actor, told) for told in page.told)), "case": page.case,
        "sample": visible_samples(actor).filter(pk=page.case.subject).select_related("project").first(),
        "instrument": Instrument.objects.filter(pk=opening.get("instrument", "")).select_related("institution").first(),
        "result": _result(actor, page), "linked": any(taken.step == "measure" for taken in page.instance.standing),
        "clause": queries.clause_named(page.case),
    }  # fmt: skip
    return render(request, "laboratory/request.html", context, status=status)


def _offer_records(actor: Actor, page: CasePage) -> None:
    """Identifiers of records are chosen, not typed."""
    for offer in (*page.next, *page.others):
        known: list[tuple[str, str]] = []
        if offer.step.name == "arrive":
            known = [("", "—"), *((one.pk, one.code) for one in queries.transfers_arrived(actor, page.case.subject))]
        elif offer.step.name == "measure":
            known = [(one.pk, _named(one)) for one in queries.results_possible(actor, page.case.subject)]
        name = {"arrive": "transfer", "measure": "measurement"}.get(offer.step.name)
        if name:
            offer.form.fields[name].widget = forms.Select(choices=known)


def _named(measurement: Measurement) -> str:
    instrument = measurement.instrument.name if measurement.instrument else measurement.technique
    return f"{measurement.code} · {instrument} · {measurement.measured_on.isoformat()}"


def _linked(actor: Actor, told: Told) -> Told:
    """Identifiers of records in a step become what people call them."""
    form, words = told.row.form, dict[str, str]()
    for name, rows in (
        ("instrument", Instrument.objects.all()),
        ("transfer", visible_transfers(actor)),
        ("measurement", visible_measurements(actor)),
    ):
        if form.get(name):
            row: Any = rows.filter(pk=form[name]).first()
            words[form[name]] = _called(row)
    if form.get("agreement"):
        words[form["agreement"]] = form["agreement"][:12]
    return replace(told, values=tuple(Value(one.name, words.get(one.text, one.text), one.file) for one in told.values))


def _called(row: Instrument | Transfer | Measurement | None) -> str:
    if row is None:
        return _("not here, or not for you")
    return row.name if isinstance(row, Instrument) else row.code


def _result(actor: Actor, page: CasePage) -> Measurement | None:
    """The linked measurement, once it is here and the person may see it."""
    linked = [taken.form.get("measurement", "") for taken in page.instance.standing if taken.step == "measure"]
    return visible_measurements(actor).filter(pk=linked[-1]).first() if linked else None
