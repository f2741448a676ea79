"""What a record rests on, as far as sharing asks: a clause must let it go with each of these, or they must be there already.

One table for the decision over many rows and for that over one: a measurement is a measurement with its file, on a sample,
perhaps on a device. Only what this node wrote is asked for; what a partner wrote came from there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Model

from jointlab.history.identifiers import home
from jointlab.laboratory.models import Analysis, Device, Measurement, Note, Project, Sample

Thing = Sample | Device | Measurement | Analysis | Note


@dataclass(frozen=True)
class Part:
    """A record, or one that it rests on: the way to it from the row, its kinds of data, and when it was recorded."""

    path: str  # "" the row itself, else such as sample__
    data: tuple[str, ...]
    recorded: str

    @property
    def is_row(self) -> bool:
        """Whether it is the row itself."""
        return not self.path

    @property
    def is_deep(self) -> bool:
        """Whether it lies so deep that it is not decided again: it must be there already."""
        return not self.data


def _sample(path: str = "") -> Part:
    return Part(path, ("samples",), "created_at")


def _deep(path: str) -> Part:
    return Part(path, (), "")


def _measurement(path: str = "") -> Part:
    return Part(path, ("measurements", "files"), "recorded_at")


PARTS: Final[dict[type[Model], tuple[Part, ...]]] = {
    Sample: (_sample(),),
    Device: (_sample(), _sample("sample__"), _sample("made_of__"), _sample("made_of__made_of__"), _deep("made_of__made_of__made_of__")),
    Measurement: (
        _measurement(), _sample("sample__"), _sample("device__"), _sample("device__made_of__"), _deep("device__made_of__made_of__"),
    ),
    Analysis: (
        Part("", ("findings",), "at"), _measurement("measurement__"), _sample("measurement__sample__"), _sample("measurement__device__"),
        _sample("measurement__device__made_of__"), _deep("measurement__device__made_of__made_of__"),
    ),
    Note: (
        Part("", ("notes",), "at"), _sample("sample__"), _measurement("measurement__"), _sample("measurement__device__"),
        _sample("measurement__device__made_of__"), _deep("measurement__device__made_of__made_of__"),
    ),
}  # fmt: skip

PROJECT: Final[dict[type[Model], str]] = {
    Sample: "project", Device: "sample__project", Measurement: "project", Analysis: "measurement__project",
    Note: "sample__project",
}  # fmt: skip

SAMPLE: Final[dict[type[Model], str]] = {
    Sample: "pk", Device: "sample", Measurement: "sample", Analysis: "measurement__sample", Note: "sample",
}  # fmt: skip


@dataclass(frozen=True)
class Rested:
    """One part of one row: its record, and when that was recorded."""

    record: str
    data: tuple[str, ...]
    recorded: datetime | None  # None: it must be there already
    is_row: bool


def parts_of(thing: Thing, *, ours: str = "") -> Iterator[Rested]:
    """The parts that `ours` (a prefix; this node) wrote, the record itself first."""
    prefix = f"{ours or home()}:"
    for part in PARTS[type(thing)]:
        row = _at(thing, part.path)
        if row is not None and str(row.pk).startswith(prefix):
            recorded = None if part.is_deep else getattr(row, part.recorded)
            yield Rested(str(row.pk), part.data, recorded, part.is_row)


def project_of(thing: Thing) -> Project | None:
    """The project that it belongs to."""
    found = _at(thing, f"{PROJECT[type(thing)]}__")
    assert found is None or isinstance(found, Project)
    return found


def _at(thing: Model, path: str) -> Model | None:
    row: Model | None = thing
    for name in filter(None, path.split("__")):
        row = getattr(row, name) if row is not None else None
    return row
