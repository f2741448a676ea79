"""Sharing a project with partners, and one record before its age."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jointlab.errors import BadInput
from jointlab.history.identifiers import home
from jointlab.history.logs import members
from jointlab.history.sharing import is_shared
from jointlab.laboratory.clause_words import data_word, facts_of, future_of
from jointlab.laboratory.models import Measurement, Project, Sample
from jointlab.laboratory.operations import sharing as operations
from jointlab.laboratory.queries import measurements, projects
from jointlab.laboratory.queries.clause_counts import shared_of_project
from jointlab.laboratory.queries.homes import is_ours
from jointlab.laboratory.queries.samples import sample_by_code
from jointlab.laboratory.queries.sharing import ProjectShared, State, sharing_of_project
from jointlab.laboratory.queries.told import preview_of
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at
from jointlab.web.middleware import sign_in_first
from jointlab.web.toasts import toast


class DaysForm(forms.Form):
    """After how many days this side's records are shared."""

    after_days = forms.IntegerField(min_value=0, max_value=operations.MOST_DAYS)


@sign_in_first
@require_POST
def project_sharing(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer or confirm, with the days; hold, go on, stop."""
    actor = actor_at(request)
    found = projects.project(actor, slug=slug)
    actor.require(Right.WRITE)
    do, partnership = request.POST.get("do", ""), request.POST.get("partnership", "")
    if do == "agree":
        form = DaysForm(request.POST)
        if not form.is_valid():
            raise BadInput("sharing.days", "Between 0 and {most} days.", field="after_days", most=operations.MOST_DAYS)
        operations.agree(actor, project=found, partnership=partnership, after_days=form.cleaned_data["after_days"])
        toast(request, _agreed(actor, found, partnership))
    elif do in ("hold", "go-on"):
        operations.hold(actor, project=found, partnership=partnership, held=do == "hold")
        toast(request, _("Nothing more is shared for now.") if do == "hold" else _("Sharing goes on."))
    elif do == "end":
        operations.end(actor, project=found, partnership=partnership)
        toast(request, _("This side shares the project no longer; what was shared is removed at the partner."))
    else:
        raise BadInput("sharing.do", "Say agree, hold, go-on or end.", field="do")
    return redirect(f"{reverse('project', args=[slug])}#sharing")


def _agreed(actor: Actor, project: Project, partnership: str) -> str:
    """What follows from this side's word."""
    states = {one.partnership: one.state for one in sharing_of_project(actor, project=project)}
    if states.get(partnership) == State.SHARED:
        return _("Both sides share the project: it begins now.")
    if states.get(partnership) == State.HELD:
        return _("Both sides share the project, but a side holds it: it begins when the hold is lifted.")
    return _("This side shares the project. It begins when the other side says so too.")


@sign_in_first
@require_POST
def sample_share(request: HttpRequest, code: str) -> HttpResponse:
    """A sample before its age, with what hangs on it."""
    actor = actor_at(request)
    found = sample_by_code(actor, code)
    actor.require(Right.WRITE)
    operations.share_now(actor, thing=found, partnership=request.POST.get("partnership", ""))
    toast(request, _("{code} is shared now.").format(code=code))
    return redirect("sample", code=code)


@sign_in_first
@require_POST
def measurement_share(request: HttpRequest, code: str) -> HttpResponse:
    """A measurement before its age."""
    actor = actor_at(request)
    found = measurements.by_code(actor, code=code)
    actor.require(Right.WRITE)
    operations.share_now(actor, thing=found, partnership=request.POST.get("partnership", ""))
    toast(request, _("{code} is shared now.").format(code=code))
    return redirect("measurement", code=code)


def sharing_context(actor: Actor, project: Project) -> dict[str, Any]:
    """For the project's page: each partnership with its words, and what this person may do."""
    decides = actor.own_side and Right.WRITE in actor.rights
    member = project.members.filter(pk=actor.person).exists()
    found = sharing_of_project(actor, project=project)
    return {
        "sharings": [(one, others(one.partnership), _by_clause(project, one)) for one in found],
        "may_share": decides and (member or Right.ADMINISTER in actor.rights),
    }


def _by_clause(project: Project, one: ProjectShared) -> dict[str, Any]:
    """Where an agreement decides: what becomes of new records, by kind, and what is shared under which clause."""
    if not one.by_clause:
        return {}
    kinds = [(data_word(told.data), told.goes, future_of(told)) for told in preview_of(project, one.partnership)]
    under = [(counted, facts_of(counted.clause)) for counted in shared_of_project(project, one.partnership)]
    return {"kinds": kinds, "under": under}


def may_share_now(actor: Actor, thing: Sample | Measurement) -> list[tuple[str, list[str]]]:
    """Partnerships that share the project of this record of ours and do not have it yet, with their other members."""
    if thing.project is None or Right.WRITE not in actor.rights or not actor.own_side or not is_ours(thing.pk):
        return []
    found = sharing_of_project(actor, project=thing.project)
    waiting = (one for one in found if _waits(one, thing.pk) and not one.by_clause)
    return [(one.partnership, others(one.partnership)) for one in waiting]


def _waits(one: ProjectShared, record: str) -> bool:
    return one.state == State.SHARED and not is_shared(one.partnership, record)


def others(partnership: str) -> list[str]:
    """The prefixes of the other members."""
    return [prefix for prefix in members(partnership) if prefix != home()]
