"""Printing in the background: the files of a text before our side agrees to it, and once more what a partner printed, to compare.

Neither is a record: what is printed ahead lies among the unfinished uploads, and a comparison is this node's own finding.
"""

from typing import Final

from django.db.models import Exists, OuterRef

from jointlab.agreements.documents.apart import program
from jointlab.agreements.models import AgreementCase, PaperComparison
from jointlab.agreements.queries.lives import version_named
from jointlab.agreements.queries.papers import (
    ROOM_AHEAD,
    ahead_job,
    ahead_key,
    comparable,
    comparing_job,
    recorded_files,
    texts_to_agree,
)
from jointlab.agreements.step_names import AGREEING
from jointlab.cases.models import CaseStep
from jointlab.history.identifiers import home
from jointlab.history.staged import drop, has_room, keep
from jointlab.jobs.models import Job
from jointlab.jobs.operations import LIVE, enqueue

PRINT_AHEAD: Final = "agreements.print-ahead"
COMPARE: Final = "agreements.compare-papers"


def keep_papers() -> int:
    """Queue what is to be printed, keep for another day what is printed and still on the table, and drop the rest; how much was queued.

    What failed is not tried again: agreeing to the text says why. Without room on the disk nothing is printed ahead.
    """
    from django.conf import settings

    queued, incoming = 0, settings.NODE.incoming
    texts = {ahead_key(hash): hash for hash in texts_to_agree()}
    drop(incoming, wanted=texts)
    room = has_room(incoming, ROOM_AHEAD)
    for key, hash in texts.items():
        queued += not keep(incoming, key) and room and _queued(PRINT_AHEAD, {"version": hash}, ahead_job(hash))
    for hash in sorted({step.form["version"] for step in steps_to_compare()}):
        queued += _queued(COMPARE, {"version": hash}, comparing_job(hash))
    return queued


def steps_to_compare(hash: str = "") -> list[CaseStep]:
    """The partners' steps whose files this node must be able to print alike, and has not yet; of one text or of all.

    Of each case only the latest: opening a text again and again makes no more to print.
    """
    later = CaseStep.objects.filter(
        instance=OuterRef("instance"), step__in=AGREEING, verdict=CaseStep.Verdict.STANDS, number__gt=OuterRef("number")
    )
    rows = CaseStep.objects.filter(
        instance__in=AgreementCase.objects.values("pk"), step__in=AGREEING, verdict=CaseStep.Verdict.STANDS,
        form__printer__startswith=program(),
    )  # fmt: skip
    rows = rows.exclude(home=home()).exclude(hash__in=PaperComparison.objects.values("step")).exclude(Exists(later))
    return [row for row in rows.order_by("id") if hash in ("", row.form.get("version")) and _is_to_compare(row)]


def _is_to_compare(row: CaseStep) -> bool:
    """Whether the step names files, of a text that is here, printed with what prints here."""
    hash = row.form.get("version", "")
    return bool(recorded_files(row.form)) and version_named(hash) is not None and comparable(hash, row.form)


def _queued(kind: str, payload: dict[str, str], key: str) -> bool:
    """Whether it waits now and did not before. What was done is queued again when its result is gone; what failed is not."""
    job = Job.objects.filter(key=key).first()
    if job is not None and (job.state in LIVE or job.state == Job.State.FAILED):
        return False
    enqueue(kind=kind, payload=payload, key=key)
    return True
