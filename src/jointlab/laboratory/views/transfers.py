"""Pages of transfers: the list, one with its steps and the next one as a form, the opening step, the packing slip."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jointlab.cases.shown import fate_of
from jointlab.errors import BadInput, Conflict, NotFound
from jointlab.history.identifiers import home
from jointlab.laboratory.amount_words import amount_in_words
from jointlab.laboratory.balances import PARTS, balance_of
from jointlab.laboratory.forms.transfers import AskForm, StepForm
from jointlab.laboratory.models import Transfer, TransferStep
from jointlab.laboratory.operations import transfers as operations
from jointlab.laboratory.process import SENDER, TRANSFER
from jointlab.laboratory.queries import transfers as queries
from jointlab.laboratory.queries.custody import at_home_of
from jointlab.laboratory.queries.samples import sample_by_code
from jointlab.laboratory.transfer_words import values_of
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at, tried
from jointlab.processes import Instance, Step
from jointlab.web.form_pages import form_status
from jointlab.web.middleware import sign_in_first
from jointlab.web.sentences import sentence
from jointlab.web.sites import site_of
from jointlab.web.toasts import toast

_SLIP_FROM = "send"  # the step that fills the parcel; before it there is nothing to list


def part_words() -> dict[str, str]:
    """The names of the parts of a balance."""
    return {
        "under_way": _("on the way there"), "there": _("at the receiver"), "back": _("on the way back"), "used": _("used"),
        "lost": _("lost"), "home_again": _("back with the sender"),
    }  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One step of the timeline. `lane` is l for the sender and r for the receiver."""

    row: TransferStep
    lane: str
    title: str
    values: tuple[tuple[str, str], ...]
    fate: str  # why it does not count; "" when it stands


@dataclass(frozen=True)
class Offer:
    """A step that may be taken now, with its form."""

    step: Step
    title: str
    form: StepForm


@sign_in_first
@require_safe
def transfers(request: HttpRequest) -> HttpResponse:
    """The list: what waits for our side first."""
    actor = actor_at(request)
    asked = queries.Asked(sample=request.GET.get("sample", "")[:80], after=request.GET.get("after", "")[:80])
    page = queries.listed(actor, asked)
    groups = [
        {"title": title, "rows": [(row, state_words(row)) for row in rows]}
        for title, rows in ((_("Waiting for us"), page.mine), (_("Under way"), page.others), (_("Ended"), page.ended))
        if rows
    ]
    context = {"groups": groups, "after": page.after, "asked": asked, "may_write": Right.WRITE in actor.rights}
    return render(request, "laboratory/transfers.html", context)


@sign_in_first
@require_safe
def transfer(request: HttpRequest, id: str) -> HttpResponse:
    """One transfer."""
    actor = actor_at(request)
    return _page(request, actor, queries.transfer_by_id(actor, id))


@sign_in_first
@require_POST
def step(request: HttpRequest, id: str, name: str) -> HttpResponse:
    """A step is taken; what is wrong with it stands at its form, what was typed stays."""
    actor = actor_at(request)
    found = queries.transfer_by_id(actor, id)
    actor.require(Right.WRITE)
    wanted = TRANSFER.step(name)
    if wanted is None or not wanted.source[0]:
        raise NotFound("transfer.step", "There is no step “{step}” in a transfer.", step=name[:40])
    form = StepForm(request.POST, step=wanted, instance=queries.instance_of(found.id), sample=found.sample)
    seen, typed = request.POST.get("seen", "")[:64], {one.name: request.POST.get(one.name, "") for one in wanted.fields}
    try:
        moved = operations.take(actor, transfer=found, step=name, form=typed, seen=seen)
    except BadInput as fault:
        form.full_clean()
        if not form.errors:
            form.add_error(None, sentence(fault))
        return _page(request, actor, found, tried_form=form, status=422)
    except Conflict as fault:
        fresh = StepForm(
            _unsent(request, found), step=wanted, instance=queries.instance_of(found.id), sample=found.sample
        )
        return _page(request, actor, found, tried_form=fresh, stale=sentence(fault), status=409)
    toast(request, _("{code}: {step}").format(code=moved.code, step=_(wanted.done)))
    return redirect("transfer", moved.id)


def _unsent(request: HttpRequest, found: Transfer) -> dict[str, str]:
    """What was typed, now on what is newest."""
    return {**request.POST.dict(), "seen": found.head}


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, code: str) -> HttpResponse:
    """Open a transfer of a sample: its home offers it, another institution asks for it."""
    actor = actor_at(request)
    sample = sample_by_code(actor, code)
    actor.require(Right.WRITE)
    wanted = TRANSFER.step("ask")
    assert wanted is not None, "the process begins with it"
    offers = actor.institution == sample.institution_id
    form = AskForm(
        request.POST or None, step=wanted, instance=Instance(TRANSFER, ""), sample=sample, offers=offers,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        made: list[Transfer] = []
        if tried(form, lambda: made.append(operations.ask(actor, sample=sample, form=form.values(), partner=form.partner_typed))):  # fmt: skip
            toast(request, _("{code} is opened.").format(code=made[0].code))
            return redirect("transfer", made[0].id)
    context = {
        "form": form,
        "sample": sample,
        "offers": offers,
        "left": _left(sample),
        "refused": [sentence(fault) for fault in form.refused],
    }
    return render(request, "laboratory/sample_send.html", context, status=form_status(form))


def _left(sample: Any) -> str:
    left = at_home_of(sample)
    return amount_in_words(str(left)) if left else ""


def _page(
    request: HttpRequest, actor: Actor, found: Transfer, *, tried_form: StepForm | None = None, stale: str = "", status: int = 200
) -> HttpResponse:  # fmt: skip
    instance = queries.instance_of(found.id)
    offers = _offers(actor, found, instance, tried_form)
    state = TRANSFER.state(found.state)
    party = queries.party_of(actor, found)
    context = {
        "transfer": found, "state": _(state.title), "stale": stale, "parts": _balance(instance),
        "next": [one for one in offers if one.step.main], "others": [one for one in offers if not one.step.main],
        "told": [told(row) for row in queries.steps_of(found)], "waits": site_of(found.waits_id).word if found.waits_id else "",
        "waits_lane": "l" if found.waits_id == found.sender_id else "r", "mine": bool(party) and found.waits_id == actor.institution,
        "elsewhere": bool(party) and Right.WRITE in actor.rights and not found.ended and instance.nodes[party] != home(),
        "slip": any(taken.step == _SLIP_FROM for taken in instance.standing),
    }  # fmt: skip
    return render(request, "laboratory/transfer.html", context, status=status)


def _offers(actor: Actor, found: Transfer, instance: Instance, tried_form: StepForm | None) -> list[Offer]:
    """The steps that this person may take; the one that was tried with what was typed."""
    return [
        Offer(
            one, _(one.title),
            tried_form if tried_form and tried_form.step.name == one.name
            else StepForm(step=one, instance=instance, sample=found.sample, left=_proposed(one, instance)),
        )
        for one in queries.may_take(actor, found, instance)
    ]  # fmt: skip


def _proposed(one: Step, instance: Instance) -> str:
    """The amount that a form begins with: what was asked for, or all that is in question."""
    balance = balance_of(instance.standing)
    if one.name == "send":
        return instance.standing[0].form.get("amount", "")
    part = {"receive": "under_way", "take_back": "back", "take_back_part": "back", "send_back": "there"}.get(one.name)
    return str(balance.amount(part)) if part else ""


def told(row: TransferStep) -> Told:
    """A step in the reader's language."""
    known = TRANSFER.step(row.step)
    return Told(
        row=row, lane="l" if row.party == SENDER else "r", title=_title(row, known),
        values=values_of(known, row.form), fate=fate_of(row.verdict),
    )  # fmt: skip


def _title(row: TransferStep, known: Step | None) -> str:
    """What was done; who begins as the sender has not asked but offered."""
    if row.step == "ask" and row.party == SENDER:
        return _("Offered")
    return _(known.done) if known else row.step


def _balance(instance: Instance) -> list[tuple[str, str]]:
    balance, words = balance_of(instance.standing), part_words()
    shown = [(words[part], amount_in_words(str(balance.amount(part)))) for part in PARTS if getattr(balance, part)]
    return [(_("sent"), amount_in_words(str(balance.amount("sent")))), *shown] if balance.sent else []


def state_words(row: Transfer) -> str:
    """The state in the reader's language."""
    return _(TRANSFER.state(row.state).title)
