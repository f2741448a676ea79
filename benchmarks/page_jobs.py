"""In a child: fills a node once, then asks for pages as a signed-in person and says how long each took, as JSON."""

import json
import random
import shutil
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

BATCH = 5000
START = datetime(2025, 1, 1, tzinfo=UTC)
WORDS = [
    "LiFePO4",
    "TiO2",
    "graphene",
    "плёнка",
    "катод",
    "анод",
    "порошок",
    "石墨烯",
    "复合材料",
    "sol-gel",
    "doped",
    "annealed",
    "reduced",
    "layered",
    "үлгі",
    "ұнтақ",
]


def fill(folder: Path, count: int) -> None:
    """Rows as the projections write them, in bulk."""
    from django.core.management import call_command
    from django.db import connection, transaction

    from jointlab.laboratory import models
    from jointlab.laboratory.operations import projects
    from jointlab.laboratory.operations.projects import ProjectDraft
    from jointlab.laboratory.terms import terms_of
    from jointlab.node.creation import fill as fill_node
    from jointlab.people.actors import actor_of
    from jointlab.people.operations import add_person, open_account
    from jointlab.people.records import PersonRecord

    call_command("migrate", verbosity=0)
    fill_node(new_node(folder))
    people = [add_person(PersonRecord(f"Person {n}", "kz", "researcher")) for n in range(20)]
    open_account(people[0], login="bench", password="correct horse battery staple")
    actor = actor_of(people[0], home="kz")
    made = [projects.add(actor, ProjectDraft(f"Project {n}", restricted=n % 5 == 0)) for n in range(50)]
    rng = random.Random(1)
    forms = models.Sample.Form.values
    for first in range(0, count, BATCH):
        samples = [
            models.Sample(
                id=f"kz:01900000-0000-7000-8000-{n:012}", rev=1, code=f"KZ-26-{n:06}", title=" ".join(rng.sample(WORDS, 4)),
                form=forms[n % len(forms)], project=made[rng.randrange(50)], institution_id="kz", amount="620 mg",
                created_at=START + timedelta(minutes=n), created_by=people[n % 20],
            )
            for n in range(first, min(first + BATCH, count))
        ]  # fmt: skip
        with transaction.atomic():
            models.Sample.objects.bulk_create(samples)
            models.Tag.objects.bulk_create(
                models.Tag(sample=s, word=f"tag{rng.randrange(200)}", created_at=s.created_at) for s in samples
            )
            models.Term.objects.bulk_create(
                models.Term(kind="sample", term=term, target=s.id)
                for s in samples
                for term in terms_of([s.code, s.title])
            )
            _measure(samples, people[0], rng)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _measure(samples: list, person: object, rng: random.Random) -> None:
    """One measurement with three figures on every fifth sample; ten on every five-hundredth."""
    from jointlab.laboratory import models

    files, measured, analyses, results = [], [], [], []
    for n, sample in enumerate(samples):
        for k in range(10 if n % 500 == 0 else 1 if n % 5 == 0 else 0):
            key = f"{sample.code}-{k}"
            file = models.File(
                id=f"kz:f{key}",
                sha256=key.rjust(64, "0"),
                name=key,
                size=1,
                source="page",
                received_at=START,
                received_by=person,
            )
            measurement = models.Measurement(
                id=f"kz:m{key}", rev=1, code=f"KZ-M-{key}", file=file, sample=sample, project=sample.project, format="x",
                technique="gas_adsorption", measured_on=START.date(), recorded_at=START, recorded_by=person,
            )  # fmt: skip
            analysis = models.Analysis(id=measurement.id, measurement=measurement, number=1, at=START, by=person)
            files.append(file)
            measured.append(measurement)
            analyses.append(analysis)
            for order, quantity in enumerate(("bet_area", "pore_volume", "crystallite_size")):
                value = rng.uniform(1, 500)
                results.append(models.Result(
                    analysis=analysis, measurement=measurement, sample=sample, order=order, quantity=quantity, value=value,
                    value_text=f"{value:.4g}", unit="m^2/g", headline=True,
                ))  # fmt: skip
    for model, rows in (
        (models.File, files),
        (models.Measurement, measured),
        (models.Analysis, analyses),
        (models.Result, results),
    ):
        model.objects.bulk_create(rows)


def new_node(folder: Path):
    from jointlab.node.creation import NewNode

    names = {"en": "Al-Farabi Kazakh National University"}
    return NewNode(
        folder, "kz", "almaty", "a", "Asia/Almaty", "almaty.example", names, {"en": "Almaty"}, hosts=("testserver",)
    )


def ask(count: int, rounds: int) -> dict[str, dict[str, float]]:
    from django.test import Client

    from jointlab.people.models import Account

    client = Client()
    client.force_login(Account.objects.get(login="bench"))
    rng = random.Random(2)
    after = [_next(client, "/samples")]
    for _ in range(10):
        after.append(_next(client, f"/samples{after[-1]}"))
    measured = range(0, count, BATCH)
    asked = {
        "list page, newest": lambda: "/samples",
        "list page, ten pages on": lambda: f"/samples{after[10]}",
        "list page of one project": lambda: f"/samples?project=project-{rng.randrange(50)}",
        "list page of one tag": lambda: f"/samples?tag=tag{rng.randrange(200)}",
        "list page with words": lambda: f"/samples?text={rng.choice(WORDS)}",
        "list page sorted by a figure": lambda: "/samples?sort=-bet_area",
        "search of the header": lambda: f"/search?q={rng.choice(WORDS)}+{rng.choice(WORDS)[:3]}",
        "sample page": lambda: f"/samples/KZ-26-{rng.randrange(count):06}",
        "sample page with ten measurements": lambda: f"/samples/KZ-26-{rng.choice(measured):06}",
    }
    return {name: _took(client, address, rounds) for name, address in asked.items()}


def _next(client, address: str) -> str:
    import re

    found = re.search(r'rel="next" href="([^"]+)"', client.get(address).content.decode())
    assert found, address
    return found[1].replace("&amp;", "&")


def _took(client, address, rounds: int) -> dict[str, float]:
    wall, cpu = [], []
    for n in range(rounds + 10):
        path = address()
        a, b = time.perf_counter(), time.process_time()
        answer = client.get(path)
        assert answer.content or answer.status_code == 302
        if n >= 10:  # warm
            wall.append(time.perf_counter() - a)
            cpu.append(time.process_time() - b)
        assert answer.status_code in (200, 302), (path, answer.status_code)
    return {"wall": 1e3 * sorted(wall)[int(0.95 * len(wall))], "cpu": 1e3 * sorted(cpu)[int(0.95 * len(cpu))]}


def main() -> None:
    folder, count, rounds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    from jointlab.node.creation import make_folder, set_up_django

    done = folder / "filled"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        make_folder(new_node(folder))
    set_up_django(folder)
    if not done.exists():
        fill(folder, count)
        done.touch()
    print(json.dumps(ask(count, rounds)))


if __name__ == "__main__":
    main()
