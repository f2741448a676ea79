"""The learning agreement of a case with what each course is worth: converted by the signed table, earned, recognised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from jointlab.agreements.clauses import Clause
from jointlab.agreements.credits import Converted, convert
from jointlab.agreements.kinds import CREDITS
from jointlab.agreements.queries.lives import version_named
from jointlab.errors import BadInput, Fault
from jointlab.mobility.components import (
    Component,
    Recognised,
    Result,
    read_components,
    read_decisions,
    read_results,
    total,
)
from jointlab.mobility.process import facts_of, latest_form, signed_by
from jointlab.processes import Instance


@dataclass(frozen=True)
class Row:
    """One course with everything that is known of it."""

    component: Component
    converted: Converted | None  # the host's planned credits in the home system
    covers: int | None  # per cent of the home credits
    result: Result | None = None
    earned: Converted | None = None  # the credits earned in the home system
    decision: Recognised | None = None


@dataclass(frozen=True)
class Learning:
    """A learning agreement. `fault` says why nothing can be converted."""

    rows: tuple[Row, ...] = ()
    programme: str = ""
    home_scheme: str = ""
    host_scheme: str = ""
    clause: Clause | None = None
    factor: Fraction | None = None
    signed: tuple[str, ...] = ()
    sums: Mapping[str, Fraction] = field(default_factory=dict)  # home, host, converted, in their own credits
    fault: Fault | None = None


def learning_of(instance: Instance) -> Learning:
    """As it stands now; empty before it was proposed."""
    form = latest_form(instance, "propose")
    if not form:
        return Learning()
    home, host = form.get("home_scheme", ""), form.get("host_scheme", "")
    results = {one.host_code: one for one in read_results(latest_form(instance, "transcript").get("results", ""))}
    decided = {one.host_code: one for one in read_decisions(latest_form(instance, "recognise").get("decisions", ""))}
    rows: list[Row] = []
    clauses: list[Clause] = []
    faults: list[Fault] = []
    for component in read_components(form.get("components", "")):
        planned = _converted(instance, component.host_credits, home, host, faults, clauses)
        result = results.get(component.host_code)
        earned = _converted(instance, result.credits, home, host, faults, clauses) if result else None
        rows.append(
            Row(component, planned, _covers(planned, component), result, earned, decided.get(component.host_code))
        )
    exact = sum((row.converted.rounded for row in rows if row.converted), Fraction(0))
    sums = {
        "home": total(row.component.home_credits for row in rows), "host": total(row.component.host_credits for row in rows),
        "converted": exact,
    }  # fmt: skip
    factor = next((row.converted.factor for row in rows if row.converted), None)
    return Learning(
        tuple(rows), form.get("programme_of_work", ""), home, host, clauses[0] if clauses else None, factor, signed_by(instance), sums,
        faults[0] if faults else None,
    )  # fmt: skip


def schemes_of(instance: Instance) -> tuple[str, ...]:
    """The credit systems that the agreement's tables know, for this level."""
    version = version_named(instance.standing[0].form.get("agreement", ""))
    level = facts_of(instance).get("level", "")
    tables = version.of_kind(CREDITS) if version else ()
    rows = [row for clause in tables for row in clause.rows("factors") if row["level"] == level]
    return tuple(sorted({str(row[side]) for row in rows for side in ("from", "to")}))


def _converted(
    instance: Instance, credits: str, home: str, host: str, faults: list[Fault], clauses: list[Clause]
) -> Converted | None:
    """By the table of the pinned version, on the first day of the stay; one system on both sides needs none."""
    if not credits:
        return None
    amount = Fraction(credits)
    if home == host:
        return Converted(amount, amount, Fraction(1), "")
    version, facts = version_named(instance.standing[0].form.get("agreement", "")), facts_of(instance)
    refused: Fault | None = BadInput("mobility.no_table", "The agreement has no table that converts credits.")
    for clause in version.of_kind(CREDITS) if version else ():
        try:
            found = convert(
                clause,
                amount,
                level=facts.get("level", ""),
                source=host,
                target=home,
                on=date.fromisoformat(facts["first"]),
            )
        except BadInput as fault:
            refused = fault
        else:
            clauses.append(clause)
            return found
    if refused is not None:
        faults.append(refused)
    return None


def _covers(planned: Converted | None, component: Component) -> int | None:
    home = Fraction(component.home_credits or 0)
    return round(100 * planned.rounded / home) if planned and home else None
