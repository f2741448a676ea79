"""Projects for programs."""

from dataclasses import replace

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from pydantic import StrictBool

from jointlab.laboratory.api.values import Revision
from jointlab.laboratory.models import Project
from jointlab.laboratory.operations import projects as change_projects
from jointlab.laboratory.operations.projects import ProjectDraft
from jointlab.laboratory.queries import projects as queries
from jointlab.people.pages import actor_at

router = Router(tags=["projects"])


class ProjectIn(Schema):
    """A project as it is made or changed."""

    title: str = Field(max_length=200)
    kind: str = "fundamental"
    summary: str = Field("", max_length=20_000)
    restricted: StrictBool = False
    closed: StrictBool = False
    members: list[str] = Field([], max_length=500)
    patent_hold: StrictBool = False

    def draft(self) -> ProjectDraft:
        """As the operation takes it."""
        return ProjectDraft(
            self.title, self.kind, self.summary, self.restricted, self.closed, tuple(self.members), self.patent_hold
        )


class ProjectChange(ProjectIn):
    """A change, with the revision that it rests on. A patent hold that is not spoken of stays as it is."""

    rev: Revision
    patent_hold: StrictBool | None = None  # type: ignore[assignment]


class ProjectOut(Schema):
    """A project."""

    id: str
    rev: int
    slug: str
    title: str
    kind: str
    summary: str
    institution: str = Field(alias="institution_id")
    restricted: bool
    closed: bool
    patent_hold: bool


@router.get("/projects", response=list[ProjectOut], by_alias=False)
def projects(request: HttpRequest) -> list[Project]:
    """The projects that the caller sees."""
    return [listed.project for listed in queries.projects(actor_at(request))]


@router.post("/projects", response={201: ProjectOut}, by_alias=False)
def project_add(request: HttpRequest, given: ProjectIn) -> Status[Project]:
    """A new project; the caller is its member."""
    return Status(201, change_projects.add(actor_at(request), given.draft()))


@router.get("/projects/{slug}", response=ProjectOut, by_alias=False)
def project(request: HttpRequest, slug: str) -> Project:
    """One project."""
    return queries.project(actor_at(request), slug=slug)


@router.put("/projects/{slug}", response=ProjectOut, by_alias=False)
def project_change(request: HttpRequest, slug: str, given: ProjectChange) -> Project:
    """Change a project; 409 when it has moved on since `rev`."""
    actor = actor_at(request)
    found = queries.project(actor, slug=slug)
    held = found.patent_hold if given.patent_hold is None else given.patent_hold
    draft = replace(given.draft(), patent_hold=held)
    return change_projects.change(actor, project=found, draft=draft, expected_rev=given.rev)
