"""Words that can be found, the same for every database and in all four languages. Pure.

A text becomes terms: NFKC, case folded, ё as е, й as и, every dash a hyphen; a run of Chinese characters becomes its
overlapping pairs and its last character; a word with marks inside (a code, a formula) stands whole and in its parts.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 60  # characters of a term
MOST = 2000  # terms of one text: a page of notes has a few hundred
_MOST_ASKED = 8  # words of one question

_FOLD = str.maketrans(
    {"ё": "е", "й": "и", "‐": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "’": "'"}
    | dict.fromkeys("\u00ad\u200b\u200d")
)
_HAN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>[^\W_{_HAN}]+(?:[-./_+:·'][^\W_{_HAN}]+)*)")
_PART = re.compile(r"[^\W_]+")
_ZEROS = re.compile(r"0+(?=\d)")


@dataclass(frozen=True)
class Asked:
    """One word of a question: a term, or the beginning of one."""

    term: str
    beginning: bool = False


def folded(text: str) -> str:
    """The text as it is compared."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_FOLD)


def terms_of(texts: Iterable[str]) -> frozenset[str]:
    """Every term under which these texts are found."""
    found: set[str] = set()
    for text in texts:
        for token in _TOKEN.finditer(folded(text)):
            found.update(_of_run(token["han"]) if token["han"] else _of_word(token["word"]))
            if len(found) >= MOST:
                return frozenset(sorted(found)[:MOST])
    return frozenset(found)


def asked(question: str) -> tuple[Asked, ...]:
    """What must all be found; the last word may be the beginning of one, as it is still being typed."""
    tokens = list(_TOKEN.finditer(folded(question)))[:_MOST_ASKED]
    found: dict[str, Asked] = {}
    for token in tokens:
        last = token is tokens[-1]
        words = _asked_of_run(token["han"]) if token["han"] else _asked_of_word(token["word"], last=last)
        found.update({word.term: word for word in words})
    return tuple(found.values())


def _of_run(run: str) -> set[str]:
    """石墨烯: 石墨, 墨烯, and 烯, so that a single character is found wherever it stands."""
    return {run[i : i + 2] for i in range(len(run) - 1)} | {run[-1]}


def _of_word(word: str) -> set[str]:
    """kz-26-0117: itself, kz, 26, 0117, 117."""
    parts = set(_PART.findall(word))
    bare = {_ZEROS.sub("", part) for part in parts if part[0] == "0"}
    return {term[:LONGEST] for term in {word} | parts | bare}


def _asked_of_run(run: str) -> list[Asked]:
    if len(run) == 1:
        return [Asked(run, beginning=True)]
    return [Asked(run[i : i + 2]) for i in range(len(run) - 1)]


def _asked_of_word(word: str, *, last: bool) -> list[Asked]:
    """A code is asked for whole; words joined by hyphens one by one, as one writes sol-gel and sol gel."""
    if any(char.isdigit() for char in word):
        return [Asked(word[:LONGEST], beginning=last)]
    parts = _PART.findall(word)
    return [Asked(part[:LONGEST], beginning=last and part is parts[-1]) for part in parts]
