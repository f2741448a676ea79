"""The board and the table of stays, the count of places, the calendar."""

from dataclasses import replace
from fractions import Fraction

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jointlab.agreements.queries.lives import title_of
from jointlab.cases.models import Case
from jointlab.cases.queries import instances_of, visible_cases
from jointlab.cases.shown import is_over
from jointlab.errors import BadInput
from jointlab.mobility import words
from jointlab.mobility.calendars import Event, calendar
from jointlab.mobility.deadlines import ahead
from jointlab.mobility.operations.places import adjust
from jointlab.mobility.process import MOBILITY
from jointlab.mobility.queries import board as queries
from jointlab.mobility.queries.offices import is_office, require_office
from jointlab.mobility.queries.places import (
    Line,
    Way,
    balances,
    counts_here,
    line_of,
    lines_in_force,
    lines_in_run_off,
    rows_of,
    ways_in_force,
)
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at
from jointlab.processes import Instance
from jointlab.web.middleware import sign_in_first
from jointlab.web.sentences import sentence
from jointlab.web.sites import site_of
from jointlab.web.toasts import toast, trouble
from jointlab.web.words import listed

_STRIP = 4  # clauses above the board
_MOST_EVENTS = 500


@sign_in_first
@require_safe
def mobility(request: HttpRequest) -> HttpResponse:
    """The board, or the same as a table; who has one own case only goes straight there."""
    actor = actor_at(request)
    actor.require(Right.READ)
    asked = asked_of(request)
    office = is_office(actor)
    if not office:
        own = list(visible_cases(actor, processes=[MOBILITY.name])[:2])
        if len(own) == 1:
            return redirect("mobility-case", own[0].pk)
    as_table = not office or bool(asked.lane) or request.GET.get("as") == "table"
    ways = ways_in_force(actor.institution) if office else []
    context = {
        "asked": asked, "office": office, "strip": [strip(line_of(way)) for way in ways[:_STRIP]], "more_lines": max(0, len(ways) - _STRIP),
        "chips": chips(actor, asked, ways, as_table) if office else [], "as_table": as_table, "lane": words.lane(asked.lane) if asked.lane else "",
        "may_nominate": office and any(line.source == actor.institution or line.clause.word("pool") == "together" for line in ways),
        "closed": queries.stays(actor, queries.Asked(lane="ended")).count(),
    }  # fmt: skip
    if as_table:
        cards, after = queries.table(actor, asked)
        context |= {"cards": [shown(card) for card in cards], "after": after}
    else:
        lanes = queries.board(actor, asked)
        context |= {
            "lanes": [{"name": one.name, "title": words.lane(one.name), "count": one.count, "more": one.count - len(one.cards),
                       "cards": [shown(card) for card in one.cards]} for one in lanes],
            "any": any(one.count for one in lanes),
        }  # fmt: skip
    return render(request, "mobility/board.html", context)


def asked_of(request: HttpRequest) -> queries.Asked:
    """What the address asks for; what it should not hold counts as nothing."""
    get = request.GET
    who, lane = get.get("who", ""), get.get("lane", "")
    return queries.Asked(
        who=who if who in ("us", "them", "person") else "", source=get.get("from", "")[:20],
        lane=lane if lane in (*queries.LANES, "ended") else "", after=get.get("after", "")[:80],
    )  # fmt: skip


def strip(line: Line) -> dict[str, object]:
    """A clause as one figure above the board: taken of how many, and the bar."""
    now, limit = line.focus, line.focus.limit
    whole = float(limit) if limit > 0 else 1.0
    parts = {site_mark(line.source): now.used, "g": now.reserved, "h": now.asked}
    levels = line.clause.terms.get("levels", [])
    return {
        "title": listed(words.level(str(one)) for one in levels) if isinstance(levels, list) else "",
        "source": line.source, "target": line.target, "taken": words.amount(now.used + now.reserved), "limit": words.amount(limit),
        "used": words.amount(now.used), "reserved": words.amount(now.reserved), "asked": words.amount(now.asked) if now.asked else "",
        "left": words.amount(max(now.left, now.left * 0)), "period": now.period, "number": line.clause.number,
        "unit": words.unit(line.clause.word("unit")), "agreement": title_of(line.version),
        "bar": {name: min(100.0, 100 * float(part) / whole) for name, part in parts.items() if part},
    }  # fmt: skip


def site_mark(prefix: str) -> str:
    """A or n: the colour of the side that sends."""
    return site_of(prefix).mark or "a"


def shown(card: queries.Card) -> dict[str, object]:
    """A stay on the board."""
    case, stay = card.case, card.stay
    act = words.next_act(case.state)
    waits = site_of(case.waits_id).word if case.waits_id else ""
    if card.person:
        who = _("The person: {step}").format(step=act)
    elif card.ours:
        who = _("We must act: {step}").format(step=act)
    else:
        who = _("{site}: {step}").format(site=waits, step=act) if waits else words.state(case.state)
    return {
        "case": case, "stay": stay, "level": words.level(stay.level), "ours": card.ours, "act": who, "mark": site_mark(stay.sending_id),
        "state": words.state(case.state), "overdue": is_over(case.due),
    }  # fmt: skip


def chips(actor: Actor, asked: queries.Asked, ways: list[Way], as_table: bool) -> list[dict[str, object]]:
    """The choices above the board with their numbers."""
    numbers = queries.numbers(actor)
    titles = {
        "": _("all"),
        "us": _("we must act"),
        "them": _("the other side must act"),
        "person": _("the person must act"),
    }
    found: list[dict[str, object]] = [
        {
            "title": title,
            "count": numbers[who or "all"],
            "on": asked.who == who and not asked.source,
            "query": _query(queries.Asked(who=who), as_table),
        }
        for who, title in titles.items()
    ]
    sources = {way.source for way in ways} | {asked.source} - {""}
    for prefix in sorted(sources):
        if prefix:
            narrowed = replace(queries.Asked(), source=prefix)
            found.append({
                "title": _("from {site}").format(site=site_of(prefix).word), "count": queries.stays(actor, narrowed).count(), "mark": site_mark(prefix),
                "on": asked.source == prefix, "query": _query(narrowed, as_table),
            })  # fmt: skip
    return found


def _query(asked: queries.Asked, as_table: bool) -> str:
    pairs = [("who", asked.who), ("from", asked.source), ("as", "table" if as_table else "")]
    return "?" + "&".join(f"{name}={value}" for name, value in pairs if value)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def places(request: HttpRequest) -> HttpResponse:
    """Every clause on places with its count, line by line; unused places are carried over here."""
    actor = actor_at(request)
    require_office(actor)
    if request.method == "POST":
        return _carry(request, actor)
    lines = lines_in_force(actor.institution)
    over = lines_in_run_off(actor.institution)
    found = [
        {
            "strip": strip(line), "quote": words.quoted(line.version, line.clause), "counted_by": line.counted_by,
            "periods": [{"period": one.period, **{name: words.amount(getattr(one, name)) for name in ("limit", "used", "reserved", "left", "asked")}} for one in line.periods],
            "entries": _entries(line), "may_carry": counts_here(line.clause) and actor.institution == line.counted_by and line.clause.word("carry_over") != "0",
            "carry_over": words.amount(_most(line)), "version": line.version.hash, "over": line in over,
        }
        for line in (*lines, *over)
    ]  # fmt: skip
    ahead_by = [
        {"one": one.source, "other": other.source, "number": one.clause.number, "amount": words.amount(abs(amount)), "ahead": one.source if amount > 0 else other.source if amount < 0 else "", "period": one.now.period, "unit": words.unit(one.clause.word("unit"))}
        for one, other, amount in balances(lines)
    ]  # fmt: skip
    return render(request, "mobility/places.html", {"lines": found, "balances": ahead_by})


def _most(line: Line) -> Fraction:
    return Fraction(line.clause.word("carry_over"))


def _entries(line: Line) -> list[dict[str, object]]:
    acts = {
        "reserve": _("reserved"), "commit": _("given"), "use": _("used"), "release": _("given back"), "extra": _("added"),
        "adjust": _("granted or carried over"),
    }  # fmt: skip
    rows = rows_of(line.version.head.agreement, line.clause.number)
    codes = dict(Case.objects.filter(id__in={row.case for row in rows}).values_list("id", "code"))
    return [{"row": row, "act": acts.get(row.act, row.act), "code": codes.get(row.case, "")} for row in reversed(rows)]


def _carry(request: HttpRequest, actor: Actor) -> HttpResponse:
    post = request.POST
    try:
        done = adjust(
            actor, hash=post.get("version", "")[:64], clause=post.get("clause", "")[:20], period=post.get("into", "")[:20].strip(),
            amount=post.get("amount", "")[:20].strip().replace(",", "."), source=post.get("period", "")[:20].strip() or "?",
        )  # fmt: skip
    except BadInput as fault:
        trouble(request, sentence(fault))
    else:
        toast(
            request,
            _("{amount} carried over into {period}.").format(amount=words.amount(done.amount), period=done.period),
        )
    return redirect("mobility-places")


@sign_in_first
@require_safe
def calendar_of_all(request: HttpRequest) -> HttpResponse:
    """The deadlines of every stay that goes on, for a calendar program."""
    actor = actor_at(request)
    cases = list(
        visible_cases(actor, processes=[MOBILITY.name]).filter(ended=False).order_by("due", "id")[:_MOST_EVENTS]
    )
    instances = instances_of(cases)
    events = [event for case in cases for event in events_of(request, case, instances[case.id])]
    return answer(calendar(events[:_MOST_EVENTS], name=_("Mobility")), "mobility.ics")


def events_of(request: HttpRequest, case: Case, instance: Instance) -> list[Event]:
    """What is due in one case."""
    url = request.build_absolute_uri(reverse("mobility-case", args=[case.pk]))
    return [
        Event(f"{case.pk}/{'-'.join(one.states[:1])}@jointlab", one.day, f"{case.code}: {_(one.title)}", f"{case.title} · {words.state(case.state)}", url, case.moved_at)
        for one in ahead(instance)
    ]  # fmt: skip


def answer(data: bytes, name: str) -> HttpResponse:
    """A calendar to be saved or followed."""
    response = HttpResponse(data, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
