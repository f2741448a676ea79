"""Members of a partnership compare what they hold of a third one's log: nobody can show different logs to two of them.

Each gives the other its newest checkpoint of the log. One of the same size or smaller is compared with this node's copy at
once, a larger one when the copy gets there. A root that differs is proof against the log's home: both notes bear its key.
"""

from collections.abc import Iterator
from urllib.parse import quote

from django.db import transaction
from django.utils import timezone

from jointlab.errors import BadInput, NotFound
from jointlab.federation.client import Link
from jointlab.federation.models import Partner, Sighting
from jointlab.federation.receipts import cosigned
from jointlab.federation.together import has_joined
from jointlab.history import mirroring, serving
from jointlab.history.logs import keys_from_rows, members, mirrors
from jointlab.history.models import Checkpoint, Log
from jointlab.ledger.checkpoints import Checkpoint as Statement
from jointlab.ledger.checkpoints import open_checkpoint
from jointlab.ledger.mirror import Evidence, Halt, Reason
from jointlab.ledger.notes import NOTE_LIMIT, Note
from jointlab.ledger.tree import Frontier, consistency_spans, leaf_hash, tree_root

_NOT_YET = frozenset({"note.unknown-key", "checkpoint.void-key"})  # the signer's word about its keys is on its way


def ask(partner: Partner, link: Link) -> None:
    """Get what the partner holds of others' logs, and compare. Raises what the link raises, and as `take`."""
    for log in of_others(partner):
        try:
            note = link.get(f"/fed/v1/mirror/{quote(log.name, safe='+/')}/checkpoint", limit=NOTE_LIMIT).body
        except NotFound:  # it has no copy yet
            continue
        if note:
            take(log, note, by=partner.prefix)


def bring(partner: Partner, link: Link) -> None:
    """Give a partner that cannot ask this node what is held here of others' logs."""
    for log, note in shown_to(partner):
        link.post(f"/fed/v1/mirror/{quote(log.name, safe='+/')}/compare", note)


def shown_to(partner: Partner) -> Iterator[tuple[Log, bytes]]:
    """This node's newest checkpoint of each log of others in a partnership with this partner, cosigned."""
    for log in of_others(partner):
        note = serving.newest_checkpoint(log.name)
        if note is not None:
            yield log, cosigned(note)


def of_others(partner: Partner) -> list[Log]:
    """Copies here of logs that the partner reads and does not write."""
    found = [log for log in mirrors() if log.home != partner.prefix and partner.prefix in members(log.partnership)]
    return [log for log in found if has_joined(partner.prefix, log.partnership)]


def take(log: Log, note: bytes, *, by: str) -> None:
    """What the member `by` holds of the log, or says so. A log that does not fit halts here, with both notes.

    What is signed with a key that is not known here yet is passed over: it is asked for again. Raises BadInput
    ``compare.note`` for what is no checkpoint of this log.
    """
    log.refresh_from_db()
    if log.state == Log.State.HALTED:
        return
    try:
        said = open_checkpoint(Note.from_bytes(note), keys_from_rows(log.keys), origin=log.origin).checkpoint
    except BadInput as fault:
        if fault.code in _NOT_YET:
            return
        raise BadInput(
            "compare.note", "What {by} shows as a checkpoint of {log} is none: {reason}", by=by, log=log.name, reason=fault.message
        ) from None  # fmt: skip
    if said.size > log.size:
        _wait(log, said, note, by)
    elif said.size:
        _compare(log, said, note, by)


def look_again(log: Log) -> bool:
    """The copy has grown: what waited for that is compared now. Whether it still stands."""
    for seen in Sighting.objects.filter(log=log.name, size__lte=log.size):
        seen.delete()
        take(log, seen.note.encode(), by=seen.by)
        log.refresh_from_db()
    return log.state != Log.State.HALTED


@transaction.atomic
def _wait(log: Log, said: Statement, note: bytes, by: str) -> None:
    """Until the copy gets there. The first one stays: newer ones are always ahead, and nothing would ever be compared."""
    values = {"size": said.size, "note": note.decode(), "at": timezone.now()}
    Sighting.objects.get_or_create(log=log.name, by=by, defaults=values)


def _compare(log: Log, said: Statement, note: bytes, by: str) -> None:
    root = _root_at(log, said.size)
    if root == said.root:
        return
    held = serving.newest_checkpoint(log.name) or b""
    size = Statement.from_text(Note.from_bytes(held).text).size
    spans = consistency_spans(old=said.size, new=size)
    proof = tuple(tree_root(map(leaf_hash, serving.leaves(log.name, start=one.start, upto=one.end))) for one in spans)
    fault = BadInput(
        "compare.split",
        "{by} was shown another log of {home} than this node: with {size} entries it has another root.",
        by=by.upper(), home=log.home.upper(), size=said.size,
    )  # fmt: skip
    mirroring.halt(log.name, Halt(Reason.SPLIT_VIEW, fault, Evidence(held, note, root=root, proof=proof)))


def _root_at(log: Log, size: int) -> bytes:
    """The root of the copy's first entries, from the nearest checkpoint before."""
    before = Checkpoint.objects.filter(log=log, size__lte=size).order_by("-size").first()
    frontier = Frontier.from_bytes(bytes(before.frontier)) if before else Frontier()
    for entry in serving.leaves(log.name, start=frontier.size, upto=size):
        frontier.push(leaf_hash(entry))
    return frontier.root()
