"""Why a partner's log stopped, in words for the person who has to act."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jointlab.ledger.mirror import Reason


@dataclass(frozen=True)
class Explained:
    """What happened, and how it comes about."""

    title: "str | Promise"
    text: "str | Promise"


_BROKEN = Explained(
    _("What came is not what was signed."),
    _(
        "The entries do not give the signed root, and asking again gave the same. A program on the way or at the partner changes them, or a log was rewritten."
    ),
)
_WORDS = {
    Reason.ROLLBACK: Explained(
        _("The log has become shorter than what was proved."),
        _("The partner signed a smaller log than the one that this node holds. This happens when a node is restored from an old backup and goes on without asking its partners, or when records were cut off on purpose."),
    ),
    Reason.EQUIVOCATION: Explained(
        _("Two different logs of the same size were signed."),
        _("Both checkpoints bear the partner’s key, and only one can be true. Together they prove it to anybody. This happens when two copies of a node run at once, when a backup was restored, or when records were rewritten."),
    ),
    Reason.SPLIT_VIEW: Explained(
        _("Another member was shown another log."),
        _("Two members compared what they hold of this log, and the two do not fit together, though both bear the partner’s key. Together they prove it to anybody. This happens when two copies of a node run at once, when a backup was restored, or when different members are told different things."),
    ),
    Reason.FORK: Explained(
        _("The log no longer continues what this node holds."),
        _("The new checkpoint is signed, but what was proved before is not part of it. This happens when a node is restored from an old backup, or when a log is rewritten."),
    ),
    Reason.VOID_KEY: Explained(
        _("The log is signed with a key that no longer counts."),
        _("The partner has revoked this key. Somebody who holds the old key may be signing, or the partner’s node runs with old files."),
    ),
    Reason.WRONG_LOG: Explained(
        _("The partner showed the checkpoint of another log."),
        _("The name in the checkpoint is not the name of this log. Look at the addresses of both nodes and at what stands between them."),
    ),
}  # fmt: skip


def explained(reason: str) -> Explained:
    """Words for the reason of a halt; those of an unknown one are general."""
    return next((said for known, said in _WORDS.items() if known.value == reason), _BROKEN)
