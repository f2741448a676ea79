"""After a backup was restored: what partners hold of our own logs comes back before anything is appended to them."""

from dataclasses import dataclass, field

from jointlab.errors import Fault
from jointlab.federation.client import Link
from jointlab.federation.models import Partner
from jointlab.federation.own import own_keyid
from jointlab.federation.puller import pull_now
from jointlab.federation.pulling import HttpSource, log_path, said_size, shared_with
from jointlab.history.models import Log
from jointlab.history.recovery import Recovered, recover, resume
from jointlab.history.signing import house_key
from jointlab.ledger.notes import NOTE_LIMIT


@dataclass
class Round:
    """One round of asking."""

    recovered: list[Recovered] = field(default_factory=list)  # one for each log and partner
    open: list[str] = field(default_factory=list)  # logs that may be appended to again
    not_asked: dict[str, str] = field(default_factory=dict)  # partners that did not answer, each with the reason


def recover_all() -> Round:
    """Ask every partner for its copies of the logs that wait. A log goes on when all its readers have answered.

    Raises Conflict ``history.forked`` when a partner holds another log of ours than the one that is here.
    """
    done = Round()
    waiting = list(Log.objects.filter(kind=Log.Kind.SHARED, state=Log.State.RECOVERING).order_by("name"))
    for partner in Partner.objects.exclude(confirmed_at=None).order_by("prefix"):
        mine = [log for log in shared_with(partner) if log.state == Log.State.RECOVERING]
        if mine:
            try:
                done.recovered += _ask(partner, mine)
            except Fault as fault:
                if fault.code.startswith("history."):
                    raise
                done.not_asked[partner.prefix] = fault.message
    for log in waiting:
        if not done.not_asked.keys() & set(log.partnership.split("+")):
            resume(log.name)
            done.open.append(log.name)
    return done


def _ask(partner: Partner, logs: list[Log]) -> list[Recovered]:
    """The partner's own logs first, for our records may rest on its; then its copies of ours."""
    pull_now(partner)
    link = Link(partner.address, private_allowed=partner.private_allowed, key=house_key(), keyid=own_keyid())
    try:
        return [found for log in logs if (found := _take_back(log, link))]
    finally:
        link.close()


def _take_back(log: Log, link: Link) -> Recovered | None:
    """What one partner holds of one of our logs; None when it holds nothing."""
    note = link.get(f"{log_path('mirror', log.name)}/checkpoint", limit=NOTE_LIMIT).body
    if not note:
        return None
    log.refresh_from_db()
    pages = HttpSource(link, kind="mirror").pages(log.name, start=log.size, upto=said_size(note))
    return recover(log.name, note, pages)
