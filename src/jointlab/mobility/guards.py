"""What else must hold of a step of a mobility: days in their order, rows that can be read, results of what was agreed.

Both nodes ask these, so they look at nothing but the case and the form; what rests on the agreement is asked by the
taker's own node.
"""

from collections.abc import Mapping
from typing import Final

from jointlab.errors import BadInput, Conflict, Fault
from jointlab.mobility.components import read_components, read_decisions, read_results
from jointlab.processes import Guard, Instance, Step

Form = Mapping[str, str]
_MOVING: Final = ("level", "activity", "first", "last", "weight", "programme", "language")


def _said(instance: Instance, name: str) -> str:
    """What was last said of the stay."""
    for taken in reversed(instance.standing):
        if taken.step in ("nominate", "change") and taken.form.get(name):
            return taken.form[name]
    return ""


def _agreed(instance: Instance) -> Form:
    """The learning agreement that was proposed last."""
    return next((taken.form for taken in reversed(instance.standing) if taken.step == "propose"), {})


def _in_order(first: str, last: str) -> Fault | None:
    """Days in the plain ISO form, which is ordered as text."""
    if not last or first <= last:
        return None
    return BadInput(
        "mobility.days", "The first day, {first}, comes after the last, {last}.", field="last", first=first, last=last
    )


def _is_stay(instance: Instance, step: Step, form: Form) -> Fault | None:
    return _in_order(form.get("first", ""), form.get("last", ""))


def _is_change(instance: Instance, step: Step, form: Form) -> Fault | None:
    """Something that was approved becomes another; else it is a correction, which voids nothing."""
    if not any(form.get(name) and form[name] != _said(instance, name) for name in _MOVING):
        return Conflict("mobility.no_change", "Nothing of what was admitted is changed by this.")
    first, last = (form.get(name) or _said(instance, name) for name in ("first", "last"))
    return _in_order(first, last)


def _is_correction(instance: Instance, step: Step, form: Form) -> Fault | None:
    if any(value.strip() for value in form.values()):
        return None
    return BadInput("mobility.no_correction", "Say what is to be corrected.", field="name")


def _is_learning(instance: Instance, step: Step, form: Form) -> Fault | None:
    """Courses, or a programme of work; with courses both credit systems."""
    try:
        rows = read_components(form.get("components", ""))
    except BadInput as fault:
        return fault
    if not rows and not form.get("programme_of_work", "").strip():
        return BadInput("mobility.no_learning", "Name courses, or say what is to be done.", field="components")
    for name in ("home_scheme", "host_scheme"):
        if rows and not form.get(name, "").strip():
            return BadInput("mobility.scheme", "Say in which credits this side counts.", field=name)
    return None


def _is_arrival(instance: Instance, step: Step, form: Form) -> Fault | None:
    last = _said(instance, "last")
    if form.get("on", "") <= last:
        return None
    return BadInput("mobility.after_last", "The stay ends on {last}; an arrival on {on} would come after it.", field="on", last=last, on=form["on"])  # fmt: skip


def _is_departure(instance: Instance, step: Step, form: Form) -> Fault | None:
    arrived = next((taken.form.get("on", "") for taken in reversed(instance.standing) if taken.step == "arrive"), "")
    if form.get("on", "") >= arrived:
        return None
    return BadInput("mobility.before_arrival", "The person arrived on {arrived}; a departure on {on} would come before it.", field="on", arrived=arrived, on=form["on"])  # fmt: skip


def _is_no_show(instance: Instance, step: Step, form: Form) -> Fault | None:
    first = _said(instance, "first")
    if form.get("on", "") >= first:
        return None
    return BadInput("mobility.not_begun", "The stay begins on {first}; nobody can be missing on {on}.", field="on", first=first, on=form["on"])  # fmt: skip


def _is_results(instance: Instance, step: Step, form: Form) -> Fault | None:
    """A transcript tells results of the courses that were agreed, or a report."""
    try:
        rows = read_results(form.get("results", ""))
        agreed = {one.host_code for one in read_components(_agreed(instance).get("components", "")) if one.host_code}
    except BadInput as fault:
        return fault
    for row in rows:
        if row.host_code not in agreed:
            return BadInput("mobility.not_agreed", "The course {code} does not stand in the learning agreement.", field="results", code=row.host_code)  # fmt: skip
    if not rows and not form.get("report", "").strip():
        return BadInput("mobility.no_results", "Give results, or a report.", field="results" if agreed else "report")
    return None


def _is_recognition(instance: Instance, step: Step, form: Form) -> Fault | None:
    """A decision on every result, and one on all that follows from them."""
    given = next((taken.form for taken in reversed(instance.standing) if taken.step == "transcript"), {})
    try:
        decisions = read_decisions(form.get("decisions", ""))
        results = {one.host_code for one in read_results(given.get("results", ""))}
    except BadInput as fault:
        return fault
    decided = {one.host_code for one in decisions}
    if decided != results:
        code = min(decided ^ results)
        return BadInput("mobility.undecided", "The transcript and the decisions differ at the course {code}.", field="decisions", code=code)  # fmt: skip
    outcome = form.get("outcome", "")
    if decisions and outcome != _together([one.decision for one in decisions]):
        return BadInput(
            "mobility.outcome", "The decisions taken together are “{wanted}”, not “{found}”.",
            field="outcome", wanted=_together([one.decision for one in decisions]), found=outcome,
        )  # fmt: skip
    if outcome != "full" and not form.get("why", "").strip():
        return BadInput("process.empty", "This is needed.", field="why")
    return None


def _together(decisions: list[str]) -> str:
    """Full where all are, none where none is, else partial."""
    return decisions[0] if len(set(decisions)) == 1 else "partial"


GUARDS: Final = {
    "stay": Guard(_is_stay, of_form=True),
    "change": Guard(_is_change, of_form=True),
    "correction": Guard(_is_correction, of_form=True),
    "learning": Guard(_is_learning, of_form=True),
    "arrival": Guard(_is_arrival, of_form=True),
    "departure": Guard(_is_departure, of_form=True),
    "no_show": Guard(_is_no_show, of_form=True),
    "results": Guard(_is_results, of_form=True),
    "recognition": Guard(_is_recognition, of_form=True),
}
