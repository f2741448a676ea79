"""Size and strain told apart by how breadth grows with angle: G. K. Williamson and W. H. Hall, Acta Metall. 1 (1953) 22.

Linear (Lorentzian parts add):    β cos θ = K λ / L + 4 ε sin θ.
Quadratic (Gaussian parts add):  (β cos θ)² = (K λ / L)² + (4 ε sin θ)².
"""

from dataclasses import dataclass

import numpy as np

from jointlab.science.techniques.diffraction.pattern import Array
from jointlab.science.techniques.diffraction.weighting import excess_scatter

LEAST_PEAKS = 4


@dataclass(frozen=True, eq=False)
class WilliamsonHall:
    """The fitted line. Size in nm; each result None where it is not positive. `x`, `y`, `u_y` are what was fitted."""

    size: float | None
    u_size: float | None
    strain: float | None
    u_strain: float | None
    r_squared: float
    chi2: float  # reduced, before the excess scatter is added
    intercept: float
    slope: float
    x: Array
    y: Array
    u_y: Array


def williamson_hall(
    two_theta: Array, breadth: Array, u_breadth: Array, *, wavelength: float, k: float, quadratic: bool
) -> WilliamsonHall:
    """Weighted straight line through at least four reflections; angles in deg, breadths in rad, wavelength in angstrom."""
    theta = np.radians(two_theta) / 2.0
    x, y, u_y = 4.0 * np.sin(theta), breadth * np.cos(theta), u_breadth * np.cos(theta)
    if quadratic:
        x, y, u_y = x**2, y**2, 2.0 * y * u_y
    chi2 = _line(x, y, u_y)[2]
    excess = excess_scatter(u_y, lambda u: _line(x, y, u)[2])
    line, covariance, _ = _line(x, y, np.hypot(u_y, excess))
    spread = np.sqrt(np.diag(covariance))
    weight = 1.0 / (u_y**2 + excess**2)
    mean = weight @ y / weight.sum()
    total = float(weight @ (y - mean) ** 2)
    left = float(weight @ (y - line[0] - line[1] * x) ** 2)
    root = [_root(line[i], spread[i], quadratic) for i in (0, 1)]
    length = k * wavelength / 10.0
    size = None if root[0] is None else length / root[0][0]
    return WilliamsonHall(
        size, None if size is None or root[0] is None else size * root[0][1] / root[0][0],
        None if root[1] is None else root[1][0], None if root[1] is None else root[1][1],
        1.0 - left / total if total > 0.0 else float("nan"), chi2, float(line[0]), float(line[1]), x, y, u_y,
    )  # fmt: skip


def _root(value: float, spread: float, quadratic: bool) -> tuple[float, float] | None:
    """The parameter itself, or its square root, with uncertainty; None unless it is positive by one standard uncertainty."""
    if value <= spread:
        return None
    if not quadratic:
        return float(value), float(spread)
    return float(np.sqrt(value)), float(spread / (2.0 * np.sqrt(value)))


def _line(x: Array, y: Array, u: Array) -> tuple[Array, Array, float]:
    """Intercept and slope, their covariance, reduced χ²."""
    design = np.stack([np.ones_like(x), x], axis=1) / u[:, None]
    covariance: Array = np.asarray(np.linalg.inv(design.T @ design), dtype=np.float64)
    line = covariance @ (design.T @ (y / u))
    residual = y / u - design @ line
    return line, covariance, float(residual @ residual) / max(x.size - 2, 1)
