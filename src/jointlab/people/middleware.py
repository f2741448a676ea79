"""Every request carries its actor, or none."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Account

Next = Callable[[HttpRequest], HttpResponse]


class ActorMiddleware:
    """`request.actor` is who is signed in, or None."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """One request."""
        request.actor = _actor(request)  # type: ignore[attr-defined]
        return self.get_response(request)


def _actor(request: HttpRequest) -> Actor | None:
    account = request.user
    if not isinstance(account, Account) or not account.person.active:
        return None
    return actor_of(account.person, home=settings.NODE.prefix)
