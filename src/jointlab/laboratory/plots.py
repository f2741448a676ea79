"""The plots of an analysis: kept as a derived blob when a file is read, drawn from it for a page.

A blob that is lost is made again from the raw file with the settings of the analysis.
"""

from typing import TYPE_CHECKING

from jointlab.errors import BadInput, Fault, NotFound
from jointlab.history.blobs import store
from jointlab.laboratory.computing import MOST_PLOT_BYTES, Task, keep_plots, read_again
from jointlab.laboratory.models import Analysis, Measurement
from jointlab.web.words import curve

if TYPE_CHECKING:
    from jointlab.science.plots.plot import Plot

# Pixels of the drawing area of a plot by itself, and where two stand side by side: letters keep their size.
BROAD, NARROW = 540, 420


def plots_of(analysis: Analysis) -> "tuple[Plot, ...]":
    """The plots of an analysis. Raises Fault when they are lost and the raw file cannot be read again."""
    from jointlab.science.plots.packed import unpack

    name = analysis.answer.get("plots_sha256") or ""
    if not name:
        return ()
    try:
        with store().open(name) as file:
            return unpack(file.read(MOST_PLOT_BYTES))
    except (NotFound, BadInput):
        return _made_again(analysis)


def svg_of(measurement: Measurement, *, plot: int = 0, language: str = "en", mark: str = "a") -> str:
    """One plot of the shown analysis as an SVG element in the colour and shape of a site; "" where there is none."""
    from jointlab.science.plots.svg import svg

    shown = measurement.analyses.filter(shown=True).first()
    if shown is None:
        return ""
    try:
        plots = plots_of(shown)
    except Fault:
        return ""
    if not 0 <= plot < len(plots):
        return ""
    return svg(plots[plot], language=language, mark="n" if mark == "n" else "a", width=NARROW, words=curve)


def _made_again(analysis: Analysis) -> "tuple[Plot, ...]":
    """The plots, from the raw file. Raises as `read_again`."""
    file = analysis.measurement.file
    task = Task(path=str(store().path(file.sha256)), name=file.name, settings=dict(analysis.settings))
    read = read_again(task)
    keep_plots(read, store())
    return tuple(plot for _, found in read.analyses for plot in found.plots)
