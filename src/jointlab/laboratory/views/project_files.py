"""How the files of one project come to this node: what is set, and the form."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jointlab.errors import BadInput, NotAllowed
from jointlab.federation.blobs.models import ProjectFiles
from jointlab.federation.blobs.policy import MB
from jointlab.federation.blobs.settings import MOST_MB, choose, chosen, policy, written_policy
from jointlab.history.logs import shared_logs
from jointlab.laboratory.models import Project
from jointlab.laboratory.queries import projects
from jointlab.people.actors import Actor, Right
from jointlab.people.models import Person
from jointlab.people.pages import actor_at
from jointlab.web.middleware import sign_in_first
from jointlab.web.toasts import toast

_Mode = ProjectFiles.Mode


class FilesForm(forms.Form):
    """When the files of the partners come, and up to which size."""

    mode = forms.ChoiceField(
        required=False,
        choices=[
            ("", gettext_lazy("as this node is set")),
            (_Mode.AT_ONCE, gettext_lazy("by themselves, at once")),
            (_Mode.AT_NIGHT, gettext_lazy("by themselves, large ones in the night")),
            (_Mode.ON_DEMAND, gettext_lazy("only when somebody fetches them")),
        ],
    )
    up_to_mb = forms.IntegerField(required=False, min_value=0, max_value=MOST_MB)


@sign_in_first
@require_POST
def project_files(request: HttpRequest, slug: str) -> HttpResponse:
    """Set it. A member of the project who may write, or an administrator, of the side that runs this node."""
    actor = actor_at(request)
    found = projects.project(actor, slug=slug)
    actor.require(Right.WRITE)
    if not _may(actor, found):
        raise NotAllowed(
            "files.not-yours", "How the files of a project come is set by its members of this institution, or by an administrator."
        )  # fmt: skip
    form = FilesForm(request.POST)
    if not form.is_valid():
        raise BadInput("files.up-to", "Between 0 and {most} MB.", field="up_to_mb", most=MOST_MB)
    up_to = form.cleaned_data["up_to_mb"]
    usual = written_policy().usual.by_itself // MB
    choose(slug, mode=form.cleaned_data["mode"], up_to_mb=usual if up_to is None else up_to, by=actor.person)
    toast(request, _("Saved. What is on its way already goes on."))
    return redirect(f"{reverse('project', args=[slug])}#files")


def files_context(actor: Actor, project: Project) -> dict[str, Any]:
    """For the project's page; empty at a node without partners."""
    if not shared_logs():
        return {}
    said, known = chosen(project.slug), policy()
    limits = known.limits(project.slug)
    up_to = said.up_to // MB if said else limits.by_itself // MB
    by = Person.objects.filter(pk=said.by).first() if said else None
    return {
        "files_set": {
            "said": said, "by": by.name if by else said.by if said else "", "none": limits.by_itself < 0, "up_to": limits.by_itself,
            "by_day": min(limits.by_day, limits.by_itself), "always": known.night is None or limits.by_day >= limits.by_itself, "night": known.night,
        },
        "files_form": FilesForm(initial={"mode": said.mode if said else "", "up_to_mb": max(0, up_to)}) if _may(actor, project) else None,
    }  # fmt: skip


def _may(actor: Actor, project: Project) -> bool:
    if not actor.own_side or Right.WRITE not in actor.rights:
        return False
    return Right.ADMINISTER in actor.rights or project.members.filter(pk=actor.person).exists()
