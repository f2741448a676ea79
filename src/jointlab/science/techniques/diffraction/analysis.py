"""A reading becomes figures, tables and plots: which scans, in which order, and what to say about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from jointlab.science.reading import Caution, Condition, RawColumn, Reading, Table, make_table
from jointlab.science.settings import Settings
from jointlab.science.techniques.diffraction.cell_figures import cell_part
from jointlab.science.techniques.diffraction.options import Options, options_of
from jointlab.science.techniques.diffraction.part import Part
from jointlab.science.techniques.diffraction.pattern import Pattern, moving, pattern_of
from jointlab.science.techniques.diffraction.peaks import Peak, PeakList, analyse_pattern
from jointlab.science.techniques.diffraction.pictures import pattern_plot
from jointlab.science.techniques.diffraction.radiation import Radiation, radiation_of
from jointlab.science.techniques.diffraction.size_figures import size_part
from jointlab.science.techniques.technique import Analysis, figure

_MOST_SCANS = 8
_MOST_FIGURES = 30
_FIT = "pseudo-Voigt least-squares fit of Kα1"
_COVARIANCE = "fit covariance with {noise}, scaled by the local χ² where that is above 1; not: {missing}"
_NOT_POSITION = "zero error, sample displacement and transparency of the diffractometer"
_KBETA_NEAR = 0.05  # deg
_KBETA_SHARE = 0.1  # a filter or mirror leaves a few per cent of Kβ at most
_NOT_COUNTS = "dead time, preferred orientation"


def analyse_reading(reading: Reading, settings: Settings) -> Analysis:
    """Every scan that moves 2θ, up to a limit that is stated; the rest is counted in a warning."""
    options, radiation = options_of(settings), radiation_of(reading.facts, settings)
    kbeta = reading.facts.get("wavelength_kbeta")
    if radiation is not None and isinstance(kbeta, float) and 0.8 < 10.0 * kbeta / radiation.kalpha1 < 1.0:
        radiation = replace(radiation, kbeta=10.0 * kbeta)
    scans = [(number, table) for number, table in enumerate(reading.tables, start=1) if moving(table)]
    total = Part()
    if not scans:
        total.warn(
            "diffraction.no-scan", "No scan of this file moves 2θ over a degree or more: no reflections are sought."
        )
    if len(scans) > _MOST_SCANS:
        total.warn(
            "diffraction.scans-skipped",
            f"{len(scans)} scans move 2θ; the first {_MOST_SCANS} are analysed, {len(scans) - _MOST_SCANS} are not.",
        )
    total.decide("radiation", "none" if radiation is None else radiation.source)
    if radiation is None and scans:
        total.warn(
            "diffraction.no-wavelength",
            "The file states no wavelength: no lattice spacing and no size. Give it, such as wavelength=“1.5406 angstrom” or wavelength=cu_ka.",
        )
    for number, table in scans[:_MOST_SCANS]:
        scan = _Scan(number if len(scans) > 1 else None, options, radiation)
        total.take(scan.part(table), suffix="" if scan.number is None else f", scan {number}")
    return Analysis(
        tuple(total.figures), tuple(total.tables), tuple(total.plots), _once(total.warnings), total.decisions,
        tuple(total.telling),
    )  # fmt: skip


def _once(warnings: list[Caution]) -> tuple[Caution, ...]:
    """Each warning once, although several scans give it."""
    return tuple({(w.code, w.message): w for w in warnings}.values())


@dataclass
class _Scan:
    """One scan on its way; `number` is None where the file has only one."""

    number: int | None
    options: Options
    radiation: Radiation | None
    conditions: dict[str, Condition] = field(init=False)

    def __post_init__(self) -> None:
        self.conditions = {} if self.number is None else {"scan": self.number}

    def part(self, table: Table) -> Part:
        """Figures, tables, plots and warnings of this scan."""
        part, pattern = Part(), pattern_of(table)
        if pattern is None:
            part.warn(
                "diffraction.no-pattern", f"Table “{table.name}” has no positive intensities over a degree of 2θ."
            )
            return part
        options = self.options
        with np.errstate(all="ignore"):  # a hopeless fit is judged by its numbers, not by a warning on the way
            found = analyse_pattern(
                pattern,
                self.radiation,
                threshold=options.threshold,
                half_window=options.half_window,
                widest=options.widest,
            )
        part.decide("noise", pattern.noise)
        part.decide("Kα2", found.kalpha2)
        part.decide(
            "background", f"SNIP, half window {options.half_window:g} deg, centred on the points between reflections"
        )
        part.decide("peak threshold", f"{options.threshold:g} standard deviations, FWHM up to {options.widest:g} deg")
        self._warn(part, pattern, found)
        cell = cell_part(found.peaks, self.radiation, options, self.conditions)
        size = size_part(found.peaks, self.radiation, options, self.conditions, labels=cell.labels)
        self._peak_figures(part, pattern, found, cell.labels)
        part.take(size.part)
        part.take(cell.part)
        part.tables.append(self._peak_table(pattern, found, size.sizes, cell.labels))
        part.plots.insert(0, pattern_plot(pattern, found, cell.labels, self.number))
        return part

    def _warn(self, part: Part, pattern: Pattern, found: PeakList) -> None:
        if not found.peaks:
            part.warn(
                "diffraction.no-peaks",
                f"No reflection stands out of the noise by {self.options.threshold:g} standard deviations.",
            )
        if found.kalpha2_differs:
            part.warn("diffraction.kalpha2", f"Kα2 is {found.kalpha2}. The setting kalpha2 decides otherwise.")
        if np.isfinite(pattern.noise_ratio) and pattern.noise.startswith("the scatter"):
            part.warn(
                "diffraction.noise",
                f"Neighbouring points scatter with {pattern.noise_ratio:.2g} times the variance of counting statistics: the intensities are not plain counts. Uncertainties follow the scatter seen.",
            )
        elif pattern.unit != "counts" or pattern.noise.startswith("the scatter"):
            part.warn(
                "diffraction.no-counts",
                "The intensities are not plain counts; uncertainties follow the scatter of neighbouring points.",
            )
        ghosts = kbeta_ghosts(found.peaks, self.radiation)
        if ghosts:
            pairs = ", ".join(f"{i + 1} (of {j + 1})" for i, j in ghosts)
            part.warn(
                "diffraction.kbeta",
                f"Where Kβ of a much stronger reflection falls: {pairs}. These are likely no reflections of their own.",
            )
        if found.peaks and len(found.peaks) > _MOST_FIGURES:
            part.warn(
                "diffraction.many-peaks",
                f"{len(found.peaks)} reflections: the {_MOST_FIGURES} strongest are figures, the table “peaks” has all.",
            )

    def _peak_figures(self, part: Part, pattern: Pattern, found: PeakList, labels: dict[int, str]) -> None:
        strongest = sorted(range(len(found.peaks)), key=lambda i: -found.peaks[i].area)[:_MOST_FIGURES]
        noise = pattern.noise.partition(":")[0]
        position, counts = (_COVARIANCE.format(noise=noise, missing=m) for m in (_NOT_POSITION, _NOT_COUNTS))
        for i in sorted(strongest):
            peak = found.peaks[i]
            told: dict[str, Condition] = {**self.conditions, "peak": i + 1}
            if i in labels:
                told["hkl"] = labels[i]
            if self.radiation is not None:
                d, u_d = _spacing(peak.two_theta, peak.u_two_theta, self.radiation.kalpha1)
                part.figures.append(
                    figure(
                        "lattice_spacing",
                        d,
                        uncertainty=u_d,
                        method="Bragg's law at Kα1",
                        includes=f"{position}, wavelength",
                        **told,
                    )
                )
            rows = [
                ("peak_position", peak.two_theta, peak.u_two_theta, position),
                ("peak_width", peak.fwhm, peak.u_fwhm, counts),
                ("integral_breadth", peak.breadth, peak.u_breadth, counts),
            ]
            if pattern.unit == "counts":
                rows += [
                    ("peak_height", peak.height, peak.u_height, counts),
                    ("peak_area", peak.area, peak.u_area, counts),
                ]
            part.figures += [
                figure(name, value, uncertainty=u, method=_FIT, includes=text, **told) for name, value, u, text in rows
            ]
        part.telling += [f for f in part.figures if strongest and f.conditions.get("peak") == strongest[0] + 1]

    def _peak_table(
        self, pattern: Pattern, found: PeakList, sizes: dict[int, tuple[float, float]], labels: dict[int, str]
    ) -> Table:
        peaks = found.peaks
        counted = pattern.unit == "counts"
        nan = float("nan")

        def column(name: str, quantity: str | None, unit: str) -> RawColumn:
            return RawColumn(
                np.array([getattr(p, name) for p in peaks], dtype=np.float64),
                quantity,
                unit,
                name=None if quantity else name,
            )

        columns = [
            RawColumn(np.arange(1, len(peaks) + 1), None, "1", name="peak"),
            column("two_theta", "peak_position", "deg"), column("u_two_theta", None, "deg"),
            column("height", "peak_height" if counted else None, pattern.unit), column("u_height", None, pattern.unit),
            column("area", "peak_area" if counted else None, f"{pattern.unit}*deg"), column("u_area", None, f"{pattern.unit}*deg"),
            column("fwhm", "peak_width", "deg"), column("u_fwhm", None, "deg"),
            column("breadth", "integral_breadth", "deg"), column("u_breadth", None, "deg"),
            column("eta", None, "1"), column("u_eta", None, "1"), column("skew", None, "1"), column("chi2", None, "1"),
        ]  # fmt: skip
        if self.radiation is not None:
            d = np.array([_spacing(p.two_theta, p.u_two_theta, self.radiation.kalpha1) for p in peaks]).reshape(-1, 2)
            pairs = np.array([sizes.get(i, (nan, nan)) for i in range(len(peaks))]).reshape(-1, 2)
            columns += [
                RawColumn(d[:, 0], "lattice_spacing", "angstrom"), RawColumn(d[:, 1], None, "angstrom", name="u_lattice_spacing"),
                RawColumn(pairs[:, 0], "crystallite_size", "nm"), RawColumn(pairs[:, 1], None, "nm", name="u_crystallite_size"),
            ]  # fmt: skip
        if labels:
            columns.append(RawColumn([labels.get(i, "") for i in range(len(peaks))], None, None, name="hkl"))
        return make_table(
            "peaks" if self.number is None else f"peaks of scan {self.number}", columns, conditions=self.conditions
        )


def kbeta_ghosts(peaks: Sequence[Peak], radiation: Radiation | None) -> list[tuple[int, int]]:
    """Places of the weak reflections at the Kβ angle of a strong one, each with that one's place."""
    if radiation is None or radiation.kbeta is None:
        return []
    found = []
    for j, strong in enumerate(peaks):
        sine = radiation.kbeta / radiation.kalpha1 * np.sin(np.radians(strong.two_theta) / 2.0)
        at = float(np.degrees(2.0 * np.arcsin(sine)))
        for i, weak in enumerate(peaks):
            near = abs(weak.two_theta - at) < max(0.5 * weak.fwhm, _KBETA_NEAR)
            if near and weak.area < _KBETA_SHARE * strong.area:
                found.append((i, j))
    return found


def _spacing(two_theta: float, u_two_theta: float, wavelength: float) -> tuple[float, float]:
    """Lattice spacing and its standard uncertainty, in angstrom."""
    theta = np.radians(two_theta) / 2.0
    d = wavelength / (2.0 * np.sin(theta))
    return float(d), float(d / np.tan(theta) * np.radians(u_two_theta) / 2.0)
