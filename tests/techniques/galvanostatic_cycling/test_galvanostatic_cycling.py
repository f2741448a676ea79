import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile
from jointlab.science.reading import RawColumn, Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.techniques.galvanostatic_cycling import TECHNIQUES, analyse
from jointlab.science.techniques.half_cycles import passage_by_current
from jointlab.science.techniques.technique import Analysis, Figure
from tests.instrument_files import real_file
from tests.techniques.made_cells import Step, made_reading

EXPECTED: dict[str, Any] = tomllib.loads((Path(__file__).parent / "expected.toml").read_text())


def steps(cycles: int = 3, *, fade: float = 1.0, rest: float = 600.0) -> list[Step]:
    found: list[Step] = []
    for number in range(cycles):
        share = fade**number
        found.append(Step(1e-3, 7200 * share, 3.0, 4.0))
        found += [Step(0.0, rest, 3.9, 3.9)] if rest else []
        found.append(Step(-1e-3, 7128 * share, 3.9, 2.9))
        found += [Step(0.0, rest, 3.0, 3.0)] if rest else []
    return found


def run(reading: Reading, **settings: str) -> Analysis:
    return analyse(reading, Settings(settings))


def named(analysis: Analysis, quantity: str, **conditions: object) -> Iterator[Figure]:
    for figure in analysis.figures:
        if figure.quantity == quantity and all(figure.conditions.get(k) == v for k, v in conditions.items()):
            yield figure


def codes(analysis: Analysis) -> set[str]:
    return {warning.code for warning in analysis.warnings}


@pytest.mark.parametrize("rest", [0.0, 600.0])
@pytest.mark.parametrize("step_time", [False, True])
def test_a_linear_cell_gives_the_answers_by_hand(rest: float, step_time: bool) -> None:
    analysis = run(made_reading(steps(rest=rest), step_time=step_time), active_mass="10 mg")
    for quantity, value in EXPECTED["linear_cell"].items():
        if quantity != "differential_capacity":
            for cycle in (1, 2, 3):
                (found,) = named(analysis, quantity, cycle=cycle)
                assert found.value == pytest.approx(value, rel=1e-12), quantity
                assert found.uncertainty is None or found.uncertainty < 2e-3 * value


def test_dqdv_of_a_linear_cell_is_flat_and_keeps_the_charge() -> None:
    analysis = run(made_reading(steps()))
    table = next(t for t in analysis.tables if t.name == "differential_capacity")
    first = table.frame.filter((table.frame["cycle"] == 1) & (table.frame["direction"] == "charge"))
    assert first["differential_capacity"].to_numpy() == pytest.approx(EXPECTED["linear_cell"]["differential_capacity"])
    assert first["potential"].min() == pytest.approx(3.0025)
    assert first["potential"].max() == pytest.approx(3.9975)


def test_a_constant_voltage_tail_belongs_to_its_half_cycle() -> None:
    seconds = np.arange(0.0, 3600.0 + 1, 1.0)
    tail = 1e-3 * np.exp(-seconds / 600.0)
    charge = np.arange(0.0, 3600.0 + 1, 1.0)
    t = np.concatenate([charge, 3600 + seconds, 7200 + charge])
    current = np.concatenate([np.full(3601, 1e-3), tail, np.full(3601, -1e-3)])
    volts = np.concatenate([3 + charge / 3600, np.full(3601, 4.0), 3.9 - charge / 3600])
    columns = [RawColumn(t, "time", "s"), RawColumn(volts, "potential", "V"), RawColumn(current, "current", "A")]
    analysis = run(Reading("made", "galvanostatic_cycling", (make_table("data", columns),)))
    (found,) = named(analysis, "charge_capacity", cycle=1)
    exact = 1.0 + 600 * (1 - np.exp(-6)) / 3600  # mAh
    assert found.value == pytest.approx(exact, rel=1e-6)
    assert found.uncertainty is not None
    assert abs(found.value - exact) < 3 * found.uncertainty
    assert len(list(named(analysis, "discharge_capacity"))) == 1


def test_the_trapezoid_error_is_known_to_its_uncertainty() -> None:
    coarse = np.arange(0.0, 7200.0 + 1, 300.0)
    current = 1e-3 * np.exp(-coarse / 1800.0)
    columns = [
        RawColumn(coarse, "time", "s"),
        RawColumn(coarse / 7200 + 3, "potential", "V"),
        RawColumn(current, "current", "A"),
    ]
    analysis = run(Reading("made", "galvanostatic_cycling", (make_table("data", columns),)))
    (found,) = named(analysis, "charge_capacity")
    exact = 1e-3 * 1800 * (1 - np.exp(-4)) / 3.6
    assert found.uncertainty is not None
    assert 0.5 < abs(found.value - exact) / found.uncertainty < 2


def test_cycles_to_80_percent_and_retention() -> None:
    analysis = run(made_reading(steps(30, fade=0.99)))
    (found,) = named(analysis, "cycles_to_80_percent")
    assert found.value == EXPECTED["fading"]["cycles_to_80_percent"]
    (kept,) = named(analysis, "capacity_retention", cycle=11)
    assert kept.value == pytest.approx(100 * 0.99**10, rel=1e-9)
    other = run(made_reading(steps(30, fade=0.99)), reference_cycle="5")
    (kept,) = named(other, "capacity_retention", cycle=11)
    assert kept.value == pytest.approx(100 * 0.99**6, rel=1e-9)


@pytest.mark.parametrize("number", ["0", "-1", "1.5"])
def test_a_reference_that_is_no_cycle_is_refused_with_the_cycles_there_are(number: str) -> None:
    with pytest.raises(BadInput, match="from 1 to 3") as caught:
        run(made_reading(steps(3)), reference_cycle=number)
    assert caught.value.code == "setting.value"


def test_a_reference_beyond_the_last_cycle_is_said_with_the_cycles_there_are() -> None:
    analysis = run(made_reading(steps(3)), reference_cycle="4")
    (said,) = [warning for warning in analysis.warnings if warning.code == "cycling.reference"]
    assert "from 1 to 3" in said.message
    assert not list(named(analysis, "capacity_retention"))
    assert len(list(named(analysis, "discharge_capacity"))) == 3
    half = run(made_reading(steps(1)[:1]), reference_cycle="1")
    assert any("has none" in warning.message for warning in half.warnings)


def test_80_percent_that_is_not_reached_is_said() -> None:
    analysis = run(made_reading(steps(12)))
    assert not list(named(analysis, "cycles_to_80_percent"))
    assert "cycling.above-80-percent" in codes(analysis)


def test_slower_cycles_do_not_count_as_faded() -> None:
    fast = [Step(1e-2, 500, 3.0, 4.0), Step(-1e-2, 500, 4.0, 3.0)]
    analysis = run(made_reading(steps(3, rest=0) + fast * 3 + steps(6, rest=0)))
    assert not list(named(analysis, "cycles_to_80_percent"))


def test_an_anode_half_cell_begins_with_discharge_and_inverts_the_efficiency() -> None:
    made = [Step(-1e-3, 3600, 1.0, 0.01), Step(1e-3, 2700, 0.1, 1.0)] * 2
    plain = run(made_reading(made))
    assert "cycling.begins-with-discharge" in codes(plain)
    (efficiency,) = named(plain, "coulombic_efficiency", cycle=1)
    assert efficiency.value == pytest.approx(100 * 3600 / 2700)
    anode = run(made_reading(made), electrode="anode_half_cell")
    (efficiency,) = named(anode, "coulombic_efficiency", cycle=1)
    assert efficiency.value == pytest.approx(75.0)
    assert not codes(anode)
    full = run(made_reading(made), electrode="full")
    (efficiency,) = named(full, "coulombic_efficiency", cycle=1)
    assert efficiency.value == pytest.approx(100 * 3600 / 2700)
    assert [f.conditions["cycle"] for f in named(full, "discharge_capacity")] == [0, 1]


def test_a_file_whose_positive_current_discharges_is_turned_by_evidence_and_says_so() -> None:
    analysis = run(made_reading(steps(), sign=-1.0))
    (found,) = named(analysis, "charge_capacity", cycle=1)
    assert found.value == pytest.approx(2.0)
    assert str(analysis.decisions["positive_current"]).startswith("discharge")


def test_without_a_current_the_counter_is_used() -> None:
    analysis = run(made_reading(steps(), current=False))
    (found,) = named(analysis, "discharge_capacity", cycle=2)
    assert found.value == pytest.approx(1.98)
    assert found.uncertainty is None
    assert found.method == "counter of the instrument"


def test_sparse_rows_give_way_to_the_counter() -> None:
    t = np.arange(0.0, 12000.0, 1800.0)
    on = (t > 1100) & (t < 8400)  # the current flows from 1100 s to 8400 s
    counter = np.clip(t - 1100, 0, 7300) / 3600
    columns = [
        RawColumn(t, "time", "s"),
        RawColumn(3 + t / 1e4, "potential", "V"),
        RawColumn(1e-3 * on, "current", "A"),
        RawColumn(counter, "capacity", "mAh"),
    ]
    analysis = run(Reading("made", "galvanostatic_cycling", (make_table("data", columns),)))
    (found,) = named(analysis, "charge_capacity")
    assert found.value == pytest.approx(7300 / 3600)
    assert found.method.startswith("counter of the instrument")


def test_a_counter_that_disagrees_is_said() -> None:
    reading = made_reading(steps(), counter=True)
    table = reading.tables[0]
    frame = table.frame.with_columns(charge=table.frame["charge"] * 1.05)
    wrong = Reading("made", "galvanostatic_cycling", (type(table)("data", table.columns, frame),))
    assert "cycling.counter-differs" in codes(run(wrong))
    assert "cycling.counter-differs" not in codes(run(reading))


def test_the_difference_from_the_counter_is_part_of_the_uncertainty() -> None:
    reading = made_reading(steps(), counter=True, step_time=True)
    table = reading.tables[0]
    frame = table.frame.with_columns(charge=table.frame["charge"] * 1.003)
    near = Reading("made", "galvanostatic_cycling", (type(table)("data", table.columns, frame),))
    (found,) = named(run(near), "charge_capacity", cycle=1)
    assert found.value == pytest.approx(2.0)
    assert found.uncertainty == pytest.approx(0.003 * 2.0 / 3**0.5, rel=0.01)


def test_more_given_out_than_taken_in_is_said() -> None:
    part = [Step(1e-3, 1000, 3.8, 4.0), *steps(2, rest=0)[1:]]
    analysis = run(made_reading(part))
    assert "cycling.efficiency-above-100" in codes(analysis)
    assert "cycling.efficiency-above-100" not in codes(run(made_reading(steps())))


def headline(reading: Reading, **settings: str) -> dict[str, Figure]:
    (technique,) = TECHNIQUES
    analysis = run(reading, **settings)
    return {f.quantity: f for f in ReadFile("a", "", reading, ((technique, analysis),)).headline(most=20)}


def test_the_headline_is_the_first_cycle_that_is_beyond_doubt() -> None:
    part = [Step(1e-3, 1000, 3.8, 4.0), *steps(3, rest=0)[1:]]  # the file begins within a charge
    shown = headline(made_reading(part))
    assert {f.conditions["cycle"] for q, f in shown.items() if q != "capacity_retention"} == {2}
    assert shown["coulombic_efficiency"].value == pytest.approx(99.0)
    assert shown["capacity_retention"].conditions["cycle"] == 3
    assert headline(made_reading(part), reference_cycle="1")["discharge_capacity"].conditions["cycle"] == 1
    assert headline(made_reading(steps(3)))["discharge_capacity"].conditions["cycle"] == 1
    assert "cycle 2: the first complete one with" in str(run(made_reading(part)).decisions["headline"])


def test_a_first_cycle_that_the_counter_contradicts_is_not_the_headline() -> None:
    reading = made_reading(steps(3, rest=0), counter=True)
    frame = reading.tables[0].frame
    counted = frame["charge"].to_numpy()
    row = int(
        np.searchsorted(frame["time"].to_numpy(), 7200.0)
    )  # the end of the first charge, of which the counter misses a tenth
    wrong = np.where(np.arange(len(counted)) <= row, 0.9 * counted, counted - 0.1 * counted[row])
    off = replace(reading, tables=(replace(reading.tables[0], frame=frame.with_columns(charge=wrong)),))
    assert headline(reading)["discharge_capacity"].conditions["cycle"] == 1
    assert headline(off)["discharge_capacity"].conditions["cycle"] == 2


def test_where_every_cycle_is_doubted_the_first_complete_one_is_shown_and_said() -> None:
    leaking = [s for _ in range(2) for s in (Step(1e-3, 7200, 3.0, 4.0), Step(-1e-3, 2400, 3.9, 2.9))]
    assert headline(made_reading(leaking))["discharge_capacity"].conditions["cycle"] == 1
    assert "no cycle is beyond doubt" in str(run(made_reading(leaking)).decisions["headline"])


def test_a_cycle_column_that_counts_otherwise_is_said() -> None:
    analysis = run(made_reading(steps(2, rest=0), cycle=[1, 1, 1, 1]))
    assert "cycling.cycle-count" in codes(analysis)
    assert "cycling.cycle-count" not in codes(run(made_reading(steps(2, rest=0), cycle=[1, 1, 2, 2])))


def test_a_first_discharge_is_no_cycle_when_the_instrument_counts_charge_and_discharge_together() -> None:
    made = [Step(-1e-3, 1800, 3.5, 3.0), *steps(2, rest=0)]
    analysis = run(made_reading(made, cycle=[1, 2, 2, 3, 3]))
    assert not codes(analysis)
    (efficiency,) = named(analysis, "coulombic_efficiency", cycle=1)
    assert efficiency.value == pytest.approx(99.0)
    assert "cycling.begins-with-discharge" in codes(run(made_reading(made, cycle=[1, 1, 2, 2, 3])))


def test_a_cycle_that_the_file_cuts_counts_in_no_ratio() -> None:
    cut = [*steps(2, rest=0), Step(1e-3, 7200, 3.0, 4.0), Step(-1e-3, 1000, 3.9, 3.8)]
    analysis = run(made_reading(cut))
    assert "cycling.last-cut" in codes(analysis)
    assert not list(named(analysis, "coulombic_efficiency", cycle=3))
    assert list(named(analysis, "charge_capacity", cycle=3))


def test_rest_alone_and_noise_give_no_figures() -> None:
    assert codes(run(made_reading([Step(0.0, 600, 3.0, 3.0)]))) == {"cycling.no-figures"}
    t = np.arange(1000.0)
    noise = np.where(t % 2 == 0, 1e-9, -1e-9)
    columns = [RawColumn(t, "time", "s"), RawColumn(3 + 0 * t, "potential", "V"), RawColumn(noise, "current", "A")]
    assert codes(run(Reading("made", "galvanostatic_cycling", (make_table("data", columns),)))) == {
        "cycling.no-figures"
    }
    text = make_table("notes", [RawColumn(["a"], name="note")])
    assert codes(run(Reading("made", "galvanostatic_cycling", (text,)))) == {"cycling.no-figures"}


def test_one_half_cycle_gives_its_capacity() -> None:
    analysis = run(made_reading([Step(0.0, 600, 3.0, 3.0), Step(-1e-3, 3600, 4.0, 3.0)]))
    (found,) = named(analysis, "discharge_capacity")
    assert found.value == pytest.approx(1.0)
    assert not list(named(analysis, "coulombic_efficiency"))


def test_accuracy_of_the_instrument_enters_capacity_and_cancels_in_ratios() -> None:
    analysis = run(made_reading(steps()), current_accuracy="0.1", active_mass="10", active_mass_uncertainty="0.1")
    (capacity,) = named(analysis, "charge_capacity", cycle=1)
    assert capacity.uncertainty == pytest.approx(2e-3, rel=0.01)
    (specific,) = named(analysis, "specific_charge_capacity", cycle=1)
    assert specific.uncertainty == pytest.approx(2.0, rel=0.02)
    (efficiency,) = named(analysis, "coulombic_efficiency", cycle=2)
    assert efficiency.uncertainty is not None
    assert efficiency.uncertainty < 0.02


def test_a_mass_that_the_file_states_is_used_and_a_default_is_not() -> None:
    stated = run(made_reading(steps(1), facts={"active_mass_mg": 10.0}))
    (found,) = named(stated, "specific_charge_capacity")
    assert found.value == pytest.approx(200.0)
    assert "stated in the file" in found.method
    for facts in ({"active_mass_mg": 0.001}, {"active_mass_mg": 1.0}, {"Mass of active material": "0.001 mg"}):
        assert not list(named(run(made_reading(steps(1), facts=dict(facts))), "specific_charge_capacity"))
    worded = run(made_reading(steps(1), facts={"Mass of active material": "10,0 mg"}))
    (found,) = named(worded, "specific_charge_capacity")
    assert found.value == pytest.approx(200.0)


def test_many_cycles_are_summarised() -> None:
    reading = made_reading([replace(step, interval=60.0) for step in steps(1000, rest=300)])
    analysis = run(reading)
    assert len(analysis.figures) < 100
    assert analysis.tables[0].rows == 1000


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(BadInput):
        run(made_reading(steps(1)), electrode="lemon")
    with pytest.raises(BadInput):
        run(made_reading(steps(1)), plot_cycles="one")


@settings(deadline=None)  # values are tested here; a first example also loads the engines
@given(
    st.integers(1, 5),
    st.floats(1e-6, 10),
    st.floats(60, 1e5),
    st.floats(0.1, 1.0),
    st.booleans(),
    st.sampled_from([0.0, 777.0]),
)
def test_any_constant_current_cell_is_exact(
    cycles: int, current: float, seconds: float, share: float, step_time: bool, rest: float
) -> None:
    made = []
    for _ in range(cycles):
        made += [Step(current, seconds, 3.0, 4.0, seconds / 37), Step(0.0, rest or 1.0, 4.0, 4.0)]
        made += [Step(-current, seconds * share, 4.0, 3.0, seconds / 37)]
    analysis = run(made_reading(made, step_time=step_time))
    charges = list(named(analysis, "charge_capacity"))
    assert len(charges) == cycles
    for found in charges:
        assert found.value == pytest.approx(current * seconds / 3.6, rel=1e-9)
    for found in named(analysis, "coulombic_efficiency"):
        if "cycle" in found.conditions:
            assert found.value == pytest.approx(100 * share, rel=1e-9)


def test_neware_steps_add_up_to_the_files_own_capacity() -> None:
    import polars as pl

    from jointlab.science.text.times import durations

    frame = pl.read_csv(real_file("cycling/neware_uio.csv"), infer_schema_length=None)
    columns = [
        RawColumn(durations(frame["Cumulative Time"]), "time", "s"),
        RawColumn(durations(frame["Time"]), "step_time", "s"),
        RawColumn(frame["Voltage(V)"], "potential", "V"),
        RawColumn(frame["Current(A)"], "current", "A"),
        RawColumn(frame["Capacity(Ah)"], "capacity", "Ah"),
    ]
    analysis = run(Reading("made", "galvanostatic_cycling", (make_table("data", columns),)))
    (discharge,) = named(analysis, "discharge_capacity", cycle=1)
    assert discharge.value == pytest.approx(EXPECTED["neware_uio"]["discharge_1"], rel=2e-5)
    for cycle in (1, 2):
        (charge,) = named(analysis, "charge_capacity", cycle=cycle)
        assert charge.value == pytest.approx(EXPECTED["neware_uio"][f"charge_{cycle}"], rel=2e-5)
    assert "cycling.counter-differs" not in codes(analysis)


def test_neware_binary_cycles_agree_with_its_counter() -> None:
    import fastnda

    frame = fastnda.read(real_file("cycling/test_2.ndax"))
    columns = [
        RawColumn(frame["total_time_s"], "time", "s"),
        RawColumn(frame["step_time_s"], "step_time", "s"),
        RawColumn(frame["voltage_V"], "potential", "V"),
        RawColumn(frame["current_mA"], "current", "mA"),
        RawColumn(frame["capacity_mAh"], "charge", "mAh"),
        RawColumn(frame["cycle_count"], "cycle"),
    ]
    analysis = run(Reading("made", "galvanostatic_cycling", (make_table("data", columns),)))
    assert analysis.tables[0].rows == EXPECTED["test_2"]["cycles"]
    assert "cycling.cycle-count" not in codes(analysis)
    for way in ("charge", "discharge"):
        (found,) = named(analysis, f"{way}_capacity", cycle=10)
        assert found.value == pytest.approx(EXPECTED["test_2"][f"{way}_10"], rel=2e-4)


def test_one_row_passes_no_charge() -> None:
    one = np.ones(1)
    assert passage_by_current(time=one, potential=one, current=one, step_time=one).charge.sum() == 0.0
