"""A straight line by least squares, with the covariance of its two parameters."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Line:
    """y = slope x + intercept; variances and covariance from the residuals with n - 2 degrees of freedom."""

    slope: float
    intercept: float
    slope_variance: float
    intercept_variance: float
    covariance: float
    correlation: float
    points: int

    @property
    def slope_uncertainty(self) -> float:
        """One standard uncertainty of the slope."""
        return math.sqrt(self.slope_variance)

    @property
    def intercept_uncertainty(self) -> float:
        """One standard uncertainty of the intercept."""
        return math.sqrt(self.intercept_variance)


def fit_line(x: "NDArray[np.float64]", y: "NDArray[np.float64]") -> Line | None:
    """The line through points of equal weight, x and y of shape (points,); None below three points or for one x only."""
    import numpy as np

    n = len(x)
    spread = float(np.sum((x - x.mean()) ** 2)) if n else 0.0
    if n < 3 or spread <= 0:
        return None
    slope = float(np.sum((x - x.mean()) * (y - y.mean()))) / spread
    intercept = float(y.mean() - slope * x.mean())
    variance = float(np.sum((y - slope * x - intercept) ** 2)) / (n - 2)
    scatter = float(np.sum((y - y.mean()) ** 2))
    correlation = float(np.sum((x - x.mean()) * (y - y.mean()))) / (spread * scatter) ** 0.5 if scatter > 0 else 0.0
    slope_variance = variance / spread
    mean = float(x.mean())
    return Line(
        slope,
        intercept,
        slope_variance,
        variance / n + mean**2 * slope_variance,
        -mean * slope_variance,
        correlation,
        n,
    )
