"""The policy of this node, and who knows the projects of records."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import lru_cache

import orjson
from django.conf import settings
from django.utils import timezone

from jointlab.errors import BadInput
from jointlab.federation.blobs.models import ProjectFiles
from jointlab.federation.blobs.policy import MB, NONE, Limits, Policy, at_night, at_once

ProjectsOf = Callable[[Collection[str]], Mapping[str, str]]  # by record id, the slug of its project

_projects: list[ProjectsOf] = []


MOST_MB = 1_000_000  # of one file


def policy() -> Policy:
    """[files] of jointlab.toml, and over it what was set for projects. Raises BadInput ``node.files``."""
    known = written_policy()
    chosen = {row.slug: limits_of(row) for row in ProjectFiles.objects.all()}
    return replace(known, projects={**known.projects, **chosen}) if chosen else known


def written_policy() -> Policy:
    """[files] of jointlab.toml alone. Raises BadInput ``node.files``."""
    return _read(orjson.dumps(settings.NODE.files))


def limits_of(row: ProjectFiles) -> Limits:
    """As a person has set it."""
    if row.mode == ProjectFiles.Mode.ON_DEMAND:
        return NONE
    return (at_once if row.mode == ProjectFiles.Mode.AT_ONCE else at_night)(row.up_to)


def chosen(slug: str) -> ProjectFiles | None:
    """What was set for a project on its page; None when nothing was."""
    return ProjectFiles.objects.filter(slug=slug).first()


def choose(slug: str, *, mode: str, up_to_mb: int, by: str) -> None:
    """How the files of a project come from now on; `mode` "" for what jointlab.toml says. Raises BadInput ``files.*``."""
    if not mode:
        ProjectFiles.objects.filter(slug=slug).delete()
        return
    if mode not in ProjectFiles.Mode.values:
        raise BadInput("files.mode", "Say at-once, at-night or on-demand, or nothing.", field="mode")
    if not 0 <= up_to_mb <= MOST_MB:
        raise BadInput("files.up-to", "Between 0 and {most} MB.", field="up_to_mb", most=MOST_MB)
    values = {"mode": mode, "up_to": up_to_mb * MB, "by": by, "at": timezone.now()}
    ProjectFiles.objects.update_or_create(slug=slug, defaults=values)


def register_projects(projects: ProjectsOf) -> None:
    """Make known who can say to which project a record belongs."""
    if projects not in _projects:
        _projects.append(projects)


def projects_of(records: Collection[str]) -> dict[str, str]:
    """By record id, the slug of its project; records of none are left out."""
    return {record: slug for projects in _projects for record, slug in projects(records).items()}


@lru_cache(maxsize=4)
def _read(said: bytes) -> Policy:
    return Policy.read(orjson.loads(said))
