"""The printed files of a version: those that were recorded when its text was frozen; before that, printed on request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.db.models import Min

from jointlab.agreements.documents import Layout, render, render_all, sheets
from jointlab.agreements.documents.apart import key_of, stamp
from jointlab.agreements.models import AgreementCase, AgreementVersion, PaperComparison
from jointlab.agreements.of_many import AGREEMENTS
from jointlab.agreements.queries.book import book, version_of
from jointlab.agreements.queries.lives import version_named
from jointlab.agreements.step_names import AGREEING, READING
from jointlab.cases.models import Case
from jointlab.cases.queries import node_of
from jointlab.errors import BadInput, NotFound
from jointlab.history.blobs import store
from jointlab.history.identifiers import home
from jointlab.history.staged import has_room, keep, staged
from jointlab.jobs.models import Job
from jointlab.processes import Taken

MOST_AHEAD: Final = (
    50  # texts whose files are kept before anybody agrees to them; those of others are printed when it is done
)
ROOM_AHEAD: Final = (
    16 * 1024 * 1024
)  # bytes that must be free beside the reserve; the files of a text have some hundred kilobytes
_KEPT = 8  # printed papers kept in memory; one has some hundred kilobytes
_ERASED = "0" * 64  # what stands in an erased step in the place of a file


@dataclass(frozen=True)
class Paper:
    """One file of a version."""

    name: str  # as `documents.sheets` has it
    sha256: str = ""  # recorded when the text was frozen; "" when it is printed on request
    here: bool = True  # whether this node has it


@dataclass(frozen=True)
class Comparison:
    """Whether this node prints the same files as the partner: waiting, failed, alike, differ, or apart (cannot be compared)."""

    kind: str
    differ: tuple[str, ...] = ()  # names of files
    here: str = ""  # what prints here
    there: str = ""  # what printed there, as the step says


def papers_of(hash: str) -> tuple[Paper, ...]:
    """The files of a version, as they were frozen or as they are printed on request."""
    freezing = _freezing(hash)
    form = freezing.form if freezing else {}
    return tuple(_paper(name, form.get(name, "")) for name in sheets(version_of(hash)))


def paper_in(hash: str, *, language: str = "", beside: bool = False) -> Paper:
    """One of them: in one language, or in all. Raises BadInput ``document.language``."""
    known = version_of(hash).head.languages
    if language and language not in known:
        raise BadInput(
            "document.language", "This version cannot be printed in “{found}”. Its languages, each once: {known}.",
            found=language, known=", ".join(known),
        )  # fmt: skip
    name = "paper" if len(known) == 1 else f"paper_{language}" if language else "paper_beside" if beside else "paper"
    return next(one for one in papers_of(hash) if one.name == name)


def content_of(hash: str, paper: Paper) -> bytes:
    """The bytes of a file: the stored ones, whose hash the freezing step holds, else printed now.

    Raises NotFound ``agreement.paper_away`` when the file is still at the partner; it is not printed again in its place.
    """
    if not paper.sha256:
        return _printed(hash, paper.name)
    if not paper.here:
        raise NotFound(
            "agreement.paper_away", "This file was printed at the partner when the text was frozen, and has not come here yet (SHA-256 {sha256}). It comes with the next files; look again later.",
            sha256=paper.sha256,
        )  # fmt: skip
    with store().open(paper.sha256) as file:
        return file.read()


def printed_all(hash: str) -> dict[str, bytes]:
    """Every file of a text on the table: as it was printed ahead, else printed now."""
    ahead = staged(settings.NODE.incoming, ahead_key(hash))
    return ahead if ahead is not None else render_all(version_of(hash), on=day_of(hash))


def printer_of(hash: str) -> str:
    """What prints the files of this text here: two nodes for which it is the same print the same bytes."""
    return stamp(day_of(hash))


def printing_ahead(hash: str) -> bool:
    """Whether the files of a text on the table are still to come, so that agreeing to it takes the seconds of printing."""
    incoming = settings.NODE.incoming
    if keep(incoming, ahead_key(hash)) or _failed(ahead_job(hash)):
        return False
    return has_room(incoming, ROOM_AHEAD) and hash in texts_to_agree()


def texts_to_agree() -> list[str]:
    """The texts on the table that an institution of this node reads now, `MOST_AHEAD` at most: those that came last.

    Remarks make no text newer, so that nobody can have the files of others printed again and again.
    """
    rows = Case.objects.filter(process__in=[one.name for one in AGREEMENTS.values()], state__in=READING).exclude(
        waits=None
    )
    here = [pk for pk, waits in rows.values_list("pk", "waits") if node_of(waits) == home()]
    wanted = {
        one for one in AgreementCase.objects.filter(pk__in=here).values_list("version", flat=True) if version_named(one)
    }
    came = AgreementVersion.objects.filter(hash__in=wanted).values("hash").annotate(first=Min("at"))
    return list(came.order_by("-first", "hash").values_list("hash", flat=True)[:MOST_AHEAD])


def ahead_key(hash: str) -> str:
    """Under which the files of a text are kept before it is agreed to."""
    return key_of(hash, day_of(hash))


def ahead_job(hash: str) -> str:
    """The key of the work that prints a text ahead."""
    return f"papers/{ahead_key(hash)}"


def comparing_job(hash: str) -> str:
    """The key of the work that prints a text once more that partners have printed."""
    return f"papers-of/{hash}"


def _failed(job: str) -> bool:
    return Job.objects.filter(key=job, state=Job.State.FAILED).exists()


def recorded_files(form: Mapping[str, str]) -> dict[str, str]:
    """SHA-256 of the files that a step names, by name; nothing of an erased one."""
    named = {name: value for name, value in form.items() if name.partition("_")[0] == "paper"}
    return {name: value for name, value in named.items() if value != _ERASED}


def comparable(hash: str, form: Mapping[str, str]) -> bool:
    """Whether the files of a step were printed with what prints here, so that their bytes must be the same."""
    return form.get("printer", "") == printer_of(hash)


def comparison_of(hash: str) -> Comparison | None:
    """What this node found of the files that a partner printed; None where there is nothing to compare."""
    freezing = _freezing(hash)
    if freezing is None or freezing.home == home() or not recorded_files(freezing.form):
        return None
    found = PaperComparison.objects.filter(step=freezing.hash).first()
    here, there = printer_of(hash), freezing.form.get("printer", "")
    if found is not None:
        return Comparison("differ" if found.differ else "alike", tuple(found.differ), here, there)
    if not _is_latest(freezing, hash):
        return None
    kind = "apart" if here != there else "failed" if _failed(comparing_job(hash)) else "waiting"
    return Comparison(kind, here=here, there=there)


def _paper(name: str, sha256: str) -> Paper:
    kept = sha256 if sha256 != _ERASED else ""
    return Paper(name, kept, not kept or store().has(kept))


def _freezings(hash: str) -> list[Taken]:
    """The standing steps by which a text of its case was frozen, the latest first."""
    course = book().course_of(hash)
    return [taken for taken, _ in reversed(course.steps) if taken.step in AGREEING] if course else []


def _freezing(hash: str) -> Taken | None:
    """The latest standing step by which this text was frozen."""
    return next((one for one in _freezings(hash) if one.form.get("version") == hash), None)


def _is_latest(freezing: Taken, hash: str) -> bool:
    """Whether no other text of the case was frozen later: only the latest is printed once more."""
    return freezing == _freezings(hash)[0]


@lru_cache(maxsize=_KEPT)
def _printed(hash: str, name: str) -> bytes:
    languages, layout = sheets(version_of(hash))[name]
    return render(version_of(hash), on=day_of(hash), languages=languages, layout=Layout(layout))


def day_of(hash: str) -> date:
    """The day on the file: that on which the text was first recorded, which is the same at both nodes."""
    return AgreementVersion.objects.filter(hash=hash).order_by("at")[0].at.date()
