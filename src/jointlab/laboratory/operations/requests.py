"""Asking the partner's instrument for a measurement; the further steps are steps of the case."""

from collections.abc import Mapping

from django.db import transaction

from jointlab.cases.kinds import Asking, kind_of
from jointlab.cases.models import Case
from jointlab.cases.operations import open_case
from jointlab.errors import BadInput, Conflict, Fault, NotFound
from jointlab.history.identifiers import home
from jointlab.laboratory.measurement_request import ASKER, PERFORMER, REQUEST
from jointlab.laboratory.models import Instrument, Sample
from jointlab.laboratory.operations.transfers import unshared
from jointlab.laboratory.queries.requests import asked_before, basis_of, refusal_of_basis
from jointlab.laboratory.queries.visibility import visible_measurements, visible_samples, visible_transfers
from jointlab.people.actors import Actor, Right


@transaction.atomic
def ask(actor: Actor, *, sample: Sample, instrument: Instrument, form: Mapping[str, str]) -> Case:
    """Ask the institution of an instrument for a measurement on a sample; under the agreement in force, where there are any.

    Raises NotFound ``sample.none``, BadInput ``request.*``, Conflict ``request.no-agreement`` and what cases raise.
    """
    actor.require(Right.WRITE)
    if not visible_samples(actor).filter(pk=sample.pk).exists():
        raise NotFound("sample.none", "There is no sample {code}.", code=sample.code)
    Sample.objects.select_for_update().get(pk=sample.pk)
    parties = {ASKER: actor.institution, PERFORMER: instrument.institution_id}
    if parties[ASKER] == parties[PERFORMER]:
        raise BadInput("request.own", "{instrument} is your own institution’s; a request is made to another one’s.",
                       field="instrument", instrument=instrument.name)  # fmt: skip
    basis = basis_of(*parties.values())
    pinned = {"agreement": basis.version, "clause": basis.clause} if basis else {}
    plain = {name: value for name, value in form.items() if name not in ("agreement", "clause", "instrument")}
    mark = "M" if home() == sample.institution_id else f"{home().upper()}-M"
    return open_case(
        actor, kind=kind_of(REQUEST.name), party=ASKER, parties=parties, form={**plain, "instrument": instrument.pk, **pinned},
        code=f"{sample.code}-{mark}{asked_before(sample) + 1}", subject=sample.pk,
    )  # fmt: skip


def refusal(asking: Asking) -> Fault | None:
    """What this node's own records say against a step: no agreement in force, another sample's result, an unknown transfer."""
    found = _of_step(asking)
    if found is None and asking.step.name in ("ask", "accept", "arrive", "measure"):
        found = refusal_of_basis(asking)
    return found


def _of_step(asking: Asking) -> Fault | None:
    form, name = asking.form, asking.step.name
    if name == "ask":
        return _of_question(asking)
    if name == "arrive" and form.get("transfer"):
        arrived = visible_transfers(asking.actor).filter(pk=form["transfer"], sample=asking.subject)
        if not arrived.filter(state__in=_THERE).exists():
            return BadInput(
                "request.transfer",
                "There is no transfer of this sample that has arrived and is named so.",
                field="transfer",
            )
    if name == "measure" and form:
        results = visible_measurements(asking.actor).filter(
            pk=form.get("measurement", ""), sample=asking.subject, withdrawn=False
        )
        if not results.exists():
            return BadInput(
                "request.result", "There is no measurement of this sample that is named so. Record the result first, then link it.",
                field="measurement",
            )  # fmt: skip
    return None


_THERE = ("partly_received", "received", "consumed", "closed", "returning", "returned")


def _of_question(asking: Asking) -> Fault | None:
    instrument = Instrument.objects.filter(pk=asking.form.get("instrument", "")).first()
    if instrument is None or instrument.institution_id != asking.parties.get(PERFORMER):
        return BadInput("request.instrument", "There is no such instrument of that institution.", field="instrument")
    if not instrument.active:
        return Conflict("request.out-of-use", "{instrument} is out of use.", instrument=instrument.name)
    sample = visible_samples(asking.actor).filter(pk=asking.subject).select_related("project").first()
    if sample is None:
        return NotFound("sample.none", "There is no sample {code}.", code=asking.subject)
    return unshared(sample, instrument.institution_id)
