"""After a backup was restored: what partners hold of our own logs comes back before anything is appended to them."""

from dataclasses import dataclass, field

from jointlab.errors import Fault
from jointlab.federation.models import Partner
from jointlab.federation.own import link_to
from jointlab.federation.puller import pull_now
from jointlab.federation.pulling import meant_for
from jointlab.federation.taking_back import take_back
from jointlab.history.models import Log
from jointlab.history.recovery import Recovered, resume


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
        mine = [log for log in meant_for(partner) if log.state == Log.State.RECOVERING]
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
    link = link_to(partner)
    try:
        return [found for log in logs if (found := take_back(log, link))]
    finally:
        link.close()
