"""For drivers of three nodes: what people of each do in projects, and what a node then shows."""

from typing import Any

from django.conf import settings
from django.db import transaction

from jointlab.federation.client import Link
from jointlab.federation.models import Partner, Sighting  # noqa: F401
from jointlab.federation.own import own_keyid
from jointlab.federation.puller import pull_now
from jointlab.federation.records import PairingRecord
from jointlab.federation.together import join
from jointlab.history.acknowledging import acknowledged
from jointlab.history.erasure import erase
from jointlab.history.identifiers import home, new_id
from jointlab.history.logs import partnership_of, shared_logs
from jointlab.history.models import Log
from jointlab.history.operations import write
from jointlab.history.sharing import sharing_round
from jointlab.history.signing import house_key, sign_logs
from jointlab.laboratory.models import Measurement, Note, Project, ProjectSharing, Sample, Transfer
from jointlab.laboratory.operations import notes, projects, samples, sharing, transfers
from jointlab.laboratory.queries.homes import standing_of
from jointlab.laboratory.queries.search import search
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.people.operations import add_person, open_account
from jointlab.people.records import PersonRecord
from tests.federation.lab_names import page  # noqa: F401


def me() -> Actor:
    """The administrator of this node."""
    person = Person.objects.filter(institution_id=home(), role="administrator").first()
    if person is None:
        person = add_person(PersonRecord(f"Admin of {home()}", home(), "administrator", email=f"{home()}@example.org"))
        open_account(person, login="admin", password="correct horse battery staple")
    return actor_of(person, home=home())


def project(title: str) -> str:
    """A project; its id."""
    return projects.add(me(), projects.ProjectDraft(title=title)).id


def agree(project: str, *others: str) -> None:
    """This side shares it with the partnership of itself and the others."""
    told = partnership_of(home(), *others)
    sharing.agree(me(), project=Project.objects.get(pk=project), partnership=told)
    _say()


def come_together(*others: str) -> None:
    """This node's word that it shares with just these."""
    join(*others, by=me().person)
    _say()


def end(project: str, *others: str) -> None:
    """It does so no longer."""
    sharing.end(me(), project=Project.objects.get(pk=project), partnership=partnership_of(home(), *others))
    _say()


def sample(title: str, project: str = "") -> str:
    """A sample; its id."""
    made = samples.add(me(), samples.SampleDraft(title=title, project=project, amount="2 g")).id
    _say()
    return made


def move(sample: str, project: str, title: str) -> None:
    """The sample belongs to another project from now on, under another title."""
    found = Sample.objects.get(pk=sample)
    samples.change(
        me(),
        sample=found,
        draft=samples.SampleDraft(title=title, project=project, amount="2 g"),
        expected_rev=found.rev,
    )
    _say()


def note(sample: str, text: str, file: str = "") -> str:
    """Words about a sample, with a file of this content; the id."""
    files = [notes.NewFile("photo.txt", [file.encode()])] if file else []
    made = notes.add(me(), sample=Sample.objects.get(pk=sample), text=text, files=files).id
    _say()
    return made


def send(sample: str, partner: str, purpose: str) -> str:
    """Offer some of a sample to a partner; the id of the transfer."""
    form = {"amount": "1 g", "purpose": purpose}
    made = transfers.ask(me(), sample=Sample.objects.get(pk=sample), form=form, partner=partner).id
    _say()
    return made


def write_word(number: int) -> str:
    """A record for a log in which this node lies; nobody has met the partner that it names."""
    body = PairingRecord(f"t{number}", "a.example", "key", "recovery", f"{number:05} 00000", "")
    with transaction.atomic():
        return write(type="pairing/1", id=new_id(), body=body, expected_rev=0).id


def pull_from(prefix: str) -> list[str]:
    """One round with one partner; logs that are halted."""
    return list(pull_now(Partner.objects.get(prefix=prefix)).halted)


def forget(record: str) -> None:
    """Erased at home, with what is made of it."""
    erase(id=record, by=me().person, why="asked for")
    _say()


def pull_all() -> list[str]:
    """One round with every partner; logs that are halted."""
    halted: list[str] = []
    for partner in Partner.objects.exclude(confirmed_at=None).order_by("prefix"):
        halted += pull_now(partner).halted
    _say()
    return halted


def shown() -> dict[str, Any]:
    """What a person sees here."""
    return {
        "projects": sorted(Project.objects.values_list("title", flat=True)),
        "samples": sorted(Sample.objects.values_list("title", flat=True)),
        "notes": sorted(Note.objects.values_list("text", flat=True)),
        "transfers": Transfer.objects.count(), "measurements": Measurement.objects.count(),
        "words": sorted(ProjectSharing.objects.values_list("partnership", "home")),
    }  # fmt: skip


def found(question: str) -> list[str]:
    """Titles of samples that the search finds."""
    return sorted(one.title for one in search(me(), question).samples)


def with_whom(record: str) -> list[str]:
    """The partners to whom this node shares a record of its own."""
    return sorted(standing_of(me(), record).partners)


def answered(record: str) -> list[str]:
    """The partners that say they have erased it."""
    return sorted(acknowledged(record))


def asks(address: str, path: str) -> str:
    """The problem with which a partner's node answers a signed request, or its status."""
    from jointlab.errors import Fault

    link = Link(address, private_allowed=True, key=house_key(), keyid=own_keyid())
    try:
        return str(link.get(path).status)
    except Fault as fault:
        return fault.code
    finally:
        link.close()


def sizes() -> dict[str, int]:
    """Every log here but the house log."""
    return dict(Log.objects.exclude(kind=Log.Kind.HOUSE).values_list("name", "size"))


def folder() -> str:
    """Where everything of this node lies."""
    return str(settings.NODE.folder)


def _say() -> None:
    for log in shared_logs():
        if log.state == Log.State.OPEN:
            sharing_round(log.partnership)
    sign_logs()
