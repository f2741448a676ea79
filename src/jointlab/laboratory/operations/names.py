"""Names of files that strangers give: the last part only, nothing that hides or reorders, short enough for any disk."""

import re
import unicodedata

_LONGEST = 255  # bytes, of a name
_LONGEST_FOLDER = 500  # characters
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_PARTS = re.compile(r"[/\\]+")
UNNAMED = "unnamed"


def clean_name(name: str) -> str:
    """A file's own name: without folders, control and direction marks; NFC; at most 255 bytes, its extension kept."""
    parts = _parts(name)
    return _shortened(parts[-1]) if parts else UNNAMED


def folder_of(path: str) -> str:
    """The folders of a path inside an archive or a dropped folder, cleaned; the last ones where there are too many."""
    return "/".join(_parts(path)[:-1])[-_LONGEST_FOLDER:].lstrip("/")


def clean_folder(path: str) -> str:
    """As `folder_of`, for a path that is a folder."""
    return folder_of(f"{path}/.x")


def _parts(path: str) -> list[str]:
    cleaned = (_cleaned(part) for part in _PARTS.split(path))
    return [part for part in cleaned if part.strip(".") and not re.fullmatch(r"[A-Za-z]:", part)]


def _cleaned(part: str) -> str:
    text = unicodedata.normalize("NFC", part)
    kept = (c for c in text if unicodedata.category(c) not in ("Cc", "Cs", "Cn", "Zl", "Zp") and c not in _BIDI)
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def _shortened(name: str) -> str:
    if len(name.encode()) <= _LONGEST:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix.encode()) > 20:
        stem, dot, suffix = name, "", ""
    room = _LONGEST - len(f"{dot}{suffix}".encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip() + dot + suffix
