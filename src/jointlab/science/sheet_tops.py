"""The top of each sheet of an .xlsx workbook, straight from its parts: recognising a large workbook must not parse it.

calamine parses a sheet whole, however few rows are wanted. Here only the beginning of each part is unpacked. Small sheets,
and large ones that do not fit this (shared words far down the list), are left to calamine: they are not in the answer.
"""

import re
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from jointlab.errors import BadInput
from jointlab.science.archives import Archive
from jointlab.science.xmltree import local, parse_xml

LARGE = 2 << 20  # bytes unpacked from which a sheet is worth it
_BYTES = 1 << 19  # of a sheet's part that are looked at
_WORDS = 1 << 19  # of the shared words
_PIECE = 1 << 14
_FEWEST = 2  # rows: a large sheet of fewer in its beginning is left to calamine
_SMALL = 4 << 20  # parts that are read whole
_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zones
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})$")
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_GENERAL = re.compile(r"[ymdhs]", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')

Rows = list[tuple[str | None, ...]]


def tops_of(archive: Archive, *, rows: int) -> dict[str, Rows]:
    """The first `rows` rows of each large sheet by name, numbers to nine digits behind the point as calamine gives them."""
    try:
        parts = {name: part for name, part in _sheet_parts(archive).items() if archive.size(part) >= LARGE}
        if not parts:
            return {}
        elements = {name: _elements(archive.top(part, _BYTES), "row", most=rows) for name, part in parts.items()}
        dated = _date_styles(archive)
        words = _shared_words(archive, most=1 + max(_last_word(top) for top in elements.values()))
        found = {name: _top(top, rows, words, dated) for name, top in elements.items()}
    except (BadInput, ParseError, ValueError, OverflowError):
        return {}
    return {name: top for name, top in found.items() if top is not None}


def _small(archive: Archive, name: str) -> Element | None:
    if name not in archive.names:
        return None
    data = archive.top(name, _SMALL + 1)
    return None if len(data) > _SMALL else parse_xml(data, part=name)


def _sheet_parts(archive: Archive) -> dict[str, str]:
    """Part of each sheet, by the sheet's name."""
    book, relations = _small(archive, "xl/workbook.xml"), _small(archive, "xl/_rels/workbook.xml.rels")
    if book is None or relations is None:
        return {}
    targets = {entry.get("Id"): entry.get("Target", "") for entry in relations}
    found = {}
    for entry in book.iter():
        if local(entry.tag) != "sheet":
            continue
        link = next((value for key, value in entry.attrib.items() if local(key) == "id" and key != "id"), None)
        target = targets.get(link, "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in archive.names:
            found[entry.get("name", "")] = part
    return found


def _date_styles(archive: Archive) -> set[int]:
    """Numbers of the cell styles that show a number as a date or a time."""
    root = _small(archive, "xl/styles.xml")
    if root is None:
        return set()
    own = {
        int(entry.get("numFmtId", -1)): _QUOTED.sub("", entry.get("formatCode", ""))
        for entry in root.iter()
        if local(entry.tag) == "numFmt"
    }
    styles = next((entry for entry in root if local(entry.tag) == "cellXfs"), None)
    found = set()
    for number, style in enumerate(styles if styles is not None else ()):
        form = int(style.get("numFmtId", 0))
        if form in _DATE_FORMATS or _GENERAL.search(own.get(form, "").replace("General", "")):
            found.add(number)
    return found


def _last_word(elements: list[Element]) -> int:
    """The highest number of a shared word in these rows; -1 where there is none."""
    cells = (cell for element in elements for cell in element if cell.get("t") == "s")
    return max((int(entry.text or -1) for cell in cells for entry in cell if local(entry.tag) == "v"), default=-1)


def _shared_words(archive: Archive, *, most: int) -> list[str]:
    """The first shared words, as many as are wanted and lie in the beginning of their part."""
    name = "xl/sharedStrings.xml"
    if name not in archive.names or not most:
        return []
    return [_words_of(entry) for entry in _elements(archive.top(name, _WORDS), "si", most=most)]


def _words_of(entry: Element) -> str:
    """The text of a shared or inline word; its runs of one format each are joined, its reading aids are not."""
    aids = {text for aid in entry.iter() if local(aid.tag) == "rPh" for text in aid.iter()}
    return "".join(text.text or "" for text in entry.iter() if local(text.tag) == "t" and text not in aids)


def _elements(data: bytes, tag: str, *, most: int) -> list[Element]:
    """The whole elements of that name at the beginning of a part that may be cut. Raises ParseError."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise ParseError("entities are not read")
    parser: XMLPullParser[Any] = XMLPullParser(["end"])  # entities were refused above
    found: list[Element] = []
    for begin in range(0, len(data), _PIECE):
        parser.feed(data[begin : begin + _PIECE])
        for event in parser.read_events():
            if isinstance(event[-1], Element) and local(event[-1].tag) == tag:
                found.append(event[-1])
                if len(found) >= most:
                    return found
    return found


def _top(elements: list[Element], rows: int, words: list[str], dated: set[int]) -> Rows | None:
    if len(elements) < min(rows, _FEWEST):
        return None  # rows so wide that the beginning does not hold enough of them
    table: list[dict[int, str]] = []
    for element in elements:
        number = int(element.get("r", len(table) + 1))
        if not len(table) < number <= rows:
            break
        table += [{} for _ in range(number - len(table) - 1)]
        cells: dict[int, str] = {}
        for cell in element:
            column = _column(cell.get("r"), max(cells, default=-1) + 1)
            text = _text(cell, words, dated)
            if text is None:
                return None
            if text:
                cells[column] = text
        table.append(cells)
    width = max((max(row, default=-1) + 1 for row in table), default=0)
    return [tuple(row.get(i) for i in range(width)) for row in table]


def _column(place: str | None, otherwise: int) -> int:
    match = _PLACE.match(place or "")
    if match is None:
        return otherwise
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _text(cell: Element, words: list[str], dated: set[int]) -> str | None:
    """The text of a cell, empty for an empty one; None where it is a shared word that was not reached."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _words_of(cell)
    value = next((entry.text for entry in cell if local(entry.tag) == "v"), None)
    if value is None:
        return ""
    if kind == "s":
        return words[int(value)] if int(value) < len(words) else None
    if kind != "n":
        return value
    number = float(value)
    if int(cell.get("s", 0)) in dated:
        return (_ZERO + timedelta(milliseconds=round(number * 86_400_000))).isoformat(" ")
    return f"{number:.9f}".rstrip("0").rstrip(".")
