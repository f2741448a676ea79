"""What the pages of measurements show, put into words."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from jointlab.history.models import Checkpoint
from jointlab.laboratory.figures import Shown, shown
from jointlab.laboratory.models import Analysis, Measurement
from jointlab.laboratory.queries.measurements import Row, position_of
from jointlab.web.numbers import number
from jointlab.web.words import technique


@dataclass(frozen=True)
class Line:
    """One row of the list."""

    measurement: Measurement
    title: str
    figures: tuple[Shown, ...]
    sorted_by: Shown | None


@dataclass(frozen=True)
class Provenance:
    """Where the numbers come from: file, reader, analysis, record, each with version and hash."""

    points: str
    reader: str
    program: str
    tables: tuple[str, ...]  # hashes of the columns' values
    versions: tuple[tuple[str, str], ...]
    settings: str  # hash
    decisions: tuple[tuple[str, str], ...]
    chosen: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    position: int | None  # in the house log
    signed: Checkpoint | None


def rows_of(rows: Sequence[Row]) -> list[Line]:
    """The rows of a list."""
    return [
        Line(
            row.measurement, technique(row.measurement.technique), tuple(shown(figure) for figure in row.figures),
            shown(row.sorted_by) if row.sorted_by else None,
        )
        for row in rows
    ]  # fmt: skip


def caption_of(measurement: Measurement) -> str:
    """“32 + 28 points”: the size of each table is told in the provenance; here, what was measured when and on what."""
    parts = [measurement.instrument.name if measurement.instrument else "", measurement.instrument_stated]
    return " · ".join(dict.fromkeys(part for part in parts if part))


def provenance(analysis: Analysis) -> Provenance:
    """The chain from the file to the signed record."""
    answer = analysis.answer
    tables = answer.get("tables", [])
    rows = " + ".join(number(table["rows"]) for table in tables[:4]) + (" + …" if len(tables) > 4 else "")
    total = sum(table["rows"] for table in tables)
    record = position_of(analysis.id)
    position = record.position if record else None
    signed = None if position is None else Checkpoint.objects.filter(size__gt=position).order_by("size").first()
    versions = {name: version for name, version in analysis.versions.items() if name not in ("jointlab", "reader")}
    chosen = [(name, value) for one in answer.get("analyses", []) for name, value in sorted(one["decisions"].items())]
    return Provenance(
        points=ngettext("%(rows)s row", "%(rows)s rows", total) % {"rows": rows} if tables else gettext("no rows"),
        reader=analysis.versions.get("reader", answer.get("format", "")), program=analysis.versions.get("jointlab", ""),
        tables=tuple(table["values_sha256"] for table in tables if table.get("values_sha256")),
        versions=tuple(sorted(versions.items())), settings=settings_hash(analysis.settings),
        decisions=tuple(sorted(answer.get("decisions", {}).items())), chosen=tuple(chosen),
        facts=tuple(sorted(answer.get("facts", {}).items())), position=position, signed=signed,
    )  # fmt: skip


def settings_hash(settings: dict[str, str]) -> str:
    """SHA-256 over the settings as canonical JSON: equal settings, equal hash."""
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
