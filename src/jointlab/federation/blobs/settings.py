"""The policy of this node, and who knows the projects of records."""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

import orjson
from django.conf import settings

from jointlab.federation.blobs.policy import Policy

ProjectsOf = Callable[[Collection[str]], Mapping[str, str]]  # by record id, the slug of its project

_projects: list[ProjectsOf] = []


def policy() -> Policy:
    """[files] of jointlab.toml. Raises BadInput ``node.files``."""
    return _read(orjson.dumps(settings.NODE.files))


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
