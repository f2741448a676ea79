"""What a scenario of agreements does at a node: a text with one clause on sharing, signed step by step, and a clock."""

import datetime as dt
from typing import Any

from jointlab.agreements.drafting import meant
from jointlab.agreements.models import AgreementDraft
from jointlab.agreements.operations import drafts, proposing
from jointlab.agreements.process import AGREEMENT
from jointlab.agreements.queries.listing import version_on_table
from jointlab.cases.models import Case
from jointlab.cases.operations import take
from jointlab.history.erasure import erase
from jointlab.history.models import Log
from jointlab.laboratory.models import Note, Sample
from jointlab.laboratory.operations import notes, projects, samples
from jointlab.laboratory.queries import agreed, told
from tests.days import today
from tests.federation.laboratory_names import actor, signed

_ahead = 0
_USUAL = {"data": ["samples", "measurements", "files", "findings", "notes"], "embargo": 0, "after_end": "withheld"}


def later(days: int) -> None:
    """So many days go by for whoever asks what is shared; the next round looks again."""
    global _ahead
    _ahead += days
    for room in (agreed, told):
        room.now = lambda: dt.datetime.now(dt.UTC) + dt.timedelta(_ahead)  # type: ignore[attr-defined]
    Log.objects.filter(kind="shared").update(looked_at=None)
    signed()


def propose(partner: str, **terms: Any) -> None:
    """The standard text of a laboratory whose clause on sharing has these terms."""
    draft = drafts.from_template(actor(), template="laboratory", partner=partner)
    _put(draft, {**_USUAL, **terms}, {"run_off": 0, "notice": 0})


def amend(**terms: Any) -> None:
    """The next version of the newest agreement, for cases that run too; its clause on sharing has other terms."""
    hash = version_on_table(case())
    _put(drafts.amendment(actor(), hash=hash, cases="running-too"), terms, {})


def _put(draft: AgreementDraft, sharing: dict[str, Any], lasting: dict[str, Any]) -> None:
    """The draft is proposed with these terms of its clauses on sharing and on its duration."""
    document = meant(draft.document)
    for clause in document["clauses"]:
        if clause["kind"] == "data-sharing":
            kept = clause["terms"] if not lasting else {name: clause["terms"][name] for name in ("from", "to")}
            clause["terms"] = {**kept, **sharing}
        if clause["kind"] == "duration":
            clause["terms"] |= lasting
    proposing.propose(actor(), draft=drafts.edit(actor(), draft=draft.pk, document=document, seen=draft.revision).pk)
    signed()


def case() -> Case:
    """The newest one."""
    return Case.objects.filter(process=AGREEMENT.name).order_by("-opened_at", "-id")[0]


def step(name: str, **form: str) -> None:
    """The next step of this side."""
    take(actor(), case=case(), step=name, form=form, seen=case().head)
    signed()


def clear() -> None:
    """This house has looked at it."""
    proposing.clear(actor(), case=case(), office="Legal office", ground="Ours", seen=case().head)
    signed()


def attest() -> None:
    """This side has signed on paper today."""
    form = {
        "version": version_on_table(case()),
        "signed_on": today().isoformat(),
        "signatory": "Rector",
        "mandate": "Charter",
    }
    proposing.attest(actor(), case=case(), form=form, seen=case().head, uploads={"scan": [b"%PDF scan"]})
    signed()


def a_project(title: str) -> str:
    """A new project; nobody says anything about sharing it."""
    return projects.add(actor(), projects.ProjectDraft(title=title)).id


def a_sample(title: str, project: str, *, note: str = "", file: bytes = b"") -> dict[str, str]:
    """A new sample of the project, perhaps with a note and its file; the records."""
    made = samples.add(actor(), samples.SampleDraft(title=title, project=project))
    files = [notes.NewFile("protocol.bin", [file])] if file else []
    written = notes.add(actor(), sample=made, text=note, files=files).id if note else ""
    signed()
    return {"sample": made.id, "note": written}


def patent_hold(project: str, *, held: bool) -> None:
    """A patent hold is set or lifted."""
    from jointlab.laboratory.models import Project

    found = Project.objects.get(id=project)
    draft = projects.ProjectDraft(title=found.title, patent_hold=held)
    projects.change(actor(), project=found, draft=draft, expected_rev=found.rev)
    signed()


def erased(records: dict[str, str]) -> None:
    """The note first, then its sample, as a person asked for."""
    for record in (records["note"], records["sample"]):
        erase(id=record, by=actor().person, why="asked for")
    signed()


def words() -> list[str]:
    """Of all notes here whose content is here."""
    return sorted(Note.objects.exclude(text="").values_list("text", flat=True))


def titles() -> list[str]:
    """Of all samples here whose content is here."""
    return sorted(Sample.objects.exclude(title="").values_list("title", flat=True))
