"""Which institutions can conclude an agreement together: their nodes must be members of one partnership.

A case travels in the partnership whose members are the nodes of its parties, all of them and no other: so each gets the
steps of each, and nobody else does.
"""

from collections.abc import Iterable
from typing import Final

from jointlab.agreements.step_names import MOST
from jointlab.cases.queries import node_of
from jointlab.errors import BadInput, Conflict, Fault
from jointlab.history.identifiers import home
from jointlab.history.logs import log_name, own_name, partnership_of
from jointlab.history.models import Log

SEVERAL: Final = "+"  # between the prefixes of several partners, none of which holds it


def prefixes_of(partner: str) -> tuple[str, ...]:
    """The prefixes of one partner or of several, written `nj+uz`; each once, in their order."""
    return tuple(dict.fromkeys(one for part in partner.split(SEVERAL) if (one := part.strip())))


def apart(institutions: Iterable[str]) -> Fault | None:
    """Why these institutions cannot have a case together: too many, or more than two nodes that are no partnership."""
    named = sorted(set(institutions))
    if len(named) > MOST:
        return BadInput("agreement.many", "An agreement is between at most {most} parties here; these are {count}.", most=MOST, count=len(named))  # fmt: skip
    return divided(node_of(one) for one in named)


def divided(nodes: Iterable[str]) -> Fault | None:
    """Why the steps of a case between these nodes and this one would not reach all of them: more than two that are no partnership."""
    wanted = {*nodes, home()}
    if len(wanted) < 3 or _stands(partnership_of(*wanted)):
        return None
    return Conflict(
        "agreement.apart", "The nodes {nodes} are not together in one partnership, so a case of all of them has no way to travel. First make "
        "that partnership, under Partners, “Share with several partners…”; then begin again.",
        field="partner", nodes=", ".join(sorted(wanted)),
    )  # fmt: skip


def _stands(partnership: str) -> bool:
    """Whether every member has given its word: this node shares there, and follows all others."""
    logs = set(Log.objects.filter(partnership=partnership).values_list("name", flat=True))
    wanted = {log_name(partnership, one) for one in partnership.split("+")}
    return own_name(partnership) in wanted and wanted <= logs
