"""Tables as .xlsx: the first sheet of one that somebody brought, within limits; and a small one to download. Pure.

A table of agreements is typed by people, so that what is allowed here is far less than what an instrument may write.
"""

import io
import zipfile
from collections.abc import Sequence
from functools import partial
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from jointlab.errors import BadInput

_ZIP: Final = b"PK\x03\x04"
_MOST_UNPACKED: Final = 40 * 2**20  # bytes of all parts
_MOST_CELLS: Final = 200_000  # of the rectangle that holds all cells of a sheet
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

Rows = Sequence[Sequence[str]]


def is_xlsx(data: bytes) -> bool:
    """Whether it begins as one does."""
    return data.startswith(_ZIP)


def first_sheet(data: bytes) -> list[tuple[str | None, ...]]:
    """The cells of the first sheet as text. Raises BadInput ``entering.unpacked``, ``.extent``, ``.sheet`` and what an unsound one raises."""
    from jointlab.science.archives import open_archive
    from jointlab.science.sheet_extent import extent_of
    from jointlab.science.workbooks import open_workbook

    archive = open_archive(data)
    size = sum(archive.size(name) for name in archive.names)
    if size > _MOST_UNPACKED:
        raise BadInput(
            "entering.unpacked", "The workbook unpacks to {size} MB; a table of agreements has at most {limit}. Save the table alone.",
            size=size >> 20, limit=_MOST_UNPACKED >> 20,
        )  # fmt: skip
    for part in archive.names:
        extent = extent_of(partial(archive.pieces, part), most=_MOST_CELLS)
        if extent.area > _MOST_CELLS:
            raise BadInput(
                "entering.extent", "The sheet “{part}” reaches over {rows} rows and {columns} columns. Delete the far cells, or save the table alone.",
                part=part[:80], rows=extent.rows, columns=extent.columns,
            )  # fmt: skip
    workbook = open_workbook(data, archive)
    if not workbook.sheets:
        raise BadInput("entering.sheet", "This workbook has no sheet with a table.")
    return workbook.cells(workbook.sheets[0])


def as_xlsx(sheets: Sequence[tuple[str, Rows]]) -> bytes:
    """Sheets of text by their names; the first row of each is bold. The same bytes for the same words."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(sheets).items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), _HEAD + text)
    return out.getvalue()


def _parts(sheets: Sequence[tuple[str, Rows]]) -> dict[str, str]:
    numbers = range(1, len(sheets) + 1)
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for part, kind in (
            ("workbook", "sheet.main"), ("styles", "styles"), *((f"worksheets/sheet{one}", "worksheet") for one in numbers)
        )
    )  # fmt: skip
    links = "".join(
        f'<Relationship Id="r{one}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{one}.xml"/>' for one in numbers
    )
    named = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{one}" r:id="r{one}"/>'
        for one, (name, _) in zip(numbers, sheets, strict=True)
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}<Relationship Id="s" Type="{_LINKS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
        **{f"xl/worksheets/sheet{one}.xml": _sheet(rows) for one, (_, rows) in zip(numbers, sheets, strict=True)},
    }


# Cells are text (format 49), so that a spreadsheet leaves days and numbers as they are typed; style 1 is bold.
_STYLES: Final = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="49" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>'
)


def _sheet(rows: Rows) -> str:
    width = max((len(row) for row in rows), default=1)
    lines = "".join(
        f'<row r="{number}">{"".join(_cell(text, number, column) for column, text in enumerate(row))}</row>'
        for number, row in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="{_MAIN}"><cols><col min="1" max="{width}" width="24" style="0" customWidth="1"/></cols><sheetData>{lines}</sheetData></worksheet>'


def _cell(text: str, row: int, column: int) -> str:
    place = f"{chr(65 + column)}{row}"
    return f'<c r="{place}" t="inlineStr" s="{1 if row == 1 else 0}"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
