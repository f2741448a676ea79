"""What a scenario of agreements does at a node: a person of the house, a draft, steps, and what is seen."""

from datetime import timedelta
from hashlib import sha256

from jointlab import printing
from jointlab.agreements.life import standing
from jointlab.agreements.models import AgreementVersion, Clearance, SignatoryKey
from jointlab.agreements.operations import drafts, evidence, proposing
from jointlab.agreements.operations.papers import keep_papers
from jointlab.agreements.queries import listing, lives
from jointlab.agreements.queries.evidence import evidence_of
from jointlab.agreements.queries.papers import Paper, comparison_of, content_of, papers_of
from jointlab.cases.models import Case, CaseStep
from jointlab.errors import Fault
from jointlab.history.identifiers import home
from jointlab.history.rebuild import rebuild
from jointlab.jobs.runner import work_off
from tests.days import today
from tests.federation.transfer_names import someone
from tests.integration.agreeing import drafted, paper, step

__all__ = [
    "Clearance",
    "agree",
    "agree_without_typst",
    "amend",
    "answer",
    "attest",
    "clear",
    "comparison",
    "digital",
    "in_background",
    "papers",
    "propose",
    "rebuilt",
    "seen",
    "sign_digitally",
    "take",
]


def propose(template: str = "laboratory", **terms: str) -> None:
    """A text is put on the table for the other house."""
    proposing.propose(someone(), draft=drafted(someone(), partner=_other(), template=template, **terms).pk)


def answer(clause: str, **terms: object) -> None:
    """Another text, in which one clause has other terms."""
    case = _case()
    draft = drafts.answer(someone(), case=case.pk)
    found = next(one for one in draft.document["clauses"] if one["number"] == clause)
    found["terms"] |= terms
    draft = drafts.put_clause(someone(), draft=draft.pk, number=clause, clause=found, seen=1)
    proposing.counter(someone(), draft=draft.pk, why="So we can", seen=case.head)


def amend(*, days: int) -> None:
    """The next version of what is in force, from so many days on, for new cases."""
    hash = next(life.version.hash for life in lives.lives_between(home(), _other()))
    begins = (today() + timedelta(days)).isoformat()
    draft = drafts.amendment(someone(), hash=hash, cases="new", begins=begins)
    proposing.propose(someone(), draft=draft.pk)


def agree() -> None:
    """To the text on the table."""
    case = _case()
    take(f"agree_{_side(case)}", version=listing.version_on_table(case))


def clear() -> None:
    """Inside this house, with a note that stays here."""
    case = _case()
    proposing.clear(someone(), case=case, office=f"Office of {home()}", ground="For ourselves", seen=case.head)


def attest(**more: str) -> None:
    """The signed paper, with its scan."""
    case = _case()
    scan = {"scan": [f"%PDF of {home()}".encode()]}
    proposing.attest(someone(), case=case, form=paper(case, **more), seen=case.head, uploads=scan)


def take(name: str, **form: str) -> None:
    """Any other step of the newest case."""
    step(someone(), _case(), name, **form)


def seen() -> dict[str, object]:
    """Everything that must be alike on both nodes: texts, cases, steps with their fate, and what counts when."""
    days = [today() + timedelta(number) for number in (0, 5, 30)]
    return {
        "texts": sorted(set(AgreementVersion.objects.values_list("hash", flat=True))),
        "cases": list(Case.objects.order_by("id").values("id", "code", "title", "state", "waits_id", "head", "ended")),
        "steps": list(CaseStep.objects.order_by("id").values("id", "step", "party", "hash", "home", "form", "verdict", "number")),
        "lives": [
            [life.version.head.number, life.version.hash, [standing(life, day).state.value for day in days]]
            for life in lives.lives_between()
        ],
        "listed": [[one.id, one.current.hash, one.current.state.value] for one in listing.agreements(someone())],
        "clauses": [
            [(reach.version, reach.clause, reach.counts, sorted(reach.parties)) for reach in lives.reaches_on(day).listed] for day in days
        ],
    }  # fmt: skip


def papers() -> dict[str, object]:
    """The printed files of the newest text: the hash that is recorded, and that of the bytes that are handed out, or why none are."""
    hash = listing.version_on_table(_case())
    return {one.name: (one.sha256, _digest(hash, one)) for one in papers_of(hash)}


def in_background() -> int:
    """The worker's part: how much was queued to be printed, and it is done."""
    queued = keep_papers()
    work_off()
    return queued


def agree_without_typst() -> None:
    """To the text on the table, whose files are there already."""
    printing._apart = None  # type: ignore[assignment]
    agree()


def comparison() -> str | None:
    """What this node found of the partner's files of the newest text."""
    found = comparison_of(listing.version_on_table(_case()))
    return found.kind if found else None


def _digest(hash: str, paper: Paper) -> str:
    try:
        return sha256(content_of(hash, paper)).hexdigest()
    except Fault as fault:
        return fault.code


def sign_digitally() -> None:
    """With an own key, over the text on the table."""
    hash = listing.version_on_table(_case())
    version = lives.version_named(hash)
    assert version is not None
    evidence.make_key(someone(), passphrase="four words and a river")
    form = {"office": "Rector", "mandate": "Charter", "act": "sign", "day": lives.today(version).isoformat()}
    evidence.sign_with_key(someone(), hash=hash, form=form, passphrase="four words and a river")


def digital() -> list[object]:
    """What is shown of it: who signed for whom, with which key, and whether the signed PDF is here; and how many sealed keys are."""
    shown = evidence_of(someone(), listing.version_on_table(_case()))
    said = [
        [one.statement.name, one.statement.party, one.fingerprint, one.row.file, one.here]
        for one in shown
        if one.statement
    ]
    return [said, SignatoryKey.objects.count()]


def rebuilt() -> list[str]:
    """The tables that a rebuild changes."""
    return list(rebuild().changed)


def _case() -> Case:
    return Case.objects.order_by("-opened_at", "-id")[0]


def _side(case: Case) -> str:
    return str(case.sides.get(institution=home()).party)


def _other() -> str:
    return "cn" if home() == "kz" else "kz"
