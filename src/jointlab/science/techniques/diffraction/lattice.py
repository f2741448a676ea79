"""Cells, their reflections and their refinement from indexed positions.

1/d² is linear in the products of the indices (International Tables for Crystallography C, 1.1); angles by Bragg's law.
"""

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jointlab.errors import BadInput
from jointlab.science.techniques.diffraction.pattern import Array
from jointlab.science.techniques.diffraction.weighting import excess_scatter
from jointlab.science.units import convert

SYSTEMS = ("cubic", "tetragonal", "hexagonal", "trigonal", "rhombohedral", "orthorhombic", "monoclinic", "triclinic")
CENTRINGS = ("P", "I", "F", "A", "B", "C", "R")
_ITEM = re.compile(
    r"(alpha|beta|gamma|a|b|c|α|β|γ)\s*=\s*([0-9]+(?:[.,][0-9]+)?)\s*(nm|pm|angstrom|Å|deg|°)?", re.IGNORECASE
)
_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma"}
# system: which lengths and angles are free, and the value (or the one they equal) of the others
_FREE = {
    "cubic": ("a",), "tetragonal": ("a", "c"), "hexagonal": ("a", "c"), "trigonal": ("a", "c"), "rhombohedral": ("a", "alpha"),
    "orthorhombic": ("a", "b", "c"), "monoclinic": ("a", "b", "c", "beta"), "triclinic": ("a", "b", "c", "alpha", "beta", "gamma"),
}  # fmt: skip
_MOST_INDICES = 400_000


@dataclass(frozen=True)
class Cell:
    """A unit cell: edges in angstrom, angles in deg."""

    system: str
    centring: str
    a: float
    b: float
    c: float
    alpha: float
    beta: float
    gamma: float

    @property
    def free(self) -> tuple[str, ...]:
        """Names of the parameters that the crystal system leaves free."""
        return _FREE[self.system]

    def reciprocal(self) -> Array:
        """Reciprocal metric tensor, shape (3, 3), in 1/angstrom²."""
        cosines = np.cos(np.radians([self.alpha, self.beta, self.gamma]))
        edges = np.array([self.a, self.b, self.c])
        metric = np.outer(edges, edges)
        for (i, j), cosine in zip(((1, 2), (0, 2), (0, 1)), cosines, strict=True):
            metric[i, j] = metric[j, i] = metric[i, j] * cosine
        return np.asarray(np.linalg.inv(metric), dtype=np.float64)

    @property
    def volume(self) -> float:
        """In angstrom³."""
        return float(1.0 / np.sqrt(np.linalg.det(self.reciprocal())))


def parse_cell(text: str, centring: str) -> Cell:
    """The cell that a person gives, such as ``hexagonal a=4.759 c=12.992`` (angstrom, or with a unit).

    Raises BadInput ``setting.value`` with what is missing.
    """
    system = text.strip().split()[0].lower() if text.strip() else ""
    given: dict[str, float] = {}
    for name, number, unit in _ITEM.findall(text):
        key, value = _GREEK.get(name.lower(), name.lower()), float(number.replace(",", "."))
        is_angle = len(key) > 1
        given[key] = value if is_angle else convert(value, source=unit or "angstrom", target="angstrom")
    missing = [name for name in _FREE.get(system, ()) if name not in given]
    if system not in SYSTEMS or missing:
        raise BadInput(
            "setting.value",
            "unit_cell={value}: write the crystal system ({systems}) and its edges, such as “cubic a=5.431” or “hexagonal a=4.759 c=12.992”{missing}.",
            value=text, systems=", ".join(SYSTEMS), missing=f"; missing here: {', '.join(missing)}" if missing else "",
        )  # fmt: skip
    cell = _complete(system, centring, given)
    edges_fit = all(0.5 < edge < 200.0 for edge in (cell.a, cell.b, cell.c))
    angles_fit = all(20.0 < angle < 160.0 for angle in (cell.alpha, cell.beta, cell.gamma))
    if not (edges_fit and angles_fit and np.linalg.det(cell.reciprocal()) > 0.0):
        raise BadInput("setting.value", "unit_cell={value}: no unit cell has these edges and angles.", value=text)
    return cell


def _complete(system: str, centring: str, given: dict[str, float]) -> Cell:
    a = given["a"]
    b = given["b"] if "b" in _FREE[system] else a
    c = given["c"] if "c" in _FREE[system] else a
    angles = {name: given[name] if name in _FREE[system] else 90.0 for name in ("alpha", "beta", "gamma")}
    if system in ("hexagonal", "trigonal"):
        angles["gamma"] = 120.0
    if system == "rhombohedral":
        angles = dict.fromkeys(angles, given["alpha"])
    return Cell(system, centring, a, b, c, **angles)


@dataclass(frozen=True, eq=False)
class Reflections:
    """Reflections by falling spacing: one representative of each set of equal spacing."""

    hkl: NDArray[np.int64]  # (reflections, 3)
    d: Array  # angstrom
    multiplicity: NDArray[np.int64]

    def two_theta(self, wavelength: float) -> Array:
        """Angles in deg; nan beyond 180."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.degrees(2.0 * np.arcsin(wavelength / (2.0 * self.d))), dtype=np.float64)


def reflections(cell: Cell, *, d_min: float) -> Reflections:
    """Every reflection with a spacing of at least `d_min` angstrom that the centring allows.

    Of a very large cell only those of larger spacing: so many would lie within any tolerance of any angle.
    """
    while True:
        reach = [int(edge / d_min) for edge in (cell.a, cell.b, cell.c)]
        if (2 * reach[0] + 1) * (2 * reach[1] + 1) * (2 * reach[2] + 1) <= _MOST_INDICES:
            break
        d_min *= 1.1
    grid = np.meshgrid(*(np.arange(-n, n + 1) for n in reach), indexing="ij")
    hkl = np.stack([g.ravel() for g in grid], axis=1)
    squared = np.einsum("ni,ij,nj->n", hkl, cell.reciprocal(), hkl)
    keep = (squared > 1e-9) & (squared <= 1.0 / d_min**2 * (1 + 1e-9)) & _allowed(hkl, cell.centring)
    hkl, squared = hkl[keep], squared[keep]
    negative = (hkl < 0).sum(axis=1)
    order = np.lexsort((-hkl[:, 2], -hkl[:, 1], -hkl[:, 0], negative, np.round(squared, 9)))
    hkl, squared = hkl[order], squared[order]
    first = np.concatenate([[True], np.diff(squared) > 1e-7 * squared[1:]]) if squared.size else np.zeros(0, dtype=bool)
    starts = np.nonzero(first)[0]
    counts = np.diff(np.append(starts, squared.size))
    return Reflections(hkl[starts], 1.0 / np.sqrt(squared[starts]), counts)


def _allowed(hkl: NDArray[np.int64], centring: str) -> NDArray[np.bool_]:
    """International Tables A, table 2.2.13.1: conditions of the lattice centring (R: obverse, hexagonal axes)."""
    h, k, l = hkl.T  # noqa: E741
    rule = {
        "I": (h + k + l) % 2 == 0,
        "F": ((h + k) % 2 == 0) & ((k + l) % 2 == 0),
        "A": (k + l) % 2 == 0,
        "B": (h + l) % 2 == 0,
        "C": (h + k) % 2 == 0,
        "R": (-h + k + l) % 3 == 0,
    }
    return np.asarray(rule.get(centring, np.ones(len(hkl), dtype=bool)), dtype=bool)


def hkl_label(hkl: NDArray[np.int64]) -> str:
    """“311”, or “1 0 -14” where the short form is not clear."""
    short = all(0 <= index <= 9 for index in hkl)
    return ("" if short else " ").join(str(int(index)) for index in hkl)


@dataclass(frozen=True, eq=False)
class Refined:
    """A refined cell with standard uncertainties of its free parameters and its volume, and the shift of the pattern.

    `shift` (deg): 2θ observed minus calculated is `shift` (zero) or `shift` cos θ (displacement).
    """

    cell: Cell
    uncertainty: dict[str, float]
    u_volume: float
    shift: float
    u_shift: float | None
    calculated: Array  # deg, the shift included
    scatter: float  # deg, added to the uncertainties of the positions so that they agree
    rms: float  # deg


def refine_cell(
    cell: Cell, hkl: NDArray[np.int64], two_theta: Array, u_two_theta: Array, *, wavelength: float, shift: str
) -> Refined:
    """Least squares on the angles: free cell parameters and, for ``zero`` or ``displacement``, one shift of 2θ."""
    names = cell.free
    start = np.array([getattr(cell, name) for name in names] + ([] if shift == "none" else [0.0]))
    at, covariance, calculated = _refine(cell, start, hkl, two_theta, u_two_theta, wavelength, shift)
    free = max(two_theta.size - at.size, 1)

    def chi2(u: Array) -> float:
        return float(np.sum(((two_theta - _refine(cell, at, hkl, two_theta, u, wavelength, shift)[2]) / u) ** 2)) / free

    scatter = excess_scatter(u_two_theta, chi2)
    if scatter:
        total = np.hypot(u_two_theta, scatter)
        at, covariance, calculated = _refine(cell, at, hkl, two_theta, total, wavelength, shift)
    refined = _with(cell, at)
    nudge = 1e-5
    by_parameter = np.array(
        [(_with(cell, at + nudge * np.eye(at.size)[i]).volume - refined.volume) / nudge for i in range(at.size)]
    )
    spread = np.sqrt(np.diag(covariance))
    return Refined(
        refined, dict(zip(names, spread.tolist(), strict=False)), float(np.sqrt(by_parameter @ covariance @ by_parameter)),
        0.0 if shift == "none" else float(at[-1]), None if shift == "none" else float(spread[-1]),
        calculated, scatter, float(np.sqrt(np.mean((two_theta - calculated) ** 2))),
    )  # fmt: skip


def _with(cell: Cell, parameters: Array) -> Cell:
    given = {name: float(value) for name, value in zip(cell.free, parameters, strict=False)}
    return replace(_complete(cell.system, cell.centring, given))


def _angles(cell: Cell, at: Array, hkl: NDArray[np.int64], wavelength: float, shift: str) -> Array:
    squared = np.einsum("ni,ij,nj->n", hkl, _with(cell, at).reciprocal(), hkl)
    theta = np.arcsin(np.minimum(0.5 * wavelength * np.sqrt(squared), 1.0))
    moved = {"none": 0.0, "zero": 1.0, "displacement": np.cos(theta)}[shift]
    return np.asarray(np.degrees(2.0 * theta) + (at[-1] * moved if shift != "none" else 0.0), dtype=np.float64)


def _refine(
    cell: Cell, start: Array, hkl: NDArray[np.int64], two_theta: Array, u: Array, wavelength: float, shift: str
) -> tuple[Array, Array, Array]:
    """Parameters, their covariance and the calculated angles, after Gauss-Newton steps with numerical derivatives."""
    at = start.copy()
    nudge = 1e-5
    for _ in range(6):
        calculated = _angles(cell, at, hkl, wavelength, shift)
        slopes = [
            (_angles(cell, at + nudge * one, hkl, wavelength, shift) - calculated) / nudge for one in np.eye(at.size)
        ]
        design = np.stack(slopes, axis=1) / u[:, None]
        covariance = np.linalg.pinv(design.T @ design)
        step = covariance @ (design.T @ ((two_theta - calculated) / u))
        at = at + step
        if np.all(np.abs(step) < 1e-9):
            break
    return at, np.asarray(covariance, dtype=np.float64), _angles(cell, at, hkl, wavelength, shift)
