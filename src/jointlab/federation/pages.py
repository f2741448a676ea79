"""Pages about partners. Everybody who may read sees how the links are; administrators pair, confirm and settle."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jointlab.errors import Fault, NotFound
from jointlab.federation import forms, pairing
from jointlab.federation.act import act_of
from jointlab.federation.blobs.progress import names_for, on_the_way
from jointlab.federation.documents import NodeDocument
from jointlab.federation.links import link_state
from jointlab.federation.models import Partner
from jointlab.federation.own import own_document
from jointlab.federation.puller import pull_now
from jointlab.federation.pulling import mirrors_of, partner_named
from jointlab.federation.together_pages import seen_together
from jointlab.federation.words import explained
from jointlab.history.mirroring import settle
from jointlab.history.models import Halt, Log
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at, at_field
from jointlab.web.form_pages import form_page, form_status
from jointlab.web.middleware import sign_in_first
from jointlab.web.sentences import sentence
from jointlab.web.toasts import toast, trouble

_FIELDS = {"pairing.code": "code", "link.plain": "address", "link.private": "address", "federation.address": "address"}


@sign_in_first
@never_cache
@require_safe
def partners(request: HttpRequest) -> HttpResponse:
    """All partners, and who proposes to become one."""
    actor = actor_at(request)
    actor.require(Right.READ)
    found = list(_seen_by(actor).order_by("prefix"))
    context = {
        "links": [link_state(one) for one in found if one.confirmed_at],
        "proposals": [one for one in found if not one.confirmed_at], "may_change": Right.ADMINISTER in actor.rights,
        "together": seen_together(actor), "several": sum(one.paired for one in found) > 1,
    }  # fmt: skip
    return render(request, "federation/partners.html", context)


@sign_in_first
@never_cache
@require_safe
def partner(request: HttpRequest, prefix: str) -> HttpResponse:
    """One partner: in step or not, with proof."""
    actor = actor_at(request)
    actor.require(Right.READ)
    found = _seen(actor, prefix)
    may_change = Right.ADMINISTER in actor.rights
    if found.confirmed_at is None:
        return redirect("partner-confirm", prefix=prefix) if may_change else redirect("partners")
    seen = link_state(found)
    context = {
        "seen": seen, "partner": found, "may_change": may_change, "settle": forms.SettleForm(),
        **_files(actor, prefix), "why": [(parted, explained(parted.halt.reason)) for parted in seen.halts], "sides": _sides(found),
    }  # fmt: skip
    return render(request, "federation/partner.html", context)


@sign_in_first
@never_cache
@require_safe
def partner_files(request: HttpRequest, prefix: str) -> HttpResponse:
    """The piece of the partner's page that tells of files on their way."""
    actor = actor_at(request)
    actor.require(Right.READ)
    found = _seen(actor, prefix)
    return render(request, "federation/partner/files.html", {"partner": found, **_files(actor, prefix)})


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def partner_new(request: HttpRequest) -> HttpResponse:
    """Where is the other node?"""
    actor_at(request).require(Right.ADMINISTER)
    form = forms.MeetForm(request.POST or None, initial={"here": request.build_absolute_uri("/").rstrip("/")})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            met = pairing.meet(
                data["address"], here=data["here"], private_allowed=data["private_allowed"], outbound=not data["here"]
            )  # fmt: skip
        except Fault as fault:
            at_field(form, fault)
        else:
            return redirect("partner-confirm", prefix=met.prefix)
    title, act = _("Pair with another node"), _("Ask who it is")
    return form_page(request, form, title=title, back="partners", back_title=_("Partners"), act=act)


@sign_in_first
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def partner_confirm(request: HttpRequest, prefix: str) -> HttpResponse:
    """Two people compare a code; what this side types is what the other reads out."""
    actor = actor_at(request)
    actor.require(Right.ADMINISTER)
    found = partner_named(prefix)
    if found.confirmed_at is not None:
        return redirect("partner", prefix=prefix)
    initial = {"address": found.address, "private_allowed": found.private_allowed}
    form = forms.CodeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            pairing.confirm(
                prefix, code=data["code"], by=actor.person, private_allowed=data["private_allowed"], address=data["address"]
            )  # fmt: skip
        except Fault as fault:
            form.add_error(_FIELDS.get(fault.code), sentence(fault))
        else:
            toast(request, _("Confirmed at this node. The link opens when the other side has confirmed too."))
            return redirect("partner", prefix=prefix)
    context = {"partner": found, "form": form, "sides": _sides(found)}
    return render(request, "federation/confirm.html", context, status=form_status(form))


@sign_in_first
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def partner_address(request: HttpRequest, prefix: str) -> HttpResponse:
    """Where the partner is called, now that it lives elsewhere or the first address was wrong."""
    actor_at(request).require(Right.ADMINISTER)
    found = partner_named(prefix)
    initial = {"address": found.address, "private_allowed": found.private_allowed}
    form = forms.AddressForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            pairing.change_address(prefix, data["address"], private_allowed=data["private_allowed"])
        except Fault as fault:
            form.add_error("address", sentence(fault))
        else:
            toast(request, _("The address is changed. The node tries it at once."))
            return redirect("partner", prefix=prefix)
    title = _("Address of {origin}").format(origin=found.origin)
    return form_page(request, form, title=title, back="partners", back_title=_("Partners"))


@sign_in_first
@require_POST
def partner_decline(request: HttpRequest, prefix: str) -> HttpResponse:
    """A proposal is put away; the other side may propose again."""
    actor_at(request).require(Right.ADMINISTER)
    pairing.waiting(prefix).delete()
    toast(request, _("The proposal is put away. Nothing was shared."))
    return redirect("partners")


@sign_in_first
@require_POST
def partner_check(request: HttpRequest, prefix: str) -> HttpResponse:
    """Ask the partner now: here, so that the reader sees what came of it."""
    actor_at(request).require(Right.ADMINISTER)
    found = partner_named(prefix)
    Partner.objects.filter(prefix=prefix).update(poked_at=timezone.now())  # the worker tries again at once too
    try:
        done = pull_now(found)
    except Fault as fault:
        trouble(request, sentence(fault))
    else:
        toast(request, _("Asked and proved: {count} new records.").format(count=done.entries))
    return redirect("partner", prefix=prefix)


@sign_in_first
@require_safe
def partner_act(request: HttpRequest, prefix: str) -> HttpResponse:
    """The act of pairing, to print and to sign by hand."""
    actor_at(request).require(Right.ADMINISTER)
    answer = HttpResponse(act_of(partner_named(prefix)), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="act-of-pairing-{prefix}.pdf"'
    return answer


@sign_in_first
@require_safe
def partner_evidence(request: HttpRequest, prefix: str, id: int) -> HttpResponse:
    """The evidence of a halt, byte for byte: `jointlab verify` checks it anywhere."""
    actor_at(request).require(Right.ADMINISTER)
    halt = Halt.objects.filter(id=id, log__home=prefix).first()
    if halt is None:
        raise NotFound("federation.halt", "There is no such evidence of {prefix}.", prefix=prefix)
    answer = HttpResponse(bytes(halt.evidence), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="evidence-{prefix}-{halt.at:%Y%m%d-%H%M%S}.json"'
    return answer


@sign_in_first
@require_POST
def partner_settle(request: HttpRequest, prefix: str) -> HttpResponse:
    """A person has looked at the evidence: the stopped logs of this partner are followed again."""
    actor = actor_at(request)
    actor.require(Right.ADMINISTER)
    found = partner_named(prefix)
    form = forms.SettleForm(request.POST)
    if not form.is_valid():
        trouble(request, _("Write down what was found, and with whom it was agreed. The halt stays."))
        return redirect("partner", prefix=prefix)
    for log in mirrors_of(found):
        if log.state == Log.State.HALTED:
            settle(log.name, by=actor.person, settlement=form.cleaned_data["settlement"])
    Partner.objects.filter(prefix=prefix).update(state=Partner.State.BEHIND, poked_at=timezone.now())
    toast(request, _("The link goes on from what was proved. The evidence is kept."))
    return redirect("partner", prefix=prefix)


def _files(actor: Actor, prefix: str) -> dict[str, Any]:
    """Files of the partner that are not here, those that the person may know by their names."""
    rows, count = on_the_way(prefix)
    names = names_for(actor, [row.sha256 for row in rows])
    return {
        "files": [(row, names.get(row.sha256)) for row in rows], "files_count": count, "more_files": count - len(rows),
        "files_move": any(row.moves for row in rows),
    }  # fmt: skip


def _seen_by(actor: Actor) -> QuerySet[Partner]:
    """Our own side sees all; a partner's person the own link, for with whom else this node works is not theirs to know."""
    found = Partner.objects.all()
    return found if actor.own_side else found.filter(prefix=actor.institution)


def _seen(actor: Actor, prefix: str) -> Partner:
    """Raises NotFound ``federation.partner``, also for a link that is not the person's to know of."""
    if not _seen_by(actor).filter(prefix=prefix).exists():
        raise NotFound("federation.partner", "There is no partner {prefix}. See: jointlab partners", prefix=prefix)
    return partner_named(prefix)


def _sides(found: Partner) -> tuple[NodeDocument, NodeDocument]:
    """Both nodes as they say who they are."""
    return NodeDocument.from_bytes(own_document()), NodeDocument.from_bytes(found.document.encode())
