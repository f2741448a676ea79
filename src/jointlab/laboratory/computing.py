"""A stored file computed again with other settings: here for a small file, in a child process for a large one.

`compute` is pure apart from the blobs that it stores, and knows no Django: it also runs in a child.
"""

from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jointlab.errors import BadInput, Fault, NotFound, Unavailable
from jointlab.laboratory.bodies import body_of_file, parted
from jointlab.laboratory.records import AnalysisBody

if TYPE_CHECKING:
    from jointlab.history.blobs import BlobStore, StoredBlob
    from jointlab.science.door import ReadFile

SMALL = 4 * 1024**2  # bytes of a raw file that is computed in this process
MOST_PLOT_BYTES = 64 * 1024**2  # of the plots of one file
_SECONDS = 120.0  # for a file that is not small


@dataclass(frozen=True)
class Task:
    """What to compute: the stored file, the name that people know it by, the settings."""

    path: str
    name: str
    settings: Mapping[str, str] = field(default_factory=dict)
    keep: tuple[str, str] | None = None  # folders of the blob store, where columns and plots are to be kept


@dataclass(frozen=True)
class Kept:
    """A blob that was stored."""

    sha256: str
    size: int
    derived: bool


@dataclass(frozen=True)
class Computed:
    """What came out, ready to be recorded."""

    body: AnalysisBody
    figures: int  # how many in all
    kept: tuple[Kept, ...] = ()


@dataclass(frozen=True)
class _Refused:
    """A fault on its way between processes."""

    code: str
    template: str
    facts: dict[str, Any]


def computed(task: Task) -> Computed:
    """The body of an analysis. Raises BadInput where a setting or the file does not fit, Unavailable after two minutes."""
    if Path(task.path).stat().st_size <= SMALL:
        return compute(task)
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        work = pool.submit(_compute_guarded, task)
        try:
            found = work.result(timeout=_SECONDS)
        except (TookTooLong, BrokenProcessPool) as fault:
            for child in list((pool._processes or {}).values()):
                child.kill()
            raise Unavailable(
                "analysis.took-too-long",
                "“{name}” was not computed within {seconds} seconds, or needs more memory than there is. Nothing was recorded.",
                name=task.name, seconds=int(_SECONDS),
            ) from fault  # fmt: skip
    if isinstance(found, _Refused):
        raise BadInput(found.code, found.template, **found.facts)
    return found


def compute(task: Task) -> Computed:
    """The same in this process. With `keep`, columns, plots and figures beyond the first ones are stored."""
    file = read_again(task)
    if task.keep is None:
        body = body_of_file(file, settings=task.settings)
        return Computed(body, len(body.figures))
    from jointlab.history.blobs import BlobStore

    return _kept(file, task, BlobStore(blobs=Path(task.keep[0]), incoming=Path(task.keep[1])))


def read_again(task: Task) -> "ReadFile":
    """The stored file, read and analysed. Raises BadInput, NotFound ``file.not-here`` while a partner's file has not come."""
    from jointlab.science.door import read_source
    from jointlab.science.source import Source

    try:
        content = Path(task.path).read_bytes()
    except FileNotFoundError:
        raise NotFound(
            "file.not-here", "The file {name} is not at this node: it has not come from its home yet. The figures are in the record.",
            name=task.name,
        ) from None  # fmt: skip
    return read_source(Source(task.name, content), dict(task.settings))


def keep_plots(file: "ReadFile", store: "BlobStore") -> "StoredBlob | None":
    """Store the plots of a file that was read; None where it has none. The caller notes the blob as derived."""
    from jointlab.science.plots.packed import pack

    plots = [plot for _, analysis in file.analyses for plot in analysis.plots]
    return store.put([pack(plots)], limit=MOST_PLOT_BYTES, durable=False) if plots else None


def _kept(file: "ReadFile", task: Task, store: "BlobStore") -> Computed:
    from jointlab.laboratory.columns import store_columns

    tables = store_columns(file, to=store)
    plots = keep_plots(file, store)
    body = body_of_file(file, settings=task.settings, tables=tables, plots_sha256=plots.sha256 if plots else "")
    sizes = {name: store.path(name).stat().st_size for name in {table.parquet_sha256 for table in tables}}
    columns = tuple(Kept(name, size, derived=True) for name, size in sizes.items())
    made = with_rest(body, store)
    noted = () if plots is None else (Kept(plots.sha256, plots.size, derived=True),)
    return replace(made, kept=(*columns, *noted, *made.kept))


def with_rest(body: AnalysisBody, store: "BlobStore") -> Computed:
    """The body with its figures beyond the first ones in a blob of their own."""
    first, rest = parted(body)
    if not rest:
        return Computed(first, len(body.figures))
    blob = store.put([rest], limit=len(rest))
    noted = Kept(blob.sha256, blob.size, derived=False)
    return Computed(replace(first, more_figures=blob.sha256), len(body.figures), (noted,))


def _compute_guarded(task: Task) -> Computed | _Refused:
    try:
        return compute(task)
    except Fault as fault:
        return _Refused(fault.code, fault.template, dict(fault.facts))
