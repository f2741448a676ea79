"""The stored columns of an analysis; a derived file that is lost is made again from the raw one."""

from pathlib import Path
from typing import TYPE_CHECKING

from jointlab.errors import NotFound
from jointlab.history.blobs import store
from jointlab.laboratory.columns import load_columns, store_columns
from jointlab.laboratory.computing import Task, read_again
from jointlab.laboratory.models import Analysis

if TYPE_CHECKING:
    import polars as pl


def frame_of(analysis: Analysis, number: int) -> "pl.DataFrame":
    """One table as a polars frame. Raises NotFound ``table.lost``."""
    try:
        return load_columns(_sha256(analysis, number))
    except NotFound:
        _made_again(analysis, number)
        return load_columns(_sha256(analysis, number))


def parquet_of(analysis: Analysis, number: int) -> Path:
    """Where the Parquet file of one table lies. Raises NotFound ``table.lost``."""
    path = store().path(_sha256(analysis, number))
    if not path.exists():
        _made_again(analysis, number)
    return path


def _sha256(analysis: Analysis, number: int) -> str:
    return str(analysis.answer["tables"][number]["parquet_sha256"])


def _made_again(analysis: Analysis, number: int) -> None:
    """Read the raw file again with the settings of the analysis; the values must be those that were recorded."""
    file = analysis.measurement.file
    read = read_again(Task(str(store().path(file.sha256)), file.name, dict(analysis.settings)))
    made = store_columns(read)
    recorded = analysis.answer["tables"][number]
    if number >= len(made) or made[number].values_sha256 != recorded["values_sha256"]:
        raise NotFound(
            "table.lost",
            "The columns of {code} are lost, and this version of the program does not read the same values from the file. Recompute the measurement.",
            code=analysis.measurement.code,
        )
    if made[number].parquet_sha256 != recorded["parquet_sha256"]:
        recorded["parquet_sha256"] = made[number].parquet_sha256  # the same values, written by another version
        analysis.answer = {**analysis.answer, "tables": [*analysis.answer["tables"]]}
