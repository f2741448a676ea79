"""Tokens: secrets for programs. The secret is shown once; the node keeps its SHA-256 only.

A token has 256 random bits, so a plain hash needs no salt and no slow function: there is nothing to guess.
"""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jointlab.errors import BadInput, NotAllowed, NotFound
from jointlab.people.actors import Actor, Right, actor_of
from jointlab.people.models import Person, Token

PREFIX = "jl_"  # so that a leaked token is recognised by scanners and by people
_RIGHTS = {
    Token.Scope.READ.value: frozenset({Right.READ}),
    Token.Scope.WRITE.value: frozenset({Right.READ, Right.WRITE}),
    Token.Scope.ADMINISTER.value: frozenset(Right),
    Token.Scope.INBOX.value: frozenset({Right.WRITE}),
}
_SEEN_EVERY = dt.timedelta(minutes=5)  # "last used" needs no write per request


@dataclass(frozen=True)
class NewToken:
    """The token and its secret, which nobody can see again."""

    token: Token
    secret: str


@transaction.atomic
def make(actor: Actor, *, name: str, scope: str, days: int | None = 365, subject: str = "") -> NewToken:
    """A token of the person at work; one for an instrument's inbox (`subject`) is made by an administrator.

    Raises BadInput ``token.scope`` or ``token.name``, NotAllowed ``people.no-right``.
    """
    if scope not in _RIGHTS or (scope == Token.Scope.INBOX) != bool(subject):
        raise BadInput("token.scope", "A token opens one of: {known}.", field="scope", known=", ".join(_RIGHTS))
    for right in {Right.ADMINISTER} if subject else _RIGHTS[scope]:
        actor.require(right)
    if not name.strip():
        raise BadInput("token.name", "Give the token a name that says where it is used.", field="name")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        name=name.strip()[:120], hash=_hash(secret), scope=scope, person_id=actor.person, subject=subject,
        expires_at=None if days is None else timezone.now() + dt.timedelta(days=days),
    )  # fmt: skip
    return NewToken(token, secret)


def scopes_of(actor: Actor) -> list[Token.Scope]:
    """What tokens of this person may open."""
    own = (Token.Scope.READ, Token.Scope.WRITE, Token.Scope.ADMINISTER)
    return [scope for scope in own if _RIGHTS[scope] <= actor.rights]


@transaction.atomic
def revoke(actor: Actor, *, token: int) -> None:
    """The token opens nothing any more. Raises NotFound ``token.unknown`` for tokens of others."""
    own = Token.objects.filter(id=token, revoked_at=None)
    if Right.ADMINISTER not in actor.rights:
        own = own.filter(person_id=actor.person)
    if not own.update(revoked_at=timezone.now()):
        raise NotFound("token.unknown", "There is no such token, or it is revoked already.")


def actor_of_secret(secret: str, *, subject: str = "") -> Actor:
    """Who works with this secret. Raises NotAllowed ``token.refused`` for all that is wrong with it, without saying what.

    With `subject`, only a token for that instrument's inbox is taken; without, only tokens of persons.
    """
    now = timezone.now()
    token = Token.objects.select_related("person").filter(hash=_hash(secret), revoked_at=None).first()
    if (
        token is None
        or token.subject != subject
        or (token.expires_at and token.expires_at <= now)
        or not token.person.active
    ):
        raise NotAllowed(
            "token.refused",
            "This token is unknown, revoked, expired, or made for something else. Make a new one on your account page.",
        )
    if token.last_used_at is None or now - token.last_used_at > _SEEN_EVERY:
        Token.objects.filter(id=token.id).update(last_used_at=now)
    return actor_of(token.person, home=settings.NODE.prefix, rights=_RIGHTS[token.scope], instrument=token.subject)


def tokens_of(person: Person | str) -> list[Token]:
    """The tokens of a person, newest first."""
    return list(Token.objects.filter(person_id=person if isinstance(person, str) else person.id).order_by("-id"))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
