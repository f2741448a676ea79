"""What one text says otherwise than another, word by word, for people who read both. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

_LONGEST: Final = 20_000  # characters; longer texts are shown as removed and added whole
_WORD: Final = re.compile(r"[\u3400-\u9fff]|\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """Some words: `same`, `added` or `removed`."""

    kind: str
    text: str


def differences(before: str, after: str) -> tuple[Piece, ...]:
    """The later text with what was taken out and put in; Chinese by characters, all else by words."""
    if before == after:
        return (Piece("same", after),) if after else ()
    if len(before) + len(after) > _LONGEST:
        return tuple(piece for piece in (Piece("removed", before), Piece("added", after)) if piece.text)
    return tuple(_joined(_pieces(_WORD.findall(before), _WORD.findall(after))))


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(new[c:d]))
            continue
        if b > a:
            yield Piece("removed", "".join(old[a:b]))
        if d > c:
            yield Piece("added", "".join(new[c:d]))


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """A lone space between two changes belongs to both, or a changed phrase would fall to pieces."""
    removed = added = ""
    for piece in pieces:
        if piece.kind == "same" and piece.text.strip():
            yield from _changed(removed, added)
            removed = added = ""
            yield piece
            continue
        removed += piece.text if piece.kind != "added" else ""
        added += piece.text if piece.kind != "removed" else ""
    yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[Piece]:
    if removed == added:
        if added:
            yield Piece("same", added)
        return
    if removed.strip():
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)
