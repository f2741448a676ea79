"""Words that people type: cleaned the same way everywhere."""

import re
import unicodedata

from jointlab.errors import BadInput

_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_LINE_BREAKS = "\n\r\u2028\u2029\x0b\x0c\x85"


def clean_line(text: str, *, field: str, empty: bool = False, most: int = 120) -> str:
    """One line in NFC without control and direction marks, at most `most` characters.

    Raises BadInput ``words.empty`` or ``words.long``, with the name of the field among the facts.
    """
    line = " ".join(_cleaned(text, keep="").split())
    if not line and not empty:
        raise BadInput("words.empty", "This is needed.", field=field)
    if len(line) > most:
        raise BadInput(
            "words.long", "At most {most} characters; these are {length}.", field=field, most=most, length=len(line)
        )
    return line


def clean_text(text: str, *, field: str, most: int = 20_000) -> str:
    """Several lines in NFC without control and direction marks; line ends are LF."""
    clean = _cleaned(text.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t").strip()
    if len(clean) > most:
        raise BadInput(
            "words.long", "At most {most} characters; these are {length}.", field=field, most=most, length=len(clean)
        )
    return clean


def slug_of(text: str, *, most: int = 60) -> str:
    """A short name for addresses: ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:most].strip("-")
    if not slug:
        raise BadInput(
            "words.slug",
            "“{text}” has no Latin letters or digits; give a short name in Latin letters.",
            field="slug",
            text=text,
        )
    return slug


def _cleaned(text: str, *, keep: str) -> str:
    return "".join(
        " " if char in _LINE_BREAKS and char not in keep else char
        for char in unicodedata.normalize("NFC", text)
        if char in keep
        or char in _LINE_BREAKS
        or not (unicodedata.category(char) in ("Cc", "Cs", "Cn") or char in _BIDI)
    )
