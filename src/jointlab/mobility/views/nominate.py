"""The nomination: places that clauses grant today, and a refusal that quotes the clause."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jointlab.agreements.queries.lives import party_in, title_of, version_named
from jointlab.cases.models import Case
from jointlab.errors import Fault
from jointlab.mobility import words
from jointlab.mobility.forms import NominateForm
from jointlab.mobility.operations import stays as operations
from jointlab.mobility.queries.places import Line, Way, line_of, ways_in_force
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at, at_field, tried
from jointlab.people.queries import persons
from jointlab.web.form_pages import form_status
from jointlab.web.middleware import sign_in_first
from jointlab.web.sites import site_of
from jointlab.web.toasts import toast
from jointlab.web.words import listed


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def nominate(request: HttpRequest) -> HttpResponse:
    """Ask a place for a person of the own institution."""
    actor = actor_at(request)
    actor.require(Right.WRITE)
    ways = outgoing(actor)
    counted = cache(lambda place: line_of(ways[place][0]))  # each once, and none where nothing of it is shown
    people = persons(actor).filter(institution=actor.institution, active=True)
    titled = lazy(lambda place: choice_of(counted(place), ways[place][1]), str)
    choices = [
        (f"{way.version.hash} {way.clause.number} {target}", titled(place))  # type: ignore[no-untyped-call]
        for place, (way, target) in enumerate(ways)
    ]
    choices += ended(actor, request.POST.get("place", ""), [value for value, _title in choices])
    form = NominateForm(request.POST or None, places=choices, persons=list(people))
    refused: list[Fault] = []
    if request.method == "POST" and form.is_valid():
        receiving = form.chosen()[2]
        given, person = form.values(), form.cleaned_data["subject"]
        refused = list(operations.faults_of_nomination(actor, person=person, receiving=receiving, form=given))
        for fault in refused:
            at_field(form, fault)
        made: list[Case] = []
        if not refused and tried(
            form, lambda: made.append(operations.nominate(actor, person=person, receiving=receiving, form=given))
        ):
            toast(request, _("{code} is nominated.").format(code=made[0].code))
            return redirect("mobility-case", made[0].pk)
    lines = [shown(counted(place), target) for place, (_way, target) in enumerate(ways)]
    context = {"form": form, "lines": lines, "quote": _quote(form, refused)}
    return render(request, "mobility/nominate.html", context, status=form_status(form))


def outgoing(actor: Actor) -> list[tuple[Way, str]]:
    """The clauses that let this institution send today, each with who receives."""
    found = []
    for way in ways_in_force(actor.institution):
        if way.source == actor.institution:
            found.append((way, way.target))
        elif way.clause.word("pool") == "together" and way.target == actor.institution:
            found.append((way, way.source))
    return found


def choice_of(line: Line, target: str) -> str:
    """A place as it is chosen."""
    return _("clause {clause}, {agreement}: to {site}, {left} left in {period}").format(
        clause=line.clause.number, agreement=title_of(line.version), site=site_of(target).word,
        left=words.amount(max(line.now.left - line.now.asked, line.now.left * 0)), period=line.now.period,
    )  # fmt: skip


def ended(actor: Actor, chosen: str, open_ones: list[str]) -> list[tuple[str, str]]:
    """A place that was granted when the form was opened and is not now: it stays in the form, and its clause refuses it."""
    hash, number, target = (*chosen.split(" "), "", "", "")[:3]
    version = version_named(hash)
    clause = version.clause(number) if version else None
    if version is None or clause is None or chosen in open_ones or not party_in(hash, actor.institution):
        return []
    title = _("clause {clause}, {agreement}: to {site}").format(
        clause=number, agreement=title_of(version), site=site_of(target).word
    )
    return [(chosen, title)]


def shown(line: Line, target: str) -> dict[str, object]:
    """A clause beside the form."""
    return {
        "quote": words.quoted(line.version, line.clause), "target": target, "left": words.amount(line.now.left), "limit": words.amount(line.now.limit),
        "period": line.now.period, "unit": words.unit(line.clause.word("unit")),
        "levels": listed(words.level(one) for one in _named(line, "levels")), "activities": listed(words.activity(one) for one in _named(line, "activities")),
        "months": line.clause.count("months_most"),
    }  # fmt: skip


def _named(line: Line, term: str) -> list[str]:
    found = line.clause.terms.get(term, [])
    return [str(one) for one in found] if isinstance(found, list) else []


def _quote(form: NominateForm, refused: list[Fault]) -> dict[str, str] | None:
    """The clause that refuses, in the reader's language."""
    number = next((str(fault.facts["clause"]) for fault in refused if "clause" in fault.facts), "")
    version = version_named(form.chosen()[0]) if number else None
    clause = version.clause(number) if version else None
    return words.quoted(version, clause) if version and clause else None
