"""Bare frequency, real and imaginary impedance."""

from jointlab.errors import BadInput, Option, Question
from jointlab.science.readers.bare_form import BareColumns, BareForm
from jointlab.science.readers.impedance_sign import CLEAR, phase_agreement
from jointlab.science.reading import Caution, RawColumn, Reading, make_table
from jointlab.science.settings import Setting, Settings

_SIGNS = ("imaginary", "negative_imaginary")
_FEWEST_POINTS = 5
_DECADES = 2.0  # a spectrum spans more; nothing else in a laboratory is spaced by factors so evenly
_SPACING_SCATTER = 0.25  # of the median logarithmic step: instruments space frequencies evenly on a logarithmic axis


def _fits(columns: BareColumns) -> bool:
    """Three columns, the first of positive numbers that only rise or only fall."""
    import numpy as np

    values = columns.values()
    if values.shape[1] != 3 or len(values) < 2 or (values[:, 0] <= 0).any():
        return False
    steps = np.diff(values[:, 0])
    return bool((steps > 0).all() or (steps < 0).all())


def _certain(columns: BareColumns) -> bool:
    """Frequencies over decades, evenly spaced on a logarithmic axis, and a real part that is positive."""
    import numpy as np

    values = columns.values()
    logs = np.log10(values[:, 0])
    steps = np.abs(np.diff(logs))
    even = np.quantile(np.abs(steps / np.median(steps) - 1), 0.9) <= _SPACING_SCATTER
    return bool(len(values) >= _FEWEST_POINTS and np.ptp(logs) >= _DECADES and even and np.mean(values[:, 1] > 0) > 0.9)


def _read(columns: BareColumns, settings: Settings) -> Reading:
    values = columns.frame
    third = values["column 3"]
    sign = settings.choice("third_column", _SIGNS)
    evidence = "given by the user"
    if sign is None:
        agreement = phase_agreement(*columns.values().T)
        negative = (third < 0).sum() > 0.5 * third.len() and agreement > 0  # two weaker signs that agree
        if abs(agreement) < CLEAR and not negative:
            raise BadInput(
                "impedance.sign",
                "The third column of “{name}” may be the imaginary part, or the negative imaginary part that Nyquist plots show: its sign does not follow from the slope of the modulus ({agreement:+.2f}; near +1 or -1 it would). Say it with --set third_column=…",
                Question(
                    "third_column",
                    (Option("imaginary", "Z'' as it is"), Option("negative_imaginary", "-Z'': its sign is turned")),
                ),
                name=columns.text.name, agreement=agreement,
            )  # fmt: skip
        sign = "imaginary" if agreement > 0 else "negative_imaginary"
        evidence = f"phase and slope of the modulus agree by {agreement:+.2f} if it is the imaginary part"
    imaginary = third if sign == "imaginary" else -third
    return Reading(
        format="delimited.bare",
        technique="impedance",
        tables=(
            make_table(
                "data",
                [
                    RawColumn(values["column 1"], "frequency", "Hz", "column 1"),
                    RawColumn(values["column 2"], "impedance_real", "ohm", "column 2"),
                    RawColumn(imaginary, "impedance_imaginary", "ohm", "column 3"),
                ],
            ),
        ),
        warnings=(
            *columns.text.cautions,
            Caution(
                "impedance.columns-assumed",
                "The file has no header: its columns are taken as frequency in Hz, real and imaginary part in ohm.",
            ),
        ),
        decisions={**columns.text.decisions, "third_column": f"{sign} ({evidence})"},
    )


BARE_FORMS = (
    BareForm(
        "impedance", "frequency (Hz), real and imaginary part of the impedance (ohm)", _fits, _certain, _read,
        (Setting("third_column", "Sign of the third column of bare impedance columns.", options=_SIGNS),),
    ),
)  # fmt: skip
