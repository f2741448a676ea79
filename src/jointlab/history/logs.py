"""The logs by name: of a partnership, one for each member. Ours is shared, a partner's is a mirror."""

from jointlab.errors import BadInput, NotFound
from jointlab.history.identifiers import home
from jointlab.history.models import Entry, Log
from jointlab.ledger.keys import KeyHistory, KeySpan, VerifyingKey
from jointlab.ledger.tree import Frontier

HOUSE = "house"


def partnership_of(*prefixes: str) -> str:
    """The name of the set of institutions that share: cn+kz. Raises BadInput ``history.partnership``."""
    members = sorted(set(prefixes))
    if len(members) < 2 or any(not one or "+" in one or "/" in one for one in members):
        raise BadInput(
            "history.partnership", "A partnership has at least two institutions: {members}.", members=members
        )
    return "+".join(members)


def members(partnership: str) -> tuple[str, ...]:
    """The prefixes of its institutions, ours among them."""
    return tuple(partnership.split("+"))


def log_name(partnership: str, member: str) -> str:
    """cn+kz/kz"""
    return f"{partnership}/{member}"


def log_origin(node_origin: str, partnership: str) -> str:
    """Of the checkpoints of a member's log: <origin of its node>/log/<partnership>, in which no plus sign may stand: cn~kz."""
    return f"{node_origin}/log/{partnership.replace('+', '~')}"


def own_name(partnership: str) -> str:
    """The log in which this node shares with a partnership."""
    return log_name(partnership, home())


def shared_logs() -> list[Log]:
    """What this node shares, one log for each partnership."""
    return list(Log.objects.filter(kind=Log.Kind.SHARED).order_by("name"))


def mirrors(partnership: str = "") -> list[Log]:
    """The copies of partners' logs, of one partnership or of all."""
    found = Log.objects.filter(kind=Log.Kind.MIRROR).order_by("name")
    return list(found.filter(partnership=partnership) if partnership else found)


def log_named(name: str) -> Log:
    """Raises NotFound ``history.no-log``."""
    log = Log.objects.filter(name=name).first()
    if log is None:
        raise NotFound("history.unknown-log", "There is no log {name} here.", name=name)
    return log


def hold_house() -> Log:
    """The house log's row, locked until the transaction ends: whoever adds entries to any log holds it.

    Raises NotFound ``history.no-log``.
    """
    log = Log.objects.select_for_update().filter(name=HOUSE).first()  # one writer at a time, also on PostgreSQL
    if log is None:
        raise NotFound("history.no-log", "This node has no house log yet. Make the node first: jointlab init FOLDER")
    return log


def newest_entry() -> bytes:
    """What this node learnt last, of any log: another one whenever anything was recorded."""
    found = Entry.objects.order_by("-pk").values_list("entry", flat=True).first()
    return bytes(found or b"")


def empty_frontier() -> bytes:
    """Of a log without entries."""
    return Frontier().to_bytes()


def keys_as_rows(keys: KeyHistory) -> list[dict[str, object]]:
    """As `Log.keys` holds them."""
    return [{"vkey": one.key.vkey, "from": one.valid_from_size, "void": one.void_from_size} for one in keys.spans]


def keys_from_rows(rows: list[dict[str, object]]) -> KeyHistory:
    """What `keys_as_rows` wrote."""
    return KeyHistory(
        tuple(
            KeySpan(
                VerifyingKey.from_vkey(str(row["vkey"])),
                int(str(row["from"])),
                None if row["void"] is None else int(str(row["void"])),
            )
            for row in rows
        )
    )
