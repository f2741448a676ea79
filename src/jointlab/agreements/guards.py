"""What else must hold of a step of an agreement: the right version, a mandate that counts, days in their order."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from jointlab.agreements.step_names import AGREEING, ASKING, CLEARING, ORDINALS, PROPOSING
from jointlab.errors import BadInput, Conflict, Fault
from jointlab.processes import Guard, Instance, Step, Taken

_HASH: Final = re.compile(r"[0-9a-f]{64}")
_NEEDED: Final = {"extend": "last", "terminate": "last", "suspend": "first", "resume": "first"}

Form = Mapping[str, str]


def latest_version(standing: Iterable[Taken]) -> str:
    """The hash of the version that was proposed last; "" before there is one."""
    versions = [taken.form.get("version", "") for taken in standing if taken.step in PROPOSING]
    return versions[-1] if versions else ""


def cleared(standing: Iterable[Taken]) -> frozenset[str]:
    """The parties that have cleared the text since it was agreed."""
    done: set[str] = set()
    for taken in standing:
        if taken.step in AGREEING:
            done = set()
        elif taken.step in CLEARING:
            done.add(taken.party)
    return frozenset(done)


def _is_version(instance: Instance, step: Step, form: Form) -> Fault | None:
    return _no_hash(form, "version")


def _is_latest(instance: Instance, step: Step, form: Form) -> Fault | None:
    """An old version is neither agreed to nor signed."""
    latest = latest_version(instance.standing)
    if form.get("version", "") == latest:
        return None
    return Conflict(
        "agreement.other_version", "The text on the table has the hash {wanted}, not {found}.",
        field="version", wanted=latest, found=form.get("version", "")[:64] or "—",
    )  # fmt: skip


def _is_signature(instance: Instance, step: Step, form: Form) -> Fault | None:
    """A scan, and a mandate that counted on the day of the signature."""
    until = form.get("mandate_until", "")
    if until and until < form.get("signed_on", ""):
        return BadInput(
            "agreement.mandate", "The mandate was valid until {until}, but the paper was signed on {on}.",
            field="mandate_until", until=until, on=form["signed_on"],
        )  # fmt: skip
    return _no_hash(form, "scan")


def _is_cleared(instance: Instance, step: Step, form: Form) -> Fault | None:
    missing = [party.title for party in instance.process.parties if party.name not in cleared(instance.standing)]
    if not missing:
        return None
    return Conflict("agreement.not_cleared", "This text is not cleared yet by: {parties}.", parties=", ".join(missing))


def _still_open(party: str) -> Callable[[Instance, Step, Form], Fault | None]:
    def refuses(instance: Instance, step: Step, form: Form) -> Fault | None:
        if party not in cleared(instance.standing):
            return None
        return Conflict("agreement.cleared", "This text is cleared already.")

    return refuses


def _is_asked(instance: Instance, step: Step, form: Form) -> Fault | None:
    """A change with the day that it needs."""
    what = form["what"]
    if not form.get(_NEEDED[what]):
        return BadInput("process.empty", "This is needed.", field=_NEEDED[what])
    return _in_order(form.get("first", ""), form.get("last", ""))


def _is_notice(instance: Instance, step: Step, form: Form) -> Fault | None:
    return _in_order(form.get("on", ""), form.get("last", ""))


def _in_order(first: str, last: str) -> Fault | None:
    """Days in the plain ISO form, which is ordered as text."""
    if not last or first <= last:
        return None
    return BadInput(
        "agreement.days", "The first day, {first}, comes after the last, {last}.", field="last", first=first, last=last
    )


def _no_hash(form: Form, name: str) -> Fault | None:
    found = form.get(name, "")
    if _HASH.fullmatch(found):
        return None
    return BadInput(
        "agreement.hash", "“{found}” is no hash: it has 64 digits, 0 to 9 and a to f.", field=name, found=found[:64]
    )


def _round_ends(steps: frozenset[str], *, last: bool) -> Callable[[Instance, Step, Form], Fault | None]:
    """Of more than two: whether the taker is the last whom the round asks, which the latest of these steps began; or is not."""

    def refuses(instance: Instance, step: Step, form: Form) -> Fault | None:
        names = [party.name for party in instance.process.parties]
        following = names[(names.index(step.who[0]) + 1) % len(names)]
        if (following == _began(instance, steps)) is last:
            return None
        return Conflict("agreement.round", "Whoever is asked last ends the round; everybody before hands it on.")

    return refuses


def _is_own(steps: frozenset[str]) -> Callable[[Instance, Step, Form], Fault | None]:
    """What one wrote or asked for is one's own to replace or take back."""

    def refuses(instance: Instance, step: Step, form: Form) -> Fault | None:
        if _began(instance, steps) == step.who[0]:
            return None
        return Conflict("agreement.not_own", "What is on the table comes from another party.")

    return refuses


def _is_of_others(steps: frozenset[str]) -> Callable[[Instance, Step, Form], Fault | None]:
    def refuses(instance: Instance, step: Step, form: Form) -> Fault | None:
        if _began(instance, steps) != step.who[0]:
            return None
        return Conflict("agreement.own", "This comes from your own side: it is taken back, not declined.")

    return refuses


def _began(instance: Instance, steps: frozenset[str]) -> str:
    """The party that took the latest of these steps; "" for none."""
    return next((taken.party for taken in reversed(instance.standing) if taken.step in steps), "")


GUARDS: Final = {
    "version": Guard(_is_version, of_form=True),
    "latest": Guard(_is_latest, of_form=True),
    "signature": Guard(_is_signature, of_form=True),
    "asked": Guard(_is_asked, of_form=True),
    "notice": Guard(_is_notice, of_form=True),
    "cleared": Guard(_is_cleared),
    "first_open": Guard(_still_open("first")),
    "second_open": Guard(_still_open("second")),
}
GUARDS_OF_MANY: Final = {
    **{name: guard for name, guard in GUARDS.items() if not name.endswith("_open")},
    **{f"{one}_open": Guard(_still_open(one)) for one in ORDINALS},
    "last_to_read": Guard(_round_ends(PROPOSING, last=True)),
    "others_to_read": Guard(_round_ends(PROPOSING, last=False)),
    "own_text": Guard(_is_own(PROPOSING)),
    "last_to_grant": Guard(_round_ends(ASKING, last=True)),
    "others_to_grant": Guard(_round_ends(ASKING, last=False)),
    "own_request": Guard(_is_own(ASKING)),
    "others_request": Guard(_is_of_others(ASKING)),
}
