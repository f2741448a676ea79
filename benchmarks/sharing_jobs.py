"""In a child: a node with many records under a signed agreement; says how long one look at all of them took, as JSON."""

import json
import random
import shutil
import sys
import time
from datetime import timedelta
from pathlib import Path

from benchmarks.page_jobs import BATCH, START, new_node

PARTNERSHIP = "kz+nj"
PROJECTS = 50


def fill(folder: Path, count: int) -> None:
    """Four in ten are samples, as many measurements, the rest notes; in the rows that the projections write."""
    from django.core.management import call_command
    from django.db import connection

    from jointlab.laboratory import models
    from jointlab.node.creation import fill as fill_node
    from jointlab.people.actors import actor_of
    from jointlab.people.operations import add_institution, add_person
    from jointlab.people.records import InstitutionRecord, PersonRecord
    from tests.integration.agreeing import in_force
    from tests.integration.partner import Partner

    call_command("migrate", verbosity=0)
    fill_node(new_node(folder))
    add_institution(InstitutionRecord("nj", {"en": "Nanjing"}, {"en": "Nanjing"}, "n", "Asia/Shanghai", "CN"))
    ours, theirs = (add_person(PersonRecord(f"{one}. Bench", one, "administrator")) for one in ("kz", "nj"))
    in_force(actor_of(ours, home="kz"), actor_of(theirs, home="kz"), template="laboratory")
    Partner().pair()
    kinds = models.Project.Kind.values
    projects = [
        models.Project(id=f"kz:p{n}", rev=1, slug=f"p{n}", title=f"P{n}", kind=kinds[n % len(kinds)], institution_id="kz",
                       created_at=START, created_by=ours)
        for n in range(PROJECTS)
    ]  # fmt: skip
    models.Project.objects.bulk_create(projects)
    chance = random.Random(3)
    step = BATCH // 10
    for first in range(0, count // 10, step):
        _batch(range(first, min(first + step, count // 10)), projects, ours, chance)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _batch(tens: range, projects: list, person, chance: random.Random) -> None:
    """Ten records a number."""
    from jointlab.laboratory.models import Analysis, File, Measurement, Note, Sample

    samples, files, measured, analyses, notes = [], [], [], [], []
    for ten in tens:
        for n in range(ten * 4, ten * 4 + 4):
            at = START + timedelta(minutes=n % 1_000_000)
            sample = Sample(
                id=f"kz:s{n:08}", rev=1, code=f"S{n}", title="x", project=chance.choice(projects), institution_id="kz",
                created_at=at, created_by=person,
            )  # fmt: skip
            file = File(
                id=f"kz:f{n:08}", home="kz", sha256=f"{n:064x}", name="x", size=1, source="page", received_at=at,
                received_by=person,
            )  # fmt: skip
            made = Measurement(
                id=f"kz:m{n:08}", rev=1, code=f"M{n}", file=file, sample=sample, project=sample.project, technique="xrd", format="x",
                measured_on=START.date(), recorded_at=at, recorded_by=person,
            )  # fmt: skip
            samples.append(sample)
            files.append(file)
            measured.append(made)
            analyses.append(Analysis(id=made.id, measurement=made, number=1, at=at, by=person))
        notes += [
            Note(id=f"kz:n{n:08}", rev=1, sample=samples[-1], text="x", at=START, by=person) for n in range(ten * 2, ten * 2 + 2)
        ]  # fmt: skip
    for model, rows in ((Sample, samples), (File, files), (Measurement, measured), (Analysis, analyses), (Note, notes)):
        model._default_manager.bulk_create(rows)


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    from jointlab.node.creation import make_folder, set_up_django

    done = folder / "filled"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        make_folder(new_node(folder))
    set_up_django(folder)
    if not done.exists():
        fill(folder, count)
        done.touch()
    from jointlab.laboratory.queries.by_clause import clauses_rule

    start = time.perf_counter()
    found = clauses_rule(PARTNERSHIP)
    print(json.dumps({"seconds": time.perf_counter() - start, "due": len(found.due), "ended": len(found.ended)}))


if __name__ == "__main__":
    main()
