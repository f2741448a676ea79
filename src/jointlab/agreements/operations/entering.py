"""Agreements that were signed on paper before there was a node: entered by one house with its scan, confirmed by the other.

From a spreadsheet many are entered at once: `preview` reads it and says everything that is wrong, `enter_table` enters all or none.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from jointlab.agreements.case_kinds import ENTRY_KIND
from jointlab.agreements.comparing import with_salts
from jointlab.agreements.drafting import Document, examined
from jointlab.agreements.old_papers import COLUMNS, Row, document_of, is_day, read_rows
from jointlab.agreements.operations.proposing import record_version
from jointlab.agreements.process import FIRST, SECOND
from jointlab.agreements.queries.drafts import draft_by_id, next_code, proposal_of
from jointlab.agreements.versions import Version, examine
from jointlab.cases.models import Case
from jointlab.cases.operations import open_case, take
from jointlab.errors import BadInput, Fault
from jointlab.history.identifiers import home
from jointlab.people.actors import Actor, Right
from jointlab.people.models import Institution

__all__ = ["COLUMNS", "Preview", "Previewed", "confirm", "enter", "enter_table", "preview"]

Uploads = Mapping[str, Iterable[bytes]]


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
    version = proposal_of(row)
    case = _entered(actor, version, partner=str(row.partner_id), code=row.code, form=form, uploads=uploads)
    row.delete()
    return case


def confirm(actor: Actor, *, case: Case, form: Mapping[str, str], seen: str, uploads: Uploads) -> Case:
    """The other house confirms it with its own scan, and says who signed for it."""
    return take(actor, case=case, step="confirm", form=form, seen=seen, uploads=uploads)


def preview(actor: Actor, *, data: bytes, scans: Collection[str]) -> Preview:
    """A spreadsheet (CSV or .xlsx) read row by row; `scans` are the names of the files that come with it. Nothing is changed.

    Raises BadInput ``entering.*`` for what is no such table.
    """
    actor.require(Right.WRITE)
    known = Institution.objects.in_bulk()
    return Preview(tuple(Previewed(row, tuple(_faults(actor, row, known, scans))) for row in read_rows(data)))


@transaction.atomic
def enter_table(actor: Actor, *, data: bytes, scans: Mapping[str, bytes]) -> list[Case]:
    """Every row as an agreement, or none: raises the first fault of `preview`."""
    found = preview(actor, data=data, scans=scans.keys())
    for one in found.rows:
        for fault in one.faults:
            raise fault
    known = Institution.objects.in_bulk()
    cases = []
    for row in (one.row for one in found.rows):
        code = next_code()
        version = _version(_document(actor, row, known, code))
        form = {"signed_on": row.get("signed_on"), "signatory": row.get("signatory"), "mandate": row.get("mandate")}
        uploads = {"scan": [scans[row.get("scan")]]}
        cases.append(_entered(actor, version, partner=row.get("partner"), code=code, form=form, uploads=uploads))
    return cases


def _entered(
    actor: Actor, version: Version, *, partner: str, code: str, form: Mapping[str, str], uploads: Uploads
) -> Case:
    record_version(actor, version)
    parties = {FIRST: actor.institution, SECOND: partner}
    values = {**form, "version": version.hash}
    return open_case(actor, kind=ENTRY_KIND, party=FIRST, parties=parties, form=values, code=code, uploads=uploads)


def _faults(actor: Actor, row: Row, known: Mapping[str, Institution], scans: Collection[str]) -> Iterable[Fault]:
    """Everything that is wrong with a row, each fault with its row and column."""
    missing = [
        name for name in ("title_en", "partner", "signed_on", "signatory", "mandate", "scan") if not row.get(name)
    ]
    for name in missing:
        yield BadInput("entering.empty", "Row {row}: the column “{column}” is empty.", row=row.number, column=name)
    if (partner := row.get("partner")) and (partner not in known or partner == actor.institution):
        yield BadInput("entering.partner", "Row {row}: “{found}” is no partner. Write the prefix of its node, such as: {known}.",
                       row=row.number, found=partner[:40], known=", ".join(sorted(known.keys() - {actor.institution})))  # fmt: skip
        return
    if (scan := row.get("scan")) and scan not in scans:
        yield BadInput(
            "entering.scan",
            "Row {row}: the scan “{file}” was not brought with the table.",
            row=row.number,
            file=scan[:80],
        )
    if (day := row.get("signed_on")) and not is_day(day):
        yield BadInput(
            "entering.day",
            "Row {row}: “{text}” is no day that has come. Write it as 2026-09-02.",
            row=row.number,
            text=day[:40],
        )
    if not missing:
        for fault in examined(_document(actor, row, known, "x-a-00-000")).faults:
            yield BadInput("entering.row", "Row {row}: {sentence}", row=row.number, sentence=fault.message)


def _document(actor: Actor, row: Row, known: Mapping[str, Institution], code: str) -> Document:
    ours, theirs = known[actor.institution], known[row.get("partner")]
    parties: Sequence[Document] = [
        {"id": one.prefix, "role": "institution", "names": dict(one.names)} for one in (ours, theirs)
    ]
    number = code.lower().removeprefix(f"{home()}-")
    return document_of(row, parties=parties, zone=ours.zone, agreement=f"{home()}:{number}")


def _version(document: Document) -> Version:
    found = examine(with_salts(document))
    if found.version is None:
        raise found.faults[0]
    return found.version
