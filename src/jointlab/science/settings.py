"""Settings a person gives with a file: answers to questions, masses, wavelengths. Declared by those who use them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from jointlab.errors import BadInput
from jointlab.science.units import convert

_SMALLEST, _LARGEST = 1e-12, 1e12  # in the unit of the setting; what is beyond is a slip, or an attack
_ANY_SIGN = ("1",)
_MAY_BE_ZERO = ("_uncertainty", "_accuracy", "_smoothing", "_current", "_low", "_step", "_fwhm", "smallest_half_cycle")


@dataclass(frozen=True)
class Setting:
    """One setting that a reader or technique understands: `unit` for a number, `options` for a choice, else text."""

    key: str
    help: str
    unit: str | None = None
    options: tuple[str, ...] = ()
    default: str | None = None


class Settings:
    """The settings given for one reading, as text; typed access says what is wrong with a value."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self.given = dict(given or {})
        self._asked: set[str] = set()

    @property
    def unused(self) -> tuple[str, ...]:
        """Keys that were given and that nobody has asked for so far."""
        return tuple(key for key in self.given if key not in self._asked)

    def text(self, key: str, default: str | None = None) -> str | None:
        """The setting as it was given."""
        self._asked.add(key)
        return self.given.get(key, default)

    def choice(self, key: str, options: tuple[str, ...], default: str | None = None) -> str | None:
        """The setting, which must be one of `options`."""
        value = self.text(key, default)
        if value is not None and value not in options:
            raise BadInput(
                "setting.value",
                "{key}={value}: choose one of {options}.",
                key=key,
                value=value,
                options=", ".join(options),
            )
        return value

    def number(self, key: str, *, unit: str, default: float | None = None) -> float | None:
        """The setting as a number in `unit`; “12.3 mg” is converted, a bare number is taken to be in `unit`."""
        value = self.text(key)
        if value is None:
            return default
        number, _, given_unit = value.strip().replace(",", ".").partition(" ")
        try:
            parsed = float(number)
        except ValueError:
            raise BadInput(
                "setting.value",
                "{key}={value}: a number in {unit} is needed, such as “{key}=1.5 {unit}”.",
                key=key,
                value=value,
                unit=unit,
            ) from None
        converted = convert(parsed, source=given_unit.strip() or unit, target=unit)
        least = 0.0 if key.endswith(_MAY_BE_ZERO) or unit in _ANY_SIGN else _SMALLEST
        low = -math.inf if unit in _ANY_SIGN else least
        if not (low <= converted and (converted == 0 or _SMALLEST <= abs(converted) <= _LARGEST)):
            raise BadInput(
                "setting.value",
                "{key}={value}: no such number is possible here; a number in {unit} is needed, such as “{key}=1.5 {unit}”.",
                key=key,
                value=value,
                unit=unit,
            )
        return converted
