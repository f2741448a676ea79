"""What columns of numbers without a header may mean: see `bare_columns`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.science.reading import Reading
from jointlab.science.settings import Setting, Settings
from jointlab.science.text import Text

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


@dataclass(frozen=True)
class BareColumns:
    """The table of such a file as it stands: columns “column 1”, “column 2”, ... and the text that it came from."""

    text: Text
    frame: "pl.DataFrame"
    suffix: str

    def values(self) -> "NDArray[np.float64]":
        """All cells, shape (rows, columns)."""
        return self.frame.to_numpy()


@dataclass(frozen=True)
class BareForm:
    """One meaning that such columns may have.

    `fits`: could they be that at all? `certain`: do the numbers (and the extension) leave no doubt? `read` makes the
    reading and adds the cautions about what had to be assumed.
    """

    technique: str
    title: str  # what the columns would be, for the question
    fits: Callable[[BareColumns], bool]
    certain: Callable[[BareColumns], bool]
    read: Callable[[BareColumns, Settings], Reading]
    settings: tuple[Setting, ...] = ()
