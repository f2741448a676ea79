"""Parsed columns as derived Parquet blobs, and the hash of their values, which is their identity.

The bytes of a Parquet file change with the version of the library that writes it; the values do not. So a table is recorded
by `values_sha256`, and its blob may be thrown away and made again. No Django here: children of a pool write columns.
"""

import hashlib
import json
from io import BytesIO
from typing import TYPE_CHECKING

from jointlab.errors import NotFound
from jointlab.history.blobs import BlobStore, StoredBlob, store
from jointlab.laboratory.records import ColumnRecord, TableRecord
from jointlab.laboratory.written import conditions_of
from jointlab.science.door import ReadFile
from jointlab.science.reading import Table

if TYPE_CHECKING:
    import polars as pl

_NO_LIMIT = 1 << 62


def store_columns(file: ReadFile, *, to: BlobStore | None = None) -> tuple[TableRecord, ...]:
    """Every table of a file as a derived blob. Raises Unavailable ``blob.*``."""
    target = to or store()
    return tuple(store_table(table, to=target) for table in file.tables)


def store_table(table: Table, *, to: BlobStore) -> TableRecord:
    """One table as a derived blob. It is not waited for the disk: what a power cut takes is made again."""
    stored = _put(table.frame, to)
    return TableRecord(
        name=table.name, rows=table.rows, values_sha256=values_sha256(table.frame), parquet_sha256=stored.sha256,
        columns=tuple(ColumnRecord(c.name, c.unit or "", c.quantity or "") for c in table.columns),
        conditions=conditions_of(table.conditions),
    )  # fmt: skip


def load_columns(sha256: str) -> "pl.DataFrame":
    """The columns of a derived blob. Raises NotFound ``columns.missing``: they must be made again."""
    import polars as pl

    path = store().path(sha256)
    try:
        return pl.read_parquet(path, glob=False)
    except FileNotFoundError:
        raise NotFound("columns.missing", "The columns {sha256} are not in the store.", sha256=sha256) from None


def values_sha256(frame: "pl.DataFrame") -> str:
    """SHA-256 over the values of all columns, in order.

    For each column: one line of JSON with its name, kind and number of rows; a byte a row that tells null (1) from a
    value (0), if there is any null; then the values, little-endian. Kinds: ``f8`` (every NaN the same), ``i8``, ``b1``,
    ``text`` (the lengths in bytes as i8, then the UTF-8). Nulls count as zero, false or empty.
    """
    digest = hashlib.sha256()
    for series in frame.get_columns():
        nulls = series.null_count()
        kind, parts = _values(series)
        head = [series.name, kind, len(series), bool(nulls)]
        digest.update(json.dumps(head, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
        if nulls:
            digest.update(series.is_null().to_numpy().astype("u1").tobytes())
        for part in parts:
            digest.update(part)
    return digest.hexdigest()


def _values(series: "pl.Series") -> "tuple[str, list[bytes]]":
    import numpy as np
    import polars as pl

    if series.dtype == pl.Boolean:
        return "b1", [series.fill_null(value=False).to_numpy().astype("u1").tobytes()]
    if series.dtype.is_integer():
        return "i8", [series.fill_null(0).cast(pl.Int64).to_numpy().astype("<i8").tobytes()]
    if series.dtype.is_float():
        whole = series.fill_null(0.0) if series.null_count() else series
        numbers = whole.cast(pl.Float64).to_numpy().astype("<f8", copy=False)
        if (absent := np.isnan(numbers)).any():
            numbers = np.where(absent, np.nan, numbers)
        return "f8", [numbers.tobytes()]
    if series.dtype.is_temporal():
        return f"{series.dtype}", [series.cast(pl.Int64).fill_null(0).to_numpy().astype("<i8").tobytes()]
    words = series.cast(pl.String).fill_null("")
    return "text", [words.str.len_bytes().to_numpy().astype("<i8").tobytes(), "".join(words).encode()]


def _put(frame: "pl.DataFrame", to: BlobStore) -> StoredBlob:
    """Zstd of the least effort: measurements are read more often than they are written, and soon after."""
    content = BytesIO()
    frame.write_parquet(content, compression="zstd", compression_level=1)
    return to.put([content.getbuffer()], limit=_NO_LIMIT, durable=False)
