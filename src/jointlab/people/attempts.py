"""The rate limit of sign-in and of refused tokens: rows shared by all workers, without names or addresses.

At most `NAME_LIMIT` failures for one name and `ADDRESS_LIMIT` for one address in `WINDOW`; then one waits. The key
is an HMAC with the node's secret: from the rows nobody learns who tried.
"""

import datetime as dt
import hashlib
import hmac

from django.conf import settings
from django.utils import timezone

from jointlab.errors import Unavailable
from jointlab.people.models import Attempt

WINDOW = dt.timedelta(minutes=15)
NAME_LIMIT = 8
ADDRESS_LIMIT = 60  # a whole campus may come from one address


def check(*, name: str, address: str) -> None:
    """Raises Unavailable ``people.too-many`` while too many attempts have failed."""
    since = timezone.now() - WINDOW
    for key, most in ((_key("name", name.casefold()), NAME_LIMIT), (_key("address", address), ADDRESS_LIMIT)):
        if Attempt.objects.filter(key=key, at__gt=since).count() >= most:
            raise Unavailable(
                "people.too-many",
                "Too many attempts to sign in have failed. Wait {minutes} minutes, then try again; an administrator can set a new password.",
                minutes=int(WINDOW.total_seconds() // 60),
            )


def failed(*, name: str, address: str) -> None:
    """One more failure; old ones are forgotten."""
    Attempt.objects.filter(at__lt=timezone.now() - 2 * WINDOW).delete()
    Attempt.objects.bulk_create([Attempt(key=_key("name", name.casefold())), Attempt(key=_key("address", address))])


def succeeded(*, name: str) -> None:
    """The name's failures are forgotten; the address's are not, since others may be guessing from it."""
    Attempt.objects.filter(key=_key("name", name.casefold())).delete()


def _key(kind: str, value: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()
