"""Words that are signed. One text has one sequence of characters, and what a node hashes is what paper shows."""

from typing import Final
from unicodedata import category, normalize

from jointlab.errors import BadInput

LANGUAGES: Final = ("en", "ru", "kk", "zh")
LONGEST: Final = 100_000  # characters of one clause in one language
LINE: Final = 300  # characters of a title or name

_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})  # controls, invisible formats, private use, half pairs


def read_text(found: object, where: str, *, most: int = LONGEST) -> str:
    """A text in normal form: Unicode NFC, lines ended by a line feed, nothing at its ends.

    Raises BadInput ``agreement.text``, ``agreement.missing`` (nothing but spaces), ``agreement.long`` and
    ``agreement.hidden``: a character that cannot be seen, such as one that turns the direction of writing.
    """
    if not isinstance(found, str):
        raise BadInput("agreement.text", "At “{where}” a text is needed.", where=where)
    if len(found) > most * 2:  # before any work; normalisation makes no text half as long
        raise _too_long(len(found), where, most)
    hidden = next((i for i, c in enumerate(found) if c not in "\n\r\t" and category(c) in _UNSEEN), None)
    if hidden is not None:
        raise BadInput(
            "agreement.hidden",
            "“{where}” holds the invisible character {code} at position {position}. Paper would not show it; remove it.",
            where=where, code=f"U+{ord(found[hidden]):04X}", position=hidden + 1,
        )  # fmt: skip
    text = normalize("NFC", found.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")).strip()
    if not text:
        raise missing(where)
    if len(text) > most:
        raise _too_long(len(text), where, most)
    return text


def read_line(found: object, where: str) -> str:
    """A title or a name: a text of one line."""
    text = read_text(found, where, most=LINE)
    if "\n" in text:
        raise BadInput("agreement.line", "“{where}” must stand on one line.", where=where)
    return text


def missing(where: str) -> BadInput:
    """The fault for what is needed and not there."""
    return BadInput("agreement.missing", "“{where}” is missing.", where=where)


def _too_long(length: int, where: str, most: int) -> BadInput:
    return BadInput(
        "agreement.long", "“{where}” has {length} characters; at most {most} are possible.",
        where=where, length=length, most=most,
    )  # fmt: skip
