"""Treaties and initiatives that agreements and projects refer to, with their texts and days. They bind nobody here."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date

from django.conf import settings
from django.db import transaction

from jointlab.agreements.models import Reference
from jointlab.agreements.queries.references import reference_by_id
from jointlab.agreements.records import ReferenceRecord
from jointlab.agreements.standard import known_references
from jointlab.agreements.texts import LANGUAGES
from jointlab.errors import BadInput, NotAllowed
from jointlab.history.blobs import StoredBlob, store
from jointlab.history.identifiers import new_id
from jointlab.history.models import Blob
from jointlab.history.operations import note_blobs, require_own, write
from jointlab.people.actors import Actor, Right
from jointlab.web.typed import clean_line, clean_text

KINDS = ("treaty", "initiative", "order", "other")
Words = Mapping[str, str]
Files = Mapping[str, Iterable[bytes]]


def add(
    actor: Actor, *, kind: str, title: Words, source: str = "", on: str = "", in_force: str = "", ended: str = "", text: Words | None = None,
    files: Files | None = None,
) -> Reference:  # fmt: skip
    """A treaty or an initiative; `files` brings its text, by name. Raises BadInput ``reference.*``, ``words.*``."""
    actor.require(Right.WRITE)
    stored = _stored(files or {})
    body = _body(actor, kind, title, source, (on, in_force, ended), text or {}, stored, {})
    return _written(actor, new_id(), body, stored, 0)


def correct(
    actor: Actor, *, reference: str, seen: int, kind: str, title: Words, source: str = "", on: str = "", in_force: str = "", ended: str = "",
    text: Words | None = None, files: Files | None = None, keep: Collection[str] | None = None,
) -> Reference:  # fmt: skip
    """What is said of it from now on, by a further revision; `keep`: names of its files that stay, None for all.

    What was signed before keeps the title that it was signed with, and is still found by it. `seen` is the revision that
    the person had before them. Raises as `add` and `correctable`, and Conflict ``history.stale``.
    """
    row = correctable(actor, reference)
    kept = {name: sha256 for name, sha256 in row.files.items() if keep is None or name in keep}
    stored = _stored(files or {})
    body = _body(actor, kind, title, source, (on, in_force, ended), text or {}, stored, kept)
    before = {*row.formerly, *row.title.values()} - {*body.title.values()}
    return _written(actor, row.pk, replace(body, formerly=sorted(before)), stored, seen)


def correctable(actor: Actor, reference: str) -> Reference:
    """The one that this person may correct: of this node, and of its own side, since what our house says is meant.

    Raises NotFound ``reference.none``, NotAllowed ``people.no-right``, ``history.foreign``, ``reference.not-yours``.
    """
    actor.require(Right.WRITE)
    row = reference_by_id(actor, reference)
    require_own(row.pk)
    if not actor.own_side:
        raise NotAllowed(
            "reference.not-yours",
            "A treaty or an initiative that is entered here is corrected by persons of this institution. Ask one of them.",
        )
    return row


def add_known(actor: Actor, *, key: str) -> Reference:
    """One of those that the standard texts refer to: sco-charter, sco-education, belt-and-road."""
    known = known_references()
    if key not in known:
        raise BadInput(
            "agreement.choice",
            "“{where}”: “{found}” is none of: {known}.",
            where="key",
            found=key[:40],
            known=", ".join(known),
        )
    one = known[key]
    return add(actor, kind=one["kind"], title=one["title"], source=one.get("source", ""), on=one.get("on", ""))


def _stored(files: Files) -> dict[str, StoredBlob]:
    return {
        clean_line(name, field="files"): store().put(pieces, limit=settings.NODE.upload_limit)
        for name, pieces in files.items()
    }


def _body(
    actor: Actor, kind: str, title: Words, source: str, days: tuple[str, str, str], text: Words, stored: Mapping[str, StoredBlob], kept: Words
) -> ReferenceRecord:  # fmt: skip
    if kind not in KINDS:
        raise BadInput(
            "agreement.choice", "“{where}”: “{found}” is none of: {known}.", where="kind", found=kind[:40], known=", ".join(KINDS),
        )  # fmt: skip
    on, in_force, ended = (_day(day, field) for day, field in zip(days, ("on", "in_force", "ended"), strict=True))
    if in_force and on and in_force < on:
        raise BadInput("agreement.days", "The first day, {first}, comes after the last, {last}.", field="in_force", first=on, last=in_force)  # fmt: skip
    sizes = dict(Blob.objects.filter(sha256__in=list(kept.values())).values_list("sha256", "size"))
    return ReferenceRecord(
        kind=kind, title=_words(title, "title"), by=actor.person, source=clean_line(source, field="source", empty=True, most=300),
        on=on, in_force=in_force, ended=ended, text=_texts(text),
        files={**kept, **{name: one.sha256 for name, one in stored.items()}},
        sizes=sizes | _sizes(stored),
    )  # fmt: skip


@transaction.atomic
def _written(actor: Actor, id: str, body: ReferenceRecord, stored: Mapping[str, StoredBlob], seen: int) -> Reference:
    if stored:
        note_blobs(_sizes(stored))
    return reference_by_id(actor, write(type="reference/1", id=id, body=body, expected_rev=seen).id)


def _sizes(stored: Mapping[str, StoredBlob]) -> dict[str, int]:
    return {one.sha256: one.size for one in stored.values()}


def _words(words: Words, field: str) -> dict[str, str]:
    found = {
        language: clean_line(words[language], field=field, most=300)
        for language in LANGUAGES
        if words.get(language, "").strip()
    }
    if not found:
        raise BadInput("words.empty", "This is needed.", field=field)
    return found


def _texts(words: Words) -> dict[str, str]:
    return {
        language: clean_text(words[language], field="text") for language in LANGUAGES if words.get(language, "").strip()
    }


def _day(text: str, field: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat() if text.strip() else ""
    except ValueError:
        raise BadInput(
            "process.day", "“{text}” is no day. Write it as 2026-09-02.", field=field, text=text[:40]
        ) from None
