"""What one step of the analysis contributes; parts are joined into the whole."""

from dataclasses import dataclass, field

from jointlab.science.plots.plot import Plot
from jointlab.science.reading import Caution, Condition, Table
from jointlab.science.techniques.technique import Figure


@dataclass
class Part:
    """Figures, tables, plots, warnings and decisions gathered so far."""

    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)
    warnings: list[Caution] = field(default_factory=list)
    decisions: dict[str, Condition] = field(default_factory=dict)
    telling: list[Figure] = field(default_factory=list)  # those of the strongest reflection

    def warn(self, code: str, message: str) -> None:
        """Add a caution."""
        self.warnings.append(Caution(code, message))

    def decide(self, what: str, choice: Condition) -> None:
        """Note what was chosen."""
        self.decisions[what] = choice

    def take(self, other: "Part", *, suffix: str = "") -> None:
        """Add another part; its decisions get `suffix` (which scan they are of)."""
        self.figures += other.figures
        self.tables += other.tables
        self.plots += other.plots
        self.warnings += other.warnings
        self.telling += other.telling
        self.decisions |= {f"{what}{suffix}": choice for what, choice in other.decisions.items()}
