"""Every change in this room."""

from dataclasses import replace

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from jointlab.errors import BadInput, Conflict, NotAllowed, NotFound
from jointlab.history.identifiers import home, new_id
from jointlab.history.models import Record
from jointlab.history.operations import write
from jointlab.people.actors import Actor, Right
from jointlab.people.models import Account, Institution, Person, Role, Viewing
from jointlab.people.queries import colleague_of, person_of
from jointlab.people.records import ColleagueRecord, InstitutionRecord, PersonRecord


@transaction.atomic
def add_institution(record: InstitutionRecord) -> Institution:
    """A university takes part. Raises Conflict ``people.institution`` when the prefix is taken."""
    if Institution.objects.filter(prefix=record.prefix).exists():
        raise Conflict("people.institution", "There is already an institution {prefix}.", prefix=record.prefix)
    write(type="institution/1", id=new_id(), body=record, expected_rev=0)
    return Institution.objects.get(prefix=record.prefix)


@transaction.atomic
def add_person(record: PersonRecord) -> Person:
    """A person becomes known to this node."""
    recorded = write(type="person/1", id=new_id(), body=record, expected_rev=0)
    _tell_partners(recorded.id, record)
    return Person.objects.get(id=recorded.id)


@transaction.atomic
def open_account(person: Person, *, login: str, password: str, language: str = "") -> Account:
    """A way to sign in. No record: sign-in data stay out of the log. Raises Conflict ``people.login``."""
    if Account.objects.filter(login=login.casefold()).exists():
        raise Conflict("people.login", "The sign-in name “{login}” is taken.", login=login)
    account = Account(login=login, person=person, language=language)
    account.set_password(password)
    account.save()
    return account


@transaction.atomic
def invite(actor: Actor, record: PersonRecord, *, login: str, password: str) -> Person:
    """A person with a way to sign in, made by an administrator. Raises BadInput ``people.*``, Conflict ``people.login``."""
    actor.require(Right.ADMINISTER)
    person = add_person(_checked(record))
    if login:
        _check_password(password, person=person)
        open_account(person, login=login, password=password)
    return person


@transaction.atomic
def change_person(actor: Actor, *, person: Person, record: PersonRecord, expected_rev: int) -> Person:
    """Correct a person, change the role, or close the person's way in; the names in other scripts stay.

    An administrator cannot shut out himself: BadInput ``people.last-way-in``. A partner's person is changed at the partner's
    node: NotAllowed ``people.foreign``.
    """
    actor.require(Right.ADMINISTER)
    require_kept_here(person)
    if person.id == actor.person and (not record.active or record.role != Role.ADMINISTRATOR):
        raise BadInput(
            "people.last-way-in", "You would shut yourself out. Another administrator can do that.", field="role"
        )
    checked = _checked(replace(record, names=dict(person.names)))
    before = colleague_record(person.id, record_of(Person.objects.get(id=person.id)))
    write(type="person/1", id=person.id, body=checked, expected_rev=expected_rev)
    if colleague_record(person.id, checked) != before:
        _tell_partners(person.id, checked)
    return Person.objects.get(id=person.id)


@transaction.atomic
def set_password(actor: Actor, *, person: Person, password: str, old: str | None = None) -> None:
    """One's own with the old one, anybody's as administrator. Raises BadInput ``people.password``, NotFound."""
    account = Account.objects.filter(person=person).select_for_update().first()
    if account is None:
        raise NotFound("people.no-account", "{name} has no sign-in on this node.", name=person.name)
    if person.id != actor.person:
        actor.require(Right.ADMINISTER)
    elif old is None or not account.check_password(old):
        raise BadInput("people.old-password", "This is not your present password.", field="old")
    _check_password(password, person=person)
    account.set_password(password)
    account.save()


@transaction.atomic
def choose(actor: Actor, *, language: str, single_keys: bool) -> None:
    """What a person prefers on this node; no record."""
    Account.objects.filter(person_id=actor.person).update(language=language, single_keys=single_keys)


def require_kept_here(person: Person) -> None:
    """Raises NotAllowed ``people.foreign`` for a person whose record a partner's node keeps."""
    if not person.ours:
        raise NotAllowed(
            "people.foreign", "{name} is known from the node of {owner} and is changed there only.",
            name=person.name, owner=person.node.upper(),
        )  # fmt: skip


def note_viewing(actor: Actor, *, of: str, page: str) -> None:
    """Personal data of somebody else were shown: the law asks who saw them."""
    if of != actor.person:
        Viewing.objects.create(by_id=actor.person, of=of, page=page)


def record_of(person: Person) -> PersonRecord:
    """The record that the row was made of."""
    return PersonRecord(
        name=person.name, institution=person.institution_id, role=person.role, email=person.email, orcid=person.orcid,
        names=dict(person.names), active=person.active,
    )  # fmt: skip


def colleague_record(person: str, record: PersonRecord) -> ColleagueRecord:
    """What partners may know of a person."""
    return ColleagueRecord(
        person=person, name=record.name, institution=record.institution, orcid=record.orcid, names=dict(record.names),
        active=record.active,
    )  # fmt: skip


@transaction.atomic
def complete_colleagues() -> int:
    """The records by which partners know our persons, for those who came before there were any; how many."""
    colleagues = Record.objects.filter(type="colleague/1").values_list("id", flat=True)
    known = {person_of(colleague) for colleague in colleagues}
    ours = Person.objects.filter(id__startswith=f"{home()}:").order_by("id")
    alive = Record.objects.filter(type="person/1", erased=False).values("id")
    missing = [person for person in ours.filter(id__in=alive) if person.id not in known]
    for person in missing:
        _tell_partners(person.id, record_of(person))
    return len(missing)


def _tell_partners(person: str, record: PersonRecord) -> None:
    """The record that travels; it goes nowhere before something that names the person is shared."""
    write(type="colleague/1", id=colleague_of(person), body=colleague_record(person, record))


def _checked(record: PersonRecord) -> PersonRecord:
    if record.role not in Role.values:
        raise BadInput("people.role", "“{role}” is no role.", field="role", role=record.role)
    if not record.name.strip():
        raise BadInput("words.empty", "This is needed.", field="name")
    if record.email and not _is_email(record.email):
        raise BadInput("people.email", "“{email}” is no e-mail address.", field="email", email=record.email[:80])
    if record.orcid and not _is_orcid(record.orcid):
        raise BadInput(
            "people.orcid", "“{orcid}” is no ORCID iD: it has 16 digits like 0000-0002-1825-0097, and the last one is a check digit.",
            field="orcid", orcid=record.orcid,
        )  # fmt: skip
    if not Institution.objects.filter(prefix=record.institution).exists():
        raise BadInput(
            "people.institution",
            "This node knows no institution “{prefix}”.",
            field="institution",
            prefix=record.institution,
        )
    return replace(record, name=" ".join(record.name.split()))


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def _is_orcid(text: str) -> bool:
    """ISO 7064 MOD 11-2, as ORCID uses it."""
    digits = text.replace("-", "")
    if len(digits) != 16 or not digits[:15].isascii() or not digits[:15].isdigit():
        return False
    total = 0
    for digit in digits[:15]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return digits[15].upper() == ("X" if check == 10 else str(check))


def _check_password(password: str, *, person: Person) -> None:
    """Long enough, not one of the common ones. Raises BadInput ``people.password`` with all that is wrong."""
    try:
        validate_password(password, user=Account(login="", person=person))
    except ValidationError as fault:
        raise BadInput("people.password", "{reasons}", field="password", reasons=" ".join(fault.messages)) from None
