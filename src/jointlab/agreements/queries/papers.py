"""The printed files of a version: those that were recorded when its text was frozen; before that, printed on request."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from jointlab.agreements.documents import Layout, render, render_all, sheets
from jointlab.agreements.guards import AGREEING
from jointlab.agreements.models import AgreementVersion
from jointlab.agreements.queries.book import book, version_of
from jointlab.errors import BadInput, NotFound
from jointlab.history.blobs import store
from jointlab.processes import Taken

_KEPT = 8  # printed papers kept in memory; one has some hundred kilobytes
_ERASED = "0" * 64  # what stands in an erased step in the place of a file


@dataclass(frozen=True)
class Paper:
    """One file of a version."""

    name: str  # as `documents.sheets` has it
    sha256: str = ""  # recorded when the text was frozen; "" when it is printed on request
    here: bool = True  # whether this node has it


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
    """Every file of a text on the table, printed now."""
    return render_all(version_of(hash), on=_day(hash))


def _paper(name: str, sha256: str) -> Paper:
    kept = sha256 if sha256 != _ERASED else ""
    return Paper(name, kept, not kept or store().has(kept))


def _freezing(hash: str) -> Taken | None:
    """The latest standing step by which this text was frozen."""
    course = book().course_of(hash)
    steps = [taken for taken, _ in course.steps] if course else []
    return next((one for one in reversed(steps) if one.step in AGREEING and one.form.get("version") == hash), None)


@lru_cache(maxsize=_KEPT)
def _printed(hash: str, name: str) -> bytes:
    languages, layout = sheets(version_of(hash))[name]
    return render(version_of(hash), on=_day(hash), languages=languages, layout=Layout(layout))


def _day(hash: str) -> date:
    """The day on the file: that on which the text was first recorded, which is the same at both nodes."""
    return AgreementVersion.objects.filter(hash=hash).order_by("at")[0].at.date()
