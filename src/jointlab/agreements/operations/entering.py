"""Agreements that were signed on paper before there was a node: entered by one house with its scan, confirmed by the other.

One is entered from its form, or from a draft whose clauses were typed as far as wished. From a spreadsheet many are entered at
once: `preview` reads it and says everything that is wrong, `enter_table` enters all or none.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from jointlab.agreements.case_kinds import kind_between
from jointlab.agreements.comparing import with_salts
from jointlab.agreements.drafting import Document
from jointlab.agreements.models import AgreementDraft
from jointlab.agreements.old_papers import Row, read_rows
from jointlab.agreements.operations.drafts import from_document
from jointlab.agreements.operations.proposing import record_version
from jointlab.agreements.process import FIRST
from jointlab.agreements.queries.drafts import draft_by_id, next_code, proposal_of, sides_of
from jointlab.agreements.queries.old import Brought, Known, document_for, faults_of_rows, known_to
from jointlab.agreements.step_names import ORDINALS
from jointlab.agreements.together import prefixes_of
from jointlab.agreements.versions import Version, examine
from jointlab.cases.models import Case
from jointlab.cases.operations import open_case
from jointlab.errors import Fault
from jointlab.history.blobs import store
from jointlab.people.actors import Actor, Right
from jointlab.web.typed import clean_line

Uploads = Mapping[str, Iterable[bytes]]
_SIGNATURE = ("signed_on", "signatory", "mandate", "mandate_until")


@dataclass(frozen=True)
class Previewed:
    """One row of a spreadsheet, and what is wrong with it."""

    row: Row
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Preview:
    """What would be entered."""

    rows: tuple[Previewed, ...]

    @property
    def sound(self) -> bool:
        """Whether all of it can be entered."""
        return bool(self.rows) and not any(one.faults for one in self.rows)


@transaction.atomic
def enter(actor: Actor, *, draft: str, form: Mapping[str, str], uploads: Uploads) -> Case:
    """A draft that says what the old paper says, with its scan and who signed it; the draft is gone then.

    `form` holds signed_on, signatory, mandate and perhaps mandate_until of the own side; `uploads` the `scan`.
    """
    row = draft_by_id(actor, draft)
    actor.require(Right.WRITE)
    version = proposal_of(row)
    case = _entered(actor, version, sides_of(row, version), code=row.code, form=form, uploads=uploads)
    row.delete()
    return case


@transaction.atomic
def enter_row(actor: Actor, *, row: Row, scan: Iterable[bytes], more: Document | None = None) -> Case:
    """One agreement as a row has it, with its scan; `more` of its head: parent, refers, attachments. Raises what is wrong with it."""
    actor.require(Right.WRITE)
    code, known = next_code(), known_to(actor)
    version = _version(document_for(actor, row, known, code, more=more))
    return _entered(actor, version, _sides(actor, row), code=code, form=_form(row), uploads={"scan": scan})


def begin(actor: Actor, *, row: Row, more: Document | None = None) -> AgreementDraft:
    """A draft with what a row has, to type its clauses; the scan is brought when the draft is entered."""
    actor.require(Right.WRITE)
    code, known = next_code(), known_to(actor)
    document = document_for(actor, row, known, code, more=more)
    return from_document(actor, partner=row.get("partner"), code=code, document=document)


def bring(actor: Actor, *, name: str, pieces: Iterable[bytes]) -> Brought:
    """The bytes of a file that comes with a table or is attached to an old agreement; no record names them yet."""
    actor.require(Right.WRITE)
    stored = store().put(pieces, limit=settings.NODE.upload_limit)
    return Brought(clean_line(name, field="scan", most=200), stored.sha256, stored.size)


def preview(actor: Actor, *, data: bytes, scans: Mapping[str, Brought]) -> Preview:
    """A spreadsheet (CSV or .xlsx) read row by row; `scans` are the files that come with it, by name. Nothing is changed.

    Raises BadInput ``entering.*`` for what is no such table.
    """
    actor.require(Right.WRITE)
    rows = read_rows(data)
    return Preview(tuple(Previewed(*one) for one in faults_of_rows(actor, rows, scans)))


@transaction.atomic
def enter_table(actor: Actor, *, data: bytes, scans: Mapping[str, Brought]) -> list[Case]:
    """Every row as an agreement, or none: raises the first fault of `preview`."""
    found = preview(actor, data=data, scans=scans)
    for one in found.rows:
        for fault in one.faults:
            raise fault
    known = known_to(actor)
    return [_from_table(actor, one.row, known, scans) for one in found.rows]


def _from_table(actor: Actor, row: Row, known: Known, scans: Mapping[str, Brought]) -> Case:
    code = next_code()
    version = _version(document_for(actor, row, known, code, files=scans))
    scan = scans[row.files[0]].sha256
    form = {**_form(row), "scan": scan}
    return _entered(actor, version, _sides(actor, row), code=code, form=form, uploads={}, stored=(scan,))


def _form(row: Row) -> dict[str, str]:
    return {name: row.get(name) for name in _SIGNATURE if row.get(name)}


def _sides(actor: Actor, row: Row) -> dict[str, str]:
    """This house and the partners that a row names, by party."""
    return dict(zip(ORDINALS, (actor.institution, *prefixes_of(row.get("partner"))), strict=False))


def _entered(
    actor: Actor, version: Version, sides: Mapping[str, str], *, code: str, form: Mapping[str, str], uploads: Uploads,
    stored: Collection[str] = (),
) -> Case:  # fmt: skip
    record_version(actor, version)
    kind, values = kind_between(len(sides), entered=True), {**form, "version": version.hash}
    return open_case(
        actor, kind=kind, party=FIRST, parties=sides, form=values, code=code, uploads=uploads, stored=stored
    )


def _version(document: Document) -> Version:
    found = examine(with_salts(document))
    if found.version is None:
        raise found.faults[0]
    return found.version
