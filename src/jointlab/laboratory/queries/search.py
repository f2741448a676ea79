"""One question over everything that has words: samples, measurements, persons, projects."""

from collections.abc import Iterable, Sized
from dataclasses import dataclass

from jointlab.laboratory.models import Device, Measurement, Project, Sample, Term
from jointlab.laboratory.queries.findings import matching
from jointlab.laboratory.queries.visibility import (
    visible_devices,
    visible_measurements,
    visible_persons,
    visible_projects,
    visible_samples,
)
from jointlab.laboratory.terms import Asked, asked, terms_of
from jointlab.people.actors import Actor
from jointlab.people.models import Person

MOST = 20  # of each kind; the lists have all


@dataclass(frozen=True)
class Found:
    """What holds every word of the question; `more` names the kinds that have more than is shown."""

    samples: tuple[Sample, ...] = ()
    devices: tuple[Device, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    persons: tuple[Person, ...] = ()
    projects: tuple[Project, ...] = ()
    more: frozenset[str] = frozenset()

    @property
    def nothing(self) -> bool:
        """Whether nothing was found at all."""
        return not (self.samples or self.devices or self.measurements or self.persons or self.projects)


def search(actor: Actor, question: str) -> Found:
    """The newest of each kind first. The last word may be the beginning of one."""
    words = asked(question)
    if not words:
        return Found()
    samples = list(
        matching(visible_samples(actor), kind=Term.Kind.SAMPLE, question=question)
        .select_related("project", "institution")
        .order_by("-created_at", "-id")[: MOST + 1]
    )
    measurements = list(
        matching(visible_measurements(actor).filter(withdrawn=False), kind=Term.Kind.MEASUREMENT, question=question)
        .select_related("sample", "recorded_by")
        .order_by("-recorded_at", "-id")[: MOST + 1]
    )
    devices = visible_devices(actor).select_related("sample").filter(code__in=_codes(question))
    persons = [person for person in visible_persons(actor) if _holds(words, (person.name, *person.names.values()))]
    projects = [one for one in visible_projects(actor) if _holds(words, (one.title, one.slug, one.summary))]
    kinds: dict[str, Sized] = {
        "samples": samples,
        "measurements": measurements,
        "persons": persons,
        "projects": projects,
    }
    return Found(
        samples=tuple(samples[:MOST]), measurements=tuple(measurements[:MOST]), devices=tuple(devices),
        persons=tuple(persons[:MOST]), projects=tuple(projects[:MOST]),
        more=frozenset(kind for kind, rows in kinds.items() if len(rows) > MOST),
    )  # fmt: skip


def the_one(actor: Actor, question: str) -> "Sample | Device | Measurement | None":
    """What has exactly this code, as a label's code was typed or scanned."""
    for rows in (visible_samples(actor), visible_devices(actor), visible_measurements(actor)):
        found = rows.filter(code__in=_codes(question)).first()
        if found is not None:
            return found
    return None


def _codes(question: str) -> list[str]:
    code = question.strip()[:60]
    return sorted({code, code.upper()})


def _holds(words: tuple[Asked, ...], texts: Iterable[str]) -> bool:
    """As the stored terms are asked, over a few texts in hand: persons and projects are hundreds, not millions."""
    terms = terms_of(texts)
    return all(
        any(term.startswith(word.term) for term in terms) if word.beginning else word.term in terms for word in words
    )
