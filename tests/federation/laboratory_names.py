"""For drivers: a person, a shared project, a sample and a note with a file, by the laboratory's own operations."""

from jointlab.federation.blobs import wanting  # noqa: F401
from jointlab.federation.blobs.settings import choose  # noqa: F401
from jointlab.history.identifiers import home
from jointlab.history.sharing import sharing_round
from jointlab.history.signing import sign_logs
from jointlab.laboratory.models import Attachment, Measurement, Project  # noqa: F401
from jointlab.laboratory.operations import notes, projects, samples, sharing
from jointlab.laboratory.operations.notes import NewFile
from jointlab.laboratory.queries.sharing import sharing_of_project
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.people.operations import add_person
from jointlab.people.records import PersonRecord

PARTNERSHIP = "cn+kz"


def actor() -> Actor:
    """An administrator of this node."""
    found = Person.objects.filter(role="administrator", institution=home()).first()
    return actor_of(found or add_person(PersonRecord("Admin", home(), "administrator")), home=home())


def project(title: str) -> str:
    """A new project that this side shares; its record."""
    made = projects.add(actor(), projects.ProjectDraft(title=title))
    agree(made.id)
    return made.id


def agree(id: str) -> str:
    """This side shares the project; its short name here."""
    found = Project.objects.get(id=id)
    sharing.agree(actor(), project=found, partnership=PARTNERSHIP)
    signed()
    return found.slug


def noted(project: str, *files: bytes) -> list[str]:
    """A sample of the project, and a note with files; the SHA-256 of each file."""
    sample = samples.add(actor(), samples.SampleDraft(title="Anatase", project=project))
    note = notes.add(
        actor(), sample=sample, text="Raw.", files=[NewFile(f"{n}.bin", [data]) for n, data in enumerate(files)]
    )
    signed()
    return list(Attachment.objects.filter(note=note).order_by("size").values_list("sha256", flat=True))


def sharing_state(project: str) -> str:
    """How the sharing of a project stands."""
    (one,) = sharing_of_project(actor(), project=Project.objects.get(id=project))
    return str(one.state)


def signed() -> None:
    """What is due is shared and signed."""
    sharing_round(PARTNERSHIP)
    sign_logs()
