"""sample/1 becomes rows: the sample, its tags, its parents, its words."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from jointlab.history.registry import Kept, Recorded, RecordType, to_plain
from jointlab.laboratory.models import Measurement, Parent, Project, Sample, Tag, Term
from jointlab.laboratory.projections.codes import free_code, free_codes, here, note_code
from jointlab.laboratory.projections.terms import index, index_new
from jointlab.laboratory.records import SampleRecord
from jointlab.people.queries import colleague_of, institution_records

_BATCH = 500  # rows of one statement


def _values(recorded: Recorded, body: SampleRecord, code: str) -> dict[str, Any]:
    return {
        "rev": recorded.rev, "code": code, "title": body.title, "composition": body.composition, "form": body.form,
        "project_id": body.project or None, "institution_id": body.institution,
        "made_on": date.fromisoformat(body.made_on) if body.made_on else None, "made_by_id": body.made_by or None,
        "synthesis": body.synthesis, "steps": to_plain(body)["steps"], "amount": body.amount,
        "hazards": list(body.hazards), "archived": body.archived,
    }  # fmt: skip


def _new_samples(written: Sequence[tuple[Recorded, SampleRecord]]) -> None:
    """Many new samples at once, as they come from a partner: the rows that `apply_sample` makes one by one."""
    codes = free_codes(Sample, [(one, body.code) for one, body in written])
    samples = [
        Sample(id=one.id, **_values(one, body, codes[one.id]), created_at=one.at, created_by_id=body.by) for one, body in written
    ]  # fmt: skip
    Sample.objects.bulk_create(samples, batch_size=_BATCH)
    tags = [Tag(sample_id=one.id, word=word, created_at=one.at) for one, body in written for word in body.tags]
    Tag.objects.bulk_create(tags, batch_size=_BATCH)
    parents = [
        Parent(child_id=one.id, parent_id=origin.parent, how=origin.how, amount=origin.amount)
        for one, body in written
        for origin in body.parents
    ]
    Parent.objects.bulk_create(parents, batch_size=_BATCH)
    for one, body in written:
        note_code(one, body.code)
    index_new(kind=Term.Kind.SAMPLE, texts={one.id: _words(body) for one, body in written})


def apply_sample(recorded: Recorded, body: SampleRecord) -> None:
    """One revision of a sample."""
    values = _values(recorded, body, free_code(Sample, recorded, body.code))
    created = {"created_at": recorded.at, "created_by_id": body.by}
    sample, _ = Sample.objects.update_or_create(id=recorded.id, defaults=values, create_defaults={**values, **created})
    _write_tags(sample, body)
    _write_parents(sample, body)
    Measurement.objects.filter(sample=sample).update(project=sample.project_id)
    note_code(recorded, body.code)
    index(kind=Term.Kind.SAMPLE, target=sample.id, texts=_words(body))


def _write_tags(sample: Sample, body: SampleRecord) -> None:
    there = set(sample.tags.values_list("word", flat=True))
    sample.tags.exclude(word__in=body.tags).delete()
    Tag.objects.bulk_create(
        [Tag(sample=sample, word=word, created_at=sample.created_at) for word in body.tags if word not in there]
    )


def _write_parents(sample: Sample, body: SampleRecord) -> None:
    Parent.objects.filter(child=sample).delete()
    Parent.objects.bulk_create(
        [Parent(child=sample, parent_id=origin.parent, how=origin.how, amount=origin.amount) for origin in body.parents]
    )


def _words(body: SampleRecord) -> list[str]:
    steps = [text for step in body.steps for text in (step.what, step.atmosphere)]
    return [body.code, body.title, body.composition, *body.tags, body.synthesis, *steps]


def _keeps(sample: str) -> Kept:
    row = Sample.objects.get(id=sample)
    return {
        "code": row.code, "form": row.form, "project": row.project_id or "", "institution": row.institution_id,
        "at": row.created_at.isoformat(), "by": row.created_by_id,
    }  # fmt: skip


def _erase(recorded: Recorded, kept: Kept) -> None:
    """The words of an erased sample are gone; its row is what other records hang on."""
    Term.objects.filter(target=recorded.id).delete()
    Tag.objects.filter(sample=recorded.id).delete()
    Parent.objects.filter(child=recorded.id).delete()
    values = {
        "rev": recorded.rev, "code": free_code(Sample, recorded, kept["code"]), "form": kept["form"], "project_id": here(Project, kept["project"]),
        "institution_id": kept["institution"], "title": "", "composition": "", "made_on": None, "made_by_id": None,
        "synthesis": "", "steps": [], "amount": "", "hazards": [], "archived": True,
        "created_at": datetime.fromisoformat(kept["at"]), "created_by_id": kept["by"],
    }  # fmt: skip
    Sample.objects.update_or_create(id=recorded.id, defaults=values)
    note_code(recorded, kept["code"])


def _needs(body: SampleRecord) -> Iterable[str]:
    """Not its parents, which may belong to something that is not shared."""
    persons = dict.fromkeys(colleague_of(person) for person in (body.by, body.made_by) if person)
    return (*filter(None, (body.project,)), *persons, *institution_records(body.institution))


TYPES = (
    RecordType(
        "sample/1", SampleRecord, apply_sample, erase=_erase, keeps=_keeps, needs=_needs, apply_new=_new_samples
    ),
)
