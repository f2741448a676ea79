"""What is wrong with agreements that are entered from old paper, row by row; and what a row becomes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from jointlab.agreements.drafting import Document, examined
from jointlab.agreements.of_many import is_entry
from jointlab.agreements.old_papers import NEEDED, Row, column_of, document_of, is_day
from jointlab.agreements.queries import listing
from jointlab.agreements.queries.asking import faults_of_version
from jointlab.agreements.together import apart, prefixes_of
from jointlab.errors import BadInput, Conflict, Fault
from jointlab.history.identifiers import home
from jointlab.people.actors import Actor
from jointlab.people.models import Institution

_NO_CODE: Final = "x-a-00-000"


@dataclass(frozen=True)
class Brought:
    """A file that is in the store."""

    name: str
    sha256: str
    size: int

    def content(self) -> Document:
        """As the head of a version names it."""
        return {"name": self.name, "sha256": self.sha256, "size": self.size}


@dataclass(frozen=True)
class Known:
    """What rows may name: institutions by prefix, agreements above by code and identifier; and what is entered already."""

    institutions: Mapping[str, Institution]
    above: Mapping[str, Document] = field(default_factory=dict)
    codes: tuple[str, ...] = ()  # of those above
    there: Mapping[tuple[str, str], str] = field(default_factory=dict)  # code by title and partner


def known_to(actor: Actor) -> Known:
    """As it is now for this person."""
    above: dict[str, Document] = {}
    codes: list[str] = []
    there: dict[tuple[str, str], str] = {}
    for agreement in listing.agreements(actor):
        entry = agreement.current
        named = {"agreement": agreement.id, "version": entry.hash}
        code = entry.case.code if entry.case else agreement.id
        above |= {agreement.id: named, code.lower(): named}
        codes.append(code)
        if entry.case and is_entry(entry.case.process) and entry.case.state not in ("rejected", "withdrawn"):
            titles = entry.version.head.title.values()
            there |= {(title, partner): code for title in titles for partner in entry.parties}
    return Known(Institution.objects.in_bulk(), above, tuple(codes), there)


def document_for(
    actor: Actor, row: Row, known: Known, code: str, *, files: Mapping[str, Brought] | None = None, more: Document | None = None
) -> Document:  # fmt: skip
    """The text that a row becomes between the person's house and the partners."""
    ours, others = known.institutions[actor.institution], prefixes_of(row.get("partner"))
    if not others or not _are_partners(actor, others, known):
        raise BadInput("agreement.partner", "Choose the institution with which it is to be concluded.", field="partner")
    if (fault := apart((ours.pk, *others))) is not None:
        raise fault
    parties: Sequence[Document] = [
        {"id": one.prefix, "role": "institution", "names": dict(one.names)}
        for one in (ours, *(known.institutions[other] for other in others))
    ]
    head: dict[str, Any] = dict(more or {})
    if above := known.above.get(row.get("parent").lower()):
        head["parent"] = above
    if attached := [files[name].content() for name in row.files[1:] if name in files] if files else []:
        head["attachments"] = attached
    number = code.lower().removeprefix(f"{home()}-")
    return document_of(row, parties=parties, zone=ours.zone, agreement=f"{home()}:{number}", more=head)


def _are_partners(actor: Actor, prefixes: Sequence[str], known: Known) -> bool:
    return known.institutions.keys() >= set(prefixes) and actor.institution not in prefixes


def faults_of_rows(
    actor: Actor, rows: Sequence[Row], scans: Mapping[str, Brought]
) -> Iterator[tuple[Row, tuple[Fault, ...]]]:
    """Each row with everything that is wrong with it."""
    known = known_to(actor)
    seen: dict[tuple[str, str, str], int] = {}
    for row in rows:
        mark = (row.title, row.get("partner"), row.get("signed_on"))
        twice = [_twice(row, seen[mark])] if mark in seen else []
        seen.setdefault(mark, row.number)
        yield row, (*_faults(actor, row, known, scans), *twice)


def _faults(actor: Actor, row: Row, known: Known, scans: Mapping[str, Brought]) -> Iterator[Fault]:
    """Everything that is wrong with a row, each fault with its row and column."""
    missing = [name for name in NEEDED if not (row.title if name == "title_en" else row.get(name))]
    for name in missing:
        yield BadInput("entering.empty", "Row {row}: the column “{column}” is empty.", row=row.number, column=name)
    named = prefixes_of(partner := row.get("partner"))
    if named and not _are_partners(actor, named, known):
        others = ", ".join(sorted(known.institutions.keys() - {actor.institution})) or "—"
        yield BadInput(
            "entering.partner", "Row {row}, column “{column}”: “{found}” is no partner. Write the prefix of its node, such as: {known}.",
            row=row.number, column="partner", found=partner[:40], known=others,
        )  # fmt: skip
        return
    if (fault := apart((actor.institution, *named))) is not None:
        yield _in_row(row, "partner", fault)
        return
    yield from _files(row, scans)
    yield from _above(row, known)
    if (day := row.get("signed_on")) and not is_day(day):
        yield BadInput(
            "entering.day", "Row {row}, column “{column}”: “{text}” is no day that has come. Write it as 2016-09-01.",
            row=row.number, column="signed_on", text=day[:40],
        )  # fmt: skip
    if (day := row.get("mandate_until")) and not is_day(day, coming=True):
        yield BadInput(
            "entering.no_day", "Row {row}, column “{column}”: “{text}” is no day. Write it as 2016-09-01.",
            row=row.number, column="mandate_until", text=day[:40],
        )  # fmt: skip
    if (until := row.get("mandate_until")) and until < row.get("signed_on"):
        yield _in_row(row, "mandate_until", BadInput(
            "agreement.mandate", "The mandate was valid until {until}, but the paper was signed on {on}.", until=until, on=row.get("signed_on")
        ))  # fmt: skip
    codes = (known.there.get((row.title, one)) for one in named)
    if (code := next((one for one in codes if one is not None), None)) is not None:
        yield Conflict(
            "entering.there", "Row {row}: “{title}” with {partner} is entered already, as {code}.",
            row=row.number, title=row.title[:80], partner=partner, code=code,
        )  # fmt: skip
    if not missing:
        found = examined(document_for(actor, row, known, _NO_CODE, files=scans))
        faults = found.faults or (faults_of_version(found.version) if found.version else ())
        for fault in faults:
            yield _in_row(row, column_of(fault), fault)


def _files(row: Row, scans: Mapping[str, Brought]) -> Iterator[Fault]:
    for name in row.files:
        if name not in scans:
            yield BadInput(
                "entering.scan", "Row {row}, column “{column}”: the scan “{file}” was not brought with the table.",
                row=row.number, column="scan", file=name[:80],
            )  # fmt: skip
    for name in sorted({name for name in row.files if row.files.count(name) > 1}):
        yield BadInput(
            "entering.scan_twice", "Row {row}, column “{column}”: “{file}” is named twice.",
            row=row.number, column="scan", file=name[:80],
        )  # fmt: skip


def _above(row: Row, known: Known) -> Iterator[Fault]:
    named = row.get("parent")
    if named and named.lower() not in known.above:
        yield BadInput(
            "entering.parent", "Row {row}, column “{column}”: there is no agreement “{found}” here. Write its number, such as: {known}.",
            row=row.number, column="parent", found=named[:60], known=", ".join(known.codes[:4]) or "—",
        )  # fmt: skip


def _twice(row: Row, first: int) -> Fault:
    return BadInput(
        "entering.twice", "Row {row}: title, partner and day are those of row {first}.", row=row.number, first=first
    )


def _in_row(row: Row, column: str, fault: Fault) -> Fault:
    if column:
        return BadInput(
            "entering.row_column", "Row {row}, column “{column}”: {sentence}", row=row.number, column=column, sentence=fault.message
        )  # fmt: skip
    return BadInput("entering.row", "Row {row}: {sentence}", row=row.number, sentence=fault.message)
