"""Which encoding a text is in, decided by evidence over the whole file, and the text as UTF-8.

Order of evidence: a byte order mark; the NUL pattern of UTF-16; valid ASCII or UTF-8 throughout; then, among the legacy
encodings of instrument computers (Windows-1251, GB18030, Shift-JIS, Latin-1), the one whose letters make words. Two
encodings that give the same characters are no question; two that differ without evidence are one.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from jointlab.errors import BadInput, Option, Question

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "windows-1251", "gb18030", "shift_jis", "latin-1")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_LEGACY = ("windows-1251", "gb18030", "shift_jis", "latin-1")
_MAX_LINES = 2000  # distinct lines with bytes beyond ASCII that are weighed
_LIKELY = 0.9  # share of characters beyond ASCII that must be expected ones
_TIE = 0.05
_CHUNK = 1 << 16  # bytes; the part of a large file that is beyond ASCII is found in such steps

_FILLER = b"\xff"  # some instruments pad fields with it
_WORD = re.compile(r"[^\W\d_µ]+")
_SYMBOLS = frozenset("°µ±²³·×½¼¹©®№–—“”«»…")
_CJK_SYMBOLS = frozenset("℃°，。：；（）、×Ωμ～－％Å‰·【】“”《》　＊／αβγδεθλπρστφωΔΣΦ㎡①②③")


@dataclass(frozen=True, eq=False)
class Decoded:
    """Text as UTF-8 without a byte order mark, the encoding it was in, and why we think so.

    The text is `top`, then `source` from `kept_from` on: of a large file in an encoding that extends ASCII only the top
    was rewritten, and nothing was copied.
    """

    top: bytes
    encoding: str
    evidence: str
    source: bytes = b""
    kept_from: int = 0

    @cached_property
    def data(self) -> bytes:
        """The whole text."""
        kept = self.source[self.kept_from :] if self.kept_from else self.source
        return self.top + kept if self.top else kept

    @property
    def size(self) -> int:
        """Bytes of the whole text."""
        return len(self.top) + len(self.source) - self.kept_from


def decode(data: bytes, *, name: str, given: str | None = None) -> Decoded:
    """Decide the encoding of `data`.

    Raises BadInput ``text.encoding`` with a question when several encodings fit and differ, ``text.not-text`` when
    none does.
    """
    if given is not None:
        return _as_utf8(data, given, "given by the user", name)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _as_utf8(data[len(mark) :], encoding, "byte order mark", name)
    if (wide := _utf16_without_mark(data)) is not None:
        return _as_utf8(data, wide, "every second byte is zero", name)
    if data.isascii():
        return Decoded(b"", "ascii", "only ASCII bytes", data)
    part = _part_beyond_ascii(data)
    try:
        data[slice(*part)].decode("utf-8")
        return Decoded(b"", "utf-8", "valid UTF-8 throughout", data)
    except UnicodeDecodeError:
        return _legacy(data, part, name)


def _part_beyond_ascii(data: bytes) -> tuple[int, int]:
    """Where the whole lines begin and end outside of which all is ASCII; (0, 0) where everything is."""
    starts = [at for at in range(0, len(data), _CHUNK) if not data[at : at + _CHUNK].isascii()]
    if not starts:
        return 0, 0
    low, high = starts[-1], min(starts[-1] + _CHUNK, len(data))
    while high - low > 1:  # where in the last chunk: the rows below a header shall stay as they are
        middle = (low + high) // 2
        low, high = (low, middle) if data[middle:high].isascii() else (middle, high)
    end = data.find(b"\n", high - 1)
    return data.rfind(b"\n", 0, starts[0]) + 1, len(data) if end < 0 else end + 1


def _as_utf8(data: bytes, encoding: str, evidence: str, name: str, part: tuple[int, int] | None = None) -> Decoded:
    """`data` as UTF-8; of a large file in an encoding that extends ASCII only the lines beyond it are rewritten."""
    begin, end = (0, len(data)) if encoding.startswith("utf-16") else part or _part_beyond_ascii(data)
    try:
        text = data[begin:end].decode(encoding)
    except (UnicodeDecodeError, LookupError) as fault:
        raise BadInput(
            "text.not-text",
            "“{name}” is not text in {encoding} ({reason}). Choose another encoding, or none.",
            name=name,
            encoding=encoding,
            reason=str(fault).rstrip("."),
        ) from fault
    if encoding == "utf-8":
        return Decoded(b"", encoding, evidence, data)
    top = data[:begin] + text.encode()
    return Decoded(top, encoding, evidence, data, end) if end < len(data) else Decoded(top, encoding, evidence)


def is_utf16(data: bytes) -> bool:
    """Whether the bytes are UTF-16, with or without a byte order mark."""
    return data.startswith((b"\xff\xfe", b"\xfe\xff")) or _utf16_without_mark(data) is not None


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 shows as zero bytes at every other place: all at odd or all at even offsets."""
    sample = data[:4096]
    zeros = sample.count(0)
    if len(sample) < 4 or zeros < 0.05 * len(sample):
        return None
    if sample[0::2].count(0) == 0:
        return "utf-16-le"
    return "utf-16-be" if sample[1::2].count(0) == 0 else None


def _legacy(data: bytes, part: tuple[int, int], name: str) -> Decoded:
    lines = _lines_beyond_ascii(data[slice(*part)])
    if set(lines.translate(None, bytes(range(128)))) <= set(_FILLER):
        return _as_utf8(data, "latin-1", "the only bytes beyond ASCII are 0xFF, a filler", name)
    readings = {encoding: lines.decode(encoding, errors="replace") for encoding in _LEGACY}
    scores = {encoding: _score(text, encoding) for encoding, text in readings.items()}
    best = max(scores.values())
    leaders = [encoding for encoding in _LEGACY if scores[encoding] >= max(_LIKELY, best - _TIE)]
    if not leaders:
        return _unlikely(data, best, name)
    if len({readings[encoding] for encoding in leaders}) == 1:
        evidence = f"{scores[leaders[-1]]:.0%} of the characters beyond ASCII are expected ones"
        return _as_utf8(data, leaders[-1], evidence, name, part)
    raise BadInput(
        "text.encoding",
        "The letters beyond ASCII in “{name}” make sense in {encodings}. Which did the instrument's computer use?",
        Question("encoding", tuple(Option(encoding, _example(readings[encoding])) for encoding in leaders)),
        name=name,
        encodings=" and ".join(leaders),
    )


def _lines_beyond_ascii(part: bytes) -> bytes:
    """The distinct lines that hold bytes beyond ASCII, as far as there are not too many."""
    found: dict[bytes, None] = {}
    for line in part.replace(b"\r", b"\n").split(b"\n"):
        if not line.isascii():
            found[line] = None
            if len(found) >= _MAX_LINES:
                break
    return b"\n".join(found)


def _example(text: str) -> str:
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    return ", ".join(words[:4]) or text.strip()[:40]


def _unlikely(data: bytes, best: float, name: str) -> Decoded:
    """No encoding makes words: a few stray bytes are tolerated as Latin-1, binary content is not."""
    high = len(data) - len(data.translate(None, bytes(range(0x80, 0x100))))
    control = len(data) - len(data.translate(None, bytes(set(range(0x20)) - set(b"\t\n\r\f\0"))))
    if high > 0.02 * len(data) or control > 0.001 * len(data):
        raise BadInput(
            "text.not-text",
            "“{name}” is not text: {share:.0f} % of its bytes belong to no encoding that is known here. Export the measurement as text.",
            name=name,
            share=100 * (high + control) / len(data),
        )
    return _as_utf8(data, "latin-1", f"{high} stray bytes that make no word in any encoding (best {best:.0%})", name)


def _score(text: str, encoding: str) -> float:
    """Share of the characters beyond ASCII that a person would have written, 0 to 1."""
    total = sum(not c.isascii() for c in text)
    if encoding in ("gb18030", "shift_jis"):
        return sum(_is_usual_cjk(c, encoding) for c in text if not c.isascii()) / total
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    known = _is_russian if encoding == "windows-1251" else _is_western
    long_words = any(len(word) > 1 and known(word) for word in words)
    good = sum(sum(not c.isascii() for c in word) for word in words if known(word) and (len(word) > 1 or long_words))
    marks = sum(c in _SYMBOLS for c in text) + (words.count("Å") if encoding == "latin-1" else 0)
    return min((good + marks) / total, 1.0)


# units as Russian writes them, capitals inside: мА, мАч, кОм, мкВт
_RUSSIAN_UNIT = re.compile(r"(?:мк|[мкнпМГ])?(?:А|Ач|В|Вт|Втч|Ом|Па|Гц|эВ|Кл|Ф|Гн|Дж|См|Тл)")


def _is_russian(word: str) -> bool:
    """Cyrillic throughout, in one of the three ways of using capitals, and not one letter repeated; or a unit."""
    if _RUSSIAN_UNIT.fullmatch(word):
        return True
    cyrillic = all("а" <= c <= "я" or c in "ёі" for c in word.lower())
    return (
        cyrillic and (word.islower() or word.isupper() or word[1:].islower()) and (len(word) < 3 or len(set(word)) > 1)
    )


def _is_western(word: str) -> bool:
    """Mostly plain letters with one or two accented ones, as German and French write; small after the first."""
    beyond = [c for c in word if not c.isascii()]
    return len(word) > 1 and len(beyond) <= len(word) / 2 and (word.isupper() or all(c.islower() for c in word[1:]))


def _is_usual_cjk(character: str, encoding: str) -> bool:
    """Level 1 characters of GB 2312 or JIS X 0208 (the ones in everyday use), kana, and the symbols of tables."""
    if character in _CJK_SYMBOLS:
        return True
    code = character.encode(encoding, errors="ignore")
    if encoding == "gb18030":
        return len(code) == 2 and 0xB0 <= code[0] <= 0xD7 and code[1] >= 0xA1
    is_kana = "\u3041" <= character <= "\u30ff"
    return is_kana or (len(code) == 2 and 0x88 <= code[0] <= 0x98)
