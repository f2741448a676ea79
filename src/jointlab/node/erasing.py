"""Erasing as an administrator asks for it, from the command line or the page: what is meant, what will go, on which ground."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from django.db.models import Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from jointlab.errors import BadInput, NotFound
from jointlab.history.erasure import Erased, erase, rehearse
from jointlab.history.models import Blob, Record
from jointlab.laboratory.models import Analysis, Device, File, Measurement, Note, Sample
from jointlab.people.actors import Actor, Right
from jointlab.people.models import Person

_LONGEST = 500  # characters of the ground
_KINDS = {
    "sample/1": _("Sample"), "device/1": _("Device"), "measurement/1": _("Measurement"), "analysis/1": _("Analysis"),
    "file/1": _("File"), "note/1": _("Note"), "person/1": _("A person"),
}  # fmt: skip
_CALLED: dict[str, Callable[[str], str]] = {
    "sample/1": lambda id: "{0.code} {0.title}".format(Sample.objects.get(id=id)),
    "device/1": lambda id: Device.objects.get(id=id).code,
    "measurement/1": lambda id: Measurement.objects.get(id=id).code,
    "analysis/1": lambda id: "{0.measurement.code}, {0.number}".format(Analysis.objects.get(id=id)),
    "file/1": lambda id: File.objects.get(id=id).name,
    "note/1": lambda id: Note.objects.get(id=id).text[:80],
    "person/1": lambda id: Person.objects.get(id=id).name,
}


@dataclass(frozen=True)
class Named:
    """A record as people know it."""

    id: str
    kind: str  # in the reader's language
    title: str


@dataclass(frozen=True)
class Going:
    """What will go: the record, the records made of it, how many versions of them, and the files that nothing else needs."""

    record: Named
    made: tuple[Named, ...]
    versions: int
    files: int
    bytes: int
    mark: str  # of exactly this: what is confirmed later is what was shown


def find(text: str) -> Record:
    """The record that is meant: itself, a code, a file's SHA-256, or the address of a page. Raises NotFound ``erase.none``."""
    asked = unquote(text.strip().rstrip("/").rpartition("/")[2].partition("?")[0])
    ids = [asked]
    for table, field in ((Sample, "code"), (Device, "code"), (Measurement, "code"), (File, "sha256")):
        ids += table._default_manager.filter(**{field: asked}).values_list("pk", flat=True)
    found = Record.objects.filter(id__in=ids).first() if "\0" not in asked else None
    if found is None:
        raise NotFound(
            "erase.none",
            "There is no record “{text}”. Give its identifier, a code, a file’s SHA-256, or the address of its page.",
            field="record", text=text[:120],
        )  # fmt: skip
    return found


def going(actor: Actor, record: Record) -> Going:
    """What erasing it takes away. Raises NotAllowed, BadInput ``erase.self``, and what `rehearse` raises."""
    _check(actor, record)
    told = rehearse(id=record.id, by=actor.person)
    types = dict(Record.objects.filter(id__in=told.taken).values_list("id", "type"))
    size = Blob.objects.filter(sha256__in=told.blobs).aggregate(all=Sum("size"))["all"] or 0
    return Going(
        _named(record.id, record.type), tuple(_named(id, types[id]) for id in told.taken), told.bodies, len(told.blobs), size,
        hashlib.sha256(repr((told.record, told.bodies, told.taken, told.blobs)).encode()).hexdigest(),
    )  # fmt: skip


def erase_on_ground(actor: Actor, record: Record, *, ground: str) -> Erased:
    """Erase it. Raises as `going`, and BadInput ``erase.ground``."""
    _check(actor, record)
    clean = " ".join(ground.split())
    if not clean or len(clean) > _LONGEST or not clean.isprintable():
        raise BadInput(
            "erase.ground",
            "Say on which ground it is erased, in at most {most} characters: which request or decision, of which day.",
            field="ground", most=_LONGEST,
        )  # fmt: skip
    return erase(id=record.id, by=actor.person, why=clean)


def _check(actor: Actor, record: Record) -> None:
    actor.require(Right.ADMINISTER)
    if record.id == actor.person:
        raise BadInput("erase.self", "You cannot erase yourself. Another administrator can do that.", field="record")


def _named(id: str, type: str) -> Named:
    called, kind = _CALLED.get(type), _KINDS.get(type)
    return Named(id, gettext(kind) if kind else type, called(id) if called else "")
