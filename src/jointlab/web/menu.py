"""The menu at the side and the tabs of the phone. Rooms add their pages; a page that does not exist has no line."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jointlab.web.remembered import newest, remembered

_MOST_TABS = 4  # the fifth opens the menu


@dataclass(frozen=True)
class Item:
    """One line: `count` says how many things wait there, 0 for none; `shown` whether this person has the page.

    `by_records`: the count follows from what is recorded, and is not asked anew while nothing is recorded.
    """

    group: str  # laboratory, cooperation, node
    order: int
    title: "str | Promise"
    url: str  # the name of the page's address
    icon: str = ""  # in the tabs of the phone: overview, inbox, samples, measurements
    key: str = ""  # g then this letter
    count: Callable[[Any], int] = lambda actor: 0
    shown: Callable[[Any], bool] = lambda actor: True
    by_records: bool = False


@dataclass(frozen=True)
class Line:
    """An item as it is drawn for one request."""

    title: str
    address: str
    count: int
    here: bool
    icon: str
    key: str


@dataclass(frozen=True)
class Group:
    """Lines under one heading."""

    title: "str | Promise"
    lines: tuple[Line, ...]


_TITLES: dict[str, "str | Promise"] = {
    "laboratory": _("Laboratory"),
    "cooperation": _("Cooperation"),
    "node": _("Node"),
}
_items: list[Item] = []


def add(*items: Item) -> None:
    """Called by a room when the program starts."""
    _items.extend(item for item in items if item.url not in {known.url for known in _items})


def groups(request: HttpRequest) -> tuple[Group, ...]:
    """What this person has, by group; nothing for strangers."""
    drawn = _drawn(request)
    return tuple(
        Group(title, lines)
        for name, title in _TITLES.items()
        if (lines := tuple(line for item, line in drawn if item.group == name))
    )


def tabs(request: HttpRequest) -> tuple[Line, ...]:
    """The first lines that have a picture."""
    return tuple(line for _, line in _drawn(request) if line.icon)[:_MOST_TABS]


def _drawn(request: HttpRequest) -> tuple[tuple[Item, Line], ...]:
    """Items with their lines, made once for a request: counting asks the database."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return ()
    known: tuple[tuple[Item, Line], ...] | None = getattr(request, "_menu", None)
    if known is None:
        shown = sorted((item for item in _items if item.shown(actor)), key=lambda item: item.order)
        after = newest()
        known = tuple((item, _line(item, _count(item, actor, after), request.path)) for item in shown)
        request._menu = known  # type: ignore[attr-defined]
    return known


def _count(item: Item, actor: Any, after: Hashable) -> int:
    if not item.by_records:
        return item.count(actor)
    return remembered((item.url, actor), lambda: item.count(actor), after=after)


def _line(item: Item, count: int, path: str) -> Line:
    address = reverse(item.url)
    here = path == address or (address != "/" and path.startswith(f"{address}/"))
    return Line(str(item.title), address, count, here, item.icon, item.key)
