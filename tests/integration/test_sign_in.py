"""Sign-in, its rate limit, and tokens."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from jointlab.errors import BadInput, NotAllowed, NotFound
from jointlab.people import attempts, tokens
from jointlab.people.actors import Actor, Right, actor_of
from jointlab.people.models import Account, Attempt, Person, Token
from tests.integration.conftest import PASSWORD


def test_a_person_signs_in_in_any_case_of_the_name(researcher: Person) -> None:
    answer = Client().post("/sign-in", {"username": "SERIKOV", "password": PASSWORD, "next": "/"})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_the_way_back_never_leaves_the_node(researcher: Person) -> None:
    answer = Client().post("/sign-in", {"username": "serikov", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_guessing_is_slowed_down_also_for_the_right_password(researcher: Person) -> None:
    client = Client()
    for _ in range(attempts.NAME_LIMIT):
        assert client.post("/sign-in", {"username": "serikov", "password": "wrong"}).status_code == 200
    assert client.post("/sign-in", {"username": "serikov", "password": PASSWORD}).status_code == 503
    Attempt.objects.update(at=timezone.now() - attempts.WINDOW)
    assert client.post("/sign-in", {"username": "serikov", "password": PASSWORD}).status_code == 302


def test_attempts_name_nobody(researcher: Person) -> None:
    Client().post("/sign-in", {"username": "serikov", "password": "wrong"})
    assert Attempt.objects.count() == 2
    assert not Attempt.objects.filter(key__contains="serikov").exists()


def test_a_closed_account_opens_nothing(researcher: Person) -> None:
    Account.objects.update(is_active=False)
    assert Client().post("/sign-in", {"username": "serikov", "password": PASSWORD}).status_code == 200


@pytest.mark.damages
def test_a_token_allows_no_more_than_its_scope_and_its_person(researcher: Person) -> None:
    actor = actor_of(researcher, home="kz")
    made = tokens.make(actor, name="notebook", scope=Token.Scope.READ)
    assert tokens.actor_of_secret(made.secret).rights == {Right.READ}
    assert made.secret not in str(Token.objects.values_list())
    researcher.role = "reader"
    researcher.save()
    with pytest.raises(NotAllowed):
        tokens.make(actor_of(researcher, home="kz"), name="x", scope=Token.Scope.WRITE)


@pytest.mark.damages
@pytest.mark.parametrize("spoil", ["forged", "revoked", "expired", "left"])
def test_a_spoilt_token_is_refused(researcher: Person, actor: Actor, spoil: str) -> None:
    made = tokens.make(actor, name="notebook", scope=Token.Scope.WRITE)
    secret = made.secret
    if spoil == "forged":
        secret = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    elif spoil == "revoked":
        tokens.revoke(actor, token=made.token.id)
    elif spoil == "expired":
        Token.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    else:
        Person.objects.update(active=False)
    with pytest.raises(NotAllowed, match="unknown, revoked"):
        tokens.actor_of_secret(secret)


def test_an_inbox_token_opens_that_inbox_only(administrator: Person, actor: Actor) -> None:
    with pytest.raises(NotAllowed):
        tokens.make(actor, name="xrd-pc", scope=Token.Scope.INBOX, subject="kz:1")
    boss = actor_of(administrator, home="kz")
    made = tokens.make(boss, name="xrd-pc", scope=Token.Scope.INBOX, subject="kz:1")
    found = tokens.actor_of_secret(made.secret, subject="kz:1")
    assert found.instrument == "kz:1"
    assert found.rights == {Right.WRITE}
    for other in ("", "kz:2"):
        with pytest.raises(NotAllowed):
            tokens.actor_of_secret(made.secret, subject=other)


def test_tokens_of_others_are_not_there(actor: Actor, administrator: Person) -> None:
    made = tokens.make(actor_of(administrator, home="kz"), name="mine", scope=Token.Scope.READ)
    with pytest.raises(NotFound):
        tokens.revoke(actor, token=made.token.id)
    with pytest.raises(BadInput):
        tokens.make(actor, name=" ", scope=Token.Scope.READ)
