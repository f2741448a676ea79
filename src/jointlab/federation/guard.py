"""The door of partners: who asks, whether the signature is good, whether it is not too much. Problems go out as RFC 9457."""

import datetime as dt
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from jointlab.errors import BadInput, Conflict, Fault, NotFound, Unavailable
from jointlab.federation.clocks import note_skew
from jointlab.federation.documents import PROTOCOLS
from jointlab.federation.models import Nonce, Partner
from jointlab.federation.problems import MEDIA_TYPE, STATUS, Problem, to_json
from jointlab.federation.signatures import Claim, Request, claim_in, key_id, verify
from jointlab.ledger.keys import VerifyingKey

BODY_LIMIT = 256 * 1024  # bytes of a request that is no delivery
AT_ONCE = 4  # requests of one partner in one process
RETRY = 2  # seconds
NOTICED = dt.timedelta(seconds=30)  # from one note that a partner was seen to the next

log = logging.getLogger("jointlab.federation")
_busy: Counter[str] = Counter()
_busy_lock = threading.Lock()


class Refusal(Exception):
    """A problem to answer with; never leaves the views of this room."""

    def __init__(self, problem: Problem, detail: str, **facts: object) -> None:
        self.problem, self.detail, self.facts = problem, detail, facts
        super().__init__(detail)


def door(
    *methods: str, limit: int = BODY_LIMIT, signed: bool = True
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view for nodes. With `signed` it gets the partner, whose signature is good, as its second argument."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                _first_look(request, methods, limit)
                if not signed:
                    return view(request, *args, **kwargs)
                partner = authenticate(request)
                with _one_of_few(partner.prefix):
                    return view(request, partner, *args, **kwargs)
            except Refusal as refusal:
                return answer(refusal)
            except Fault as fault:
                return answer(_of_fault(fault))

        return guarded

    return decorate


def answer(refusal: Refusal) -> HttpResponse:
    """The problem as a response."""
    status = STATUS[refusal.problem]
    response = HttpResponse(
        to_json(refusal.problem, refusal.detail, **refusal.facts), status=status, content_type=MEDIA_TYPE
    )
    if status in (429, 503):
        response["Retry-After"] = str(RETRY)
    response["Cache-Control"] = "no-store"
    return response


def authenticate(request: HttpRequest) -> Partner:
    """The partner that signed this request, one of the confirmed ones. Raises Refusal."""
    claim = claim_in({name.lower(): value for name, value in request.headers.items()})
    partner, key = _whose(claim)
    try:
        check(claim, request, key)
    except Refusal as refusal:
        if refusal.problem is Problem.SKEW:
            _note_clock(partner, claim)
        raise
    _note_clock(partner, claim)
    if partner.confirmed_at is None:
        raise Refusal(Problem.NOT_PAIRED, "The pairing has not been confirmed at this node yet.")
    if request.method == "POST":
        _once(claim)
    _notice(partner)
    return partner


def check(claim: Claim, request: HttpRequest, key: VerifyingKey) -> None:
    """The signature over this request. Raises Refusal ``signature`` or ``skew``."""
    now = int(time.time())
    path = request.get_full_path()
    addresses = [f"{scheme}://{request.get_host()}{path}" for scheme in (request.scheme, _other(request.scheme))]
    fault: BadInput | None = None
    for address in addresses:  # behind a proxy that speaks TLS the scheme may look like the other one
        try:
            verify(claim, Request(str(request.method), address, request.body), key, now=now)
        except BadInput as found:
            fault = found if fault is None or found.code == "signature.skew" else fault
            continue
        return
    assert fault is not None
    if fault.code == "signature.skew":
        raise Refusal(Problem.SKEW, fault.message, now=now)
    raise Refusal(Problem.SIGNATURE, fault.message)


def _first_look(request: HttpRequest, methods: tuple[str, ...], limit: int) -> None:
    """Before anything is read: method, version, length."""
    if request.method not in methods:
        raise Refusal(Problem.REQUEST, f"This address takes {' and '.join(methods)}.")
    version = request.headers.get("Jointlab-Version", "")
    if version != "" and version not in {str(known) for known in PROTOCOLS}:
        raise Refusal(
            Problem.TOO_NEW,
            f"This node speaks version {', '.join(map(str, PROTOCOLS))} of the protocol.",
            versions=list(PROTOCOLS),
        )
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise Refusal(Problem.REQUEST, "The request says no length.") from None
    if length > limit:
        raise Refusal(Problem.REQUEST, f"The request has {length} bytes; at most {limit} are taken.", limit=limit)
    request._body = request.read(length) if length else b""  # Django's own limit is for forms
    if len(request.body) != length:
        raise Refusal(Problem.REQUEST, "The request is shorter than it says.")


def _whose(claim: Claim) -> tuple[Partner, VerifyingKey]:
    """The key that the claim names; a key that was revoked is nobody's any more."""
    prefix = claim.keyid.partition("#")[0]
    partner = Partner.objects.filter(prefix=prefix).first()
    if partner is not None:
        for row in partner.keys:
            key = VerifyingKey.from_vkey(row["vkey"])
            if key_id(prefix, key) == claim.keyid:
                if row["void"]:
                    raise Refusal(Problem.SIGNATURE, f"The key {claim.keyid} has been revoked.")
                return partner, key
    raise Refusal(Problem.NOT_PAIRED, f"This node knows no key {claim.keyid[:100]}.")


@transaction.atomic
def _once(claim: Claim) -> None:
    """A nonce counts once. The row is kept as long as the signature could be shown again."""
    Nonce.objects.filter(expires_at__lt=timezone.now()).delete()
    try:
        with transaction.atomic():
            Nonce.objects.create(
                key=f"{claim.keyid} {claim.nonce}"[:120],
                expires_at=dt.datetime.fromtimestamp(claim.expires + 1, dt.UTC),
            )
    except IntegrityError:
        raise Refusal(Problem.SIGNATURE, "This very request has been received before.") from None


def _note_clock(partner: Partner, claim: Claim) -> None:
    """Of a partner that is never asked, whose answers would tell its Date: the time that it has signed."""
    if partner.reach == Partner.Reach.THEY_DELIVER:
        note_skew(partner, claim.created - time.time())


def _notice(partner: Partner) -> None:
    now = timezone.now()
    if partner.seen_at is None or now - partner.seen_at > NOTICED:
        Partner.objects.filter(prefix=partner.prefix).update(seen_at=now)


@contextmanager
def _one_of_few(prefix: str) -> Iterator[None]:
    with _busy_lock:
        if _busy[prefix] >= AT_ONCE:
            raise Refusal(Problem.QUOTA, f"At most {AT_ONCE} requests at once.")
        _busy[prefix] += 1
    try:
        yield
    finally:
        with _busy_lock:
            _busy[prefix] -= 1


def _of_fault(fault: Fault) -> Refusal:
    if fault.code == "history.recovering":
        return Refusal(Problem.RECOVERING, fault.message)
    if isinstance(fault, NotFound):
        return Refusal(Problem.NOT_FOUND, fault.message)
    if fault.code.startswith("signature."):
        return Refusal(Problem.SIGNATURE, fault.message)
    if isinstance(fault, Unavailable):
        return Refusal(Problem.RECOVERING, fault.message)
    return Refusal(Problem.BEHIND if isinstance(fault, Conflict) else Problem.REQUEST, fault.message)


def _other(scheme: str | None) -> str:
    return "http" if scheme == "https" else "https"
