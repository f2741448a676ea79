"""A partner that holds more of our log than is here: this node has lost something, and takes it back before it goes on."""

from jointlab.errors import BadInput, NotFound
from jointlab.federation.client import Link
from jointlab.federation.models import Partner
from jointlab.federation.pulling import HttpSource, log_path, meant_for, said_size
from jointlab.history.logs import members
from jointlab.history.models import Log
from jointlab.history.recovery import Recovered, must_recover, recover, resume
from jointlab.history.signing import log_keys
from jointlab.ledger.checkpoints import open_checkpoint
from jointlab.ledger.notes import NOTE_LIMIT, Note


def look(partner: Partner, link: Link) -> list[Recovered]:
    """Ask the partner how far it got in our logs; what it holds beyond is taken back.

    A power cut with a disk that had promised too much, or a database that somebody put back by hand, looks like this.
    A log with more readers waits until all were asked: `jointlab recover`. Raises what the link raises, and as `recover`.
    """
    found = []
    for log in meant_for(partner):
        if log.state != Log.State.OPEN or not _holds_more(log, _held(log, link)):
            continue
        must_recover([log])
        if len(members(log.partnership)) == 2 and (taken := take_back(log, link)) is not None:
            resume(log.name)
            found.append(taken)
    return found


def take_back(log: Log, link: Link) -> Recovered | None:
    """What one partner holds of one of our logs; None when it holds nothing."""
    note = _held(log, link)
    if not note:
        return None
    log.refresh_from_db()
    pages = HttpSource(link, kind="mirror").pages(log.name, start=log.signed_size, upto=said_size(note))
    return recover(log.name, note, pages)


def _held(log: Log, link: Link) -> bytes:
    """The partner's newest checkpoint of our log; empty when it has none, or no copy yet."""
    try:
        return link.get(f"{log_path('mirror', log.name)}/checkpoint", limit=NOTE_LIMIT).body
    except NotFound:
        return b""


def _holds_more(log: Log, note: bytes) -> bool:
    """Whether it is our own signature that says so."""
    if not note or said_size(note) <= log.signed_size:
        return False
    try:
        open_checkpoint(Note.from_bytes(note), log_keys(log), origin=log.origin)
    except BadInput:
        return False
    return True
