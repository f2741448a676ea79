"""What another node may write about a case, and what it never changes: the process it was opened as, what stands, what was granted."""

import json
from collections.abc import Callable
from datetime import date

import pytest

from jointlab.agreements.operations import proposing
from jointlab.agreements.queries import book, listing, lives
from jointlab.agreements.queries.lives import standing_on
from jointlab.cases.models import Case, CaseStep
from jointlab.cases.records import CaseStepRecord
from jointlab.errors import BadInput
from jointlab.history.identifiers import uuid7
from jointlab.history.models import Record
from jointlab.history.operations import now
from jointlab.history.registry import Recorded, from_plain, record_type, to_plain
from jointlab.history.taking import AMISS
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from jointlab.people.operations import add_institution
from jointlab.people.records import InstitutionRecord
from tests.integration.agreeing import in_force, paper, proposed, step

pytestmark = pytest.mark.damages
TYPE = record_type("case-step/1")

Comes = Callable[..., CaseStep]


@pytest.fixture
def comes(partner: Person) -> Comes:
    """A step that the partner's node signs, as it arrives."""
    Record.objects.create(id="nj:1", type="note/1", rev=1, position=0, home="nj")
    Person.objects.create(id="nj:wang", rev=1, name="Wang L.", institution_id="nj", role="reader")

    def take(case: Case, name: str, previous: str = "", **form: str) -> CaseStep:
        head = previous or Case.objects.get(pk=case.pk).head
        body = CaseStepRecord(
            process="agreement/1", instance=case.id, step=name, party="second", by="nj:wang", previous=head, form=form
        )
        id = f"nj:{uuid7()}"
        TYPE.apply(Recorded(id, "case-step/1", 1, now(), 0, "nj"), from_plain("case-step/1", to_plain(body)))
        return CaseStep.objects.get(id=id)

    return take


def _kept(row: CaseStep, **other: str) -> dict[str, str]:
    return {
        "instance": row.instance, "step": row.step, "party": row.party, "previous": row.previous, "hash": row.hash, "home": "nj",
        "process": row.process, "by": row.by_id, "at": row.at.isoformat(), "opening": "{}", "form": "{}",
    } | other  # fmt: skip


@pytest.mark.parametrize("process", ["agreement-entry/1", "agreement-3/1"])
def test_a_step_of_another_process_unsigns_nothing(actor: Actor, partner: Person, process: str) -> None:
    add_institution(InstitutionRecord("ru", {"en": "Tomsk"}, {"en": "Tomsk"}, "n", "Asia/Tashkent", "RU"))
    Person.objects.create(id="ru:x", rev=1, name="X.", institution_id="ru", role="reader")
    case = in_force(actor, actor_of(partner, home="kz"))
    hash = listing.version_on_table(case)
    body = CaseStepRecord(process=process, instance=case.id, step="confirm", party="second", by="ru:x", previous="f" * 64)  # fmt: skip
    with pytest.raises(BadInput) as refused:
        TYPE.apply(Recorded(f"ru:{uuid7()}", "case-step/1", 1, now(), 0, "ru"), from_plain("case-step/1", to_plain(body)))  # fmt: skip
    book._kept = book._page.book = None
    assert refused.value.code == "process.step"
    assert [row.number for row in CaseStep.objects.filter(instance=case.id).order_by("number")] == [1, 2, 3, 4, 5, 6]
    assert str(getattr(standing_on(hash), "state", "")) == "in-force"


def test_hashes_that_lead_in_a_circle_end(actor: Actor, comes: Comes) -> None:
    case = proposed(actor)
    head = case.head
    one = comes(case, "remark_second", head, words="a")
    comes(case, "remark_second", head, words="b")  # a fork of its own log: two rivals
    circle = _kept(one, previous=one.hash, form=json.dumps({"words": "—"}))
    TYPE.erase(Recorded(f"nj:{uuid7()}", "case-step/1", 1, now(), 0, "nj"), circle)  # type: ignore[misc]
    assert Case.objects.get().state == "with_second"


@pytest.mark.parametrize("form", [{"what": "terminate", "last": date(2026, 1, 1).isoformat(), "why": "—"}, {}])
def test_an_erasure_takes_words_and_not_what_was_granted(actor: Actor, comes: Comes, form: dict[str, str]) -> None:
    case = proposed(actor)
    hash = listing.version_on_table(case)
    comes(case, "agree_second", version=hash)
    comes(case, "clear_second")
    cleared = proposing.clear(actor, case=Case.objects.get(), office="Legal", seen=Case.objects.get().head)
    signed = proposing.attest(actor, case=cleared, form=paper(cleared), seen=cleared.head, uploads={"scan": [b"%PDF"]})
    comes(signed, "confirm", **(paper(signed) | {"scan": "5" * 64}))
    asked = comes(signed, "ask_second", what="extend", last="2045-01-01", why="longer, said Wang")
    step(actor, Case.objects.get(), "grant_first")
    kept = _kept(asked, form=json.dumps(form))
    for _ in range(2):  # it may be told twice
        TYPE.erase(Recorded(asked.id, "case-step/1", 1, now(), 0, "nj"), kept)  # type: ignore[misc]
    row = CaseStep.objects.get(id=asked.id)
    assert row.form == {"what": "extend", "last": "2045-01-01", "why": "—"}
    assert (row.erased, row.verdict) == (True, "stands")
    now_standing = lives.standing_on(hash)
    assert now_standing is not None
    assert (str(now_standing.state), now_standing.last) == ("in-force", date(2045, 1, 1))


def test_what_is_nested_without_end_is_amiss_and_ends_no_thread(actor: Actor) -> None:
    kept = dict.fromkeys(("instance", "step", "party", "previous", "hash", "home", "process", "by"), "x")
    with pytest.raises(AMISS):
        TYPE.erase(  # type: ignore[misc]
            Recorded(f"nj:{uuid7()}", "case-step/1", 1, now(), 0, "nj"),
            kept | {"at": now().isoformat(), "opening": "[" * 200_000, "form": "{}"},
        )
