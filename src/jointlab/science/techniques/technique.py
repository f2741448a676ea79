"""What a technique is: a reading and settings in; figures of merit, tables and plots out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from jointlab.science.plots.plot import Plot
from jointlab.science.quantities import QUANTITIES
from jointlab.science.reading import Caution, Condition, Conditions, Reading, Table
from jointlab.science.settings import Setting, Settings


@dataclass(frozen=True)
class Figure:
    """One figure of merit in the canonical unit of its quantity.

    `uncertainty` is one standard uncertainty (k = 1), or None where none can be given; `includes` says what it holds.
    `method` names the procedure, its standard or paper, and the version of the technique is stored beside it.
    """

    quantity: str
    value: float
    unit: str
    uncertainty: float | None
    method: str
    includes: str = ""
    conditions: Conditions = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Analysis:
    """What a technique found in one reading."""

    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()  # derived columns: one row a cycle, a pore-size distribution, residuals
    plots: tuple[Plot, ...] = ()
    warnings: tuple[Caution, ...] = ()
    decisions: Mapping[str, Condition] = field(default_factory=dict)  # what was chosen and may be set otherwise
    telling: tuple[
        Figure, ...
    ] = ()  # the first of a quantity here speaks for the others in a headline; else the first of all


@dataclass(frozen=True)
class Technique:
    """One analysis. `of` is the technique name of the readings that it takes.

    `applies` tells whether it has anything to say about this reading with these settings; `analyse` never raises for
    a reading that it can make nothing of: it returns warnings that say why there is no figure.
    """

    name: str  # family.method, such as gas_adsorption.bet
    of: str
    version: str
    title: str
    analyse: Callable[[Reading, Settings], Analysis]
    quantities: tuple[str, ...]  # of the figures that it may give, the most telling first
    settings: tuple[Setting, ...] = ()
    applies: Callable[[Reading, Settings], bool] = lambda reading, settings: True


def figure(
    quantity: str, value: float, *, uncertainty: float | None, method: str, includes: str = "", **conditions: Condition
) -> Figure:
    """A figure whose value is already in the canonical unit of its quantity."""
    known = {key: value for key, value in conditions.items() if value is not None}
    checked = None if uncertainty is None else float(uncertainty)
    return Figure(quantity, float(value), QUANTITIES[quantity].unit, checked, method, includes, known)
