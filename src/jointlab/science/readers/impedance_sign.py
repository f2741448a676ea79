"""Whether a column is Im(Z) or -Im(Z), told by the spectrum itself.

In a causal, linear, minimum-phase cell the phase follows the slope of the modulus (Bode 1945): φ ≈ 90° · d ln|Z| / d ln f.
The modulus does not depend on the sign of the imaginary part, so the slope tells which sign is the right one.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CLEAR = 0.7  # agreement from which on the sign is decided; measured spectra reach 0.74 to 1.0
_FEWEST_POINTS = 5


def phase_agreement(
    frequency: "NDArray[np.float64]", real: "NDArray[np.float64]", imaginary: "NDArray[np.float64]"
) -> float:
    """Correlation about zero, -1 to 1, of the phase with the slope of the modulus; arrays of shape (points,).

    Near 1 the third array is Im(Z), near -1 it is -Im(Z); 0 for fewer than five usable points.
    """
    import numpy as np

    usable = np.isfinite(frequency) & np.isfinite(real) & np.isfinite(imaginary) & (frequency > 0)
    order = np.argsort(frequency[usable], kind="stable")
    ln_f = np.log(frequency[usable][order])
    z = real[usable][order] + 1j * imaginary[usable][order]
    keep = np.concatenate([np.ones(min(1, len(ln_f)), dtype=bool), np.diff(ln_f) > 0]) & (np.abs(z) > 0)
    ln_f, z = ln_f[keep], z[keep]
    if len(z) < _FEWEST_POINTS:
        return 0.0
    slope, phase = np.gradient(np.log(np.abs(z)), ln_f), np.angle(z)
    size = float(np.sqrt(np.sum(slope**2) * np.sum(phase**2)))
    return float(np.sum(slope * phase)) / size if size > 0 else 0.0
