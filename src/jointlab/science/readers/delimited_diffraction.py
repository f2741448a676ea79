"""Diffraction patterns as delimited text with words: columns named 2θ and intensity, or a comment above an .xy table."""

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.diffraction_scan import wavelength_facts
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, RawColumn, Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import HEAD, Source
from jointlab.science.text import Header, read_text, split_header
from jointlab.science.text.engine import TEXT_SETTINGS
from jointlab.science.text.rows import RowForm, row_form

if TYPE_CHECKING:
    import polars as pl

_EXTENSIONS = (
    ".xy",
    ".xye",
    ".xyd",
)  # nothing but diffraction (and photoelectrons, which name their energies) is called so
_COMMENT = "#!;%'\"*/ \t"
_FEWEST_ROWS = 3
_MOST_HEADER_LINES = 60
_ANGLE = re.compile(r"^(?:2[\s*·_-]*(?:theta|θ|Θ|th)|two[\s_-]*(?:theta|θ)|tth|ttheta|2t)$", re.IGNORECASE)
_PLAIN_ANGLE = re.compile(r"^(?:angle|degrees?|pos(?:ition)?\.?|角度)$", re.IGNORECASE)
_INTENSITY = re.compile(
    r"^(?:intensit(?:y|ies)|int\.?|i(?:obs|_obs)?|yobs|y|counts?|cts|cps|psd|det(?:ector)?\d?|count[\s_]*rate|интенсивность|强度)$", re.IGNORECASE
)  # fmt: skip
_SPREAD = re.compile(r"^(?:esd|e\.s\.d\.?|sigma|σ|error|err|uncertainty|std|sig)\b", re.IGNORECASE)
_FOREIGN = re.compile(
    r"\b(?:eV|energy|binding|kinetic|raman|wave\s*number|wavenumber|cm-1|cm\^-1|absorbance|transmittance|volt\w*|potential|current|frequency|time|temperature|mass|pressure|wave)\b|шкала", re.IGNORECASE
)  # fmt: skip
_WAVELENGTH = re.compile(
    r"(?:wave\s*length|lambda|λ|длина волны|波长)\W{0,12}(?:\[?\(?(?P<before>Å|A|angstroms?|nm)\)?\]?\W{0,4})?(?P<value>\d+[.]\d+)\s*(?P<after>Å|A\b|angstroms?|nm)?",
    re.IGNORECASE,
)  # fmt: skip
_COUNTS, _RATES = ("counts", "count", "cts"), ("cps", "counts/s", "countrate")


@dataclass(frozen=True)
class Layout:
    """Where the rows begin, how they are written, and the cells that name the columns (none for a mere comment)."""

    first_row: int
    form: RowForm
    names: tuple[str, ...]
    comment: str


def recognises(source: Source) -> bool:
    """Names of the columns that are 2θ and intensity, or a diffraction extension over rising angles and no other words."""
    layout = _layout(source.head_text.rstrip("\0"), whole=len(source.data) <= HEAD)
    if layout is None:
        return False
    if layout.names:
        return True
    return source.suffix in _EXTENSIONS and layout.form.width in (2, 3) and _FOREIGN.search(layout.comment) is None


def _named(names: tuple[str, ...]) -> bool:
    heads = [split_header(name) for name in names]
    plain = _PLAIN_ANGLE.match(heads[0].name) is not None and heads[0].unit in (None, "deg", "°", "degrees", "degree")
    angle = _ANGLE.match(heads[0].name) is not None or plain
    return angle and any(_INTENSITY.match(head.name) for head in heads[1:])


def _layout(head: str, *, whole: bool) -> Layout | None:
    """The first rows of numbers and what stands above them; None where that is nothing, or where no rows are."""
    lines = head.splitlines()
    if not whole:
        lines = lines[:-1]
    if not lines or row_form(lines[0]) is not None:
        return None  # rows from the first line on have no header
    for number in range(1, min(len(lines), _MOST_HEADER_LINES + 1)):
        if row_form(lines[number]) is None:
            continue
        filled = (line for line in lines[number:] if line.strip())
        below = [row_form(line) for line in islice(filled, _FEWEST_ROWS)]
        if len(below) < _FEWEST_ROWS or any(form != below[0] for form in below):
            continue
        form, above = below[0], [line for line in lines[:number] if line.strip()]
        if form is None or not above:
            return None
        return Layout(number, form, _names(above[-1], form), "\n".join(above))
    return None


def _names(line: str, form: RowForm) -> tuple[str, ...]:
    """The cells of the line above the rows if they are as many as the columns and name a pattern; else none."""
    bare = line.strip().lstrip(_COMMENT).rstrip()
    ways = ["\t+", r"\s*;\s*", r"\s*,\s*", r"\s{2,}", r"\s+"]
    for way in ways:
        cells = [cell.strip().lstrip("#").strip(" \"'") for cell in re.split(way, bare)]
        if len(cells) == form.width and all(cells) and _named(tuple(cells)):
            return tuple(cells)
    return ()


def read(source: Source, settings: Settings) -> Reading:
    """Read the table.

    Raises BadInput ``delimited.rows`` for cells that are no numbers, ``delimited.angles`` for angles that do not rise.
    """
    text = read_text(source, settings)
    whole = len(text.data) <= HEAD
    layout = _layout(text.data[:HEAD].decode(errors="replace"), whole=whole)
    if layout is None:
        raise BadInput(
            "delimited.rows", "“{name}” has no rows of numbers below its header. Export it again.", name=source.name
        )
    labels = [f"column {i + 1}" for i in range(layout.form.width)]
    parsed = text.table(layout.first_row, labels, separator=layout.form.separator)
    frame = parsed.frame
    if sum(frame.null_count().row(0)) or not all(kind.is_numeric() for kind in frame.dtypes):
        raise BadInput(
            "delimited.rows",
            "“{name}” holds cells below its header that are not numbers. Export it again.",
            name=source.name,
        )
    angles = frame["column 1"].to_numpy()
    steps = angles[1:] - angles[:-1]
    if not ((steps > 0).all() or (steps < 0).all()) or not -20 <= angles.min() <= angles.max() <= 180:
        raise BadInput(
            "delimited.angles",
            "The first column of “{name}” does not run through angles between -20 and 180 degrees, so it is not 2θ. Export 2θ and intensity in the first two columns.",
            name=source.name,
        )
    raw, cautions, decision = _columns(layout, frame, labels)
    return Reading(
        format="delimited.diffraction",
        technique="powder_diffraction",
        tables=(make_table("scan 1", raw, conditions={"scan_axis": "2θ"}),),
        warnings=(*text.cautions, *parsed.cautions, *cautions),
        facts=_facts(layout.comment),
        decisions={**text.decisions, "intensity_unit": decision},
    )


def _columns(layout: Layout, frame: "pl.DataFrame", labels: list[str]) -> tuple[list[RawColumn], list[Caution], str]:
    heads = [split_header(name) for name in layout.names or labels]
    cautions: list[Caution] = []
    if not layout.names or _ANGLE.match(heads[0].name) is None:
        cautions.append(
            Caution(
                "diffraction.axis-assumed", "The file does not name 2θ: the first column is taken as 2θ in degrees."
            )
        )
    raw = [RawColumn(frame["column 1"], "two_theta", "deg", heads[0].text)]
    taken: tuple[str, str] | None = None
    decision = ""
    for label, head in zip(labels[1:], heads[1:], strict=True):
        values = frame[label]
        if taken is None and (not layout.names or _INTENSITY.match(head.name)):
            quantity, unit, decision = _intensity_unit(head, values)
            taken = (quantity, unit)
            raw.append(RawColumn(values, quantity, unit, head.text, "intensity" if unit != "counts/s" else None))
        elif taken is not None and (_SPREAD.match(head.name) or (not layout.names and _is_spread(frame, label))):
            raw.append(RawColumn(values, *taken, head.text, "intensity_uncertainty"))
        else:
            raw.append(RawColumn(values, None, head.unit, head.text))
    return raw, cautions, decision


def _is_spread(frame: "pl.DataFrame", label: str) -> bool:
    from jointlab.science.readers.bare_diffraction import is_uncertainty

    return is_uncertainty(frame["column 2"].to_numpy(), frame[label].to_numpy())


def _intensity_unit(head: Header, values: "pl.Series") -> tuple[str, str, str]:
    """Quantity, unit, and why: by the header's unit or name, else whole numbers are counts."""
    stated = (head.unit or head.name).lower().replace(" ", "").replace("_", "")
    if stated in _RATES:
        return "count_rate", "counts/s", "counts/s (stated in the header)"
    if stated in _COUNTS:
        return "intensity", "counts", "counts (stated in the header)"
    if head.unit is None and (values == values.round()).all():
        return "intensity", "counts", "counts (whole numbers throughout)"
    return "intensity_arbitrary", "arb", "arb (no unit that is known, and not whole numbers)"


def _facts(comment: str) -> dict[str, Condition]:
    """A wavelength that the header states with its unit."""
    match = _WAVELENGTH.search(comment)
    unit = (match["after"] or match["before"]) if match is not None else None
    if match is None or unit is None:
        return {}
    value = float(match["value"])
    return wavelength_facts(alpha1=value, unit="nm" if unit.lower() == "nm" else "angstrom") if value > 0 else {}


READERS = (
    Reader(
        "delimited.diffraction", "diffraction pattern as delimited text (.xy, .xye, .csv, .txt, .dat)", ("powder_diffraction",),
        recognises, read, (".xy", ".xye", ".csv", ".txt", ".dat"), TEXT_SETTINGS, generic=True,
    ),
)  # fmt: skip
