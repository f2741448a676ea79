"""The first page: what there is, what came last, and what waits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from jointlab.history.identifiers import home
from jointlab.laboratory.queries import inbox
from jointlab.laboratory.queries import overview as laboratory
from jointlab.laboratory.queries.asked import asked_projects
from jointlab.mobility.queries.offices import is_office
from jointlab.mobility.queries.places import lines_in_force
from jointlab.mobility.views.board import strip
from jointlab.people.actors import Actor, Right
from jointlab.people.models import Institution
from jointlab.people.pages import actor_at
from jointlab.reports import queries
from jointlab.web.middleware import sign_in_first
from jointlab.web.remembered import newest, remembered
from jointlab.web.sites import site_of
from jointlab.web.words import listed

_MOST_LINES = 6
_COUNTED_FOR = 60.0  # seconds
_T = TypeVar("_T")


@dataclass(frozen=True)
class Parts:
    """A number with its parts by site, in per cent, for the bar below it."""

    total: int
    shares: dict[str, float]  # by mark
    words: str  # Almaty 57 %, Nanjing 43 %


@sign_in_first
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The laboratory at a glance."""
    actor = actor_at(request)
    transit, today, after = queries.in_transit(actor), timezone.localdate(), newest()

    def counted(what: Callable[[Actor], _T]) -> _T:
        """Of a large laboratory this is the longest work: not again before something is recorded."""
        return remembered((what, actor), lambda: what(actor), after=after, seconds=_COUNTED_FOR)

    return render(request, "reports/overview.html", {
        "laboratory": _name(), "asked": asked_projects(actor),
        "samples": _parts(counted(laboratory.samples)), "measurements": _parts(counted(laboratory.measurements)),
        "files": inbox.standing(actor), "latest": laboratory.latest_measurements(actor),
        "ours": queries.waits_for_us(actor), "theirs": queries.waits_for_others(actor),
        "transit": transit[:_MOST_LINES], "transit_total": transit.count(), "ahead": queries.dates_ahead(actor, today=today), "ending": queries.agreements_ending(actor, today=today),
        "places": [strip(line) for line in lines_in_force(actor.institution, most=_MOST_LINES)] if is_office(actor) else [],
        "events": queries.latest(actor), "projects": counted(laboratory.open_projects),
        "may_write": Right.WRITE in actor.rights,
    })  # fmt: skip


def _name() -> str:
    """Of the laboratory in the reader's language, as jointlab.toml says it; else of the institution."""
    named: dict[str, str] = settings.NODE.laboratory
    if named:
        return named.get(get_language() or "en") or named.get("en") or next(iter(named.values()))
    return str(Institution.objects.filter(prefix=home()).first() or settings.NODE.name)


def _parts(share: laboratory.Share) -> Parts:
    """Homes with one mark stand together."""
    shares: dict[str, float] = {}
    words = []
    for prefix, number in share.of:
        site, percent = site_of(prefix), 100.0 * number / share.total
        shares[site.mark or "k"] = shares.get(site.mark or "k", 0.0) + percent
        words.append(f"{site.word} {percent:.0f} %")
    return Parts(share.total, dict(sorted(shares.items())), listed(words))
