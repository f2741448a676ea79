"""Cells whose answers are known exactly, as readings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jointlab.science.reading import Condition, RawColumn, Reading, make_table


@dataclass(frozen=True)
class Step:
    """Constant current (A; 0 is rest) while the potential runs linearly; rows every `interval` and at both ends."""

    current: float
    seconds: float
    start: float  # V
    end: float  # V
    interval: float = 10.0


def made_reading(
    steps: Sequence[Step],
    *,
    step_time: bool = False,
    counter: bool = False,
    current: bool = True,
    sign: float = 1.0,
    cycle: Sequence[int] | None = None,
    facts: dict[str, Condition] | None = None,
) -> Reading:
    """A recording of the steps, with the columns asked for."""
    now, passed = 0.0, 0.0
    rows: dict[str, list[np.ndarray]] = {
        key: [] for key in ("time", "potential", "current", "step_time", "charge", "cycle")
    }
    for number, step in enumerate(steps):
        since = np.append(np.arange(0.0, step.seconds, step.interval), step.seconds)
        rows["time"].append(now + since)
        rows["step_time"].append(since)
        rows["potential"].append(step.start + (step.end - step.start) * since / step.seconds)
        rows["current"].append(np.full(len(since), sign * step.current))
        rows["charge"].append(passed + step.current * since / 3.6)
        rows["cycle"].append(np.full(len(since), cycle[number] if cycle else 1))
        now, passed = now + step.seconds, passed + step.current * step.seconds / 3.6
    joined = {key: np.concatenate(values) for key, values in rows.items()}
    columns = [RawColumn(joined["time"], "time", "s"), RawColumn(joined["potential"], "potential", "V")]
    if current:
        columns.append(RawColumn(joined["current"], "current", "A"))
    if step_time:
        columns.append(RawColumn(joined["step_time"], "step_time", "s"))
    if counter or not current:
        columns.append(RawColumn(joined["charge"], "charge", "mAh"))
    if cycle is not None:
        columns.append(RawColumn(joined["cycle"], "cycle"))
    return Reading("made", "galvanostatic_cycling", (make_table("data", columns),), facts=facts or {})
