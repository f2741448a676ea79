"""The agreements of the founding case: from standard texts, proposed by Almaty, signed by both sides step by step.

The words are the standard ones and the numbers their examples: what the two universities signed is theirs.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jointlab.errors import Conflict

if TYPE_CHECKING:
    from jointlab.cases.models import Case
    from jointlab.people.actors import Actor
    from jointlab.processes import Step

UNDER = {"framework": "", "laboratory": "framework", "diploma": "framework"}  # what stands under what
# The standard text leaves notes at home; the two sites of the demonstration discuss their samples on each other's pages.
_NOTES_TOO = (
    ("files and findings", "files, findings and notes"), ("Contract research and notes are", "Contract research is"),
    ("файлы и выводы", "файлы, выводы и заметки"), ("исследования и заметки по", "исследования по"),
    ("файлдарды және қорытындыларды", "файлдарды, қорытындыларды және жазбаларды"), ("зерттеулер мен жазбалар осы", "зерттеулер осы"),
    ("文件和结论", "文件、结论和工作笔记"), ("委托研究和工作笔记", "委托研究"),
)  # fmt: skip
_MANDATE = "Charter of the university, article on the rector"


def enter_treaties(actor: "Actor") -> None:
    """What the agreements refer to, in this node's own list: each house keeps its own."""
    from jointlab.agreements.operations import references
    from jointlab.agreements.standard import known_references

    for key in known_references():
        references.add_known(actor, key=key)


def propose(actor: "Actor", *, partner: str) -> None:
    """Almaty puts all of them on the table, in four languages."""
    from jointlab.agreements.drafting import meant
    from jointlab.agreements.models import AgreementCase
    from jointlab.agreements.operations import drafts, proposing

    hashes = {"": ""}
    for template, above in UNDER.items():
        draft = drafts.from_template(actor, template=template, partner=partner, parent=hashes[above])
        draft = drafts.edit(actor, draft=draft.id, document=_with_notes(meant(draft.document)), seen=draft.revision)
        case = proposing.propose(actor, draft=draft.id, note="As agreed by the two coordinators.")
        hashes[template] = AgreementCase.objects.get(id=case.id).version


def go_on(actor: "Actor") -> None:
    """Everything that this side can do now towards signature."""
    from jointlab.agreements.process import AGREEMENT
    from jointlab.cases.models import Case
    from jointlab.cases.queries import instance_of, may_take

    cases = Case.objects.filter(process=AGREEMENT.name).exclude(state="signed").order_by("opened_at", "id")
    for case in cases:
        for step in may_take(actor, case, instance_of(case.id, case.process)):
            if step.main:
                with suppress(Conflict):  # the other side's step came in this moment: seen in the next round
                    _take(actor, case, step)
                break


def signed() -> int:
    """How many are signed by both, as far as this node knows."""
    from jointlab.agreements.process import AGREEMENT
    from jointlab.cases.models import Case

    return Case.objects.filter(process=AGREEMENT.name, state="signed").count()


def _take(actor: "Actor", case: "Case", step: "Step") -> None:
    from jointlab.agreements.models import AgreementCase
    from jointlab.agreements.operations import proposing
    from jointlab.cases.operations import take

    version = AgreementCase.objects.get(id=case.id).version
    if step.name.startswith("clear"):
        proposing.clear(actor, case=case, office="Legal office", ground="Within the charter.", seen=case.head)
    elif step.name in ("attest", "confirm"):
        scan = {"scan": [_scan(version)]}
        proposing.attest(actor, case=case, form=_attested(version), seen=case.head, uploads=scan)
    else:
        take(actor, case=case, step=step.name, form={"version": version}, seen=case.head)


def _attested(version: str) -> dict[str, str]:
    from jointlab.agreements.queries.book import version_of
    from jointlab.agreements.queries.lives import today

    day = today(version_of(version)).isoformat()
    return {"version": version, "signed_on": day, "signatory": "Rector", "mandate": _MANDATE}


def _scan(version: str) -> bytes:
    """In the place of the signed paper: its pages as they are printed, without signatures."""
    from jointlab.agreements.documents import render
    from jointlab.agreements.queries.book import version_of
    from jointlab.agreements.queries.lives import today

    text = version_of(version)
    return render(text, on=today(text), languages=["en"])


def _with_notes(document: Any) -> Any:
    """Notes go too where data are shared: in the terms and, so that the words say the same, in every language."""
    for clause in document["clauses"]:
        if clause["kind"] == "data-sharing":
            clause["terms"]["data"] = [*clause["terms"]["data"], "notes"]
            for old, new in _NOTES_TOO:
                changed = {language: text.replace(old, new) for language, text in clause["text"].items()}
                assert changed != clause["text"], old
                clause["text"] = changed
    return document
