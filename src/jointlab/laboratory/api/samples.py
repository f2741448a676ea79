"""Samples for programs: the list, one with its family, devices and figures, and every change."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import BaseModel, Field

from jointlab.laboratory.api.devices import DeviceOut, device_out
from jointlab.laboratory.api.values import (
    Code,
    Condition,
    Cursor,
    Day,
    FigureOut,
    Line,
    Record,
    Revision,
    Words,
    figure_out,
)
from jointlab.laboratory.models import Parent, Sample
from jointlab.laboratory.operations import samples as operations
from jointlab.laboratory.operations.samples import MOST_PARENTS, MOST_PARTS, MOST_STEPS, MOST_TAGS, Part, SampleDraft
from jointlab.laboratory.queries import samples as queries
from jointlab.laboratory.queries.devices import devices_of
from jointlab.laboratory.queries.figures import Line as FigureLine
from jointlab.laboratory.queries.figures import figures_of_sample
from jointlab.laboratory.queries.lineage import Relative, left_of, lineage_of
from jointlab.laboratory.queries.samples import SampleFilter
from jointlab.laboratory.queries.visibility import visible_projects, visible_samples
from jointlab.laboratory.records import Origin, Step
from jointlab.people.actors import Actor
from jointlab.people.pages import actor_at

router = Router(tags=["samples"])


class StepIO(BaseModel):
    """One step of a synthesis; values with their unit as typed."""

    what: Annotated[str, Field(max_length=500)] = ""
    temperature: Annotated[str, Field(max_length=60)] = ""
    duration: Annotated[str, Field(max_length=60)] = ""
    atmosphere: Annotated[str, Field(max_length=120)] = ""


class OriginIn(BaseModel):
    """A sample that this one was made from, by its code, and how much of it."""

    code: Code
    amount: Annotated[str, Field(max_length=40)] = ""


class SampleIn(Schema):
    """A sample as it is made. `project` is a slug, `made_by` the record of a person; amounts carry their unit."""

    title: Line
    composition: Line = ""
    form: Annotated[str, Field(max_length=20)] = "powder"
    project: Annotated[str, Field(max_length=80)] = ""
    made_on: Day = ""
    made_by: Record = ""
    synthesis: Words = ""
    steps: Annotated[list[StepIO], Field(max_length=MOST_STEPS)] = Field([])
    amount: Annotated[str, Field(max_length=40)] = ""
    hazards: Annotated[list[Annotated[str, Field(max_length=10)]], Field(max_length=9)] = Field([])
    tags: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=MOST_TAGS)] = Field([])
    parents: Annotated[list[OriginIn], Field(max_length=MOST_PARENTS)] = Field([])


class SampleNew(SampleIn):
    """A new sample; without `code` it gets the next one by the institution's pattern."""

    code: Annotated[str, Field(max_length=40)] = ""


class SampleChange(SampleIn):
    """The whole sample anew; what is left out is emptied. Hidden parents and the one it was split from stay."""

    rev: Revision


class PartIn(BaseModel):
    """A part split off; an empty title stands for the sample's own."""

    amount: Annotated[str, Field(max_length=40)] = ""
    title: Line = ""


class SplitIn(Schema):
    """The parts."""

    parts: Annotated[list[PartIn], Field(min_length=1, max_length=MOST_PARTS)]


class RelativeOut(Schema):
    """A sample of the family; `depth` 1 is a parent or a child."""

    code: str
    title: str
    depth: int
    how: str
    amount: str


class SampleOut(Schema):
    """A sample. `parents` are those that the caller may see."""

    id: str
    rev: int
    code: str
    title: str
    composition: str
    form: str
    project: str
    institution: str
    made_on: date | None
    made_by: str
    synthesis: str
    steps: list[StepIO]
    amount: str
    hazards: list[str]
    tags: list[str]
    created_at: datetime
    created_by: str
    archived: bool


class LineOut(FigureOut):
    """A shown figure: the latest of the sample, or the mean over `n` devices of the kind `of` with s as uncertainty."""

    of: str
    n: int
    measurement: str
    earlier: int


class SampleWhole(SampleOut):
    """A sample with its family, its devices and its shown figures; `hidden` relatives are not for the caller."""

    left: str
    ancestors: list[RelativeOut]
    descendants: list[RelativeOut]
    hidden: int
    devices: list[DeviceOut]
    figures: list[LineOut]


class SampleRow(SampleOut):
    """A row of the list; `figure` where the list is sorted by one."""

    figure: FigureOut | None


class SamplesPage(Schema):
    """One page; `after` and `before` ask for its neighbours, "" where there is none."""

    items: list[SampleRow]
    after: str
    before: str


class SamplesAsked(Schema):
    """The filters of the list. `sort`: date, code or a quantity, with - in front for descending."""

    text: Condition = ""
    project: Condition = ""
    person: Condition = ""
    tag: Condition = ""
    form: Condition = ""
    since: Day = ""
    until: Day = ""
    sort: Annotated[str, Field(max_length=80)] = "-date"
    archived: bool = False
    after: Cursor = ""
    before: Cursor = ""


@router.get("/samples", response=SamplesPage)
def samples(request: HttpRequest, asked: Query[SamplesAsked]) -> dict[str, Any]:
    """One page of the samples that the caller sees, 50 at a time."""
    page = queries.page_of_samples(actor_at(request), SampleFilter(**asked.dict()))
    rows = [{**sample_out(row.sample), "figure": figure_out(row.result) if row.result else None} for row in page.rows]
    return {"items": rows, "after": page.after, "before": page.before}


@router.post("/samples", response={201: SampleOut})
def sample_add(request: HttpRequest, given: SampleNew) -> Status[dict[str, Any]]:
    """A new sample."""
    actor = actor_at(request)
    return Status(201, sample_out(operations.add(actor, draft(actor, given, code=given.code.strip()))))


@router.get("/samples/{code}", response=SampleWhole)
def sample(request: HttpRequest, code: Code) -> dict[str, Any]:
    """One sample with its family, devices and figures."""
    actor = actor_at(request)
    found = queries.sample_by_code(actor, code)
    family = lineage_of(actor, found)
    return {
        **sample_out(found), "left": str(left_of(found) or ""),
        "ancestors": [_relative(one) for one in family.ancestors],
        "descendants": [_relative(one) for one in family.descendants], "hidden": family.hidden,
        "devices": [device_out(device) for device in devices_of(actor, found)],
        "figures": [_line(line) for line in figures_of_sample(actor, found).lines],
    }  # fmt: skip


@router.put("/samples/{code}", response=SampleOut)
def sample_change(request: HttpRequest, code: Code, given: SampleChange) -> dict[str, Any]:
    """Change a sample; 409 when it has moved on since `rev`."""
    actor = actor_at(request)
    found = queries.sample_by_code(actor, code)
    changed = draft(actor, given, kept=operations.origins_kept(actor, found))
    return sample_out(operations.change(actor, sample=found, draft=changed, expected_rev=given.rev))


@router.post("/samples/{code}/split", response={201: list[SampleOut]})
def sample_split(request: HttpRequest, code: Code, given: SplitIn) -> Status[list[dict[str, Any]]]:
    """Split parts off a sample, each with a code of its own."""
    actor = actor_at(request)
    found = queries.sample_by_code(actor, code)
    parts = operations.split(actor, sample=found, parts=[Part(part.amount, part.title) for part in given.parts])
    return Status(201, [sample_out(part) for part in parts])


@router.post("/samples/{code}/archive", response=SampleOut)
def sample_archive(request: HttpRequest, code: Code) -> dict[str, Any]:
    """Take a sample out of the lists; nothing is lost."""
    actor = actor_at(request)
    return sample_out(operations.archive(actor, sample=queries.sample_by_code(actor, code)))


@router.post("/samples/{code}/put-back", response=SampleOut)
def sample_put_back(request: HttpRequest, code: Code) -> dict[str, Any]:
    """Put an archived sample back into the lists."""
    actor = actor_at(request)
    return sample_out(operations.archive(actor, sample=queries.sample_by_code(actor, code), archived=False))


def sample_out(sample: Sample) -> dict[str, Any]:
    """A sample as `SampleOut`."""
    plain = (
        "id", "rev", "code", "title", "composition", "form", "made_on", "synthesis", "steps", "amount", "hazards",
        "created_at", "archived",
    )  # fmt: skip
    return {
        **{name: getattr(sample, name) for name in plain},
        "project": sample.project.slug if sample.project else "", "institution": sample.institution_id,
        "made_by": sample.made_by_id or "", "created_by": sample.created_by_id,
        "tags": sorted(tag.word for tag in sample.tags.all()),
    }  # fmt: skip


def draft(actor: Actor, given: SampleIn, *, code: str = "", kept: tuple[Origin, ...] = ()) -> SampleDraft:
    """As the operation takes it. A project or parent that the caller does not see stays what it is, and is refused there."""
    project = visible_projects(actor).filter(slug=given.project).values_list("pk", flat=True).first()
    codes = {parent.code for parent in given.parents}
    known = dict(visible_samples(actor).filter(code__in=codes).values_list("code", "pk")) if codes else {}
    typed = (
        Origin(known.get(parent.code, parent.code), Parent.How.MADE_FROM, parent.amount) for parent in given.parents
    )
    return SampleDraft(
        title=given.title, composition=given.composition, form=given.form, project=project or given.project,
        made_on=given.made_on, made_by=given.made_by, synthesis=given.synthesis,
        steps=tuple(Step(**step.model_dump()) for step in given.steps), amount=given.amount, hazards=tuple(given.hazards),
        tags=tuple(given.tags), parents=(*typed, *kept), code=code,
    )  # fmt: skip


def _relative(one: Relative) -> dict[str, Any]:
    return {
        "code": one.sample.code, "title": one.sample.title, "depth": one.depth, "how": one.how, "amount": one.amount,
    }  # fmt: skip


def _line(line: FigureLine) -> dict[str, Any]:
    """The digits recorded where the figure stands as it is; for a mean the shortest exact ones."""
    told = figure_out(line.latest) | {"headline": line.headline}
    if line.n > 1:
        spread = "" if line.uncertainty is None else repr(line.uncertainty)
        told |= {"value": repr(line.value), "uncertainty": spread, "includes": ""}
    return told | {"of": line.of, "n": line.n, "measurement": line.latest.measurement.code, "earlier": line.earlier}
