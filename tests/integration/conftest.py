"""A node in an empty database, with three persons: own side, partner, stranger (nobody signed in)."""

import shutil
from collections.abc import Iterator

import pytest
from django.test import Client

from jointlab.history.fsck import fsck
from jointlab.node.creation import fill
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.people.operations import add_institution, add_person, open_account
from jointlab.people.records import InstitutionRecord, PersonRecord
from tests.node_folder import NODE

PASSWORD = "correct horse battery staple"


@pytest.fixture
def node(db: None, settings: object, request: pytest.FixtureRequest) -> Iterator[None]:
    """An empty node of Almaty that knows Nanjing. Whatever a test did to it: log, rows and files are proved afterwards."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    shutil.rmtree(NODE.folder / "blobs", ignore_errors=True)  # files of the test before, which no row names now
    (NODE.folder / "blobs").mkdir()
    fill(NODE)
    add_institution(
        InstitutionRecord(
            "nj", {"en": "Nanjing University of Science and Technology"}, {"en": "Nanjing"}, "n", "Asia/Shanghai", "CN"
        )
    )
    yield
    if request.node.get_closest_marker("damages") is None:
        report = fsck()
        assert report.clean, report.findings


def _person(name: str, institution: str, role: str) -> Person:
    person = add_person(PersonRecord(name, institution, role))
    open_account(person, login=name.split()[-1], password=PASSWORD)
    return person


@pytest.fixture
def researcher(node: None) -> Person:
    """Of our own side."""
    return _person("A. Serikov", "kz", "researcher")


@pytest.fixture
def administrator(node: None) -> Person:
    """Of our own side."""
    return _person("D. Omarova", "kz", "administrator")


@pytest.fixture
def partner(node: None) -> Person:
    """A researcher of the partner, in none of our projects."""
    return _person("Wang Lei", "nj", "researcher")


@pytest.fixture
def actor(researcher: Person) -> Actor:
    """The researcher at work."""
    return actor_of(researcher, home="kz")


def signed_in(person: Person) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(person.account)
    return client
