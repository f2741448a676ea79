"""Treaties and initiatives that agreements and projects refer to, with their texts and days. They bind nobody here."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.conf import settings
from django.db import transaction

from jointlab.agreements.models import Reference
from jointlab.agreements.queries.references import reference_by_id
from jointlab.agreements.records import ReferenceRecord
from jointlab.agreements.standard import known_references
from jointlab.agreements.texts import LANGUAGES
from jointlab.errors import BadInput
from jointlab.history.blobs import store
from jointlab.history.identifiers import new_id
from jointlab.history.operations import note_blobs, write
from jointlab.people.actors import Actor, Right
from jointlab.web.typed import clean_line, clean_text

KINDS = ("treaty", "initiative", "order", "other")
Words = Mapping[str, str]


def add(
    actor: Actor, *, kind: str, title: Words, source: str = "", on: str = "", in_force: str = "", ended: str = "", text: Words | None = None,
    files: Mapping[str, Iterable[bytes]] | None = None,
) -> Reference:  # fmt: skip
    """A treaty or an initiative; `files` brings its text, by name. Raises BadInput ``reference.*``, ``words.*``."""
    actor.require(Right.WRITE)
    stored = {
        clean_line(name, field="files"): store().put(pieces, limit=settings.NODE.upload_limit)
        for name, pieces in (files or {}).items()
    }
    if kind not in KINDS:
        raise BadInput(
            "agreement.choice",
            "“{where}”: “{found}” is none of: {known}.",
            where="kind",
            found=kind[:40],
            known=", ".join(KINDS),
        )
    body = ReferenceRecord(
        kind=kind, title=_words(title, "title"), by=actor.person, source=clean_line(source, field="source", empty=True, most=300),
        on=_day(on, "on"), in_force=_day(in_force, "in_force"), ended=_day(ended, "ended"), text=_texts(text or {}),
        files={name: one.sha256 for name, one in stored.items()}, sizes={one.sha256: one.size for one in stored.values()},
    )  # fmt: skip
    if body.in_force and body.on and body.in_force < body.on:
        raise BadInput(
            "agreement.days",
            "The first day, {first}, comes after the last, {last}.",
            field="in_force",
            first=body.on,
            last=body.in_force,
        )
    with transaction.atomic():
        if body.sizes:
            note_blobs(body.sizes)
        written = write(type="reference/1", id=new_id(), body=body, expected_rev=0)
    return reference_by_id(actor, written.id)


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
