"""How this room's records become rows."""

from collections.abc import Iterable

from jointlab.history.identifiers import home
from jointlab.history.models import Record
from jointlab.history.registry import Kept, Recorded, RecordType
from jointlab.history.registry import register as register_types
from jointlab.people.models import Account, Institution, Person, Role, Token
from jointlab.people.queries import colleague_of, institution_records, person_of
from jointlab.people.records import ColleagueRecord, InstitutionRecord, PersonRecord
from jointlab.people.sites import forget

ERASED = "—"  # in the place of the name of a person who was erased


def register() -> None:
    """Called once when the program starts."""
    register_types(
        RecordType("institution/1", InstitutionRecord, _institution),
        RecordType(
            "person/1", PersonRecord, _person, erase=_erase, keeps=_keeps, takes=_colleague_record, shared=False
        ),
        RecordType(
            "colleague/1",
            ColleagueRecord,
            _colleague,
            erase=_erase_colleague,
            keeps=_keeps_colleague,
            needs=lambda body: institution_records(body.institution),
            changes=lambda body: (body.person,),
        ),
        tables=(Person, Institution),
    )


def _institution(recorded: Recorded, body: InstitutionRecord) -> None:
    """Each node speaks for its own institution; of another one it tells what is known until that one speaks."""
    forget()
    if recorded.home != body.prefix and _speaks_for_itself(body.prefix, recorded.home):
        return
    Institution.objects.update_or_create(
        prefix=body.prefix,
        defaults={
            "record": recorded.id, "names": body.names, "city": body.city, "mark": body.mark, "zone": body.zone,
            "country": body.country, "ror": body.ror,
        },
    )  # fmt: skip


def _speaks_for_itself(prefix: str, teller: str) -> bool:
    """Whether what another node tells of this institution is not needed: itself has spoken, or this node has."""
    row = Institution.objects.filter(prefix=prefix).first()
    return prefix == home() or (row is not None and row.record.partition(":")[0] not in (teller,))


def _person(recorded: Recorded, body: PersonRecord) -> None:
    Person.objects.update_or_create(
        id=recorded.id,
        defaults={
            "rev": recorded.rev, "name": body.name, "names": body.names, "institution_id": body.institution,
            "role": body.role, "email": body.email, "orcid": body.orcid, "active": body.active,
        },
    )  # fmt: skip


def _keeps(person: str) -> Kept:
    return {"institution": Person.objects.get(id=person).institution_id}


def _erase(recorded: Recorded, kept: Kept) -> None:
    """A person without a name, to whom the work that stays still points; the way to sign in is gone."""
    Account.objects.filter(person=recorded.id).delete()
    Token.objects.filter(person=recorded.id).delete()
    values = {
        "rev": recorded.rev, "name": ERASED, "names": {}, "institution_id": kept["institution"], "role": Role.READER,
        "email": "", "orcid": "", "active": False,
    }  # fmt: skip
    Person.objects.update_or_create(id=recorded.id, defaults=values)


def _colleague(recorded: Recorded, body: ColleagueRecord) -> None:
    """A partner's person; our own have their row by `person/1`, which says more."""
    if recorded.home == home():
        return
    _know_institution(body.institution, recorded)
    values = {
        "rev": recorded.rev, "name": body.name, "names": body.names, "institution_id": body.institution,
        "role": Role.READER, "orcid": body.orcid, "active": body.active,
    }  # fmt: skip
    Person.objects.update_or_create(id=body.person, defaults=values)


def _know_institution(prefix: str, recorded: Recorded) -> None:
    """A third institution whose own record does not belong to the partnership: its prefix is all that is known."""
    Institution.objects.get_or_create(
        prefix=prefix,
        defaults={"record": f"{recorded.home}:institution-{prefix}", "names": {"en": prefix.upper()}, "zone": "UTC"},
    )


def _colleague_record(person: str) -> Iterable[str]:
    return Record.objects.filter(id=colleague_of(person)).values_list("id", flat=True)


def _keeps_colleague(colleague: str) -> Kept:
    person = person_of(colleague)
    row = Person.objects.filter(id=person).first()
    return {"person": person, "institution": row.institution_id if row else person.partition(":")[0]}


def _erase_colleague(recorded: Recorded, kept: Kept) -> None:
    """A partner's person without a name; our own are erased by their own record."""
    if recorded.home == home():
        return
    person = person_of(recorded.id)
    _know_institution(kept["institution"], recorded)
    values = {
        "rev": recorded.rev, "name": ERASED, "names": {}, "institution_id": kept["institution"], "role": Role.READER,
        "email": "", "orcid": "", "active": False,
    }  # fmt: skip
    Person.objects.update_or_create(id=person, defaults=values)
