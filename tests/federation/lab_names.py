"""For drivers: a laboratory's own records (persons, samples, notes, files), and its pages."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client

from jointlab.federation.links import link_state  # noqa: F401
from jointlab.history import operations
from jointlab.history.blobs import store
from jointlab.history.erasure import erase
from jointlab.history.identifiers import home, new_id
from jointlab.history.logs import partnership_of
from jointlab.history.sharing import share
from jointlab.history.signing import sign_logs
from jointlab.laboratory.models import File, Note, Sample, Term  # noqa: F401
from jointlab.laboratory.operations import notes, samples
from jointlab.laboratory.records import FileRecord
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.people.operations import add_person, open_account
from jointlab.people.records import PersonRecord

PARTNERSHIP = partnership_of("cn", "kz")


def administrator() -> Person:
    """Of this node; made when there is none."""
    found = Person.objects.filter(role="administrator", institution=home()).first()
    if found is None:
        found = add_person(PersonRecord(f"Administrator of {home()}", home(), "administrator"))
        open_account(found, login="admin", password="correct horse battery staple")
    return found


def worker() -> Actor:
    """The administrator at work."""
    return actor_of(administrator(), home=home())


def sample(title: str, *, words: str = "", file: bytes = b"") -> dict[str, str]:
    """A sample with a note and a file of the note, shared and signed."""
    made = samples.add(worker(), samples.SampleDraft(title=title, synthesis=words))
    given = [notes.NewFile("protocol.txt", [file])] if file else []
    note = notes.add(worker(), sample=made, text=words or "A note", files=given)
    share(PARTNERSHIP, [made.id, note.id])
    sign_logs()
    return {"sample": made.id, "note": note.id, "code": made.code}


def file_named(name: str, data: bytes) -> str:
    """A file with a name that no page of ours would let through, shared and signed; its record."""
    stored = store().put([data], limit=1 << 20)
    with transaction.atomic():
        operations.note_blob(sha256=stored.sha256, size=stored.size)
        body = FileRecord(stored.sha256, name, stored.size, "page", administrator().id)
        record = operations.write(type="file/1", id=new_id(), body=body, expected_rev=0).id
        share(PARTNERSHIP, [record])
    sign_logs()
    return record


def erased(*records: str) -> None:
    """As a person asked for; signed."""
    for record in records:
        erase(id=record, by=administrator().id, why="asked for")
    sign_logs()


def page(path: str) -> str:
    """What the administrator sees there."""
    client = Client(HTTP_HOST="127.0.0.1")
    administrator()
    client.force_login(get_user_model().objects.get(login="admin"))
    answer: Any = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return bytes(data).decode(errors="replace")
