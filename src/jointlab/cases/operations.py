"""Every change of cases: a step of one side, written once.

A person takes a step for the own institution only, and on the node that writes its steps. What rests on an old view is
refused with the newer one; the process decides all else, here as on the partner's node. What only this node has stored (a
clause in force, a place left) its room's guard is asked for, here and not there.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction

from jointlab.cases.kinds import Asking, CaseKind, kind_of
from jointlab.cases.models import Case
from jointlab.cases.queries import instance_of, may_person, node_of, party_of, used, visible_cases
from jointlab.cases.records import CaseStepRecord
from jointlab.errors import BadInput, Fault, NotAllowed, NotFound
from jointlab.federation.blobs.progress import names_for
from jointlab.history.blobs import store
from jointlab.history.identifiers import home, new_id
from jointlab.history.operations import note_blobs, write
from jointlab.people.actors import Actor, Right
from jointlab.people.models import Institution
from jointlab.processes import Field, Instance, Step, check
from jointlab.processes.process import FILE, TEXT
from jointlab.web.typed import clean_line, clean_text

Form = Mapping[str, str]
Uploads = Mapping[str, Iterable[bytes]]  # by field: the bytes of a file, in pieces


@dataclass(frozen=True)
class _Brought:
    """A form whose files lie in the store."""

    form: dict[str, str]
    sizes: dict[str, int]  # bytes by SHA-256


def open_case(
    actor: Actor, *, kind: CaseKind, party: str, parties: Mapping[str, str], form: Form, code: str, subject: str = "",
    uploads: Uploads | None = None, stored: Collection[str] = (), id: str = "",
) -> Case:  # fmt: skip
    """The opening step. `parties` gives the institution of each; `subject` the record that the case is about; `stored` the
    SHA-256 of files that the calling room has taken from this person before.

    Raises BadInput ``process.*`` and ``case.institution``, NotAllowed ``people.no-right`` and ``process.*``, Conflict
    ``case.exists`` for an `id` that was ever used, what the kind's guard refuses, and for files BadInput ``blob.too-large``.
    """
    opening = next((step for step in kind.process.steps if "" in step.source and party in step.who), None)
    if opening is None:
        raise NotAllowed("case.opening", "A case of this kind is not opened by this side.")
    _require(actor, opening, subject=subject)
    if parties.get(party) != actor.institution:
        raise NotAllowed("case.side", "Only people of the institution itself take its steps.")
    unknown = set(parties.values()) - set(Institution.objects.filter(prefix__in=parties.values()).values_list("prefix", flat=True))  # fmt: skip
    if unknown:
        raise BadInput("case.institution", "There is no institution “{prefix}”.", prefix=", ".join(sorted(unknown)))
    if (fault := used(id)) is not None:
        raise fault
    brought = _bring(actor, opening, form, uploads or {}, stored)
    record = CaseStepRecord(
        process=kind.process.name, instance=id or new_id(), step=opening.name, party=party, by=actor.person, form=brought.form,
        subject=subject, code=code, parties=dict(parties), nodes={name: node_of(one) for name, one in parties.items()},
        sizes=brought.sizes,
    )  # fmt: skip
    with transaction.atomic():
        return _written(actor, kind, record, Instance(kind.process, record.instance), subject=subject)


def take(actor: Actor, *, case: Case, step: str, form: Form, seen: str, uploads: Uploads | None = None) -> Case:
    """The next step; `seen` is the hash of the step that the person saw as the latest.

    Raises Conflict ``process.stale`` and ``process.state``, NotAllowed ``case.side``, ``process.party``, ``process.person``
    and ``process.node``, BadInput for the form, each fault with its field, and what the kind's guard refuses.
    """
    if not visible_cases(actor).filter(pk=case.pk).exists():
        raise NotFound("case.none", "There is no such case.")
    kind = kind_of(case.process)
    wanted = kind.process.step(step)
    if wanted is None or "" in wanted.source:
        raise NotFound("case.step", "There is no step “{step}” in this process.", step=step[:40])
    party = require_side(actor, case, wanted)
    _refuse_made(wanted, {*form, *(uploads or {})})
    record = CaseStepRecord(
        process=kind.process.name, instance=case.id, step=step, party=party, by=actor.person, previous=seen
    )
    made = _made(kind, wanted, replace(record, form=_filled(wanted, form)))
    lines = {name: value for name, value in made.items() if isinstance(value, str)}
    files = {name: [value] for name, value in made.items() if isinstance(value, bytes)}
    brought = _bring(actor, wanted, {**form, **lines}, {**(uploads or {}), **files})
    record = replace(record, form=brought.form, sizes=brought.sizes)
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        return _written(actor, kind, record, instance_of(case.id, case.process), subject=case.subject)


def require_side(actor: Actor, case: Case, step: Step) -> str:
    """The party for which this person may act in this case. Raises NotAllowed ``case.side`` and those of `take`."""
    _require(actor, step, subject=case.subject)
    party = party_of(actor, case)
    if not party:
        raise NotAllowed("case.side", "Only people of the institution itself take its steps.")
    return party


def faults_of(step: Step, form: Form, *, instance: Instance, uploads: Iterable[str] = ()) -> tuple[BadInput, ...]:
    """Everything that is wrong with a form, each fault with its field; nothing is changed. `uploads`: fields with a file."""
    clean, faults = _read(step, form)
    given = dict.fromkeys(uploads, "0" * 64) | clean
    for one in step.fields:
        if one.required and not given.get(one.name, "").strip():
            faults.append(BadInput("words.empty", "This is needed.", field=one.name))
    if not faults:
        guards = (instance.process.guards[name] for name in step.guards)
        found = (guard.refuses(instance, step, given) for guard in guards)
        faults += [fault for fault in found if isinstance(fault, BadInput)]
    return tuple(faults)


def _require(actor: Actor, step: Step, *, subject: str) -> None:
    actor.require(Right.READ)
    if not may_person(actor, step, subject=subject):
        if step.personal:
            raise NotAllowed("process.person", "“{what}” is for the person whom this is about, and for nobody else.", what=step.title)  # fmt: skip
        actor.require(Right.WRITE)


def _refuse_made(step: Step, given: Iterable[str]) -> None:
    """What the node itself puts into a step is not given from outside."""
    made = {one.name for one in step.fields if one.made} & set(given)
    if made:
        raise BadInput("case.made", "The node itself puts “{field}” into this step.", field=min(made))


def _made(kind: CaseKind, step: Step, record: CaseStepRecord) -> Mapping[str, bytes | str]:
    """What the node adds, which may take a second: only to a step that is sound as it stands, and in no transaction."""
    if not any(one.made for one in step.fields):
        return {}
    instance = instance_of(record.instance, kind.process.name)
    check(instance, record.taken(home=home()))
    return kind.makes(instance, step, record.form)


def _bring(actor: Actor, step: Step, form: Form, uploads: Uploads, mine: Collection[str] = ()) -> _Brought:
    """The bytes of files into the store, before any transaction; a file that is named must be one that the person sees."""
    values, sizes = dict(form), {}
    for one in step.fields:
        if one.kind != FILE:
            continue
        if one.name in uploads:
            stored = store().put(uploads[one.name], limit=settings.NODE.upload_limit)
            if not stored.size:
                raise BadInput("case.empty_file", "This file is empty.", field=one.name)
            values[one.name], sizes[stored.sha256] = stored.sha256, stored.size
        elif sha256 := values.get(one.name, "").strip():
            if sha256 not in mine and sha256 not in names_for(actor, [sha256]):
                # A step shows its files to both sides: who only knows a hash must not open by it what others keep here.
                raise _no_file(one.name)
            sizes[sha256] = _size_of(sha256, field=one.name)
    return _Brought(values, sizes)


def _size_of(sha256: str, *, field: str) -> int:
    try:
        with store().open(sha256) as file:
            return file.seek(0, 2)
    except (Fault, ValueError):
        raise _no_file(field) from None


def _no_file(field: str) -> BadInput:
    return BadInput("case.no_file", "This node has no file with this hash; bring the file itself.", field=field)


def _written(actor: Actor, kind: CaseKind, record: CaseStepRecord, instance: Instance, *, subject: str) -> Case:
    """Checked by the process with the form as it is stored, then by the room; then written."""
    step = kind.process.step(record.step)
    assert step is not None, "an unknown step is refused before"
    check(instance, replace(record, form=_filled(step, record.form)).taken(home=home()))
    clean, faults = _read(step, record.form)
    for fault in faults:
        raise fault
    record = replace(record, form=clean)
    check(instance, record.taken(home=home()))  # what is left of the form when it is cleaned
    parties = instance.parties or record.parties
    refused = kind.guard(Asking(actor, instance, step, record.party, record.form, parties, subject))
    if refused is not None:
        raise refused
    if record.sizes:
        note_blobs(record.sizes)
    write(type="case-step/1", id=new_id(), body=record, expected_rev=0)
    return Case.objects.select_related("waits").get(pk=record.instance)


def _filled(step: Step, form: Form) -> dict[str, str]:
    """The form without empty values: whoever may not take the step is told so before what is wrong with the form."""
    return {name: value for name, value in form.items() if value.strip()}


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
    if field.kind == TEXT:
        return clean_text(typed, field=field.name, most=field.most)
    return clean_line(typed, field=field.name, empty=True, most=field.most)
