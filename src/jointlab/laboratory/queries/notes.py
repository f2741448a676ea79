"""Notes and their files."""

from django.db.models import Prefetch

from jointlab.errors import NotFound
from jointlab.laboratory.models import Attachment, Measurement, Note, Sample
from jointlab.laboratory.queries.visibility import visible_notes
from jointlab.people.actors import Actor


def notes_of(actor: Actor, sample: Sample, *, measurement: Measurement | None = None) -> list[Note]:
    """The notes about a sample and its measurements, or about one measurement; the latest first."""
    rows = visible_notes(actor).filter(sample=sample, withdrawn=False)
    if measurement is not None:
        rows = rows.filter(measurement=measurement)
    files = Prefetch("attachments", Attachment.objects.order_by("name", "sha256"))
    return list(rows.select_related("by", "measurement").prefetch_related(files).order_by("-at", "-id"))


def note_by_id(actor: Actor, id: str) -> Note:
    """Raises NotFound ``note.none``. Withdrawn notes are found too: they can be put back."""
    found = visible_notes(actor).select_related("sample", "by").filter(pk=id).first()
    if found is None:
        raise NotFound("note.none", "There is no such note.")
    return found


def attachment(actor: Actor, *, note: str, sha256: str) -> Attachment:
    """A file of a note that this person sees. Raises NotFound ``note.no-file``."""
    found = Attachment.objects.filter(note=note_by_id(actor, note), sha256=sha256).first()
    if found is None:
        raise NotFound("note.no-file", "There is no such file at this note.")
    return found
