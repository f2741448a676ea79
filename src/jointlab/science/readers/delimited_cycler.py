"""Delimited text of any cycler or script (.csv, .txt): a header that names time, voltage and current, and counts or capacities.

Asked only when no vendor's reader knows the file. Names are known in English, Russian and Chinese; a unit that neither
the header nor other columns prove is asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jointlab.errors import BadInput, Option, Question
from jointlab.science.readers.cycler_columns import Mapped, Meaning, fold, map_columns, part, with_time
from jointlab.science.readers.cycler_evidence import UNIT_SETTINGS, Evidence, Units, require, signed_by_state
from jointlab.science.readers.land_words import direction
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Reading, make_table
from jointlab.science.settings import Setting, Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Text, read_text
from jointlab.science.text.blocks import head_texts
from jointlab.science.text.headers import may_be_header, wordy_lines

if TYPE_CHECKING:
    import polars as pl


def _words(*groups: tuple[str, Meaning]) -> dict[str, Meaning]:
    return {word: meaning for words, meaning in groups for word in words.split()}


_VOCABULARY = _words(
    ("index record datapoint point номер точка 序号 记录号 数据序号", Meaning("index")),
    ("time testtime totaltime elapsedtime runtime t время общеевремя 时间 测试时间 总时间", Meaning("time")),
    ("steptime времяшага 工步时间 步骤时间", Meaning("step_time")),
    (
        "datetime dateandtime date timestamp systime realtime датавремя дата 日期 系统时间 绝对时间",
        Meaning("unix_time"),
    ),
    ("voltage volts cellvoltage ecell u potential напряжение 电压", Meaning("potential")),
    ("current amps i ток 电流", Meaning("current")),
    ("capacity ёмкость емкость 容量", Meaning("capacity")),
    ("chargecapacity qcharge заряднаяёмкость заряднаяемкость ёмкостьзаряда 充电容量", Meaning("charge_capacity")),
    (
        "dischargecapacity qdischarge разряднаяёмкость разряднаяемкость ёмкостьразряда 放电容量",
        Meaning("discharge_capacity"),
    ),
    ("specificcapacity удельнаяёмкость удельнаяемкость 比容量", Meaning("specific_capacity")),
    ("energy энергия 能量", Meaning("energy")),
    ("chargeenergy энергиязаряда 充电能量", Meaning("charge_energy")),
    ("dischargeenergy энергияразряда 放电能量", Meaning("discharge_energy")),
    ("cycle cycleindex cycleno cyclenumber цикл номерцикла 循环 循环号 循环序号", Meaning("cycle")),
    ("step stepindex stepno шаг номершага 工步 工步号 步骤", Meaning("step")),
    ("state status mode steptype режим состояние 状态 工步状态 工步类型", Meaning(None, "state")),
    ("temperature temp температура 温度", Meaning("temperature")),
)
_SPELLINGS = {"В": "V", "мВ": "mV", "А": "A", "мА": "mA", "мкА": "uA", "с": "s", "сек": "s", "мин": "min", "ч": "h",
              "мАч": "mAh", "мА·ч": "mAh", "А·ч": "Ah", "Ач": "Ah", "мкАч": "uAh", "Вт·ч": "Wh", "мВт·ч": "mWh", "мАч/г": "mAh/g",
              "мА·ч/г": "mAh/g", "伏": "V", "安": "A", "毫安": "mA", "秒": "s", "分": "min", "时": "h", "小时": "h", "毫安时": "mAh"}  # fmt: skip
_NEEDED = {"time", "potential", "current"}
_COUNTS = {"cycle", "step", "capacity", "charge_capacity", "discharge_capacity", "specific_capacity"}
_CAPACITIES = ("capacity", "charge_capacity", "discharge_capacity")
_ENERGIES = ("energy", "charge_energy", "discharge_energy")
_SEPARATORS = ("\t", ";", ",")
_HEADER_WITHIN = 60
_SETTINGS: tuple[Setting, ...] = (
    *UNIT_SETTINGS,
    Setting("capacity_unit", "Unit of the capacities, where the file does not tell.", options=("Ah", "mAh", "uAh")),
    Setting("energy_unit", "Unit of the energies, where the file does not tell.", options=("Wh", "mWh", "uWh")),
)


@dataclass(frozen=True)
class _Head:
    """Line of the header, what parts its cells, and the cells with units as we spell them."""

    line: int
    separator: str
    cells: tuple[str, ...]


def _spelled(cell: str) -> str:
    """A header cell with Cyrillic and Chinese units put into ours: ``Ток, мА`` and ``电流(毫安)``."""
    text = cell.strip().strip('"').strip()
    for opening, closing in (("(", ")"), ("[", "]"), ("（", "）"), ("/", ""), (", ", "")):
        name, mark, unit = text.rpartition(opening)
        unit = unit.removesuffix(closing).strip().rstrip(".") if closing else unit.strip().rstrip(".")
        if mark and name and unit in _SPELLINGS:
            return f"{name.strip()} [{_SPELLINGS[unit]}]"
    return text


def _key(cell: str) -> str:
    return fold(part(cell).name)


def _find_head(numbered: Iterable[tuple[int, str]]) -> _Head | None:
    """The first line that names time, voltage and current and a cycle, step or capacity."""
    for number, line in numbered:
        if number >= _HEADER_WITHIN:
            break
        if not may_be_header(line):
            continue
        for separator in _SEPARATORS:
            cells = tuple(_spelled(cell) for cell in line.split(separator))
            found = {_VOCABULARY[key].quantity for cell in cells if (key := _key(cell)) in _VOCABULARY}
            if number == 0 and "potential" in {_key(cell) for cell in cells}:
                continue  # an electrode's potential in the first line: a script's voltammetry
            if found >= _NEEDED and found & _COUNTS:
                return _Head(number, separator, cells)
    return None


def recognises(source: Source) -> bool:
    """A header as above within the first 4 KiB of a text."""
    return any(_find_head(wordy_lines(text)) is not None for text in head_texts(source))


def read(source: Source, settings: Settings) -> Reading:
    """Read one file; raises BadInput ``cycler.header``, ``cycler.unit`` (with a question) and ``cycler.columns``."""
    text = read_text(source, settings)
    head = _find_head(enumerate(text.lines(0, _HEADER_WITHIN)))
    if head is None:
        raise BadInput(
            "cycler.header",
            "“{name}” has no line that names time, voltage and current. Export it again with a header.",
            name=text.name,
        )
    parsed = text.table(head.line + 1, [f"c{i}" for i in range(len(head.cells))], separator=head.separator)
    decisions = dict(text.decisions)
    cautions = [*text.cautions, *parsed.cautions]
    mapped = _columns(parsed.frame, head, settings, decisions, text.name)
    mapped = signed_by_state(mapped, direction, decisions, cautions, vendor="cycler")
    mapped = with_time(mapped, decisions)
    require(mapped, vendor="cycler", name=text.name)
    return Reading(
        format="delimited.cycler",
        technique="galvanostatic_cycling",
        tables=(make_table("data", mapped.columns),),
        warnings=(*cautions, *mapped.cautions),
        facts=_facts(text, head),
        decisions=decisions,
    )


def _columns(frame: "pl.DataFrame", head: _Head, settings: Settings, decisions: dict[str, str], name: str) -> Mapped:
    """Columns with the units of the header, of evidence, or of settings."""
    originals = [*head.cells, *[""] * (frame.width - len(head.cells))]
    kept = [i for i, label in enumerate(frame.columns) if originals[i] and frame[label].null_count() < frame.height]
    frame, cells = frame.select([frame.columns[i] for i in kept]), [originals[i] for i in kept]
    headers = [part(cell) for cell in cells]
    meanings = [_VOCABULARY.get(fold(header.name)) for header in headers]
    quantities = tuple(None if meaning is None else meaning.quantity for meaning in meanings)
    known = tuple(header.unit for header in headers)
    units = Units(Evidence(frame, quantities, known), settings, decisions, "cycler", name)
    written = []
    for label, header, quantity, unit in zip(frame.columns, headers, quantities, known, strict=True):
        decided = units.of(quantity, unit, numeric=frame[label].dtype.is_numeric())
        if unit is None and quantity in (*_CAPACITIES, *_ENERGIES):
            decided = _asked("capacity_unit" if quantity in _CAPACITIES else "energy_unit", settings, decisions, name)
        written.append(f"{header.name} [{decided}]" if decided else header.text)
    mapped = map_columns(frame, written, _VOCABULARY, vendor="cycler", origin=name)
    columns = [replace(column, header=cell) for column, cell in zip(mapped.columns, cells, strict=True)]
    return Mapped(tuple(columns), mapped.cautions)


def _asked(key: str, settings: Settings, decisions: dict[str, str], name: str) -> str:
    """The unit that a person gave. Raises BadInput ``cycler.unit`` with the question when nobody did."""
    options = next(setting.options for setting in _SETTINGS if setting.key == key)
    given = settings.choice(key, options)
    if given is None:
        raise BadInput(
            "cycler.unit", "“{name}” does not say the unit of its {what}. Which one is it?",
            Question(key, tuple(Option(option, f"the numbers are {option}") for option in options)),
            name=name, what="capacities" if key == "capacity_unit" else "energies",
        )  # fmt: skip
    decisions[key] = f"{given} (given)"
    return given


def _facts(text: Text, head: _Head) -> dict[str, str]:
    """Pairs of cells above the header."""
    found: dict[str, str] = {}
    for line in text.lines(0, head.line):
        cells = [cell.strip().strip('"') for cell in line.split(head.separator)]
        filled = [cell for cell in cells if cell]
        if len(filled) == 2 and not filled[0].lstrip("-").replace(".", "").isdigit():
            found.setdefault(filled[0].rstrip(": "), filled[1])
    return found


READERS = (
    Reader(
        "delimited.cycler",
        "Delimited text of cycling with a header (.csv, .txt)",
        ("galvanostatic_cycling",),
        recognises,
        read,
        (".csv", ".txt"),
        (*TEXT_SETTINGS, *_SETTINGS),
        generic=True,
    ),
)
