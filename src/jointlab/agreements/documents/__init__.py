"""The paper of an agreement: PDF/A of a version in each of its languages, or in all of them beside each other.

Everything printed comes from the version alone: its texts, its terms in words, its parties, its hash on each page. The same version,
languages, layout and day give the same bytes wherever the same prints: see `apart.stamp`.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from jointlab.agreements.clauses import Clause
from jointlab.agreements.documents.labels import NAMES, label, labels, made_in
from jointlab.agreements.documents.pades import PdfSignature, check_pdf, sign_pdf
from jointlab.agreements.heads import Head
from jointlab.agreements.versions import Version
from jointlab.agreements.words import day_in_words, number_in_words, terms_in_words
from jointlab.errors import BadInput
from jointlab.printing import ARCHIVED, breakable, pdf, pdfs

_TEMPLATE: Final = Path(__file__).with_name("agreement.typ")


class Layout(StrEnum):
    """How several languages stand on paper."""

    FOLLOWING = "following"  # one whole text after the other
    BESIDE = "beside"  # a column each, clause by clause


def render(
    version: Version, *, on: date, languages: Sequence[str] | None = None, layout: Layout | str = Layout.FOLLOWING
) -> bytes:
    """PDF/A-2a and PDF/UA-1 of a version in these of its languages; all of them, in their order of precedence, if none is named.

    `on` is the day that the file states as its own, such as that on which the text came on the table: PDF/A must state one.
    Raises BadInput ``document.language`` (the version has no text in it), ``document.layout`` and ``printing.glyph``.
    """
    chosen = tuple(languages) if languages else version.head.languages
    _check(version, chosen, layout)
    return pdf(_TEMPLATE.read_bytes(), data=_data(version, chosen, layout, on), standards=ARCHIVED)


def render_all(version: Version, *, on: date) -> dict[str, bytes]:
    """Every file of a version by the name under which it is recorded when the text is frozen: the same bytes as `render` gives.

    ``paper`` has all languages one after the other; where there are several, ``paper_beside`` has a column for each, and
    ``paper_en`` and so on one each. Raises BadInput ``printing.glyph``, Unavailable ``printing.*``.
    """
    known = sheets(version)
    data = [_data(version, languages, layout, on) for languages, layout in known.values()]
    return dict(zip(known, pdfs(_TEMPLATE.read_bytes(), data=data, standards=ARCHIVED), strict=True))


def sheets(version: Version) -> dict[str, tuple[tuple[str, ...], Layout]]:
    """The files of a version by name: in which languages, and how these stand."""
    languages = version.head.languages
    found = {"paper": (languages, Layout.FOLLOWING)}
    if len(languages) == 1:
        return found
    found["paper_beside"] = (languages, Layout.BESIDE)
    return found | {f"paper_{one}": ((one,), Layout.FOLLOWING) for one in languages}


def _data(version: Version, chosen: Sequence[str], layout: str, on: date) -> dict[str, Any]:
    """What the template prints."""
    beside = layout == Layout.BESIDE and len(chosen) > 1
    return {
        "title": f"{version.head.title[chosen[0]]} ({label('version', language=chosen[0], number=version.head.number)})",
        "day": [on.year, on.month, on.day], "hash": grouped(version.hash), "parallel": beside, "flipped": beside and len(chosen) > 2,
        "size": 8.6 if beside and len(chosen) > 2 else 9.6 if beside else 10.5,
        "languages": [_text(version, language) for language in chosen],
    }  # fmt: skip


def grouped(digest: str) -> str:
    """A hash as paper shows it: eight groups of eight digits."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def _check(version: Version, languages: Sequence[str], layout: str) -> None:
    for language in languages:
        if language not in version.head.languages or languages.count(language) > 1:
            raise BadInput(
                "document.language", "This version cannot be printed in “{found}”. Its languages, each once: {known}.",
                found=language[:20], known=", ".join(version.head.languages),
            )  # fmt: skip
    if layout not in list(Layout):
        raise BadInput(
            "document.layout", "“{found}” is none of: {known}.", found=str(layout)[:20], known=", ".join(Layout)
        )


def _text(version: Version, language: str) -> dict[str, Any]:
    """All that is printed in one language."""
    head = version.head
    return {
        "lang": language, "name": NAMES[language], "labels": labels(language=language), "title": breakable(head.title[language]),
        "kind": ("，" if language == "zh" else ", ").join(
            (label(head.rank, language=language), label("version", language=language, number=head.number))
        ),
        "facts": _facts(head, language), "clauses": [_clause(version, one, language) for one in version.clauses],
        "parties": [breakable(party.names[language]) for party in head.parties],
        "attachments": [
            {
                "name": breakable(one.name), "hash": grouped(one.sha256),
                "size": label("bytes", language=language, number=number_in_words(str(one.size), language=language)),
            } for one in head.attachments
        ],
    }  # fmt: skip


def _clause(version: Version, clause: Clause, language: str) -> dict[str, Any]:
    names = {party.id: party.names[language] for party in version.head.parties}
    said = terms_in_words(clause, language=language, names=names)
    return {
        "number": clause.number, "title": breakable(clause.title[language]),
        "text": [breakable(part) for part in clause.text[language].split("\n") if part.strip()],
        "under": label("under", language=language, number=clause.under) if clause.under else "",
        "terms": [
            {
                "name": one.name, "value": breakable(one.value), "columns": one.columns,
                "rows": [[breakable(cell) for cell in row] for row in one.rows],
            } for one in said
        ],
    }  # fmt: skip


def _facts(head: Head, language: str) -> list[dict[str, Any]]:
    """What stands between the title and the first clause."""
    parties = [
        line for party in head.parties
        for line in (_line(party.names[language]), _line(f"{label(party.role, language=language)}, {party.id}", weak=True))
    ]  # fmt: skip
    facts = [_fact("parties", language, *parties), _fact("identifier", language, _line(head.agreement))]
    if head.parent:
        facts.append(_fact("parent", language, _line(head.parent.agreement), *_hash(head.parent.version, language)))
    if head.amends:
        cases = _line(label(head.amends.cases, language=language))
        facts.append(_fact("amends", language, *_hash(head.amends.version, language), cases))
    if head.refers:
        shown = [
            line
            for one in head.refers
            for line in (_line(one.title[language]), *_published(one.on, one.source, language))
        ]
        facts.append(_fact("refers", language, *shown))
    sentence = made_in(head.languages, precedence=head.precedence, language=language)
    return [*facts, _fact("languages", language, _line(sentence)), _fact("zone", language, _line(head.zone))]


def _published(on: str, source: str, language: str) -> list[dict[str, Any]]:
    day = day_in_words(date.fromisoformat(on), language=language) if on else ""
    said = ", ".join(part for part in (day, source) if part)
    return [_line(said, weak=True)] if said else []


def _hash(digest: str, language: str) -> list[dict[str, Any]]:
    return [
        _line(label("with_hash", language=language), weak=True),
        *(_line(half, hash=True) for half in (grouped(digest[:32]), grouped(digest[32:]))),
    ]


def _fact(key: str, language: str, *lines: dict[str, Any]) -> dict[str, Any]:
    return {"name": label(key, language=language), "lines": list(lines)}


def _line(text: str, *, weak: bool = False, hash: bool = False) -> dict[str, Any]:
    return {"text": text if hash else breakable(text), "weak": weak, "hash": hash}


__all__ = ["Layout", "PdfSignature", "check_pdf", "grouped", "render", "render_all", "sheets", "sign_pdf"]
