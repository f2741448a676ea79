"""Pages about partnerships of more than two: who proposes, who has confirmed, and this side's own word."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from jointlab.errors import Fault, NotFound
from jointlab.federation.act import act_of_partnership
from jointlab.federation.forms import TogetherForm
from jointlab.federation.models import Partner
from jointlab.federation.together import Together, all_together, join, together
from jointlab.history.identifiers import home
from jointlab.history.logs import members
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at
from jointlab.web.form_pages import form_page
from jointlab.web.middleware import sign_in_first
from jointlab.web.sentences import sentence
from jointlab.web.toasts import toast, trouble


def seen_together(actor: Actor) -> list[Together]:
    """Our own side sees all; a partner's person those that the own institution is in."""
    return [one for one in all_together() if actor.own_side or actor.institution in members(one.name)]


@sign_in_first
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def together_new(request: HttpRequest) -> HttpResponse:
    """With which partners, all in one partnership?"""
    actor = actor_at(request)
    actor.require(Right.ADMINISTER)
    paired = [one for one in Partner.objects.order_by("prefix") if one.paired]
    form = TogetherForm(paired, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = join(*form.cleaned_data["members"], by=actor.person)
        except Fault as fault:
            form.add_error("members", sentence(fault))
        else:
            toast(
                request,
                _("Proposed, and confirmed at this node. The other members find the proposal among their partners."),
            )
            return redirect("partner-together", name=made.name)
    title, act = _("Share with several partners"), _("Propose, and confirm for this side")
    return form_page(request, form, title=title, back="partners", back_title=_("Partners"), act=act)


@sign_in_first
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def together_one(request: HttpRequest, name: str) -> HttpResponse:
    """One partnership with the words of its members; an administrator adds this side's."""
    actor = actor_at(request)
    actor.require(Right.ADMINISTER if request.method == "POST" else Right.READ)
    found = _seen(actor, name)
    if request.method == "POST":
        try:
            join(*(one.prefix for one in found.members if one.prefix != home()), by=actor.person)
        except Fault as fault:
            trouble(request, sentence(fault))
        else:
            toast(request, _("Confirmed at this node. The partnership stands when every member has confirmed."))
        return redirect("partner-together", name=name)
    context = {"one": found, "own": home(), "may_change": Right.ADMINISTER in actor.rights}
    return render(request, "federation/together.html", context)


@sign_in_first
@require_safe
def together_act(request: HttpRequest, name: str) -> HttpResponse:
    """The act of the partnership, to print and to sign by hand."""
    actor = actor_at(request)
    actor.require(Right.ADMINISTER)
    answer = HttpResponse(act_of_partnership(_seen(actor, name)), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="act-of-partnership-{name.replace("+", "-")}.pdf"'
    return answer


def _seen(actor: Actor, name: str) -> Together:
    """Raises NotFound ``partnership.none``, also for one that is not the person's to know of."""
    if not actor.own_side and actor.institution not in members(name):
        raise NotFound("partnership.none", "Nobody has proposed the partnership {name}.", name=name[:80])
    return together(name)
