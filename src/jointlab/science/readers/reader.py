"""What a reader is."""

from collections.abc import Callable
from dataclasses import dataclass

from jointlab.science.reading import Reading
from jointlab.science.settings import Setting, Settings
from jointlab.science.source import Source


@dataclass(frozen=True)
class Reader:
    """One file format.

    `recognises` looks at the content: magic bytes, the first 4 KiB, the parts of an archive, the first rows of a
    workbook; never at the extension alone, and it never raises on strange bytes. `read` returns canonical units or
    raises BadInput. A generic reader is asked only when no specific one recognises the file.
    """

    name: str  # vendor.format, the `format` of a reading
    title: str  # for people: “BioLogic EC-Lab text export (.mpt)”
    techniques: tuple[str, ...]
    recognises: Callable[[Source], bool]
    read: Callable[[Source, Settings], Reading]
    extensions: tuple[str, ...] = ()  # what such files are usually called; documentation and advice only
    settings: tuple[Setting, ...] = ()
    generic: bool = False


@dataclass(frozen=True)
class Unreadable:
    """A known format that cannot be read: it is recognised, named, and refused with the export to make instead."""

    name: str
    title: str
    recognises: Callable[[Source], bool]
    advice: str
    extensions: tuple[str, ...] = ()
