"""What partners may ask: the endpoints of docs/reference/federation.md. A view parses, looks at the permission, answers."""

from base64 import b64encode
from itertools import islice

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from jointlab.federation import codec, comparing, delivering, pairing, receipts
from jointlab.federation.delivering_form import DELIVERY_LIMIT, Delivery
from jointlab.federation.documents import DOCUMENT_LIMIT
from jointlab.federation.guard import Refusal, check, door
from jointlab.federation.models import Partner
from jointlab.federation.own import own_document
from jointlab.federation.problems import Problem
from jointlab.federation.receipts import cosigned
from jointlab.federation.signatures import claim_in
from jointlab.history import serving
from jointlab.history.logs import members
from jointlab.history.models import Log
from jointlab.history.signing import SPAN
from jointlab.ledger.checkpoints import Checkpoint
from jointlab.ledger.mirror import Line
from jointlab.ledger.notes import Note
from jointlab.ledger.tree import inclusion_spans, leaf_hash, tree_root

_JSON = "application/json"
_NOTE = "text/plain; charset=utf-8"


@door("GET", signed=False)
@never_cache
def node(request: HttpRequest) -> HttpResponse:
    """Who this node is: its signed document."""
    return HttpResponse(own_document(), content_type=_NOTE)


@door("POST", limit=DOCUMENT_LIMIT, signed=False)
def propose(request: HttpRequest) -> HttpResponse:
    """A stranger proposes a pairing: an administrator will see it with its code. Signed with the key that it brings."""
    address, _, document = request.body.partition(b"\n")
    found = pairing.read_document(document)
    check(claim_in({name.lower(): value for name, value in request.headers.items()}), request, found.key)
    pairing.note_proposal(document, address=address.decode("ascii", errors="replace"))
    return HttpResponse(own_document(), content_type=_NOTE, status=202)


@door("GET")
@never_cache
def logs(request: HttpRequest, partner: Partner) -> HttpResponse:
    """The logs that the partner may read."""
    found = [_said(log) for log in Log.objects.filter(kind=Log.Kind.SHARED).order_by("name") if _may(partner, log)]
    return HttpResponse(orjson.dumps({"logs": [one for one in found if one]}), content_type=_JSON)


@door("GET")
@never_cache
def checkpoint(request: HttpRequest, partner: Partner, partnership: str, member: str) -> HttpResponse:
    """The newest signed checkpoint; with `after`, the farthest that lies within one span beyond that size, if there is one."""
    log = readable(partner, partnership, member)
    after = _number(request, "after", default=-1)
    if after > log.signed_size:  # shown a shorter log than before, the partner would have to take it for deceit
        Partner.objects.filter(prefix=partner.prefix).update(poked_at=timezone.now())  # so it is asked soon
        raise Refusal(
            Problem.RECOVERING, "You hold more of this log than this node, which asks you for the rest before it goes on.",
            size=log.signed_size,
        )  # fmt: skip
    note = serving.next_checkpoint(log.name, after=after, most=SPAN) if after >= 0 else None
    note = note or serving.newest_checkpoint(log.name)
    if note is None:
        raise Refusal(Problem.BEHIND, "There is no checkpoint yet.", size=0)
    return HttpResponse(note, content_type=_NOTE)


@door("GET")
@never_cache
def entries(request: HttpRequest, partner: Partner, partnership: str, member: str) -> HttpResponse:
    """A page of signed entries."""
    log = readable(partner, partnership, member)
    return _page(request, partner, log)


@door("POST")
def cosignatures(request: HttpRequest, partner: Partner, partnership: str, member: str) -> HttpResponse:
    """The partner's receipt for a checkpoint of ours."""
    log = readable(partner, partnership, member)
    receipts.keep(partner, log, Note.from_bytes(request.body))
    return HttpResponse(status=204)


@door("GET")
@never_cache
def mirror_checkpoint(request: HttpRequest, partner: Partner, partnership: str, member: str) -> HttpResponse:
    """The newest checkpoint that this node holds of the partner's own log; of another member's, with this node's line."""
    log = (
        _mirror(partner, partnership, member) if member == partner.prefix else _of_another(partner, partnership, member)
    )
    if log.home != partner.prefix:
        held = serving.newest_checkpoint(log.name)
        return HttpResponse(cosigned(held) if held else b"", content_type=_NOTE, status=200 if held else 204)
    note = serving.newest_checkpoint(log.name)
    response = HttpResponse(note or b"", content_type=_NOTE, status=200 if note else 204)
    response["Jointlab-Next"] = str(delivering.reached(log))
    return response


@door("POST")
def compare(request: HttpRequest, partner: Partner, partnership: str, member: str) -> HttpResponse:
    """What the partner holds of another member's log: from one that this node cannot ask."""
    comparing.take(_of_another(partner, partnership, member), request.body, by=partner.prefix)
    return HttpResponse(status=204)


@door("GET")
@never_cache
def mirror_entries(request: HttpRequest, partner: Partner, partnership: str, member: str) -> HttpResponse:
    """The partner's own entries back, as this node holds them."""
    return _page(request, partner, _mirror(partner, partnership, member))


@door("GET")
@never_cache
def proof(request: HttpRequest, partner: Partner, partnership: str, member: str) -> HttpResponse:
    """That an entry is in the log of a signed size: RFC 6962 inclusion proof with the checkpoint."""
    log = readable(partner, partnership, member)
    index, size = _number(request, "index"), _number(request, "size", default=log.signed_size)
    note = serving.checkpoint_at(log.name, size=size)
    if note is None:
        raise Refusal(Problem.BEHIND, "There is no checkpoint of this size.", size=log.signed_size)
    spans = inclusion_spans(index=index, size=size)
    parts = [tree_root(map(leaf_hash, serving.leaves(log.name, start=span.start, upto=span.end))) for span in spans]
    (leaf,) = serving.leaves(log.name, start=index, upto=index + 1)
    said = {
        "index": index, "size": size, "entry": leaf.decode(), "proof": [b64encode(part).decode() for part in parts],
        "checkpoint": note.decode(),
    }  # fmt: skip
    return HttpResponse(orjson.dumps(said), content_type=_JSON)


@door("POST", limit=0)
def poke(request: HttpRequest, partner: Partner) -> HttpResponse:
    """There is something new at the partner: pull soon."""
    Partner.objects.filter(prefix=partner.prefix).update(poked_at=timezone.now())
    return HttpResponse(status=202)


@door("POST", limit=DELIVERY_LIMIT)
def deliver(request: HttpRequest, partner: Partner, partnership: str, member: str) -> HttpResponse:
    """A page of the partner's own log, from a partner that cannot be reached; answered by how far this node is now."""
    log = _mirror(partner, partnership, member)
    reached = delivering.take_in(partner, log, Delivery.from_bytes(request.body))
    response = HttpResponse(reached.cosignature, content_type=_NOTE)
    response["Jointlab-Next"] = str(reached.next)
    return response


def readable(partner: Partner, partnership: str, member: str) -> Log:
    """Our log that the partner may read now. Raises Refusal; the same answer whether it exists or not."""
    log = Log.objects.filter(name=f"{partnership}/{member}", kind=Log.Kind.SHARED).first()
    if log is None or not _may(partner, log):
        raise Refusal(Problem.NOT_FOUND, "There is no such log, or not for you.")
    if log.state == Log.State.RECOVERING:
        raise Refusal(
            Problem.RECOVERING, "This node was restored from a backup and asks its partners before it goes on."
        )
    return log


def _mirror(partner: Partner, partnership: str, member: str) -> Log:
    log = Log.objects.filter(name=f"{partnership}/{member}", kind=Log.Kind.MIRROR, home=partner.prefix).first()
    if log is None:
        raise Refusal(Problem.NOT_FOUND, "This node holds no such log of yours.")
    return log


def _of_another(partner: Partner, partnership: str, member: str) -> Log:
    """This node's copy of a third member's log, of a partnership that the partner is in."""
    found = [log for log in comparing.of_others(partner) if log.name == f"{partnership}/{member}"]
    if not found:
        raise Refusal(Problem.NOT_FOUND, "This node holds no such log yet, or not for you.")
    return found[0]


def _may(partner: Partner, log: Log) -> bool:
    """Membership, looked at in every request."""
    return partner.prefix in members(log.partnership)


def _said(log: Log) -> dict[str, object] | None:
    note = serving.newest_checkpoint(log.name)
    if note is None or log.state == Log.State.RECOVERING:
        return None if note is None else {"log": log.name, "origin": log.origin, "state": log.state}
    newest = Checkpoint.from_text(Note.from_bytes(note).text)
    return {
        "log": log.name, "origin": log.origin, "partnership": log.partnership, "size": newest.size,
        "root": b64encode(newest.root).decode(), "state": log.state,
    }  # fmt: skip


def _page(request: HttpRequest, partner: Partner, log: Log) -> HttpResponse:
    """At most `limit` entries from `from`, below `upto`, below what is signed, and within the limits of a page."""
    start = _number(request, "from")
    upto = min(_number(request, "upto", default=log.signed_size), log.signed_size)
    limit = max(1, min(_number(request, "limit", default=codec.PAGE_RECORDS), codec.PAGE_RECORDS))
    if start >= upto:
        raise Refusal(Problem.BEHIND, "There is nothing signed beyond that position yet.", size=log.signed_size)
    lines: islice[Line] = islice(serving.entries(log.name, start=start, upto=min(upto, start + limit)), limit)
    raw, count = codec.fill_page(lines, records=limit)
    page = codec.compress(raw)
    response = HttpResponse(page, content_type=codec.MEDIA_TYPE)
    response["Jointlab-Entries"] = str(count)
    receipts.count_sent(partner, len(page))
    return response


def _number(request: HttpRequest, name: str, *, default: int | None = None) -> int:
    text = request.GET.get(name, "" if default is None else str(default))
    if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdigit() or len(text) > 16:
        raise Refusal(Problem.REQUEST, f"“{name}” must be a number.")
    number = int(text)
    if number < 0 and number != default:
        raise Refusal(Problem.REQUEST, f"“{name}” must not be negative.")
    return number
