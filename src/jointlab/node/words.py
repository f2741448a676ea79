"""Words for people: the name of a technique, the conditions of a figure."""

from jointlab.science.digits import plain
from jointlab.science.reading import Conditions
from jointlab.science.techniques import all_techniques

_NAMES = {"solar_cell_iv": "solar cell J-V", "current_voltage": "current-voltage curve"}
_UNITS = frozenset({"A", "mA", "V", "mV"})  # that end the key of a condition


def technique_name(name: str) -> str:
    """“gas adsorption”, “solar cell J-V”."""
    return _NAMES.get(name, name.replace("_", " "))


def condition_words(conditions: Conditions) -> str:
    """“cycle 1, current 0.969 mA”: the unit that ends a key stands behind its number."""
    return ", ".join(_condition(key, value) for key, value in conditions.items())


def no_figures(technique: str) -> str:
    """Why a file that was read has columns and nothing else."""
    if any(analysis.of == technique for analysis in all_techniques()):
        return f"No figures: no analysis of {technique_name(technique)} fits this file; the columns are read."
    return f"No figures: {technique_name(technique)} has no analysis yet; the columns are read."


def _condition(key: str, value: object) -> str:
    said = plain(value) if isinstance(value, float) else str(value)
    name, _, unit = key.rpartition("_")
    return f"{name.replace('_', ' ')} {said} {unit}" if name and unit in _UNITS else f"{key.replace('_', ' ')} {said}"
