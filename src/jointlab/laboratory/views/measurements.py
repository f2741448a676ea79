"""The list of measurements, one measurement, and what is done with it."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from jointlab.errors import BadInput, Conflict, Fault
from jointlab.laboratory.citations import citation
from jointlab.laboratory.clause_words import lines_of
from jointlab.laboratory.figures import beside_stated, changes, quantity_name, shown
from jointlab.laboratory.forms.measurements import FilterForm, SettingsForm
from jointlab.laboratory.models import Analysis, Measurement
from jointlab.laboratory.operations import measurements as operations
from jointlab.laboratory.queries import measurements as queries
from jointlab.laboratory.queries.homes import is_ours, standing_of
from jointlab.laboratory.views.fetching import awaited_context
from jointlab.laboratory.views.measurement_pages import caption_of, provenance, rows_of
from jointlab.laboratory.views.sharing import may_share_now
from jointlab.people.actors import Right
from jointlab.people.pages import actor_at
from jointlab.web.middleware import sign_in_first
from jointlab.web.numbers import language
from jointlab.web.sentences import sentence
from jointlab.web.sites import site_of
from jointlab.web.toasts import toast
from jointlab.web.words import curve, technique

_IN_STRIP, _FIGURES_AT_ONCE, _MOST_FIGURES = 5, 16, 400


@require_safe
@sign_in_first
def measurements(request: HttpRequest) -> HttpResponse:
    """The list: filtered, sorted, in pages by the last row seen."""
    actor = actor_at(request)
    found = queries.choices(actor)
    ascending = request.GET.get("order") == "up"
    offered = {
        "technique": [(name, technique(name)) for name in found.techniques],
        "project": [(project.slug, project.title) for project in found.projects],
        "person": [(person.id, person.name) for person in found.persons],
        "instrument": [(instrument.slug, instrument.name) for instrument in found.instruments],
    }
    sortable = queries.quantities(request.GET.get("technique", ""))
    form = FilterForm(request.GET, offered={**offered, "sort": [(name, quantity_name(name)) for name in sortable]})
    wanted = form.wanted(ascending=ascending)
    page = queries.listing(actor, wanted, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "form": form, "rows": rows_of(page.rows), "sorted_by": quantity_name(wanted.sort) if wanted.sort else "",
        "next": _with(request.GET, after=page.after, before="") if page.after else "",
        "previous": _with(request.GET, after="", before=page.before) if page.before else "",
        "turned": _with(request.GET, order="" if ascending else "up", after="", before=""),
        "ascending": ascending, "count": queries.count(actor, wanted),
        "any": bool(found.techniques), "dropped": _dropped(request, form, queries.dropped(actor, wanted)) if not page.rows else [],
    }  # fmt: skip
    return render(request, "laboratory/measurements.html", context)


@require_safe
@sign_in_first
def measurement(request: HttpRequest, code: str) -> HttpResponse:
    """One measurement, with the shown analysis or the one that is asked for."""
    seen = queries.by_code(actor_at(request), code=code)
    analysis = queries.analysis_of(seen, number=_number(request.GET.get("analysis", "")))
    return _page(request, seen, analysis)


@require_POST
@sign_in_first
def measurement_analyse(request: HttpRequest, code: str) -> HttpResponse:
    """Computed with changed settings: shown first; recorded when that is asked for."""
    actor = actor_at(request)
    seen = queries.by_code(actor, code=code)
    actor.require(Right.WRITE)
    latest = queries.analysis_of(seen, number=_number(request.POST.get("analysis", "")))
    form = SettingsForm(request.POST, known=_known(seen), recorded=latest.settings)
    if not form.is_valid():
        return _page(request, seen, latest, form=form, status=400)
    try:
        if request.POST.get("do") == "record":
            made = operations.reanalyse(
                actor, measurement=seen, settings=form.settings, why=form.cleaned_data.get("why", "")
            )
            toast(request, gettext("Analysis %(number)s is recorded.") % {"number": made.number})
            return redirect(f"{reverse('measurement', args=[code])}?analysis={made.number}")
        found = operations.preview(actor, measurement=seen, settings=form.settings)
    except (BadInput, Conflict) as fault:
        form.blame(fault)
        return _page(request, seen, latest, form=form, status=400 if isinstance(fault, BadInput) else 409)
    before = list(latest.results.order_by("order")[:_MOST_FIGURES])
    told = changes(before, found.figures[:_MOST_FIGURES])
    preview = {"changes": told, "moved": sum(change.moved for change in told), "warnings": found.warnings}
    return _page(request, seen, latest, form=form, preview=preview)


@require_POST
@sign_in_first
def measurement_show(request: HttpRequest, code: str) -> HttpResponse:
    """Another analysis is shown from now on."""
    actor = actor_at(request)
    seen = queries.by_code(actor, code=code)
    number = _number(request.GET.get("back", request.POST.get("analysis", "")))
    before = seen.marked
    operations.show(actor, measurement=seen, number=number)
    undo = f"{reverse('measurement-show', args=[code])}?{urlencode({'back': before})}" if before != number else ""
    toast(request, gettext("The shown analysis was changed."), undo=undo)
    return redirect("measurement", code=code)


@require_POST
@sign_in_first
def measurement_withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Taken back; the toast offers the way back."""
    actor = actor_at(request)
    operations.withdraw(actor, measurement=queries.by_code(actor, code=code))
    toast(
        request, gettext("%(code)s is withdrawn.") % {"code": code}, undo=reverse("measurement-put-back", args=[code])
    )
    return redirect("measurement", code=code)


@require_POST
@sign_in_first
def measurement_put_back(request: HttpRequest, code: str) -> HttpResponse:
    """The withdrawal is undone."""
    actor = actor_at(request)
    operations.put_back(actor, measurement=queries.by_code(actor, code=code))
    toast(request, gettext("%(code)s is put back.") % {"code": code})
    return redirect("measurement", code=code)


@require_safe
@sign_in_first
def measurement_compare(request: HttpRequest, code: str) -> HttpResponse:
    """Two analyses of one measurement side by side: what was set, what came out."""
    seen = queries.by_code(actor_at(request), code=code)
    analyses = list(seen.analyses.select_related("by").order_by("number"))
    first = queries.analysis_of(seen, number=_number(request.GET.get("a", "")) or analyses[0].number)
    second = queries.analysis_of(seen, number=_number(request.GET.get("b", "")) or analyses[-1].number)
    old, new = (list(one.results.order_by("order")[:_MOST_FIGURES]) for one in (first, second))
    keys = sorted({*first.settings, *second.settings})
    settings = [(key.replace("_", " "), first.settings.get(key, ""), second.settings.get(key, "")) for key in keys]
    versions = [
        (key, first.versions.get(key, ""), second.versions.get(key, ""))
        for key in {**first.versions, **second.versions}
    ]
    context = {
        "measurement": seen, "analyses": analyses, "first": first, "second": second, "changes": changes(old, new),
        "settings": settings, "versions": versions, "title": technique(seen.technique),
    }  # fmt: skip
    return render(request, "laboratory/measurement_compare.html", context)


def _page(
    request: HttpRequest, seen: Measurement, analysis: Analysis, *, form: SettingsForm | None = None,
    preview: dict[str, Any] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The page of one measurement."""
    actor = actor_at(request)
    results = list(analysis.results.order_by("order")[: _MOST_FIGURES + 1])
    told = beside_stated(analysis, results[:_MOST_FIGURES])
    site = site_of(seen.pk.partition(":")[0])
    context = {
        "measurement": seen, "analysis": analysis, "title": technique(seen.technique), "site": site,
        "headline": [shown(result) for result in results if result.headline][:_IN_STRIP], "figures": told[:_FIGURES_AT_ONCE], "more_figures": told[_FIGURES_AT_ONCE:],
        "left": analysis.results.count() - _MOST_FIGURES, "states": any(one.stated for one in told),
        "plots": plots_of_page(analysis, mark=site.mark), "caption": caption_of(seen),
        "analyses": list(seen.analyses.select_related("by").order_by("-number")[:50]),
        "others": queries.same_file(actor, measurement=seen), "provenance": provenance(analysis),
        "citation": citation(analysis, node=request.build_absolute_uri("/")),
        "form": form or SettingsForm(known=_known(seen), recorded=analysis.settings), "preview": preview,
        "may_write": Right.WRITE in actor.rights, "may_edit": Right.WRITE in actor.rights and is_ours(seen.pk), "standing": standing_of(actor, seen.pk), "by_clause": lines_of(actor, seen), "share_now": may_share_now(actor, seen),
        **awaited_context(actor, seen),
    }  # fmt: skip
    return render(request, "laboratory/measurement.html", context, status=status)


def plots_of_page(analysis: Analysis, *, mark: str) -> list[dict[str, Any]]:
    """Each plot as SVG with its title and caption; a fault says why there is none."""
    from jointlab.laboratory.plots import BROAD, plots_of
    from jointlab.science.plots.svg import Mark, svg

    try:
        plots = plots_of(analysis)
    except Fault as fault:
        return [{"fault": sentence(fault), "waits": fault.code == "file.not-here"}]
    side: Mark = "n" if mark == "n" else "a"
    return [
        {"number": number, "title": plot.title, "caption": plot.caption, "svg": svg(plot, language=language(), mark=side, width=BROAD, words=curve)}
        for number, plot in enumerate(plots)
    ]  # fmt: skip


def _known(seen: Measurement) -> dict[str, Any]:
    return queries.relevant_settings(seen.technique, seen.format)


def _number(text: str) -> int:
    """A small number of an address; 0 for none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _with(query: QueryDict, **changed: str) -> str:
    """The address's query with some values changed."""
    copy = query.copy()
    for name, value in changed.items():
        copy.pop(name, None)
        if value:
            copy[name] = value
    return f"?{copy.urlencode()}"


def _dropped(request: HttpRequest, form: FilterForm, found: dict[str, int]) -> list[dict[str, Any]]:
    """Conditions that could be dropped, with how many would then be found."""
    return [
        {
            "label": form.fields[name].label,
            "address": _with(request.GET, **{name: "", "after": "", "before": ""}),
            "count": number,
        }
        for name, number in found.items()
    ]
