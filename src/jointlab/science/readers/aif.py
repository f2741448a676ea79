"""Adsorption Information File (.aif): STAR text with data names of the AIF dictionary, loops for the two branches."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.isotherms import (
    ADSORPTION,
    DESORPTION,
    isotherm,
    loading_columns,
    number_with_unit,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, RawColumn, Reading
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import read_text
from jointlab.science.text.engine import TEXT_SETTINGS
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    import polars as pl

_LARGEST = 64 << 20  # bytes; an isotherm has some thousand points
_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)"
    r"|(?:(?<=\n)|\A);(?P<text>(?:[^\n]*\n)(?:(?!;)[^\n]*\n)*);"
    r"|'(?P<single>[^\n]*?)'(?=\s|\Z)"
    r'|"(?P<double>[^\n]*?)"(?=\s|\Z)'
    r"|(?P<bare>[^\s#'\"][^\s]*)"
    r"|(?P<open>['\"])"
)
_UNCERTAINTY = r"\(\d+\)$"  # 1.234(5)
_QUANTITIES = {"pressure": ("pressure", "pressure"), "p0": ("saturation_pressure", "pressure")}
_RELATIVE = {"relative": "1", "relative%": "%"}  # as pyGAPS writes them
_LOADINGS = ("amount", "loading", "loading_excess", "loading_absolute", "loading_net")
_SCALARS = {  # fact: data names, newest first
    "adsorptive": ("_exptl_adsorptive", "_adsorptive_name"),
    "sample": ("_adsnt_sample_id", "_adsnt_sample_name", "_sample_id"),
    "material": ("_adsnt_material_id", "_adsnt_material_name", "_sample_material_id"),
    "operator": ("_exptl_operator",),
}
_NUMBERS = {  # fact: data names, unit here, data name of the file's unit
    "temperature": (("_exptl_temperature",), "K", "_units_temperature"),
    "sample_mass": (("_adsnt_sample_mass", "_exptl_sample_mass"), "g", "_units_mass"),
    "degas_temperature": (("_adsnt_degas_temperature",), "K", "_units_temperature"),
}


@dataclass
class _Block:
    """One data block: its scalars and its loops, each a mapping of data name to values as text."""

    scalars: dict[str, str] = field(default_factory=dict)
    loops: list[dict[str, list[str]]] = field(default_factory=list)


def recognises(source: Source) -> bool:
    """STAR text with data names that only the AIF dictionary has."""
    return (
        re.search(r"^(_audit_aif_version|_exptl_adsorptive|_(ad|de)sorp_pressure)(?=\s|$)", source.head_text, re.M)
        is not None
    )


def read(source: Source, settings: Settings) -> Reading:
    """Read one file.

    Raises BadInput ``aif.quotes``, ``aif.loop``, ``aif.value``, ``aif.blocks``, ``aif.no-isotherm``, ``aif.units`` and
    ``aif.too-large``.
    """
    if len(source.data) > _LARGEST:
        raise BadInput(
            "aif.too-large",
            "“{name}” is larger than any isotherm and was not read. Give each isotherm a file of its own.",
            name=source.name,
        )
    text = read_text(source, settings)
    block = _parse(text.data.decode().replace("\r\n", "\n"), source.name)
    numbers = {
        fact: value
        for fact, (names, unit, given) in _NUMBERS.items()
        if (value := number_with_unit(_first(block.scalars, names), to=unit, unit=block.scalars.get(given))) is not None
    }
    branches = [(name, loop) for name in (ADSORPTION, DESORPTION) for loop in block.loops if _is_branch(loop, name)]
    if not branches:
        raise BadInput(
            "aif.no-isotherm",
            "“{name}” has no loop with _adsorp_pressure or _desorp_pressure, so it holds no isotherm. Write the file again with its points.",
            name=text.name,
        )
    columns = _columns(branches, block.scalars, numbers.get("sample_mass"), text.name)
    labels = [name for name, loop in branches for _ in next(iter(loop.values()))]
    cut = _open_end(text.data)
    columns, labels = ([_without_last(column) for column in columns], labels[:-1]) if cut else (columns, labels)
    result = isotherm(columns, branch=labels)
    date = block.scalars.get("_exptl_date")
    return Reading(
        format="aif",
        technique="gas_adsorption",
        tables=(result.table,),
        instrument=block.scalars.get("_exptl_instrument"),
        started=parse_timestamp(date) if date else None,
        started_zone="file" if date and (stamp := parse_timestamp(date)) is not None and stamp.tzinfo else None,
        warnings=(*text.cautions, *cut, *result.cautions),
        facts=_facts(block.scalars, numbers),
        decisions={**text.decisions, **result.decisions},
    )


def _parse(text: str, name: str) -> _Block:
    """Tokens into scalars and loops. A second data block that holds anything is refused."""
    block, started, tokens = _Block(), 0, _Tokens(_tokens(text, name))
    while (token := tokens.next()) is not None:
        kind, value = token
        if kind == "bare" and value.lower().startswith("data_"):
            started += 1
            if started > 1:
                raise BadInput(
                    "aif.blocks", "“{name}” holds several data blocks; give each a file of its own.", name=name
                )
        elif kind == "bare" and value.lower() == "loop_":
            block.loops.append(_loop(tokens, name))
        elif kind == "bare" and value.startswith("_"):
            given = tokens.next()
            if given is None or _is_control(given):
                raise BadInput(
                    "aif.value",
                    "“{name}”: {key} has no value. The file is cut or damaged; copy it again.",
                    name=name,
                    key=value,
                )
            block.scalars.setdefault(value.lower(), given[1])
        else:
            raise BadInput(
                "aif.value",
                "“{name}”: “{value}” belongs to no data name. The file is damaged; copy it again.",
                name=name,
                value=value[:40],
            )
    return block


class _Tokens:
    """Tokens with one step of looking ahead."""

    def __init__(self, tokens: Iterator[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._ahead: tuple[str, str] | None = None

    def next(self) -> tuple[str, str] | None:
        """The next token, None at the end."""
        if self._ahead is not None:
            token, self._ahead = self._ahead, None
            return token
        return next(self._tokens, None)

    def back(self, token: tuple[str, str]) -> None:
        """Put the last token back."""
        self._ahead = token


def _tokens(text: str, name: str) -> Iterator[tuple[str, str]]:
    """(kind, value) of each token: bare, single or double quoted, or a text field between semicolons."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "open":
            line = text.count("\n", 0, match.start()) + 1
            raise BadInput(
                "aif.quotes",
                "“{name}”: the quotation mark in line {line} is not closed. The file is cut or damaged; copy it again.",
                name=name,
                line=line,
            )
        if kind != "comment":
            yield kind, match[kind].strip("\n")


def _is_control(token: tuple[str, str]) -> bool:
    kind, value = token
    return kind == "bare" and (value.startswith("_") or value.lower() == "loop_" or value.lower().startswith("data_"))


def _loop(tokens: _Tokens, name: str) -> dict[str, list[str]]:
    """One loop: its data names and the values under each. Raises BadInput ``aif.loop`` where rows are not whole."""
    names: list[str] = []
    values: list[str] = []
    while (token := tokens.next()) is not None:
        if _is_control(token) and (values or not token[1].startswith("_")):
            tokens.back(token)
            break
        if _is_control(token):
            names.append(token[1].lower())
        else:
            values.append(token[1])
    if not names or len(values) % len(names):
        raise BadInput(
            "aif.loop", "“{name}”: a loop of {names} columns has {values} values, so its last row is not whole. The file is cut or damaged; copy it again.",
            name=name, names=len(names), values=len(values),
        )  # fmt: skip
    return {label: values[i :: len(names)] for i, label in enumerate(names)}


def _open_end(data: bytes) -> tuple[Caution, ...]:
    """Whether the text ends inside a number: then the last row cannot be trusted."""
    if data[-1:] not in {bytes([c]) for c in b"0123456789.eE+-"}:
        return ()
    return (
        Caution(
            "aif.open-end",
            "The file ends without a line end and may be cut inside its last number; its last row was left out.",
        ),
    )


def _without_last(column: RawColumn) -> RawColumn:
    return replace(column, values=column.values[:-1])


def _is_branch(loop: Mapping[str, list[str]], branch: str) -> bool:
    return f"_{'ad' if branch == ADSORPTION else 'de'}sorp_pressure" in loop


def _columns(
    branches: list[tuple[str, dict[str, list[str]]]], scalars: Mapping[str, str], mass: float | None, name: str
) -> list[RawColumn]:
    """The columns of both branches, one below the other."""
    plain = [{re.sub(r"^_(ad|de)sorp_", "", key): values for key, values in loop.items()} for _, loop in branches]
    keys = list(dict.fromkeys(key for loop in plain for key in loop))
    lengths = [len(next(iter(loop.values()))) for loop in plain]
    main = next((key for key in _LOADINGS if key in keys), None)
    columns: list[RawColumn] = []
    for key in keys:
        cells = [cell for loop, rows in zip(plain, lengths, strict=True) for cell in loop.get(key, ["?"] * rows)]
        header = f"_adsorp_{key}"
        if key in _QUANTITIES:
            quantity, kind = _QUANTITIES[key]
            unit = _unit(scalars, kind, name)
            if key == "pressure" and unit in _RELATIVE:
                quantity, unit = "relative_pressure", _RELATIVE[unit]
            columns.append(RawColumn(_numbers(cells, header), quantity, unit, header))
        elif key == main:
            unit = _unit(scalars, "loading", name)
            columns += loading_columns(_numbers(cells, header), unit=unit, header=header, mass=mass)
        else:
            columns.append(RawColumn(_numbers(cells, header), None, None, header, key))
    if "p0" not in keys and (given := scalars.get("_exptl_p0")) is not None:
        values = _numbers([given] * sum(lengths), "_exptl_p0")
        columns.append(RawColumn(values, "saturation_pressure", _unit(scalars, "pressure", name), "_exptl_p0"))
    return columns


def _numbers(cells: list[str], header: str) -> "pl.Series":
    """Values as float64; unknown (?) and inapplicable (.) ones are absent."""
    import polars as pl

    text = pl.Series(header, cells, dtype=pl.String)
    known = text.set(text.is_in(["?", "."]), None)
    numbers = known.str.replace(_UNCERTAINTY, "").cast(pl.Float64, strict=False)
    wrong = known.filter(known.is_not_null() & numbers.is_null())
    if len(wrong):
        raise BadInput(
            "aif.value",
            "“{value}” in the loop column {header} is not a number. Correct it, or write the file again.",
            value=wrong[0],
            header=header,
        )
    return numbers


def _unit(scalars: Mapping[str, str], kind: str, name: str) -> str:
    unit = scalars.get(f"_units_{kind}")
    if unit is None:
        raise BadInput(
            "aif.units", "“{name}” does not say in which unit its {kind} is: add _units_{kind}.", name=name, kind=kind
        )
    return unit


def _first(scalars: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((scalars[name] for name in names if name in scalars), None)


def _facts(scalars: Mapping[str, str], numbers: Mapping[str, float]) -> dict[str, Condition]:
    """Facts under our names, and every other scalar under its data name."""
    facts: dict[str, Condition] = dict(numbers)
    used = {name for names, _, _ in _NUMBERS.values() for name in names}
    for fact, names in _SCALARS.items():
        used.update(names)
        if (value := _first(scalars, names)) is not None:
            facts[fact] = value
    return {**facts, **{key: value for key, value in scalars.items() if key not in used}}


READERS = (
    Reader(
        "aif", "Adsorption Information File (.aif)", ("gas_adsorption",), recognises, read, (".aif",), TEXT_SETTINGS
    ),
)
