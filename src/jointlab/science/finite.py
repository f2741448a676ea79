"""Which numbers of a column are finite. Where the values lie in one piece they are looked at there: for the small tables
of most files the engine's own questions take longer to begin than to answer.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


def has_infinity(numbers: "pl.Series") -> bool:
    """Whether a column of floats has an infinite value."""
    import numpy as np

    values = _in_place(numbers)
    return bool(numbers.is_infinite().any() if values is None else np.isinf(values).any())


def finite_count(numbers: "pl.Series") -> int:
    """How many values of a column of floats are numbers: neither absent, nor nan, nor infinite."""
    import numpy as np

    values = _in_place(numbers)
    return int(numbers.is_finite().sum() or 0) if values is None else int(np.count_nonzero(np.isfinite(values)))


def finite_part(numbers: "pl.Series") -> "pl.Series":
    """The finite values of a column of floats."""
    if finite_count(numbers) == len(numbers):
        return numbers
    return numbers.filter(numbers.is_finite().fill_null(value=False))


def _in_place(numbers: "pl.Series") -> "NDArray[np.float64] | None":
    return numbers.to_numpy() if numbers.n_chunks() == 1 and not numbers.null_count() else None
