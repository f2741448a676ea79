"""Powder diffraction: reflections, crystallite size, microstrain and the cell, each with its uncertainty.

The numbers are made in the package `diffraction`; it is imported when a pattern is analysed, so that start-up stays fast.
"""

from jointlab.science.reading import Reading
from jointlab.science.settings import Setting, Settings
from jointlab.science.techniques.technique import Analysis, Technique


def analyse(reading: Reading, settings: Settings) -> Analysis:
    """Analyse every scan that moves 2θ. Raises BadInput only for settings that make no sense."""
    from jointlab.science.techniques.diffraction.analysis import analyse_reading

    return analyse_reading(reading, settings)


def applies(reading: Reading, settings: Settings) -> bool:
    """Whether any table has points enough to be a pattern."""
    return any(table.rows >= _LEAST_POINTS and table.has("two_theta") for table in reading.tables)


_LEAST_POINTS = 30

SETTINGS = (
    Setting("wavelength", "Wavelength of the radiation, or a tube: cu_ka (Kα1 and Kα2), cu_ka1, co_ka, mo_ka1 …", "angstrom"),
    Setting("kalpha2", "Whether Kα2 is in the pattern.", options=("auto", "present", "absent"), default="auto"),
    Setting("peak_threshold", "Least significance of a reflection, in standard deviations of the noise.", "1", default="5"),
    Setting("background_window", "Half the window of the background; broader features count as background.", "deg", default="3"),
    Setting("widest_peak", "Greatest FWHM of a reflection.", "deg", default="2.5"),
    Setting("scherrer_k", "Shape factor K of Scherrer's equation.", "1", default="0.9"),
    Setting("breadth", "Breadth used for size and strain.", options=("fwhm", "integral"), default="fwhm"),
    Setting("instrument_fwhm", "FWHM of the instrument, the same at all angles.", "deg"),
    Setting("caglioti_u", "U of the instrument's FWHM² = U tan²θ + V tanθ + W, in deg².", "1"),
    Setting("caglioti_v", "V of the same formula, in deg².", "1"),
    Setting("caglioti_w", "W of the same formula, in deg².", "1"),
    Setting("subtraction", "How the instrument's width is taken off.", options=("profile", "gauss", "lorentz"), default="profile"),
    Setting("williamson_hall", "How size and strain broadening add up.", options=("linear", "quadratic"), default="linear"),
    Setting("unit_cell", "Crystal system and approximate edges, such as “cubic a=5.431” or “hexagonal a=4.759 c=12.992” (angstrom)."),
    Setting("centring", "Centring of the cell.", options=("P", "I", "F", "A", "B", "C", "R"), default="P"),
    Setting("index_tolerance", "Greatest distance of a reflection from its calculated place.", "deg", default="0.25"),
    Setting("index_scatter", "Greatest scatter of the indexed reflections about the refined cell, beyond three times the uncertainty of their positions; above it there is no cell.", "deg", default="0.03"),
    Setting("shift", "What is refined beside the cell.", options=("auto", "none", "zero", "displacement"), default="auto"),
)  # fmt: skip

TECHNIQUES = (
    Technique(
        name="powder_diffraction.peaks",
        of="powder_diffraction",
        version="1",
        title="Reflections, size, strain and cell",
        analyse=analyse,
        quantities=(
            "crystallite_size", "lattice_parameter", "microstrain", "cell_volume", "lattice_angle", "two_theta_shift",
            "peak_position", "lattice_spacing", "peak_width", "integral_breadth", "peak_height", "peak_area",
        ),
        settings=SETTINGS,
        applies=applies,
    ),
)  # fmt: skip
