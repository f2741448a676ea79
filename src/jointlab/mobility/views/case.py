"""One stay: for the office with everything, for the person with the one next step; rows of courses; a change."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jointlab.agreements.queries.lives import version_named
from jointlab.cases import operations
from jointlab.cases.models import Case
from jointlab.cases.queries import case_by_id, instance_of, may_take
from jointlab.cases.shown import CasePage, Offer, Told, case_page, values_of
from jointlab.errors import BadInput, Conflict, Fault, NotAllowed
from jointlab.mobility import words
from jointlab.mobility.calendars import calendar
from jointlab.mobility.components import DECISIONS
from jointlab.mobility.deadlines import ahead
from jointlab.mobility.forms import ChangeForm, Column, RowTable
from jointlab.mobility.models import Mobility
from jointlab.mobility.operations.stays import change as change_stay
from jointlab.mobility.process import (
    MINOR,
    MOBILITY,
    ORDER,
    OUTCOMES,
    SENDING,
    facts_of,
    latest_form,
    next_step,
    step_of_change,
)
from jointlab.mobility.queries.learning import Learning, learning_of, schemes_of
from jointlab.mobility.queries.offices import is_office
from jointlab.mobility.queries.places import place_of_case
from jointlab.mobility.views.board import answer, events_of
from jointlab.people.actors import Actor
from jointlab.people.pages import actor_at, at_field
from jointlab.processes import Instance
from jointlab.web.middleware import sign_in_first
from jointlab.web.sentences import sentence
from jointlab.web.sites import site_of
from jointlab.web.toasts import toast

_ROWS = {"propose": "mobility-learning", "transcript": "mobility-transcript", "recognise": "mobility-recognition"}
_TABLES = frozenset({"agreement", "clause", "components", "results", "decisions"})  # shown elsewhere on the page


@sign_in_first
@require_safe
def case(request: HttpRequest, id: str) -> HttpResponse:
    """One stay."""
    actor = actor_at(request)
    found = _found(actor, id)
    return draw(request, case_page(actor, found, first=_first(found)), 200)


def draw(request: HttpRequest, page: CasePage, status: int) -> HttpResponse:
    """The page of a stay, also when a step was refused."""
    actor, found, instance = actor_at(request), page.case, page.instance
    person_next = found.state in {one.waiting for one in ORDER if one.personal}
    waits = found.title if person_next else page.waits  # the person acts for the side that waits
    now, others = _by_next(page)
    tidy = replace(page, told=tuple(_tidy(one) for one in page.told), waits=waits, next=now)
    personal = found.subject == actor.person and not is_office(actor)
    learning, facts = learning_of(instance), facts_of(instance)
    version = version_named(found.agreement)
    clause = version.clause(found.clause) if version else None
    stay = Mobility.objects.select_related("sending", "receiving").get(pk=found.pk)
    context = {
        "page": tidy, "case": found, "stay": stay, "facts": facts, "level": words.level(stay.level), "activity": words.activity(stay.activity),
        "quote": words.quoted(version, clause) if version and clause else None, "place": _place(found), "state": words.state(found.state),
        "learning": learning, "rows": _rows_shown(learning), "sums": {name: words.amount(value) for name, value in learning.sums.items()},
        "signers": [{"title": _("Person") if one.personal else site_of(_side_of(stay, one.party)).word, "done": one.name in learning.signed} for one in ORDER],
        "factor": words.factor(learning.factor) if learning.factor else "", "learning_fault": sentence(learning.fault) if learning.fault else "",
        "deadlines": [{"title": _(one.title), "day": one.day} for one in ahead(instance)], "host": latest_form(instance, "admit"),
        "row_pages": _ROWS, "may_change": any(one.name in ("change",) or one.name.startswith("correct_") for one in may_take(actor, found, instance)),
        "person_next": person_next,
        "decision": _(OUTCOMES[outcome]) if (outcome := latest_form(instance, "recognise").get("outcome", "")) in OUTCOMES else "",
        "plain_next": [one for one in now if one.step.name not in _ROWS], "row_next": [(one, _ROWS[one.step.name]) for one in now if one.step.name in _ROWS],
        "row_others": [(one, _ROWS[one.step.name]) for one in others if one.step.name in _ROWS],
        "others": [one for one in others if one.step.name not in _ROWS],
    }  # fmt: skip
    return render(request, "mobility/mine.html" if personal else "mobility/case.html", context, status=status)


@sign_in_first
@require_safe
def calendar_of_case(request: HttpRequest, id: str) -> HttpResponse:
    """What is due in one stay, for a calendar program."""
    found = _found(actor_at(request), id)
    events = events_of(request, found, instance_of(found.id, found.process))
    return answer(calendar(events, name=found.code), f"{found.code}.ics")


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def learning(request: HttpRequest, id: str) -> HttpResponse:
    """The learning agreement as a table."""
    actor = actor_at(request)
    found = _found(actor, id)
    instance = instance_of(found.id, found.process)
    columns = (
        Column("home_code", _("Home code"), narrow=True), Column("home_title", _("Course at home")), Column("home_credits", _("Credits"), narrow=True),
        Column("host_code", _("Host code"), narrow=True), Column("host_title", _("Course at the host")), Column("host_credits", _("Credits there"), narrow=True),
    )  # fmt: skip
    now = learning_of(instance)
    rows = [vars(row.component) for row in now.rows]
    schemes = schemes_of(instance)
    extra = {
        "home_scheme": now.home_scheme or (schemes[0] if schemes else ""),
        "host_scheme": now.host_scheme,
        "programme_of_work": now.programme,
        "note": "",
    }
    context = {"schemes": schemes, "learning": True, "title": _("Learning agreement")}
    return _typed(
        request,
        found,
        instance,
        "propose",
        RowTable(columns, rows),
        extra,
        lambda table: {"components": table.text(*(one.name for one in columns))},
        context,
    )


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def transcript(request: HttpRequest, id: str) -> HttpResponse:
    """The results of what was agreed."""
    found = _found(actor_at(request), id)
    instance = instance_of(found.id, found.process)
    columns = (
        Column("host_code", _("Host code"), narrow=True, fixed=True), Column("title", _("Course at the host"), fixed=True),
        Column("credits", _("Credits earned"), narrow=True), Column("grade", _("Grade"), narrow=True),
    )  # fmt: skip
    rows = [
        {"host_code": row.component.host_code, "title": row.component.host_title, "credits": row.component.host_credits, "grade": ""}
        for row in learning_of(instance).rows if row.component.host_code
    ]  # fmt: skip
    extra = {"on": "", "report": ""}

    def form(table: RowTable) -> dict[str, str]:
        graded = RowTable(columns, [row for row in table.rows if row["grade"]])
        return {"results": graded.text(*(one.name for one in columns))}

    context = {"transcript": True, "title": _("Transcript"), "upload": True}
    return _typed(request, found, instance, "transcript", RowTable(columns, rows), extra, form, context)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def recognition(request: HttpRequest, id: str) -> HttpResponse:
    """A decision on each result, with what it is worth by the signed table."""
    found = _found(actor_at(request), id)
    instance = instance_of(found.id, found.process)
    choices = tuple(zip(DECISIONS, (_("in full"), _("in part"), _("not")), strict=True))
    columns = (
        Column("host_code", _("Host code"), narrow=True, fixed=True), Column("earned", _("Earned → converted"), narrow=True, fixed=True),
        Column("home_code", _("Home code"), narrow=True), Column("decision", _("Recognised"), narrow=True, choices=choices),
        Column("credits", _("Credits"), narrow=True), Column("note", _("Remark")),
    )  # fmt: skip
    rows = [
        {
            "host_code": row.component.host_code, "earned": f"{row.result.credits} → {words.amount(row.earned.rounded) if row.earned else '?'}",
            "home_code": row.component.home_code, "decision": "full", "credits": _plain(row.earned.rounded) if row.earned else row.component.home_credits, "note": "",
        }
        for row in learning_of(instance).rows if row.result
    ]  # fmt: skip
    extra = {"on": "", "outcome": "full", "why": ""}
    context = {
        "recognition": True,
        "title": _("Recognition"),
        "outcomes": [(name, _(title)) for name, title in OUTCOMES.items()],
    }
    names = ("host_code", "home_code", "decision", "credits", "note")
    return _typed(
        request,
        found,
        instance,
        "recognise",
        RowTable(columns, rows),
        extra,
        lambda table: {"decisions": table.text(*names)},
        context,
    )


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, id: str) -> HttpResponse:
    """Correct or change what was said; it says first what a change of approved things brings with it."""
    actor = actor_at(request)
    found = _found(actor, id)
    instance = instance_of(found.id, found.process)
    _may(actor, found, instance, "change", f"correct_{found.state}")
    form = ChangeForm(request.POST or None, initial=facts_of(instance) | {"seen": found.head})
    again = False
    if request.method == "POST" and form.is_valid():
        again = (
            step_of_change(instance, form.values()) == "change"
            and not request.POST.get("again")
            and found.state != "nominated"
        )
        if not again:
            try:
                moved = change_stay(actor, case=found, wanted=form.values(), seen=form.cleaned_data["seen"])
            except (BadInput, Conflict) as fault:
                at_field(form, fault)
            else:
                toast(request, _("{code} is changed.").format(code=moved.code))
                return redirect("mobility-case", moved.pk)
    minor = [one.name for one in MINOR]
    context = {
        "form": form, "case": found, "again": again, "minor": [form[name] for name in minor],
        "approved": [one for one in form if one.name not in (*minor, "seen")],
    }  # fmt: skip
    return render(
        request, "mobility/change.html", context, status=422 if form.is_bound and (form.errors or again) else 200
    )


def _typed(
    request: HttpRequest, found: Case, instance: Instance, step: str, table: RowTable, extra: dict[str, str],
    form_of: Callable[[RowTable], dict[str, str]], context: dict[str, Any],
) -> HttpResponse:  # fmt: skip
    """A step whose form is a table: shown, tried, or shown again with what was wrong and what was typed."""
    actor = actor_at(request)
    _may(actor, found, instance, step)
    faults: list[str] = []
    seen, status = found.head, 200
    if request.method == "POST":
        table = RowTable.typed(table.columns, request.POST, more="more" in request.POST)
        extra = {name: request.POST.get(name, "")[:12_000] for name in extra}
        seen = request.POST.get("seen", "")[:64]
        if "more" not in request.POST:
            try:
                _take(actor, found, step, form_of(table) | extra, seen, request)
            except (BadInput, Conflict) as fault:
                faults, status = [sentence(fault)], 409 if isinstance(fault, Conflict) else 422
                seen = found.head
            else:
                return redirect("mobility-case", found.pk)
    declared = MOBILITY.step(step)
    shown = table.with_room() if step == "propose" else table
    context |= {
        "case": found, "table": shown, "cells": shown.cells(), "extra": extra, "faults": faults, "seen": seen, "act": _(declared.title) if declared else "",
        "facts": facts_of(instance),
    }  # fmt: skip
    return render(request, "mobility/rows.html", context, status=status)


def _take(actor: Actor, found: Case, step: str, form: Mapping[str, str], seen: str, request: HttpRequest) -> None:
    file = request.FILES.get("file")
    moved = operations.take(
        actor, case=found, step=step, form=dict(form), seen=seen, uploads={"file": file.chunks()} if file else {}
    )
    declared = MOBILITY.step(step)
    toast(request, _("{code}: {step}").format(code=moved.code, step=_(declared.done) if declared else step))


def _by_next(page: CasePage) -> tuple[tuple[Offer, ...], tuple[Offer, ...]]:
    """The step that is awaited now, where the reader may take it; and what else may be done. A change has a page of its own."""
    awaited = next_step(page.case.state)
    now = tuple(one for one in page.next if awaited is not None and one.step.name == awaited.name)
    others = tuple(one for one in (*page.next, *page.others) if one not in now)
    return now, tuple(one for one in others if one.step.name != "change" and not one.step.name.startswith("correct_"))


def _side_of(stay: Mobility, party: str) -> str:
    """The institution of a party."""
    return stay.sending_id if party == SENDING else stay.receiving_id


def _found(actor: Actor, id: str) -> Case:
    """Raises NotFound ``case.none``, also for a case of another kind."""
    found = case_by_id(actor, id)
    if found.process != MOBILITY.name:
        return case_by_id(actor, "")
    return found


def _may(actor: Actor, found: Case, instance: Instance, *steps: str) -> None:
    """Raises NotAllowed ``mobility.not_now`` where the person may take none of these steps now."""
    if not {one.name for one in may_take(actor, found, instance)} & set(steps):
        raise NotAllowed(
            "mobility.not_now",
            "This is not yours to do, or not now: it stands at “{where}”.",
            where=MOBILITY.state(found.state).title,
        )


def _first(found: Case) -> dict[str, dict[str, str]]:
    """What forms begin with: the planned days."""
    facts = facts_of(instance_of(found.id, found.process))
    return {"arrive": {"on": facts.get("first", "")}, "depart": {"on": facts.get("last", "")}}


def _place(found: Case) -> dict[str, Any] | None:
    known = place_of_case(found)
    if known is None:
        return None
    places, held = known
    return {
        "held": held, "period": places.period, "limit": words.amount(places.limit), "taken": words.amount(places.used + places.reserved),
        "left": words.amount(max(places.left, Fraction(0))),
    }  # fmt: skip


def _rows_shown(learning: Learning) -> list[dict[str, Any]]:
    return [
        {
            "one": row.component, "converted": words.amount(row.converted.rounded) if row.converted else "—",
            "covers": row.covers, "result": row.result, "earned": words.amount(row.earned.rounded) if row.earned else "",
            "decision": _(OUTCOMES[row.decision.decision]) if row.decision else "", "recognised": row.decision.credits if row.decision else "",
            "note": row.decision.note if row.decision else "",
        }
        for row in learning.rows
    ]  # fmt: skip


def _tidy(told: Told) -> Told:
    """A step of the timeline without what stands in tables beside it."""
    known = MOBILITY.step(told.row.step)
    if known is None:
        return told
    short = replace(known, fields=tuple(one for one in known.fields if one.name not in _TABLES))
    return replace(told, values=values_of(short, told.row.form))


def _plain(exact: Fraction) -> str:
    """Credits as they are typed."""
    return f"{float(exact):.4f}".rstrip("0").rstrip(".")


__all__ = ["Fault", "calendar_of_case", "case", "change", "draw", "learning", "recognition", "transcript"]
