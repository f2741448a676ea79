"""Plots of impedance spectra: Nyquist, Bode, Kramers-Kronig residuals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.science.plots.plot import Axis, Plot, Series

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jointlab.science.techniques.kramers_kronig import KramersKronig
    from jointlab.science.techniques.spectra import Spectrum

_MOST = 6  # spectra in one plot
_FREQUENCY = Axis("frequency", log=True)


@dataclass(frozen=True, eq=False)
class Drawn:
    """One spectrum with the model drawn through it, if any: the fitted circuit's impedance, shape (points,)."""

    spectrum: "Spectrum"
    test: "KramersKronig | None"
    fitted: "NDArray[np.complex128] | None"
    circuit: str | None


def impedance_plots(drawn: Sequence[Drawn]) -> tuple[Plot, ...]:
    """Every plot; of many spectra the first six are drawn."""
    shown = drawn[:_MOST]
    more = f" The first {_MOST} of {len(drawn)} spectra are shown." if len(drawn) > _MOST else ""
    plots = [_nyquist(shown, more), *_bode(shown, more)]
    if any(one.test for one in shown):
        plots.append(_residuals(shown, more))
    return tuple(plots)


def _nyquist(shown: Sequence[Drawn], more: str) -> Plot:
    series: list[Series] = []
    for rank, one in enumerate(shown):
        z = one.spectrum.impedance
        series.append(Series(one.spectrum.label(), z.real, -z.imag, "points", rank=rank))
        if one.fitted is not None:
            series.append(Series(one.circuit or "fit", one.fitted.real, -one.fitted.imag, "line", rank=rank))
    return Plot(
        "nyquist",
        "Nyquist plot",
        Axis("impedance_real", equal=True),
        Axis(label="−Z″", unit="ohm", equal=True),
        tuple(series),
        caption=f"Points: measured; line: fitted circuit, where one was asked for.{more}",
        description="Negative imaginary part over real part of the impedance, on equal scales.",
    )


def _bode(shown: Sequence[Drawn], more: str) -> tuple[Plot, Plot]:
    import numpy as np

    modulus: list[Series] = []
    phase: list[Series] = []
    for rank, one in enumerate(shown):
        f, z = one.spectrum.frequency, one.spectrum.impedance
        modulus.append(Series(one.spectrum.label(), f, np.abs(z), "points", rank=rank))
        phase.append(Series(one.spectrum.label(), f, np.degrees(np.angle(z)), "points", rank=rank))
        if one.fitted is not None:
            name = one.circuit or "fit"
            modulus.append(Series(name, f, np.abs(one.fitted), "line", rank=rank))
            phase.append(Series(name, f, np.degrees(np.angle(one.fitted)), "line", rank=rank))
    caption = f"Points: measured; line: fitted circuit, where one was asked for.{more}"
    return (
        Plot("bode_modulus", "Bode plot: modulus", _FREQUENCY, Axis("impedance_modulus", log=True), tuple(modulus), caption,
             "Modulus of the impedance over frequency, both logarithmic."),
        Plot("bode_phase", "Bode plot: phase", _FREQUENCY, Axis("impedance_phase"), tuple(phase), caption,
             "Phase of the impedance over frequency."),
    )  # fmt: skip


def _residuals(shown: Sequence[Drawn], more: str) -> Plot:
    series: list[Series] = []
    for one in shown:
        if one.test is None:
            continue
        before = f"{one.spectrum.label()}, " if one.spectrum.conditions else ""
        f = one.spectrum.frequency
        series.append(Series(f"{before}real", f, 100 * one.test.residual_real, "line+points", rank=0))
        series.append(Series(f"{before}imaginary", f, 100 * one.test.residual_imaginary, "line+points", rank=1))
    return Plot(
        "kramers_kronig",
        "Kramers-Kronig residuals",
        _FREQUENCY,
        Axis("kramers_kronig_residual"),
        tuple(series),
        caption=f"(Z − Z_KK)/|Z| of the linear Kramers-Kronig test.{more}",
        description="Residuals of real and imaginary part over frequency; those of a valid spectrum scatter about zero.",
    )
