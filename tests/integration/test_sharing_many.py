"""The rule for all records at once says of each what the decision for one says: random clauses, random rows."""

import datetime as dt
import random
from typing import Any

import pytest

from jointlab.agreements.events import Life, Signature, Suspension, Termination
from jointlab.history.models import Entry
from jointlab.laboratory.models import Analysis, Device, File, Measurement, Note, Project, ProjectSharing, Sample
from jointlab.laboratory.queries import agreed
from jointlab.laboratory.queries.by_clause import clauses_rule
from jointlab.laboratory.queries.parts import PARTS, Thing
from jointlab.laboratory.queries.ruling import ruled
from jointlab.people.models import Person
from tests.integration.clauses_made import BOTH, EVERYTHING, Agreed, clause_on_sharing, life
from tests.integration.partner import PARTNERSHIP, Partner

pytestmark = [pytest.mark.django_db, pytest.mark.damages]
LOG = "kz+nj/kz"
_SPAN = 900  # days


class Rows:
    """Rows alone, without records: the rule reads nothing else."""

    def __init__(self, chance: random.Random, person: Person) -> None:
        self.chance, self.person, self.number = chance, person, 0
        self.projects = [self._project(n) for n in range(5)]
        self.samples = [self._sample(n) for n in range(14)]
        self.devices: list[Device] = []
        for n in range(14):
            self.devices.append(self._device(n))
        self.measurements = [self._measurement(n) for n in range(20)]
        for n in range(12):
            self._analysis(n)
            self._note(n)
        for table in PARTS:
            for row in table._default_manager.filter(pk__startswith="kz:"):
                if chance.random() < 0.5:
                    self._entry(row.pk)

    def id(self, name: str) -> str:
        """Mostly ours."""
        return f"{self.chance.choice(('kz', 'kz', 'kz', 'nj'))}:{name}"

    def day(self) -> dt.datetime:
        return dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=self.chance.randrange(_SPAN * 86400))

    def _entry(self, record: str) -> None:
        self.number += 1
        Entry.objects.create(log_id=LOG, position=self.number, record=record, type="x/1", entry=b"", source=self.number)

    def _project(self, n: int) -> Project:
        made = Project.objects.create(
            id=f"kz:p{n}", rev=1, slug=f"p{n}", title=f"P{n}", kind=self.chance.choice(Project.Kind.values), institution_id="kz",
            restricted=self.chance.random() < 0.3, patent_hold=self.chance.random() < 0.2, created_at=self.day(), created_by=self.person,
        )  # fmt: skip
        if self.chance.random() < 0.2:
            ProjectSharing.objects.create(
                id=f"nj:s{n}", rev=1, project=made, partnership=PARTNERSHIP, home="nj", agreed=False, hold=True, by=self.person, at=self.day(),
            )  # fmt: skip
        return made

    def _sample(self, n: int) -> Sample:
        return Sample.objects.create(
            id=self.id(f"s{n}"), rev=1, code=f"S{n}", title="x", project=self.chance.choice([*self.projects, None]), institution_id="kz",
            created_at=self.day(), created_by=self.person,
        )  # fmt: skip

    def _device(self, n: int) -> Device:
        of = self.chance.choice([*self.devices, None, None])
        return Device.objects.create(
            id=self.id(f"d{n}"), rev=1, code=f"D{n}", kind="cell", sample=of.sample if of else self.chance.choice(self.samples),
            made_of=of, created_at=self.day(), created_by=self.person,
        )  # fmt: skip

    def _measurement(self, n: int) -> Measurement:
        device = self.chance.choice([*self.devices, *[None] * 10])
        sample = device.sample if device else self.chance.choice(self.samples)
        id = self.id(f"m{n}")
        file = File.objects.create(
            id=f"{id}f", home=id[:2], sha256=f"{n:064x}", name="x", size=1, source="page", received_at=self.day(), received_by=self.person,
        )  # fmt: skip
        made = Measurement.objects.create(
            id=id, rev=1, code=f"M{n}", file=file, sample=sample, device=device, project=sample.project, technique="xrd", format="x",
            measured_on=dt.date(2026, 1, 1), recorded_at=self.day(), recorded_by=self.person,
        )  # fmt: skip
        Analysis.objects.create(id=id, measurement=made, number=1, at=made.recorded_at, by=self.person)
        return made

    def _analysis(self, n: int) -> None:
        of = self.chance.choice(self.measurements)
        Analysis.objects.create(
            id=self.id(f"a{n}"), measurement=of, number=2 + n, at=self.day(), by=self.person, shown=False
        )  # fmt: skip

    def _note(self, n: int) -> None:
        of = self.chance.choice([*self.measurements, None])
        sample = of.sample if of else self.chance.choice(self.samples)
        Note.objects.create(
            id=self.id(f"n{n}"), rev=1, sample=sample, measurement=of, text="x", at=self.day(), by=self.person
        )  # fmt: skip


def _some(chance: random.Random, values: list[str]) -> list[str]:
    return chance.sample(values, chance.randint(1, len(values)))


def _life(chance: random.Random, number: int) -> Life:
    def terms() -> dict[str, Any]:
        found: dict[str, Any] = {
            "data": chance.choice([EVERYTHING, EVERYTHING, _some(chance, EVERYTHING)]), "embargo": chance.choice([0, 0, 1, 6]),
            "after_end": chance.choice(["withheld", "kept"]),
        }  # fmt: skip
        if chance.random() < 0.4:
            found["projects"] = _some(chance, [f"kz:p{n}" for n in range(5)])
        if chance.random() < 0.4:
            found["project_kinds"] = _some(chance, list(Project.Kind.values))
        if chance.random() < 0.4:
            found["since"] = f"2026-{chance.randint(1, 12):02}-01"
        return found

    events: list[Any] = list(BOTH)
    on = dt.date(2027, 1, 1) + dt.timedelta(chance.randint(0, 400))
    if chance.random() < 0.3:
        events.append(Termination(on, on, on))
    if chance.random() < 0.3:
        events.append(Suspension(on, on, clause=chance.choice(("", "4.1"))))
    if chance.random() < 0.1:
        events = [Signature("kz", on, on)]
    texts = [clause_on_sharing(f"4.{one}", **terms()) for one in range(1, 3)]
    zone = chance.choice(("Asia/Almaty", "Asia/Shanghai"))
    return life(*texts, events=tuple(events), agreement=f"kz:agreement-{number}", zone=zone)


@pytest.mark.parametrize("seed", range(12))
def test_many_at_once_are_decided_as_each_alone(
    seed: int, researcher: Person, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    chance, nanjing, now = random.Random(seed), Partner(), Agreed(monkeypatch)
    nanjing.pair()
    Rows(chance, researcher)
    now.lives = tuple(_life(chance, number) for number in range(chance.randint(1, 3)))
    now.at = dt.datetime(2027, 1, 1, tzinfo=dt.UTC) + dt.timedelta(chance.randint(0, _SPAN))
    said, rule = clauses_rule(PARTNERSHIP), agreed.rule_of(PARTNERSHIP)
    for table in PARTS:
        for row in table._default_manager.filter(pk__startswith="kz:").order_by("pk"):
            assert isinstance(row, Thing)
            if isinstance(row, Analysis) and row.number == 1:
                continue
            alone = ruled(row, PARTNERSHIP, rule).ruling
            there = Entry.objects.filter(log=LOG, record=row.pk).exists()
            is_said = (row.pk in said.due, row.pk in said.ended, row.pk in said.held)
            ends = there and alone.keeps is None
            assert is_said == (not there and alone.allowed, ends, there and not ends and not alone.allowed), row.pk
