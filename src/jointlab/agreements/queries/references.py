"""Treaties and initiatives, and which agreements refer to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from jointlab.agreements.heads import Reference as Named
from jointlab.agreements.models import Reference
from jointlab.agreements.queries.listing import Agreement, Entry
from jointlab.errors import NotFound
from jointlab.history.identifiers import home
from jointlab.people.actors import Actor, Right


def references(actor: Actor) -> QuerySet[Reference]:
    """All of them; they are no secret."""
    rows = Reference.objects.order_by("on", "id")
    return rows if Right.READ in actor.rights else rows.none()


def reference_by_id(actor: Actor, id: str) -> Reference:
    """Raises NotFound ``reference.none``."""
    found = references(actor).filter(pk=id).first()
    if found is None:
        raise NotFound("reference.none", "There is no such treaty or initiative.")
    return found


@dataclass(frozen=True)
class Referred:
    """What agreements name and who names it; `named` as the first of them writes it."""

    named: Named
    agreements: tuple[Entry, ...]
    at: int  # its place, from 0, among what the first of them names


def titles_of(reference: Reference) -> set[str]:
    """Every title by which it is called and, where it was entered here, was called: a signed text keeps the one of its day.

    What a partner says that its own was called before could be any title: nothing here was signed by it.
    """
    return {*reference.title.values(), *(reference.formerly if _is_ours(reference) else ())}


def entered_by_title(actor: Actor) -> dict[str, str]:
    """The identifier of each treaty by every title that it has or had; what was entered here goes before what came."""
    rows = sorted(references(actor), key=_is_ours)  # the last one of a title stays
    return {title: row.pk for row in rows for title in titles_of(row)}


def _is_ours(reference: Reference) -> bool:
    return reference.pk.partition(":")[0] == home()


def page_of(named: Named, entered: Mapping[str, str]) -> str:
    """The identifier under which `entered` has what an agreement names; "" where nobody entered it here."""
    return next((entered[title] for title in named.title.values() if title in entered), "")


def referring(reference: Reference, listed: Iterable[Agreement]) -> list[Entry]:
    """The agreements whose version that counts today names it, by a title that it has or had."""
    titles = titles_of(reference)
    return [
        one.current for one in listed
        if any(titles.intersection(named.title.values()) for named in one.current.version.head.refers)
    ]  # fmt: skip


def not_entered(actor: Actor, listed: Iterable[Agreement]) -> list[Referred]:
    """What the agreements that count today name and nobody has entered here, each once."""
    entered = entered_by_title(actor)
    found: list[Referred] = []
    for entry in (one.current for one in listed):
        for at, named in enumerate(entry.version.head.refers):
            titles = set(named.title.values())
            if page_of(named, entered):
                continue
            same = next((n for n, one in enumerate(found) if titles.intersection(one.named.title.values())), None)
            if same is None:
                found.append(Referred(named, (entry,), at))
            else:
                found[same] = replace(found[same], agreements=(*found[same].agreements, entry))
    return found


def as_in_head(reference: Reference, languages: tuple[str, ...]) -> dict[str, Any]:
    """What the head of a draft says of it, in the languages of the draft; a language that it lacks is filled from another."""
    first = next(iter(reference.title.values()), "")
    said: dict[str, Any] = {
        "kind": reference.kind,
        "title": {one: reference.title.get(one) or first for one in languages},
    }
    said |= {"source": reference.source} if reference.source else {}
    return said | ({"on": reference.on.isoformat()} if reference.on else {})
