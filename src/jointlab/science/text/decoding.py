"""Which encoding a text is in, decided by evidence over the whole file, and the text as UTF-8.

Order of evidence: a byte order mark; the NUL pattern of UTF-16; valid ASCII or UTF-8 throughout; then, among the legacy
encodings of instrument computers (Windows-1251, GB18030, Shift-JIS, Latin-1), the one whose letters make words. Two
encodings that give the same characters are no question; two that differ without evidence are one.
"""

import re
from dataclasses import dataclass

from jointlab.errors import BadInput, Option, Question

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "windows-1251", "gb18030", "shift_jis", "latin-1")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_HIGH_RUN = re.compile(rb"[\x80-\xff](?:[\x40-\x7e\x80-\xff]*[\x80-\xff])?")
_MAX_RUNS = 2000  # distinct words with high bytes that are weighed
_LIKELY = 0.9  # share of characters that must be expected ones
_SYMBOLS = frozenset("°µ±²³·Ω×Åöäüßéèàçñ®©½¹ÖÄÜ")
_CJK_MARKS = frozenset("℃°，。：；（）、×Ωμ～－％Å‰·【】“”《》")


@dataclass(frozen=True)
class Decoded:
    """Text as UTF-8 bytes without a byte order mark, the encoding it was in, and why we think so."""

    data: bytes
    encoding: str
    evidence: str


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
        return Decoded(data, "ascii", "only ASCII bytes")
    try:
        data.decode("utf-8")
        return Decoded(data, "utf-8", "valid UTF-8 throughout")
    except UnicodeDecodeError:
        return _legacy(data, name)


def _as_utf8(data: bytes, encoding: str, evidence: str, name: str) -> Decoded:
    try:
        text = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as fault:
        raise BadInput(
            "text.not-text", "“{name}” is not text in {encoding}: {reason}.", name=name, encoding=encoding, reason=fault
        ) from fault
    return Decoded(data if encoding == "utf-8" else text.encode(), encoding, evidence)


def is_utf16(data: bytes) -> bool:
    """Whether the bytes are UTF-16, with or without a byte order mark."""
    return data.startswith((b"\xff\xfe", b"\xfe\xff")) or _utf16_without_mark(data) is not None


def _utf16_without_mark(data: bytes) -> str | None:
    sample = data[:2048]
    if len(sample) < 4 or sample.count(0) < len(sample) * 0.3:
        return None
    if sample[1::2].count(0) > 0.8 * len(sample[1::2]) and sample[0::2].count(0) == 0:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.8 * len(sample[0::2]) and sample[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _legacy(data: bytes, name: str) -> Decoded:
    runs = set()
    for match in _HIGH_RUN.finditer(data):
        runs.add(match.group())
        if len(runs) >= _MAX_RUNS:
            break
    scores = {encoding: _score(runs, encoding) for encoding in ("windows-1251", "gb18030", "shift_jis", "latin-1")}
    best = max(scores.values())
    leaders = [encoding for encoding, score in scores.items() if score >= best - 0.05 and score >= _LIKELY]
    readings = {encoding: [run.decode(encoding, errors="replace") for run in sorted(runs)] for encoding in leaders}
    if leaders and all(reading == readings[leaders[0]] for reading in readings.values()):
        chosen = leaders[-1]
        return _as_utf8(data, chosen, f"{scores[chosen]:.0%} of the letters beyond ASCII are expected ones", name)
    if not leaders:
        return _unlikely(data, scores, name)
    options = tuple(Option(encoding, ", ".join(readings[encoding][:3])) for encoding in leaders)
    raise BadInput(
        "text.encoding",
        "The letters beyond ASCII in “{name}” make sense in {encodings}. Which one did the instrument's computer use?",
        Question("encoding", options), name=name, encodings=" and ".join(leaders),
    )  # fmt: skip


def _unlikely(data: bytes, scores: dict[str, float], name: str) -> Decoded:
    """No encoding makes words: stray filler bytes are tolerated as Latin-1, binary content is not."""
    high = sum(data.count(bytes([byte])) for byte in range(0x80, 0x100))
    control = sum(data.count(bytes([byte])) for byte in range(0x20) if byte not in b"\t\n\r\f\0")
    if high > 0.02 * len(data) or control > 0.001 * len(data):
        raise BadInput(
            "text.not-text",
            "“{name}” is not text: {share:.0%} of its bytes belong to no writing that is known here.",
            name=name,
            share=(high + control) / len(data),
        )
    return _as_utf8(
        data, "latin-1", f"{high} stray bytes that make no word in any encoding (best {max(scores.values()):.0%})", name
    )


def _score(runs: set[bytes], encoding: str) -> float:
    """Share of the characters beyond ASCII that this encoding makes expected ones, 0 to 1."""
    good = total = 0
    for run in runs:
        try:
            text = run.decode(encoding)
        except UnicodeDecodeError:
            total += len(run)
            continue
        beyond = [c for c in text if not c.isascii()]
        total += len(beyond)
        good += sum(_expected(c, encoding, alone=len(beyond) == 1, word=text) for c in beyond)
    return good / total if total else 0.0


def _expected(character: str, encoding: str, *, alone: bool, word: str) -> bool:
    """Whether a person would write this character in a file of this encoding."""
    if encoding == "latin-1":
        return character in _SYMBOLS and (
            alone or not character.isalpha() or (len(word) > 2 and any(c.isascii() for c in word))
        )
    if encoding == "windows-1251":
        cyrillic = "а" <= character.lower() <= "я" or character in "ёЁіІ№"
        return (cyrillic and not alone) or character in "°µ±·"
    code = character.encode(encoding, errors="ignore")
    if encoding == "gb18030":  # GB 2312 level 1 hanzi, by frequency of use, and its symbols
        return character in _CJK_MARKS or (len(code) == 2 and 0xB0 <= code[0] <= 0xD7 and code[1] >= 0xA1)
    kana = "\u3041" <= character <= "\u30ff"  # Shift-JIS: kana, JIS level 1 kanji and symbols
    return character in _CJK_MARKS or kana or (len(code) == 2 and 0x88 <= code[0] <= 0x97)
