"""A large Neware export, made here: the columns that BTSDA 8 writes, one charge and one discharge over and over."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

_POINTS = 9065  # of one body
_HEADER = (
    "DataPoint", "Cycle Index", "Step Index", "Step Type", "Time", "Total Time", "Current(A)", "Voltage(V)", "Capacity(Ah)",
    "Spec. Cap.(mAh/g)", "Chg. Cap.(Ah)", "Chg. Spec. Cap.(mAh/g)", "DChg. Cap.(Ah)", "DChg. Spec. Cap.(mAh/g)",
    "Energy(Wh)", "Spec. Energy(mWh/g)", "Chg. Energy(Wh)", "Chg. Spec. Energy(mWh/g)", "DChg. Energy(Wh)",
    "DChg. Spec. Energy(mWh/g)", "Date", "Power(W)", "dQ/dV(mAh/V)", "dQm/dV(mAh/V.g)", "Contact resistance(mO)",
    "Module start-stop switch",
)  # fmt: skip
_FORMS = ("{:.8f}", "{:.4f}", "{:.8f}", "{:.2f}", "{:.8f}", "{:.2f}", "{:.8f}", "{:.2f}", "{:.8f}", "{:.2f}", "{:.8f}",
          "{:.2f}", "{:.8f}", "{:.2f}")  # fmt: skip
_TEXT = frozenset((3, 4, 5, 20, 25))  # columns of words and times


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _rows(copies: int) -> Iterator[list[str]]:
    """Records, one a minute; the cells as text."""
    half = _POINTS // 2
    charging = np.arange(_POINTS) < half
    within = np.where(charging, np.arange(_POINTS), np.arange(_POINTS) - half)
    current = np.where(charging, 2.4867e-4, -2.4868e-4)
    charge = np.abs(current) * within / 60
    potential = np.where(charging, 0.2 + 1.2 * within / half, 1.4 - 1.2 * within / half)
    energy = charge * potential
    zero = np.zeros(_POINTS)
    numbers = []
    for value, mass in ((charge, 480.8), (energy, 480.8)):
        numbers += [
            value,
            value * mass * 1e3,
            np.where(charging, value, zero),
            np.where(charging, value * mass * 1e3, zero),
        ]
        numbers += [np.where(charging, zero, value), np.where(charging, zero, value * mass * 1e3)]
    columns = [current, potential, *numbers]
    cells = [[form.format(number) for number in column] for form, column in zip(_FORMS, columns, strict=True)]
    power = [f"{value:.8f}" for value in current * potential]
    for copy in range(copies):
        begin = np.datetime64("2022-05-18T16:27:52") + copy * _POINTS * np.timedelta64(60, "s")
        dates = np.datetime_as_string(begin + np.arange(_POINTS) * np.timedelta64(60, "s"))
        for i in range(_POINTS):
            number = copy * _POINTS + i
            yield [
                str(number + 1), str(copy + 1), "1" if charging[i] else "2", "CC Chg" if charging[i] else "CC DChg",
                _clock(int(within[i]) * 60), _clock(number * 60), *(column[i] for column in cells),
                str(dates[i]).replace("T", " "), power[i], "0.0000", "0.0000", "0", "Close",
            ]  # fmt: skip


def make_csv(path: Path, copies: int) -> None:
    """A record table of `copies` bodies, 26 columns; 105 copies are about 200 MB."""
    with path.open("w", newline="\n") as file:
        file.write(",".join(_HEADER) + "\n")
        file.writelines(",".join(row) + "\n" for row in _rows(copies))


def make_xlsx(path: Path, copies: int) -> None:
    """The same records in a workbook, words shared as Excel shares them; 8 copies are about 9 MB."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    words: dict[str, int] = {}

    def row(number: int, cells: list[str]) -> str:
        parts = []
        for column, cell in enumerate(cells):
            place = f"{chr(65 + column)}{number}"
            if number == 1 or column in _TEXT:
                parts.append(f'<c r="{place}" t="s"><v>{words.setdefault(cell, len(words))}</v></c>')
            else:
                parts.append(f'<c r="{place}"><v>{cell}</v></c>')
        return f'<row r="{number}">{"".join(parts)}</row>'

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{main}"><sheetData>{row(1, list(_HEADER))}'.encode())
            for number, cells in enumerate(_rows(copies), start=2):
                sheet.write(row(number, cells).encode())
            sheet.write(b"</sheetData></worksheet>")
        shared = "".join(f"<si><t>{escape(word)}</t></si>" for word in words)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{shared}</sst>')
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/></Types>',
        )
        relation = f'<Relationships xmlns="{package}/relationships">'
        archive.writestr(
            "_rels/.rels",
            f'{relation}<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'{relation}<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="record" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
