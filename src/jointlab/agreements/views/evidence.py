"""Pages for digital evidence beside the paper: what was signed, signing with the own key, a passkey, a signature from elsewhere."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from webauthn.helpers import bytes_to_base64url

from jointlab.agreements.documents import grouped
from jointlab.agreements.forms.evidence import FIELDS, KeyForm, NationalForm, SignForm
from jointlab.agreements.operations import evidence as operations
from jointlab.agreements.queries import listing
from jointlab.agreements.queries.evidence import Shown, evidence_by_id, evidence_of, key_of, passkeys_of
from jointlab.agreements.queries.lives import today
from jointlab.agreements.records import NATIONAL
from jointlab.agreements.signing import NationalSignature, public_key_of
from jointlab.agreements.views.page import papers_shown
from jointlab.errors import BadInput, NotFound
from jointlab.history.blobs import store
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at, at_field
from jointlab.web.form_pages import form_status
from jointlab.web.middleware import sign_in_first
from jointlab.web.sentences import sentence
from jointlab.web.toasts import toast
from jointlab.web.typed import slug_of

_SALT = "jointlab.passkey"
_MINUTES = 10  # in which a new passkey is registered


@sign_in_first
@sensitive_post_parameters("passphrase", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The person's own key, and passkeys at this node."""
    actor = actor_at(request)
    form = KeyForm(request.POST or None)
    if request.method == "POST":
        actor.require(Right.WRITE)
        if form.is_valid():
            operations.make_key(actor, passphrase=form.cleaned_data["passphrase"])
            toast(request, _("Your key is made. It signs from now on."))
            return redirect("agreement-keys")
    row, challenge = key_of(actor), secrets.token_bytes(32)
    context = {
        "form": form, "key": row, "fingerprint": public_key_of(row.sealed.encode()).fingerprint if row else "", "passkeys": passkeys_of(actor),
        "challenge": bytes_to_base64url(challenge), "token": signing.dumps(challenge.hex(), salt=_SALT), "person": bytes_to_base64url(actor.person.encode()[:64]), "may": Right.WRITE in actor.rights,
        "name": actor.name,
    }  # fmt: skip
    return render(request, "agreements/keys.html", context, status=form_status(form))


@sign_in_first
@require_POST
def new_passkey(request: HttpRequest) -> HttpResponse:
    """What the browser made is checked against the challenge of the page, which counts for some minutes."""
    actor = actor_at(request)
    actor.require(Right.WRITE)
    try:
        challenge = bytes.fromhex(signing.loads(request.POST.get("token", ""), salt=_SALT, max_age=_MINUTES * 60))
    except signing.BadSignature:
        raise BadInput("signing.challenge", "This page is too old to register a passkey from. Load it again.") from None
    operations.add_passkey(
        actor, sent=request.POST.get("answer", "").encode(), challenge=challenge, name=request.POST.get("name", ""),
        domain=request.get_host().partition(":")[0], origin=_origin(request),
    )  # fmt: skip
    toast(request, _("The passkey is known here now."))
    return redirect("agreement-keys")


@sign_in_first
@sensitive_post_parameters("passphrase")
@require_http_methods(["GET", "HEAD", "POST"])
def signatures(request: HttpRequest, id: str) -> HttpResponse:
    """What was signed over a version, and signing it with the own key."""
    actor = actor_at(request)
    entry = listing.agreement_by_hash(actor, id)
    form = SignForm(request.POST or None, initial={"day": today(entry.version).isoformat()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            operations.sign_with_key(actor, hash=id, form={name: str(data[name]) for name in FIELDS}, passphrase=data["passphrase"])  # fmt: skip
        except BadInput as fault:
            _at_field(form, fault)
        else:
            toast(request, _("Signed with your key. It lies beside the paper as evidence."))
            return redirect("agreement-evidence", id)
    elif request.method == "POST":
        actor.require(Right.WRITE)
    return _drawn(request, actor, entry, form, NationalForm())


@sign_in_first
@require_POST
def national(request: HttpRequest, id: str) -> HttpResponse:
    """A detached signature is brought."""
    actor = actor_at(request)
    entry = listing.agreement_by_hash(actor, id)
    actor.require(Right.WRITE)
    form = NationalForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            operations.add_national(actor, hash=id, chunks=form.cleaned_data["file"].chunks())
        except BadInput as fault:
            form.add_error("file", sentence(fault))
        else:
            toast(request, _("The signature is kept; what it is worth here stands beside it."))
            return redirect("agreement-evidence", id)
    return _drawn(request, actor, entry, SignForm(initial={"day": today(entry.version).isoformat()}), form)


@sign_in_first
@require_POST
def passkey(request: HttpRequest, id: str, record: str) -> HttpResponse:
    """A passkey answers a statement that was signed with the key."""
    actor = actor_at(request)
    listing.version_for(actor, id)
    operations.confirm_with_passkey(actor, evidence=record, sent=request.POST.get("answer", "").encode())
    toast(request, _("The passkey has answered; its answer is kept."))
    return redirect("agreement-evidence", id)


@sign_in_first
@require_safe
def file(request: HttpRequest, id: str, record: str) -> HttpResponseBase:
    """The PDF with the signature inside, or the signature file that was brought."""
    row = evidence_by_id(actor_at(request), record)
    if not row.file or row.version != id:
        raise NotFound("file.none", "There is no such file.")
    ending, content_type = (
        (".p7s", "application/octet-stream") if row.kind == NATIONAL else ("-signed.pdf", "application/pdf")
    )
    response = FileResponse(store().open(row.file), content_type=content_type)
    response["Content-Disposition"] = (
        content_disposition_header(True, f"{slug_of(row.by.name)}-{id[:8]}{ending}") or "attachment"
    )
    return response


def _drawn(
    request: HttpRequest, actor: Actor, entry: listing.Entry, sign: SignForm, brought: NationalForm
) -> HttpResponse:
    key = key_of(actor)
    titles = {one.paper.name: one.title for one in papers_shown(entry.hash)}
    context: dict[str, Any] = {
        "entry": entry, "groups": grouped(entry.hash).split(), "sign": sign, "national": brought, "key": key,
        "fingerprint": public_key_of(key.sealed.encode()).fingerprint if key else "",
        "may": Right.WRITE in actor.rights and operations.may_sign(actor, entry), "name": actor.name, "person": actor.person,
        "allow": ",".join(bytes_to_base64url(bytes.fromhex(one.credential)) for one in passkeys_of(actor)),
        "rows": [_row(one, titles) for one in evidence_of(actor, entry.hash)],
    }  # fmt: skip
    status = max(form_status(sign), form_status(brought))
    return render(request, "agreements/evidence.html", context, status=status)


def _row(one: Shown, titles: Mapping[str, str]) -> tuple[Shown, str, list[tuple[NationalSignature, str, str]], str]:
    """One signature with the challenge for a passkey, the verdicts in words, and why its file cannot be read."""
    challenge = bytes_to_base64url(one.statement.challenge) if one.statement else ""
    said = [
        (each, titles.get(each.over, each.over), sentence(each.reason) if each.reason else "") for each in one.national
    ]
    return one, challenge, said, sentence(one.why) if one.why else ""


def _at_field(form: Form, fault: BadInput) -> None:
    """Faults of a statement say where; a passphrase has one field."""
    where = {"signing.passphrase": "passphrase", "signing.mandate": "mandate_until"}.get(fault.code) or fault.facts.get(
        "where"
    )
    if where in form.fields:
        form.add_error(str(where), sentence(fault))
    else:
        at_field(form, fault)


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"
