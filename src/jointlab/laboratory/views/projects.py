"""Pages about projects."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jointlab.history.operations import require_own
from jointlab.laboratory.forms.projects import ProjectForm
from jointlab.laboratory.models import Project
from jointlab.laboratory.operations import projects as operations
from jointlab.laboratory.queries import projects as queries
from jointlab.laboratory.queries.asked import asked_projects
from jointlab.laboratory.queries.homes import is_ours
from jointlab.laboratory.queries.visibility import visible_samples
from jointlab.laboratory.views.project_files import files_context
from jointlab.laboratory.views.sharing import sharing_context
from jointlab.people.actors import Right
from jointlab.people.pages import actor_at, tried
from jointlab.web.form_pages import form_page, revision
from jointlab.web.middleware import sign_in_first
from jointlab.web.toasts import toast


@sign_in_first
@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """All projects that the actor sees."""
    actor = actor_at(request)
    asked = {one.project.pk for one in asked_projects(actor)}
    context = {"projects": queries.projects(actor), "asked": asked, "may_add": Right.WRITE in actor.rights}
    return render(request, "laboratory/projects.html", context)


@sign_in_first
@require_safe
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """One project: what for, who, its latest samples."""
    actor = actor_at(request)
    found = queries.project(actor, slug=slug)
    samples = visible_samples(actor).filter(project=found)
    context = {
        "project": found, "members": found.members.select_related("institution").order_by("institution_id", "name"),
        "samples": samples.order_by("-created_at", "-id")[:20], "count": samples.count(), "may_change": Right.WRITE in actor.rights and is_ours(found.pk),
    }  # fmt: skip
    return render(
        request, "laboratory/project.html", {**context, **sharing_context(actor, found), **files_context(actor, found)}
    )


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def project_new(request: HttpRequest) -> HttpResponse:
    """A new project."""
    actor = actor_at(request)
    actor.require(Right.WRITE)
    form = ProjectForm(request.POST or None, actor=actor, initial={"members": [actor.person]})
    if request.method == "POST" and form.is_valid():
        made: list[Project] = []
        if tried(form, lambda: made.append(operations.add(actor, form.draft()))):
            toast(request, _("The project is made."))
            return redirect("project", slug=made[0].slug)
    return _form(request, form, title=_("New project"))


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def project_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a project."""
    actor = actor_at(request)
    found = queries.project(actor, slug=slug)
    actor.require(Right.WRITE)
    require_own(found.pk)
    initial = {**vars(found), "members": list(found.members.values_list("id", flat=True))}
    form = ProjectForm(request.POST or None, actor=actor, initial=initial)
    if request.method == "POST" and form.is_valid():
        seen = revision(request, fresh=found.rev)
        if tried(form, lambda: operations.change(actor, project=found, draft=form.draft(), expected_rev=seen)):
            toast(request, _("Saved."))
            return redirect("project", slug=found.slug)
    return _form(request, form, title=found.title, rev=found.rev)


def _form(request: HttpRequest, form: ProjectForm, *, title: str, rev: int = 0) -> HttpResponse:
    return form_page(request, form, title=title, back="projects", back_title=_("Projects"), rev=rev)
