"""The search of the header, for programs."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from jointlab.laboratory.queries.search import search as find
from jointlab.people.pages import actor_at

router = Router(tags=["search"])


class NamedOut(Schema):
    """Something found: its code (of a project the short name, of a person the record), and what it is called."""

    code: str
    title: str


class FoundOut(Schema):
    """What holds every word, the newest first, at most 20 of each kind; `more` names the kinds that have more."""

    samples: list[NamedOut]
    devices: list[NamedOut]
    measurements: list[NamedOut]
    persons: list[NamedOut]
    projects: list[NamedOut]
    more: list[str]


@router.get("/search", response=FoundOut)
def search(request: HttpRequest, q: Annotated[str, Query(max_length=200)]) -> dict[str, Any]:
    """Everything that holds the words, the last of which may be the beginning of one."""
    found = find(actor_at(request), q.strip())
    return {
        "samples": [{"code": one.code, "title": one.title} for one in found.samples],
        "devices": [{"code": one.code, "title": one.sample.title} for one in found.devices],
        "measurements": [{"code": one.code, "title": one.technique} for one in found.measurements],
        "persons": [{"code": one.id, "title": one.name} for one in found.persons],
        "projects": [{"code": one.slug, "title": one.title} for one in found.projects],
        "more": sorted(found.more),
    }
