"""Every change of samples."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from jointlab.errors import BadInput, NotFound
from jointlab.history.identifiers import new_id
from jointlab.history.operations import write
from jointlab.laboratory.amounts import read_amount
from jointlab.laboratory.formulae import read_formula
from jointlab.laboratory.models import Parent, Sample
from jointlab.laboratory.operations.codes import check_code, next_code, taken
from jointlab.laboratory.queries.custody import at_home_of, custody_of
from jointlab.laboratory.queries.lineage import descendants_of
from jointlab.laboratory.queries.visibility import visible_persons, visible_projects, visible_samples
from jointlab.laboratory.records import Origin, SampleRecord, Step
from jointlab.laboratory.terms import folded
from jointlab.people.actors import Actor, Right
from jointlab.web.typed import clean_line, clean_text

HAZARDS = tuple(f"GHS0{n}" for n in range(1, 10))
MOST_STEPS, MOST_TAGS, MOST_PARENTS, MOST_PARTS = 100, 30, 50, 50

Value = TypeVar("Value")


@dataclass(frozen=True)
class SampleDraft:
    """What a form or the API gives, as typed."""

    title: str
    composition: str = ""
    form: str = Sample.Form.POWDER
    project: str = ""  # the project's record
    made_on: str = ""  # ISO date
    made_by: str = ""  # the person's record
    synthesis: str = ""
    steps: tuple[Step, ...] = ()
    amount: str = ""
    hazards: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    parents: tuple[Origin, ...] = ()
    code: str = ""  # "": the next one by the institution's pattern


@dataclass(frozen=True)
class Part:
    """One part split off a sample; an empty title stands for the sample's own."""

    amount: str
    title: str = ""


@transaction.atomic
def add(actor: Actor, draft: SampleDraft) -> Sample:
    """A new sample. Raises BadInput (see `faults_of`), Conflict ``sample.code-taken``."""
    actor.require(Right.WRITE)
    record = checked(actor, draft, sample=None)
    code = check_code(draft.code) if draft.code else next_code()
    if Sample.objects.filter(code=code).exists():
        raise taken(code)
    recorded = write(type="sample/1", id=new_id(), body=replace(record, code=code), expected_rev=0)
    return Sample.objects.get(id=recorded.id)


@transaction.atomic
def change(actor: Actor, *, sample: Sample, draft: SampleDraft, expected_rev: int) -> Sample:
    """Change a sample; its code, which stands on labels, stays. Raises also Conflict ``history.stale``."""
    _require(actor, sample)
    record = replace(checked(actor, draft, sample=sample), code=sample.code, archived=sample.archived)
    write(type="sample/1", id=sample.id, body=record, expected_rev=expected_rev)
    return Sample.objects.get(id=sample.id)


@transaction.atomic
def split(actor: Actor, *, sample: Sample, parts: Iterable[Part]) -> tuple[Sample, ...]:
    """Parts of a sample, each a sample with its own code. Raises BadInput ``sample.split*``."""
    _require(actor, sample)
    wanted = tuple(parts)
    if not 0 < len(wanted) <= MOST_PARTS:
        raise BadInput("sample.split", "A sample is split into 1 to {most} parts.", field="parts", most=MOST_PARTS)
    _check_parts(sample, wanted)
    whole = draft_of(sample)
    return tuple(
        add(
            actor,
            replace(
                whole, code="", title=part.title or whole.title, amount=part.amount,
                parents=(Origin(sample.id, Parent.How.SPLIT, _amount(part.amount)),),
            ),
        )
        for part in wanted
    )  # fmt: skip


@transaction.atomic
def archive(actor: Actor, *, sample: Sample, archived: bool = True, expected_rev: int | None = None) -> Sample:
    """Take a sample out of the lists, or put it back; nothing is lost."""
    _require(actor, sample)
    record = replace(record_of(sample), by=actor.person, archived=archived)
    write(type="sample/1", id=sample.id, body=record, expected_rev=expected_rev)
    return Sample.objects.get(id=sample.id)


def faults_of(actor: Actor, draft: SampleDraft, *, sample: Sample | None = None) -> tuple[BadInput, ...]:
    """Everything that is wrong with a draft, each with its field among the facts; nothing is changed."""
    return _check(actor, draft, sample).faults


def record_of(sample: Sample) -> SampleRecord:
    """The record that the row was made of; `by` is left out, as it belongs to the revision."""
    draft = draft_of(sample)
    kept = {name: getattr(draft, name) for name in SampleDraft.__dataclass_fields__}
    return SampleRecord(**kept, institution=sample.institution_id, by="", archived=sample.archived)


def draft_of(sample: Sample) -> SampleDraft:
    """A sample as it would be typed again."""
    origins = sample.parents.order_by("parent_id").values_list("parent_id", "how", "amount")
    return SampleDraft(
        title=sample.title, composition=sample.composition, form=sample.form, project=sample.project_id or "",
        made_on=sample.made_on.isoformat() if sample.made_on else "", made_by=sample.made_by_id or "",
        synthesis=sample.synthesis, steps=tuple(Step(**step) for step in sample.steps), amount=sample.amount,
        hazards=tuple(sample.hazards), tags=tuple(sorted(sample.tags.values_list("word", flat=True))),
        parents=tuple(Origin(*origin) for origin in origins), code=sample.code,
    )  # fmt: skip


def origins_kept(actor: Actor, sample: Sample) -> tuple[Origin, ...]:
    """Parents that are not typed again: the sample that this one was split from, and those that this person may not see."""
    kept = sample.parents.exclude(parent__in=visible_samples(actor), how=Parent.How.MADE_FROM)
    return tuple(Origin(*row) for row in kept.values_list("parent_id", "how", "amount"))


def _require(actor: Actor, sample: Sample) -> None:
    """May see it (else there is none), may write."""
    if not visible_samples(actor).filter(pk=sample.pk).exists():
        raise NotFound("sample.none", "There is no sample {code}.", code=sample.code)
    actor.require(Right.WRITE)


@dataclass
class _Check:
    """A record in the making and what is wrong with it."""

    values: dict[str, object] = field(default_factory=dict)
    found: list[BadInput] = field(default_factory=list)

    def take(self, name: str, read: Callable[[], object]) -> None:
        """One field; a fault is kept and the others are still read."""
        try:
            self.values[name] = read()
        except BadInput as fault:
            self.found.append(fault)

    @property
    def faults(self) -> tuple[BadInput, ...]:
        """In the order of the fields."""
        return tuple(self.found)


def checked(actor: Actor, draft: SampleDraft, *, sample: Sample | None) -> SampleRecord:
    """The record that a draft would become; raises the first of its faults."""
    check = _check(actor, draft, sample)
    for fault in check.faults:
        raise fault
    institution = sample.institution_id if sample else actor.home
    return SampleRecord(code=draft.code, institution=institution, by=actor.person, **check.values)  # type: ignore[arg-type]


def _check(actor: Actor, draft: SampleDraft, sample: Sample | None) -> _Check:
    check = _Check()
    if draft.code and sample is None:
        check.take("code", lambda: check_code(draft.code))
        check.values.pop("code", None)
    check.take("title", lambda: clean_line(draft.title, field="title", most=200))
    check.take("composition", lambda: _composition(draft.composition))
    check.take("form", lambda: _one_of(draft.form, Sample.Form.values, field="form"))
    check.take("project", lambda: _project(actor, draft.project))
    check.take("made_on", lambda: day_of(draft.made_on))
    check.take("made_by", lambda: _person(actor, draft.made_by))
    check.take("synthesis", lambda: clean_text(draft.synthesis, field="synthesis"))
    check.take("steps", lambda: _steps(draft.steps))
    check.take("amount", lambda: _amount_of(draft.amount, sample))
    check.take("hazards", lambda: _hazards(draft.hazards))
    check.take("tags", lambda: _tags(draft.tags))
    check.take("parents", lambda: _parents(actor, draft.parents, sample))
    return check


def _composition(text: str) -> str:
    line = clean_line(text, field="composition", empty=True, most=200)
    read_formula(line)
    return line


def _one_of(value: str, known: Iterable[str], *, field: str) -> str:
    if value not in known:
        raise BadInput(
            "sample.choice", "“{value}” is not one of: {known}.", field=field, value=value[:40], known=", ".join(known)
        )
    return value


def _project(actor: Actor, project: str) -> str:
    if not project and not actor.own_side:
        raise BadInput("sample.project", "Choose one of the projects that you are a member of.", field="project")
    if project and not visible_projects(actor).filter(pk=project).exists():
        raise BadInput("sample.project", "There is no such project.", field="project")
    return project


def _person(actor: Actor, person: str) -> str:
    if person and not visible_persons(actor).filter(pk=person).exists():
        raise BadInput("sample.person", "There is no such person.", field="made_by")
    return person


def day_of(text: str, *, field: str = "made_on") -> str:
    """An ISO date that is not in the future, or nothing. Raises BadInput ``sample.day``."""
    if not text:
        return ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            "sample.day", "“{text}” is no day. Write it as 2026-09-02.", field=field, text=text[:40]
        ) from None
    if day > timezone.localdate() + timedelta(days=1) or day.year < 1900:  # elsewhere it may be tomorrow already
        raise BadInput("sample.day", "{text} lies in the future, or too far back.", field=field, text=text)
    return day.isoformat()


def _amount(text: str) -> str:
    amount = read_amount(text)
    return str(amount) if amount else ""


def _amount_of(text: str, sample: Sample | None) -> str:
    """Of a sample that was sent: not less than what is elsewhere, and in a unit to compare with."""
    amount = read_amount(text)
    custody = custody_of(sample) if sample else None
    if custody and custody.gone and custody.at_home is not None and sample:
        before = read_amount(sample.amount)
        assert before is not None, "what is at home is known only of a stated amount"
        given_away = before.in_unit(custody.unit) - custody.at_home  # to others by splitting, and to partners
        if amount is None or not amount.fits(custody.unit) or amount.in_unit(custody.unit) < given_away:
            raise BadInput(
                "sample.amount-gone", "{gone} of it was split off or sent already; the amount cannot be less than that.",
                field="amount", gone=custody.amount(given_away),
            )  # fmt: skip
    return str(amount) if amount else ""


def _steps(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    if len(steps) > MOST_STEPS:
        raise BadInput(
            "sample.steps", "At most {most} steps; these are {n}.", field="steps", most=MOST_STEPS, n=len(steps)
        )
    cleaned = (
        Step(
            what=clean_line(step.what, field="steps", empty=True, most=500),
            temperature=clean_line(step.temperature, field="steps", empty=True, most=60),
            duration=clean_line(step.duration, field="steps", empty=True, most=60),
            atmosphere=clean_line(step.atmosphere, field="steps", empty=True, most=120),
        )
        for step in steps
    )
    return tuple(step for step in cleaned if step != Step(""))


def _hazards(hazards: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({_one_of(hazard, HAZARDS, field="hazards") for hazard in hazards}))


def _tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Each word once, whatever its case; the first way of writing stands."""
    words: dict[str, str] = {}
    for tag in tags:
        word = clean_line(tag, field="tags", empty=True, most=60)
        if word:
            words.setdefault(folded(word), word)
    if len(words) > MOST_TAGS:
        raise BadInput("sample.tags", "At most {most} tags; these are {n}.", field="tags", most=MOST_TAGS, n=len(words))
    return tuple(sorted(words.values()))


def _parents(actor: Actor, parents: tuple[Origin, ...], sample: Sample | None) -> tuple[Origin, ...]:
    """Known to this person or there before; not the sample itself and nothing made from it."""
    if len(parents) > MOST_PARENTS:
        raise BadInput(
            "sample.parents",
            "At most {most} parents; these are {n}.",
            field="parents",
            most=MOST_PARENTS,
            n=len(parents),
        )
    once = {origin.parent: origin for origin in parents}
    before = set(sample.parents.values_list("parent_id", flat=True)) if sample else set()
    known = set(visible_samples(actor).filter(pk__in=once).values_list("id", flat=True)) | before
    below = descendants_of(sample.id) | {sample.id} if sample and once else frozenset()
    for parent, origin in once.items():
        if parent not in known:
            raise BadInput("sample.parent", "There is no sample “{parent}”.", field="parents", parent=parent[:80])
        if parent in below:
            code = Sample.objects.values_list("code", flat=True).get(pk=parent)
            raise BadInput(
                "sample.cycle", "{code} was made from this sample, so this sample cannot be made from {code}.",
                field="parents", code=code,
            )  # fmt: skip
        _one_of(origin.how, Parent.How.values, field="parents")
    return tuple(replace(once[parent], amount=_amount(once[parent].amount)) for parent in sorted(once))


def _check_parts(sample: Sample, parts: tuple[Part, ...]) -> None:
    """Not more than there is. Where no amount is known, nothing can be compared."""
    left = at_home_of(sample)
    taken = Decimal(0)
    for part in parts:
        amount = read_amount(part.amount, field="parts")
        if amount is None or left is None:
            continue
        if not amount.fits(left.unit):
            raise BadInput(
                "sample.split-unit", "“{part}” cannot be compared with the {left} that is left.",
                field="parts", part=part.amount, left=str(left),
            )  # fmt: skip
        taken += amount.in_unit(left.unit)
    if left is not None and taken > left.value:
        raise BadInput(
            "sample.split-more", "{taken} is more than the {left} that is left.",
            field="parts", taken=f"{taken.normalize():f} {left.unit}", left=str(left),
        )  # fmt: skip
