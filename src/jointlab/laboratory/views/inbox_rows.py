"""A file of the inbox as its row shows it."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from jointlab.laboratory.models import File, Reading
from jointlab.science.readers import all_readers
from jointlab.web.sentences import recorded

WHY = {
    "file-name": _("from the file name"), "folder": _("from the folder"), "session": _("same session"),
    "habit": _("as the last files of this instrument"), "chosen": _("chosen"),
}  # fmt: skip
QUESTIONS = {  # the settings that readers ask for
    "decimal_mark": _("Is the comma in this file a decimal mark?"), "encoding": _("How is the text of this file encoded?"),
    "eqe_unit": _("In which unit is the quantum efficiency?"), "technique": _("What was measured?"),
    "units": _("In which units are the columns?"), "area": _("Over which area?"),
}  # fmt: skip
_ANSWERS = {("decimal_mark", "comma"): _("Decimal"), ("decimal_mark", "point"): _("Thousands")}
_FOR_THE_COMMAND = re.compile(r"\s*[^.。]*--set .*$", re.DOTALL)  # in any language: the last sentence names the option


@dataclass(frozen=True)
class Answer:
    """One answer to the question of a file: what it is called, and the reading that it gives."""

    value: str
    word: str
    example: str


@dataclass(frozen=True)
class Row:
    """One file. `figures` are the first two that were found; `facts` what the reader said about the file."""

    file: File
    reading: Reading
    format: str
    why: str
    figures: tuple[dict[str, Any], ...]
    asked: str  # the question, "" for one without words of its own
    found: str  # what the reader said
    answers: tuple[Answer, ...]
    facts: tuple[tuple[str, str], ...]

    @property
    def selectable(self) -> bool:
        """Whether it can be put on a sample."""
        return self.reading.state == Reading.State.READ


@dataclass(frozen=True)
class Day:
    """The files of one day of the node."""

    day: dt.date
    today: bool
    rows: tuple[Row, ...]


def days(files: Iterable[File]) -> tuple[Day, ...]:
    """Files, newest first, by the day of their arrival."""
    now = timezone.localdate()
    grouped = groupby(files, key=lambda file: timezone.localdate(file.received_at))
    return tuple(Day(day, day == now, tuple(_row(file) for file in group)) for day, group in grouped)


def _row(file: File) -> Row:
    reading = file.reading
    answer = reading.answer or {}
    figures = answer.get("figures") or []
    first = [figure for figure in figures if figure.get("headline")] or figures
    question = (reading.refused or {}).get("question") or {}
    told = [*sorted((answer.get("decisions") or {}).items()), *sorted((answer.get("facts") or {}).items())]
    return Row(
        file=file, reading=reading, format=_title(reading.format), why=WHY.get(reading.why, ""), figures=tuple(first[:2]),
        asked=QUESTIONS.get(question.get("key", ""), ""), answers=_answers(question),
        found=_FOR_THE_COMMAND.sub("", recorded((reading.refused or {}).get("message", ""))),
        facts=tuple((str(name).replace("_", " "), str(value)[:200]) for name, value in list(dict(told).items())[:30]),
    )  # fmt: skip


def _answers(question: dict[str, Any]) -> tuple[Answer, ...]:
    """The likely one first, as the reader gave them."""
    key = question.get("key", "")
    return tuple(
        Answer(
            option["value"],
            gettext(_ANSWERS.get((key, option["value"]), option["value"].replace("_", " "))),
            recorded(option["example"]),
        )
        for option in question.get("options") or ()
    )


_titles: dict[str, str] = {}


def _title(name: str) -> str:
    """What a format is called; readers are many, so they are asked once."""
    if not _titles:
        _titles.update({reader.name: reader.title for reader in all_readers()})
    return _titles.get(name, name)
