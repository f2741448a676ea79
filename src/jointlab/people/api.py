"""Persons and institutions for programs."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Router, Schema, Status
from pydantic import Field, StrictBool

from jointlab.people import operations, queries, tokens
from jointlab.people.actors import Right
from jointlab.people.models import Institution, Person, Token
from jointlab.people.pages import actor_at
from jointlab.people.records import PersonRecord

router = Router(tags=["people"])

Password = Annotated[str, Field(max_length=4096)]
TokenId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class InstitutionOut(Schema):
    """A university."""

    prefix: str
    names: dict[str, str]
    city: dict[str, str]
    zone: str
    country: str
    ror: str


class PersonOut(Schema):
    """A person, as far as the caller may see; `role` is empty for a person of a partner's node."""

    id: str
    rev: int
    name: str
    institution: str
    role: str
    email: str
    orcid: str
    active: bool

    @staticmethod
    def resolve_role(person: Person) -> str:
        """On this node: none for a person whom a partner's node keeps."""
        return person.role if person.ours else ""

    @staticmethod
    def resolve_institution(person: Person) -> str:
        """The prefix."""
        return person.institution_id


class PersonIn(Schema):
    """A person. `role`: administrator, researcher or reader; `institution` is a prefix; `active`: works here, may sign in."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    institution: Annotated[str, Field(max_length=20)]
    role: Annotated[str, Field(max_length=20)]
    email: Annotated[str, Field(max_length=254)] = ""
    orcid: Annotated[str, Field(max_length=19)] = ""
    active: StrictBool = True

    def record(self) -> PersonRecord:
        """As the operation takes it."""
        return PersonRecord(self.name, self.institution, self.role, self.email, self.orcid, active=self.active)


class PersonNew(PersonIn):
    """A new person; without a sign-in name known, but unable to sign in."""

    login: Annotated[str, Field(max_length=150)] = ""
    password: Password = ""


class PersonChange(PersonIn):
    """The whole person anew."""

    rev: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1, description="The revision that the change rests on.")]


class PasswordIn(Schema):
    """A new password; `old` is needed for one's own."""

    password: Password
    old: Password | None = None


class TokenIn(Schema):
    """A token as it is made: `scope` read, write or administer; it is valid for `days`."""

    name: Annotated[str, Field(max_length=120)]
    scope: Annotated[str, Field(max_length=10)] = "read"
    days: Annotated[int, Field(strict=True, ge=1, le=1095)] = 365


class TokenOut(Schema):
    """A token, without its secret."""

    id: int
    name: str
    scope: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenMade(TokenOut):
    """A token with its secret, which is told only this once."""

    secret: str


class Me(Schema):
    """Who the token speaks for, and what it may do."""

    person: str
    name: str
    institution: str
    rights: list[str]
    now: datetime


@router.get("/me", response=Me)
def me(request: HttpRequest) -> dict[str, Any]:
    """Who the token speaks for, and what it may do."""
    from django.utils import timezone

    actor = actor_at(request)
    rights = sorted(str(right) for right in actor.rights)
    return {
        "person": actor.person,
        "name": actor.name,
        "institution": actor.institution,
        "rights": rights,
        "now": timezone.now(),
    }


@router.get("/institutions", response=list[InstitutionOut])
def institutions(request: HttpRequest) -> list[Institution]:
    """The universities that own the laboratory."""
    return list(queries.institutions())


@router.get("/people", response=list[PersonOut])
def people(request: HttpRequest) -> list[Person]:
    """Everybody the caller may know of; that the list was read is noted."""
    actor = actor_at(request)
    found = list(queries.persons(actor))
    operations.note_viewing(actor, of="list", page="api")
    return found


@router.get("/people/{id}", response=PersonOut)
def person(request: HttpRequest, id: str) -> Person:
    """One person; that the data were read is noted."""
    actor = actor_at(request)
    found = queries.person(actor, id=id)
    operations.note_viewing(actor, of=found.id, page="api")
    return found


@router.post("/people", response={201: PersonOut})
def person_add(request: HttpRequest, given: PersonNew) -> Status[Person]:
    """A new person, with a way to sign in where a sign-in name is given; for administrators."""
    actor = actor_at(request)
    return Status(201, operations.invite(actor, given.record(), login=given.login, password=given.password))


@router.put("/people/{id}", response=PersonOut)
def person_change(request: HttpRequest, id: str, given: PersonChange) -> Person:
    """Change a person, the role, the way in; for administrators. 409 when it has moved on since `rev`."""
    actor = actor_at(request)
    found = queries.person(actor, id=id)
    return operations.change_person(actor, person=found, record=given.record(), expected_rev=given.rev)


@router.post("/people/{id}/password", response={204: None})
def person_password(request: HttpRequest, id: str, given: PasswordIn) -> Status[None]:
    """A new password: one's own with the old one, anybody's for administrators."""
    actor = actor_at(request)
    found = queries.person(actor, id=id)
    actor.require(Right.WRITE)  # a token that only reads changes nothing
    operations.set_password(actor, person=found, password=given.password, old=given.old)
    return Status(204, None)


@router.get("/tokens", response=list[TokenOut])
def own_tokens(request: HttpRequest) -> list[Token]:
    """One's own tokens, the newest first; without their secrets."""
    actor = actor_at(request)
    actor.require(Right.READ)
    return tokens.tokens_of(actor.person)


@router.post("/tokens", response={201: TokenMade})
def token_make(request: HttpRequest, given: TokenIn) -> Status[dict[str, Any]]:
    """A new token of one's own, which opens no more than the one that asks; not with a token that only reads."""
    actor = actor_at(request)
    actor.require(Right.WRITE)
    made = tokens.make(actor, name=given.name, scope=given.scope, days=given.days)
    return Status(201, {**vars(made.token), "secret": made.secret})


@router.post("/tokens/{id}/revoke", response={204: None})
def token_revoke(request: HttpRequest, id: TokenId) -> Status[None]:
    """A token opens nothing any more; one's own, or anybody's for administrators. Not with a token that only reads."""
    actor = actor_at(request)
    actor.require(Right.WRITE)
    tokens.revoke(actor, token=id)
    return Status(204, None)
