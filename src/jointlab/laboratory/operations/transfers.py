"""Every change of transfers: a step of one side, written once.

A person takes a step for the own institution only, and on the node that writes its steps. What rests on an old view is
refused with the newer one; the process decides all else, here as on the partner's node.
"""

from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction

from jointlab.cases.queries import node_of
from jointlab.errors import BadInput, NotAllowed, NotFound
from jointlab.history.identifiers import home, new_id
from jointlab.history.logs import partnership_of
from jointlab.history.operations import write
from jointlab.laboratory.amounts import read_amount
from jointlab.laboratory.models import Sample, Transfer, TransferStep
from jointlab.laboratory.operations.samples import day_of
from jointlab.laboratory.process import RECEIVER, SENDER, TRANSFER
from jointlab.laboratory.queries.custody import custody_of
from jointlab.laboratory.queries.due import may_be_seen
from jointlab.laboratory.queries.transfers import instance_of, party_of
from jointlab.laboratory.queries.visibility import visible_samples, visible_transfers
from jointlab.laboratory.records.transfers import TransferStepRecord
from jointlab.people.actors import Actor, Right
from jointlab.people.models import Institution
from jointlab.processes import Field, Instance, Step, check
from jointlab.web.sites import site_of
from jointlab.web.typed import clean_line, clean_text

Form = Mapping[str, str]


@transaction.atomic
def ask(actor: Actor, *, sample: Sample, form: Form, partner: str = "") -> Transfer:
    """Open a transfer: the sample's home offers it to `partner`, or another institution asks the home for it.

    The partner's node gets the sample's record with this step, so the sample must be shared, or of a shared project.
    Raises BadInput ``transfer.*`` and ``process.*``, NotAllowed ``process.node``, NotFound ``sample.none``.
    """
    actor.require(Right.WRITE)
    if not visible_samples(actor).filter(pk=sample.pk).exists():
        raise NotFound("sample.none", "There is no sample {code}.", code=sample.code)
    Sample.objects.select_for_update().get(pk=sample.pk)
    party = SENDER if actor.institution == sample.institution_id else RECEIVER
    receiver = partner if party == SENDER else actor.institution
    if receiver == sample.institution_id or not Institution.objects.filter(prefix=receiver).exists():
        raise BadInput("transfer.partner", "Choose the institution that is to have it.", field="partner")
    parties = {SENDER: sample.institution_id, RECEIVER: receiver}
    fault = unshared(sample, receiver)
    if fault is not None:
        raise fault
    record = TransferStepRecord(
        process=TRANSFER.name, instance=new_id(), step="ask", party=party, by=actor.person, form=dict(form), sample=sample.id,
        code=_next_code(sample), parties=parties, nodes={name: node_of(prefix) for name, prefix in parties.items()},
    )  # fmt: skip
    return _written(record, Instance(TRANSFER, record.instance), sample)


@transaction.atomic
def take(actor: Actor, *, transfer: Transfer, step: str, form: Form, seen: str) -> Transfer:
    """The next step; `seen` is the hash of the step that the person saw as the latest.

    Raises Conflict ``process.stale`` and ``process.state``, NotAllowed ``transfer.side``, ``process.party`` and
    ``process.node``, BadInput for the form, each fault with its field.
    """
    if not visible_transfers(actor).filter(pk=transfer.pk).exists():
        raise NotFound("transfer.none", "There is no such transfer.")
    actor.require(Right.WRITE)
    Sample.objects.select_for_update().get(pk=transfer.sample_id)  # one at a time; amounts of other transfers count too
    Transfer.objects.select_for_update().get(pk=transfer.pk)
    party = party_of(actor, transfer)
    if not party:
        raise NotAllowed(
            "transfer.side", "Only people of {sender} and {receiver} take steps of this transfer.",
            sender=str(transfer.sender), receiver=str(transfer.receiver),
        )  # fmt: skip
    record = TransferStepRecord(
        process=TRANSFER.name,
        instance=transfer.id,
        step=step,
        party=party,
        by=actor.person,
        previous=seen,
        form=dict(form),
    )
    return _written(record, instance_of(transfer.id), transfer.sample)


def faults_of(step: Step, form: Form, *, instance: Instance, sample: Sample) -> tuple[BadInput, ...]:
    """Everything that is wrong with a form, each fault with its field; nothing is changed."""
    clean, faults = _read(step, form)
    for one in step.fields:
        if one.required and not form.get(one.name, "").strip():
            faults.append(BadInput("words.empty", "This is needed.", field=one.name))
    told = {fault.facts.get("field") for fault in faults}
    amounts = _amount_faults(step, clean, instance=instance, sample=sample)
    return (*faults, *(fault for fault in amounts if fault.facts.get("field") not in told))


def _written(record: TransferStepRecord, instance: Instance, sample: Sample) -> Transfer:
    """Checked by the process, with the form as it is stored; then written."""
    check(instance, record.taken(home=home()))
    step = TRANSFER.step(record.step)
    assert step is not None, "an unknown step is refused"
    clean, faults = _read(step, record.form)
    for fault in faults:
        raise fault
    record = replace(record, form=clean)
    check(instance, record.taken(home=home()))  # what is left of the form when it is cleaned
    for fault in _amount_faults(step, record.form, instance=instance, sample=sample):
        raise fault
    write(type="transfer-step/1", id=new_id(), body=record, expected_rev=0)
    return Transfer.objects.select_related("sample", "sender", "receiver", "waits").get(pk=record.instance)


def _read(step: Step, form: Form) -> tuple[dict[str, str], list[BadInput]]:
    """The values as they are stored, empty ones left out; and what cannot be read. Unknown fields stay, to be refused."""
    known = {one.name: one for one in step.fields}
    clean, faults = {name: value for name, value in form.items() if name not in known}, []
    for name, one in known.items():
        try:
            value = _value(one, form.get(name, ""))
        except BadInput as fault:
            faults.append(fault)
        else:
            clean |= {name: value} if value else {}
    return clean, faults


def _value(field: Field, typed: str) -> str:
    if field.kind == "amount":
        return str(read_amount(typed, field=field.name) or "")
    if field.kind == "day":
        return day_of(typed.strip(), field=field.name)
    if field.kind == "text":
        return clean_text(typed, field=field.name, most=field.most)
    return clean_line(typed, field=field.name, empty=True, most=field.most)


def _amount_faults(step: Step, form: Form, *, instance: Instance, sample: Sample) -> tuple[BadInput, ...]:
    """What leaves home is there, and can be compared with what the sample's amount is stated in."""
    if step.name not in ("ask", "send"):
        guards = (instance.process.guards[name] for name in step.guards)
        found = (guard.refuses(instance, step, form) for guard in guards)
        return tuple(fault for fault in found if isinstance(fault, BadInput))
    amount, custody = read_amount(form.get("amount", "")), custody_of(sample)
    if amount is None:
        return ()
    if custody.unit and not amount.fits(custody.unit):
        return (BadInput(
            "transfer.sample-unit", "“{amount}” cannot be compared with the amounts of {code}, which are given in {unit}.",
            field="amount", amount=str(amount), code=sample.code, unit=custody.unit,
        ),)  # fmt: skip
    if step.name == "send" and custody.at_home is not None and amount.in_unit(custody.unit) > custody.at_home:
        return (BadInput(
            "transfer.not-here", "{amount} is more than the {left} that is here.",
            field="amount", amount=str(amount), left=custody.amount(custody.at_home),
        ),)  # fmt: skip
    return ()


def unshared(sample: Sample, receiver: str) -> BadInput | None:
    """Why nothing can be sent there: a partner's node must come to know the sample, and a transfer alone shares nothing."""
    node = node_of(receiver)
    if node == home() or may_be_seen(sample, partnership_of(home(), node)):
        return None
    partner = site_of(node).word
    if sample.project_id is None:
        return BadInput(
            "transfer.not-shared",
            "{code} belongs to no project, so the node of {partner} would not know it. Put it into a project that both sides share.",
            field="partner", code=sample.code, partner=partner,
        )  # fmt: skip
    return BadInput(
        "transfer.not-shared",
        "{code} is not shared with {partner}, whose node would not know it. Share its project first, or lift the hold.",
        field="partner", code=sample.code, partner=partner,
    )  # fmt: skip


def _next_code(sample: Sample) -> str:
    """KZ-26-0117-T1; opened elsewhere than at the sample's home KZ-26-0117-NJ-T1, so that no two are alike."""
    mark = "T" if home() == sample.institution_id else f"{home().upper()}-T"
    opened = TransferStep.objects.filter(opening__sample=sample.id, home=home(), previous="").count()
    return f"{sample.code}-{mark}{opened + 1}"
