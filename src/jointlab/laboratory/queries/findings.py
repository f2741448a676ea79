"""Which records hold the words of a question: over the terms that the projections wrote."""

from dataclasses import dataclass
from typing import TypeVar

from django.db import connection
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from jointlab.laboratory.models import Term
from jointlab.laboratory.terms import Asked, asked

RARE = 2000  # records: a word of fewer is looked up first; of more, rows are read newest first and asked for the word
_LAST = "\U0010ffff"

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class _Found:
    """The records of a rare word; None where the word is common."""

    word: Asked
    targets: frozenset[str] | None


def matching(rows: QuerySet[Row], *, kind: str, question: str, record: str = "pk") -> QuerySet[Row]:
    """Of `rows` those whose record holds every word of the question; all of them for a question without words.

    `record` is the path from a row to the record's identifier.
    """
    words = asked(question)
    if not words:
        return rows
    found = [_look_up(kind, word) for word in words]
    rare = [one.targets for one in found if one.targets is not None]
    if rare:
        rows = rows.filter(**{f"{record}__in": sorted(frozenset.intersection(*rare))})
    for one in found:
        if one.targets is None:
            rows = rows.filter(Exists(Term.objects.filter(_is(one.word), kind=kind, target=OuterRef(record))))
    return rows


def _look_up(kind: str, word: Asked) -> _Found:
    targets = Term.objects.filter(_is(word), kind=kind).values_list("target", flat=True)
    common = targets[RARE : RARE + 1].exists()  # thousands of names are not fetched to be thrown away
    return _Found(word, None if common else frozenset(targets[: RARE + 1]))


def _is(word: Asked) -> Q:
    """The beginning of a word is a range of the index: compared by characters on SQLite, by pattern on PostgreSQL."""
    if not word.beginning:
        return Q(term=word.term)
    if connection.vendor == "postgresql":
        return Q(term__startswith=word.term)
    return Q(term__gte=word.term, term__lt=word.term + _LAST)
