"""Files that a person may see, and whose bytes may still be at their home."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse

from jointlab.errors import NotFound
from jointlab.federation.blobs.progress import Coming, Named, coming
from jointlab.history.blobs import store
from jointlab.history.identifiers import home
from jointlab.laboratory.models import Analysis, Attachment, File, Measurement, Note
from jointlab.laboratory.queries.visibility import visible_files, visible_measurements, visible_notes
from jointlab.people.actors import Actor, Right

_BATCH = 500


@dataclass(frozen=True)
class KnownFile:
    """A file as a record names it."""

    sha256: str
    name: str
    size: int  # bytes
    home: str  # prefix of the node that has it first
    address: str  # of the page on which it stands; "" where there is none
    title: str  # of that page


def known_file(actor: Actor, sha256: str) -> KnownFile:
    """A raw file, or one that belongs to a note, that this person sees. Raises NotFound ``file.none``."""
    file = visible_files(actor).filter(sha256=sha256).order_by("id").first()
    if file is not None:
        seen = visible_measurements(actor).filter(file=file).order_by("id").first()
        address = reverse("measurement", args=[seen.code]) if seen else ""
        return KnownFile(sha256, file.name, file.size, file.home, address, seen.code if seen else "")
    kept = Attachment.objects.filter(sha256=sha256, note__in=visible_notes(actor)).select_related("note__sample")
    if (found := kept.order_by("id").first()) is None:
        raise NotFound("file.none", "There is no such file.")
    code = found.note.sample.code
    return KnownFile(
        sha256, found.name, found.size, found.note_id.partition(":")[0], f"{reverse('sample', args=[code])}#notes", code
    )


def is_here(sha256: str) -> bool:
    """Whether the store has the bytes."""
    return store().has(sha256)


def awaited(sha256: str, *, owner: str) -> Coming | None:
    """How the file of a partner is on its way; None when it is here, or is ours (then it is lost, not awaited)."""
    return None if owner == home() or is_here(sha256) else coming(sha256)


def may_fetch(actor: Actor) -> bool:
    """Who may fetch files of partners, and stop that: persons of the side that runs this node who may write."""
    return actor.own_side and Right.WRITE in actor.rights


def names_of_files(actor: Actor, files: Collection[str]) -> dict[str, Named]:
    """By SHA-256, name and page of those files that this person sees."""
    found: dict[str, Named] = {}
    kept = Attachment.objects.filter(sha256__in=files, note__in=visible_notes(actor)).values_list("sha256", "name")
    raw = visible_files(actor).filter(sha256__in=files).values_list("sha256", "name")
    for sha256, name in (*kept, *raw):
        found[sha256] = Named(name, reverse("file-coming", args=[sha256]))
    return found


def projects_of_records(records: Collection[str]) -> dict[str, str]:
    """By record, the slug of its project: of files, measurements, analyses and notes."""
    found: dict[str, str] = {}
    ids = sorted(records)
    for start in range(0, len(ids), _BATCH):
        part = ids[start : start + _BATCH]
        for table, path in (
            (File, "measurements__project__slug"), (Measurement, "project__slug"),
            (Analysis, "measurement__project__slug"), (Note, "sample__project__slug"),
        ):  # fmt: skip
            rows = table._default_manager.filter(id__in=part).exclude(**{path: None}).values_list("id", path)
            found.update(rows)
    return found
