"""No page of the list is sorted in memory: every order and filter follows an index (research: a sort costs 200 times)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jointlab.laboratory.models import Analysis, File, Measurement, Project, Result, Sample, Tag, Term
from jointlab.laboratory.operations import projects
from jointlab.laboratory.operations.projects import ProjectDraft
from jointlab.laboratory.queries.samples import SampleFilter, page_of_samples
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person

START = datetime(2026, 1, 1, tzinfo=UTC)
pytestmark = [
    pytest.mark.skipif(connection.vendor != "sqlite", reason="plans are those of SQLite"),
    pytest.mark.damages,
]


@pytest.fixture
def many(actor: Actor, researcher: Person, partner: Person) -> Project:
    """3,000 samples in ten projects, with tags, figures and words."""
    made = [
        projects.add(actor, ProjectDraft(f"Project {n}", members=(partner.id,) if n == 0 else ())) for n in range(10)
    ]
    samples = [
        Sample(
            id=f"kz:{n:06}", rev=1, code=f"KZ-26-{n:06}", title=f"film {n}", form=Sample.Form.values[n % 7], project=made[n % 10],
            institution_id="kz", created_at=START + timedelta(minutes=n), created_by=researcher,
        )
        for n in range(3000)
    ]  # fmt: skip
    Sample.objects.bulk_create(samples)
    Tag.objects.bulk_create(
        [Tag(sample=s, word=f"tag{n % 40}", created_at=s.created_at) for n, s in enumerate(samples)]
    )
    Term.objects.bulk_create(
        [Term(kind="sample", term=term, target=s.id) for s in samples for term in ("film", s.code.lower())]
    )
    file = File.objects.create(
        id="kz:f", sha256="0" * 64, name="f", size=1, source="page", received_at=START, received_by=researcher
    )
    measured = [
        Measurement(
            id=f"kz:m{n:06}", rev=1, code=f"KZ-M-{n:06}", file=file, sample=s, project=s.project, technique="gas_adsorption",
            format="x", measured_on=START.date(), recorded_at=START, recorded_by=researcher,
        )
        for n, s in enumerate(samples)
    ]  # fmt: skip
    Measurement.objects.bulk_create(measured)
    analyses = [Analysis(id=m.id, measurement=m, number=1, at=START, by=researcher) for m in measured]
    Analysis.objects.bulk_create(analyses)
    Result.objects.bulk_create(
        Result(analysis=a, measurement=m, sample=m.sample, order=0, quantity="bet_area", value=float(n % 700), value_text="1", unit="m^2/g")
        for n, (a, m) in enumerate(zip(analyses, measured, strict=True))
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return made[0]


def _plans(actor: Actor, wanted: SampleFilter) -> list[str]:
    """How SQLite reads the rows of one page, and of the page behind it."""
    found = []
    for cursor in ("", page_of_samples(actor, wanted).after):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page_of_samples(actor, SampleFilter(**{**vars(wanted), "after": cursor}))
        rows = [
            q["sql"]
            for q in captured
            if re.search(r'FROM "laboratory_(sample|tag|result)".*ORDER BY.*LIMIT 51', q["sql"])
        ]
        assert len(rows) == 1, "one query reads the page"
        with connection.cursor() as asking:
            asking.execute(f"EXPLAIN QUERY PLAN {rows[0]}")
            found.append("\n".join(str(row[3]) for row in asking.fetchall()))
    return found


@pytest.mark.parametrize(
    "wanted",
    [
        SampleFilter(),
        SampleFilter(sort="date"),
        SampleFilter(sort="code"),
        SampleFilter(sort="-code"),
        SampleFilter(sort="-bet_area"),
        SampleFilter(sort="bet_area"),
        SampleFilter(project="project-0"),
        SampleFilter(form="film"),
        SampleFilter(tag="tag7"),
        SampleFilter(tag="tag7", sort="-bet_area"),
        SampleFilter(text="film"),
        SampleFilter(since="2026-01-02"),
        SampleFilter(project="project-0", form="film", since="2026-01-01"),
    ],
    ids=str,
)
def test_no_page_is_sorted_in_memory(many: Project, actor: Actor, wanted: SampleFilter) -> None:
    for plan in _plans(actor, wanted):
        assert "TEMP B-TREE" not in plan, plan


@pytest.mark.parametrize(
    "wanted",
    [
        SampleFilter(),
        SampleFilter(sort="date"),
        SampleFilter(form="film"),
        SampleFilter(tag="tag7"),
        SampleFilter(text="film"),
    ],
    ids=str,
)
def test_no_page_of_a_partner_is_sorted_in_memory(many: Project, partner: Person, wanted: SampleFilter) -> None:
    """By date; by code or figure the few samples of the partner's own project may be sorted."""
    for plan in _plans(actor_of(partner, home="kz"), wanted):
        assert "TEMP B-TREE" not in plan, plan


def test_a_sample_stands_once_with_its_highest_figure(many: Project, actor: Actor) -> None:
    page = page_of_samples(actor, SampleFilter(sort="-bet_area"))
    values = [row.result.value for row in page.rows if row.result]
    assert values == sorted(values, reverse=True)
    assert values[0] == 699.0
    assert len({row.sample.pk for row in page.rows}) == len(page.rows) == 50
