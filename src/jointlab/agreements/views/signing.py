"""The signing page: what is signed, what the node keeps to then, cleared inside the house, printed, signed on paper, attested."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jointlab.agreements.compared import compared, sides
from jointlab.agreements.documents import grouped
from jointlab.agreements.documents.labels import NAMES
from jointlab.agreements.forms.signing import AttestForm, ClearForm
from jointlab.agreements.guards import cleared
from jointlab.agreements.of_many import is_entry
from jointlab.agreements.operations import proposing
from jointlab.agreements.queries import listing
from jointlab.agreements.queries.listing import Entry
from jointlab.agreements.queries.lives import version_named
from jointlab.agreements.step_names import ATTESTING, CLEARING
from jointlab.agreements.versions import Version
from jointlab.agreements.views.page import first_of, fitted, papers_shown, signed_by
from jointlab.cases.models import Case
from jointlab.cases.shown import CasePage, case_page
from jointlab.errors import BadInput, Conflict, NotFound
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at, at_field
from jointlab.processes import Step
from jointlab.web.middleware import sign_in_first
from jointlab.web.sentences import sentence
from jointlab.web.toasts import toast


@dataclass(frozen=True)
class Desk:
    """What this person may do on the page: clear the text, or attest the paper; else neither, with the reason in words."""

    clear: ClearForm | None = None
    attest: AttestForm | None = None
    why_not: str = ""
    stale: str = ""


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, id: str) -> HttpResponse:
    """The text with what it changes, and the next act of this side."""
    actor = actor_at(request)
    entry = listing.agreement_by_hash(actor, id)
    if entry.case is None:
        raise NotFound("agreement.no_case", "This text lies on no table any more; another one took its place.")
    page = case_page(actor, entry.case, first=first_of(entry))
    if request.method != "POST":
        return _drawn(request, actor, entry, page, _desk(page))
    actor.require(Right.WRITE)
    step = _step(page)
    if step is None:
        raise Conflict("agreement.no_act", "Nothing on this page waits for your side now.")
    return _clear(request, entry, page) if step.name in CLEARING else _attest(request, entry, page, step)


def _clear(request: HttpRequest, entry: Entry, page: CasePage) -> HttpResponse:
    actor, form = actor_at(request), ClearForm(request.POST)
    assert entry.case is not None, "asked before"
    if form.is_valid():
        data = form.cleaned_data
        try:
            proposing.clear(actor, case=entry.case, office=data["office"], ground=data["ground"], seen=data["seen"])
        except BadInput as fault:
            at_field(form, fault)
        except Conflict as fault:
            return _stale(request, entry, fault)
        else:
            toast(request, _("The text is cleared inside the house."))
            return redirect("agreement-sign", entry.hash)
    return _drawn(request, actor, entry, page, Desk(clear=form), status=422)


def _attest(request: HttpRequest, entry: Entry, page: CasePage, step: Step) -> HttpResponse:
    actor = actor_at(request)
    form = AttestForm(request.POST, request.FILES, step=step, instance=page.instance)
    assert entry.case is not None, "asked before"
    if form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            proposing.attest(actor, case=entry.case, form=form.values(), seen=seen, uploads=form.uploads())
        except BadInput as fault:
            at_field(form, fault)
        except Conflict as fault:
            return _stale(request, entry, fault)
        else:
            toast(request, _("Attested. It reaches the other side with the next synchronisation."))
            return redirect("agreement", entry.hash)
    return _drawn(request, actor, entry, page, Desk(attest=form), status=422)


def _stale(request: HttpRequest, entry: Entry, fault: Conflict) -> HttpResponse:
    """The case has moved on: the page as it is now."""
    actor = actor_at(request)
    case = Case.objects.select_related("waits").get(pk=entry.case.pk if entry.case else "")
    page = case_page(actor, case, first=first_of(entry))
    desk = _desk(page)
    return _drawn(request, actor, entry, page, Desk(desk.clear, desk.attest, desk.why_not, sentence(fault)), status=409)


def _step(page: CasePage) -> Step | None:
    """The act that waits for this person: its own house is cleared first, then the paper is attested."""
    steps = [offer.step for offer in (*page.next, *page.others)]
    done = cleared(page.instance.standing)
    open_here = [one for one in steps if one.name in CLEARING and one.who[0] not in done]
    ready = len(done) == len(page.instance.process.parties)
    signing = [one for one in steps if one.name in ATTESTING and (one.name != "attest" or ready)]
    return next(iter((*open_here, *signing)), None)


def _desk(page: CasePage) -> Desk:
    step = _step(page)
    if step is None:
        return Desk(why_not=_why_not(page))
    if step.name in CLEARING:
        return Desk(clear=ClearForm(initial={"seen": page.instance.head}))
    first = {
        "version": next(
            (taken.form["version"] for taken in reversed(page.instance.standing) if "version" in taken.form), ""
        )
    }
    return Desk(attest=AttestForm(step=step, instance=page.instance, first=first))


def _why_not(page: CasePage) -> str:
    state = page.case.state
    if len(page.sides) > 2 and page.waits and state.partition("_")[0] in ("frozen", "attested", "entered"):
        return _("{party} is next to act here.").format(party=page.waits)
    if state == "signed":
        return _("All parties have signed this text.")
    if state == "frozen":
        return _("The text is agreed; the other side clears or signs it first.")
    if state == "attested":
        return _("The other side attests its paper next.")
    if state == "entered":
        return _("The other side confirms it with its own scan.")
    if page.case.ended:
        return _("This case has ended.")
    return _("The text is not agreed yet; nothing is signed before all sides agree to it.")


def _before(version: Version) -> Version | None:
    return version_named(version.head.amends.version) if version.head.amends else None


def _drawn(
    request: HttpRequest, actor: Actor, entry: Entry, page: CasePage, desk: Desk, status: int = 200
) -> HttpResponse:
    version, asked = entry.version, request.GET.get("text", "")[:10]
    before, only = _before(version), asked if asked in version.head.languages else ""
    found = compared(before, version, all=asked == "whole")
    done = cleared(page.instance.standing)
    context: dict[str, Any] = {
        "entry": entry, "version": version, "page": fitted(page), "desk": desk, "before": before, "asked": asked if asked == "whole" else only,
        "sides": sides(found, version, only=only), "found": found, "changed": ", ".join(one.number for one in found if one.change != "same"),
        "kept": [one for one in (compared(before, version) if before else found) if one.typed and (one.terms_differ or not before)],
        "written_in": [(one, NAMES[one]) for one in version.head.languages], "groups": grouped(entry.hash).split(),
        "signed_by": signed_by(page), "cleared": [(prefix, name in done) for name, _title, prefix in page.sides],
        "clearances": listing.clearances(actor, page.case), "papers": papers_shown(entry.hash), "entered": is_entry(page.instance.process.name),
    }  # fmt: skip
    return render(request, "agreements/sign.html", context, status=status)


@sign_in_first
@require_safe
def compare(request: HttpRequest, id: str, other: str) -> HttpResponse:
    """Two versions, clause by clause: the earlier one, by number and day, is what the other is compared with."""
    actor = actor_at(request)
    one, two = (listing.agreement_by_hash(actor, hash) for hash in (id, other))
    before, after = sorted((one, two), key=lambda entry: (entry.number, entry.hash == id))
    every = bool(request.GET.get("all"))
    found = compared(before.version, after.version, all=every)
    context = {
        "before": before, "after": after, "found": found, "every": every, "entry": one,
        "kept": [each for each in found if each.typed and each.terms_differ],
    }  # fmt: skip
    return render(request, "agreements/compare.html", context)
