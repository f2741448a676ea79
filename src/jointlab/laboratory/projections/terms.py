"""The words of what can be found, written with it."""

from collections.abc import Iterable, Mapping

from jointlab.laboratory.models import Term
from jointlab.laboratory.terms import terms_of


def index(*, kind: str, target: str, texts: Iterable[str]) -> None:
    """The record `target` is found under the words of `texts` from now on, and under no others."""
    wanted = terms_of(texts)
    there = set(Term.objects.filter(target=target).values_list("term", flat=True))
    if gone := there - wanted:
        Term.objects.filter(target=target, term__in=gone).delete()
    Term.objects.bulk_create([Term(kind=kind, term=term, target=target) for term in sorted(wanted - there)])


def index_new(*, kind: str, texts: Mapping[str, Iterable[str]]) -> None:
    """The same for records that are new: the texts of each by its id."""
    words = [(target, term) for target, written in texts.items() for term in sorted(terms_of(written))]
    Term.objects.bulk_create([Term(kind=kind, term=term, target=target) for target, term in words], batch_size=500)
