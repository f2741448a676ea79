"""A table of agreements that were signed on paper: its columns, its rows as text, and a row as the text of a version. Pure.

What a row does not say in a language is said in English; what it says of days and months stands in the clause on duration, and the
words themselves are those of the scan.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from jointlab.agreements.kinds import DURATION
from jointlab.agreements.sheets import first_sheet, is_xlsx
from jointlab.agreements.standard import in_languages_of
from jointlab.agreements.texts import LANGUAGES
from jointlab.agreements.versions import SCHEMA
from jointlab.errors import BadInput, Fault

Document = dict[str, Any]

COLUMNS: Final = (
    "title_en", "title_ru", "title_kk", "title_zh", "partner", "rank", "parent", "begins", "ends", "notice", "run_off", "subject",
    "signed_on", "signatory", "mandate", "mandate_until", "scan",
)  # fmt: skip
NEEDED: Final = ("title_en", "partner", "signed_on", "signatory", "mandate", "scan")
DAYS: Final = ("begins", "ends", "signed_on", "mandate_until")
MOST_ROWS: Final = 500
MOST_BYTES: Final = 5 * 2**20
_SCAN: Final = {
    "en": "The words of this agreement are those of the signed paper, whose scan both parties keep.",
    "ru": "Текстом настоящего соглашения является подписанный документ, сканы которого хранят обе стороны.",
    "kk": "Осы келісімнің мәтіні — қол қойылған құжат; оның скандарын екі тарап та сақтайды.",
    "zh": "本协议文本以双方保存扫描件的已签署纸质文件为准。",
}
_TITLES: Final = {
    "text": {"en": "Text", "ru": "Текст", "kk": "Мәтін", "zh": "文本"},
    "duration": {"en": "Duration", "ru": "Срок действия", "kk": "Қолданылу мерзімі", "zh": "期限"},
}
_DURATION: Final = {
    "en": "Duration and notice are those of the signed paper; the terms beside this text repeat them.",
    "ru": "Срок действия и срок уведомления — по подписанному документу; рядом с этим текстом они повторены.",
    "kk": "Қолданылу мерзімі мен хабарлау мерзімі қол қойылған құжат бойынша; осы мәтіннің жанында олар қайталанған.",
    "zh": "有效期和通知期以已签署的纸质文件为准，本文本旁的条件予以重述。",
}


@dataclass(frozen=True)
class Row:
    """One row as text; `number` as a spreadsheet counts it."""

    number: int
    values: dict[str, str]

    def get(self, column: str) -> str:
        """What stands there, "" for nothing."""
        return self.values.get(column, "")

    @property
    def title(self) -> str:
        """In English, or in the first language that has one."""
        return next((title for language in LANGUAGES if (title := self.get(f"title_{language}"))), "")

    @property
    def files(self) -> tuple[str, ...]:
        """The names of its files: the scan, then what is attached to it."""
        return tuple(name for one in self.get("scan").split(";") if (name := one.strip()))


def read_rows(data: bytes) -> tuple[Row, ...]:
    """The rows of a CSV (comma or semicolon, UTF-8) or an .xlsx, whose first row names the columns.

    Raises BadInput ``entering.size``, ``.text``, ``.columns``, ``.none``, ``.many``, and what an unsound workbook raises.
    """
    if len(data) > MOST_BYTES:
        raise BadInput(
            "entering.size",
            "A table of {size} bytes is too large; at most {limit} are possible.",
            size=len(data),
            limit=MOST_BYTES,
        )
    cells = first_sheet(data) if is_xlsx(data) else _csv(data)
    names = [str(name or "").strip().lower() for name in cells[0]] if cells else []
    missing = [name for name in NEEDED if name not in names]
    unknown = [name for name in names if name and name not in COLUMNS]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise BadInput(
            "entering.columns_twice", "The first row names a column twice: {columns}.", columns=", ".join(twice)[:200]
        )
    if missing or unknown:
        raise BadInput(
            "entering.columns", "The first row must name the columns. Missing: {missing}. Unknown: {unknown}. There are: {known}.",
            missing=", ".join(missing) or "—", unknown=", ".join(unknown)[:200] or "—", known=", ".join(COLUMNS),
        )  # fmt: skip
    rows = [
        Row(number, {name: _value(name, cell) for name, cell in zip(names, line, strict=False) if name})
        for number, line in enumerate(cells[1:], start=2)
        if any(str(cell or "").strip() for cell in line)
    ]
    if not rows:
        raise BadInput("entering.none", "The table has no rows below the names of its columns.")
    if len(rows) > MOST_ROWS:
        raise BadInput(
            "entering.many",
            "The table has {count} rows; at most {limit} are entered at once.",
            count=len(rows),
            limit=MOST_ROWS,
        )
    return tuple(rows)


def document_of(
    row: Row, *, parties: Sequence[Document], zone: str, agreement: str, more: Document | None = None
) -> Document:
    """The row as the text of a version, in all four languages; `more` is what else its head holds: parent, refers, attachments."""
    terms = {name: row.get(name) or standard for name, standard in (("notice", "0"), ("run_off", "0"))}
    terms |= {name: row.get(name) for name in ("begins", "ends") if row.get(name)}
    titles = {language: row.get(f"title_{language}") or row.title for language in LANGUAGES}
    subject = {language: f"{row.get('subject')}\n\n{text}".strip() for language, text in _SCAN.items()}
    head = {
        "agreement": agreement, "number": 1, "rank": row.get("rank") or "agreement", "title": titles, "languages": list(LANGUAGES),
        "precedence": "equal", "zone": zone, "parties": [in_languages_of(one, LANGUAGES) for one in parties],
    } | (more or {})  # fmt: skip
    clauses = [
        {"number": "1", "kind": "free", "title": _TITLES["text"], "text": subject},
        {"number": "2", "kind": "duration", "title": _TITLES["duration"], "text": _DURATION, "terms": terms},
    ]
    return {"schema": SCHEMA, "head": head, "clauses": clauses}


def column_of(fault: Fault) -> str:
    """The column from which a fault of the text comes: “clause 2, ends” is `ends`; "" for the row as a whole."""
    if fault.code in ("agreement.reversed", "agreement.outlives"):
        return "ends"
    if fault.code in ("agreement.annex", "agreement.rank"):
        return "rank"
    where = str(fault.facts.get("where", ""))
    if where.startswith("head, title"):
        return f"title_{where.rpartition(', ')[2]}" if where.count(",") > 1 else "title_en"
    if where.startswith("clause 1"):
        return "subject"
    return next(
        (term.name for term in DURATION.terms if where.endswith(f", {term.title}") and term.name in COLUMNS), ""
    )


def is_day(text: str, *, coming: bool = False) -> bool:
    """Whether this is a day as ISO writes it; one to come only where it may be."""
    try:
        return len(text) == 10 and (date.fromisoformat(text) <= datetime.now(UTC).date() or coming)
    except ValueError:
        return False


def _csv(data: bytes) -> list[tuple[str, ...]]:
    try:
        text = data.decode("utf-8-sig")
        first = text.partition("\n")[0]
        sign = max((";", "\t", ","), key=first.count)
        return [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(
            "entering.text",
            "This is neither an .xlsx nor a CSV in UTF-8: {why}. Save the table as .xlsx, or as “CSV UTF-8”.",
            why=str(error)[:120],
        ) from None


def _value(name: str, cell: str | None) -> str:
    """A cell as text; a day as ISO has it, whatever a spreadsheet adds to it."""
    text = " ".join((cell or "").split())
    if name in DAYS:
        for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y"):
            try:
                return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a day, no moment
            except ValueError:
                continue
    if name in ("notice", "run_off") and text.endswith(".0"):
        return text[:-2]
    return text
