"""What helps when a file does not come, for the person who waits for it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_OF_THE_LINK = _("There is nothing to do: it goes on where it stopped, as soon as the link is back.")
_ASK_HOME = _("Ask whoever made the record. What is erased or no longer shared cannot be fetched.")
_HELP = (
    ("fetch.disk-full", _("Make room on the disk of this node; then fetch it again.")),
    ("blob.disk-full", _("Make room on the disk of this node; then fetch it again.")),
    ("fetch.disk", _("An administrator looks at the disk of this node and at the owner of its folder.")),
    ("fetch.quota", _("An administrator raises the limit in jointlab.toml, or erases files that are not needed.")),
    ("fetch.false", _("The administrator at its home checks the files there; it is tried again by itself.")),
    ("fetch.", _("It is tried again by itself. If this stays, tell the administrators of both nodes.")),
    ("chunks.", _("It is tried again by itself. If this stays, tell the administrators of both nodes.")),
    ("partner.not-found", _ASK_HOME),
    ("partner.agreement-closed", _ASK_HOME),
    ("partner.quota", _("Wait: the other node gives more on the next day, or when it has less to do.")),
    ("partner.recovering", _("Wait: the other node comes out of a backup and is not ready yet.")),
    ("partner.", _("An administrator looks at the page of the partner.")),
    ("link.", _OF_THE_LINK),
)


def helping(code: str) -> "str | Promise":
    """Words for the code of a fault; "" for none."""
    return next((said for start, said in _HELP if code.startswith(start)), "")
