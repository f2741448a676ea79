"""case-step/1 becomes rows: the step, and the case replayed from all its steps.

A step written by any home applies alike; which of two racing ones stands, the process decides. A step that its home
may never take is no row: of a partner's it is set aside with the reason.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from jointlab.cases.kinds import CaseKind, kind_of, kinds
from jointlab.cases.models import Case, CaseFile, CaseParty, CaseStep
from jointlab.cases.queries import instance_of, used
from jointlab.cases.records import CaseStepRecord
from jointlab.errors import Conflict, NotAllowed, NotFound
from jointlab.history.identifiers import home
from jointlab.history.logs import members, own_name
from jointlab.history.models import Entry
from jointlab.history.registry import Kept, Recorded, RecordType, Sharing, from_plain, register_sharing
from jointlab.history.registry import register as register_types
from jointlab.people.queries import colleague_of, institutions_named
from jointlab.processes import Instance, Process, Step, Taken, false_claim
from jointlab.processes.process import FILE

_CHAIN = ("instance", "step", "party", "previous", "hash", "home")
_GONE = "—"  # in the place of words that were erased
TABLES = (CaseFile, CaseStep, CaseParty, Case)  # what points to another table before that table


def apply_step(recorded: Recorded, body: CaseStepRecord) -> None:
    """A step, once; a later revision of it changes nothing: what was signed stands as it was.

    Raises NotFound ``case.process``, what `false_claim` gives, NotAllowed ``case.by``, and Conflict ``case.exists`` for a
    second opening: its home's log is read in its order, so the first one is the same on every node.
    """
    if recorded.rev > 1:
        return
    taken, kind = body.taken(home=recorded.home), _kind_of_case(body.instance, body.process)
    if (fault := false_claim(instance_of(taken.instance, kind.process.name), taken)) is not None:
        raise fault
    if body.by.partition(":")[0] != recorded.home:
        raise NotAllowed("case.by", "The node {home} signed a step for somebody of another node: {by}.", home=recorded.home, by=body.by[:80])  # fmt: skip
    if not taken.previous and (reused := used(taken.instance[:80], opening=taken.hash)) is not None:
        raise reused
    _keep(recorded.id, taken, at=recorded.at, sizes=body.sizes)
    _replay(kind, taken.instance[:80])


def _kind_of_case(instance: str, named: str) -> CaseKind:
    """Of the process that the case was opened as, whatever a later step names; of the named one before it is opened.

    Raises NotFound ``case.process``.
    """
    claimed = kind_of(named)
    opening = CaseStep.objects.filter(instance=instance[:80], previous="").order_by("at", "id").first()
    return kind_of(opening.process) if opening else claimed


def _keep(id: str, taken: Taken, *, at: datetime, sizes: Mapping[str, int], erased: bool = False) -> None:
    # What is longer than any step of ours is cut: the step is kept with its hash, and refused for what is left of it.
    opening: dict[str, object] = {}
    if not taken.previous:
        opening = {
            "subject": taken.subject, "code": taken.code, "parties": dict(taken.parties), "nodes": dict(taken.nodes),
        }  # fmt: skip
    values = {
        "instance": taken.instance[:80], "process": taken.process[:60], "step": taken.step[:40], "party": taken.party[:20],
        "previous": taken.previous[:64], "hash": taken.hash, "home": taken.home, "by_id": taken.by, "at": at,
        "form": dict(taken.form), "opening": opening, "erased": erased,
    }  # fmt: skip
    row, _ = CaseStep.objects.update_or_create(id=id, defaults=values)
    row.files.all().delete()
    named = {} if erased else files_of(kind_of(taken.process).process, taken.step, taken.form)
    CaseFile.objects.bulk_create(
        CaseFile(step=row, field=field[:40], sha256=sha256, size=max(0, sizes.get(sha256, 0)))
        for field, sha256 in named.items()
    )


def files_of(process: Process, step: str, form: Mapping[str, str]) -> dict[str, str]:
    """SHA-256 of the files that a step names, by field; what is no hash is left to the process to refuse."""
    declared = process.step(step)
    fields = declared.fields if declared else ()
    named = {one.name: form.get(one.name, "") for one in fields if one.kind == FILE}
    return {
        name: value for name, value in named.items() if len(value) == 64 and not set(value) - set("0123456789abcdef")
    }


def _replay(kind: CaseKind, instance: str) -> None:
    """Every step of the instance with its verdict, the row of the case, and what its room makes of it."""
    now = instance_of(instance, kind.process.name)
    numbers = {taken.hash: number for number, taken in enumerate(now.standing, start=1)}
    steps = list(CaseStep.objects.filter(instance=instance))
    for row in steps:
        row.verdict, row.number = now.verdicts[row.hash], numbers.get(row.hash, 0)
    CaseStep.objects.bulk_update(steps, ["verdict", "number"])
    if now.standing:
        _stand(kind, now, {row.hash: row.at for row in steps})
        kind.applied(now)


def _stand(kind: CaseKind, now: Instance, at: dict[str, datetime]) -> None:
    first, state, waits = now.standing[0], now.process.state(now.state), kind.waits(now)
    values = {
        "process": now.process.name, "code": first.code[:80], "title": kind.title(now)[:300], "subject": first.subject[:80],
        "state": now.state, "ended": state.end, "waits_id": now.parties[waits] if waits else None,
        "head": now.head, "agreement": first.form.get("agreement", "")[:64], "clause": first.form.get("clause", "")[:20],
        "due": None if state.end else kind.due(now), "opened_at": at[first.hash],
        "moved_at": max(at[taken.hash] for taken in now.standing),
    }  # fmt: skip
    case, _ = Case.objects.update_or_create(id=now.id, defaults=values)
    for party, institution in now.parties.items():
        sides = {"institution_id": institution, "node": now.nodes[party]}
        CaseParty.objects.update_or_create(case=case, party=party, defaults=sides)


def _keeps(id: str) -> Kept:
    """The chain and what holds no words: hashes, amounts, days, identifiers.

    A step that does not stand keeps nothing of its form: it must not become sound by being erased.
    """
    row = CaseStep.objects.get(id=id)
    form = {} if _never_stood(row) else _bare(row)
    return {
        **{name: getattr(row, name) for name in _CHAIN}, "process": row.process, "by": row.by_id, "at": row.at.isoformat(),
        "opening": json.dumps(row.opening, sort_keys=True), "form": json.dumps(form, sort_keys=True),
    }  # fmt: skip


def _never_stood(row: CaseStep) -> bool:
    return row.verdict in (CaseStep.Verdict.REFUSED, CaseStep.Verdict.WAITING)


def _bare(row: CaseStep) -> dict[str, str]:
    """The form without words."""
    try:
        declared: Step | None = kind_of(row.process).process.step(row.step)
    except NotFound:
        return {}
    plain = {one.name for one in declared.fields if one.plain and one.kind != FILE} if declared else set()
    files = {one.name for one in declared.fields if one.kind == FILE} if declared else set()
    return {
        name: value if name in plain else _no_file(value) if name in files else _GONE
        for name, value in row.form.items()
        if value.strip()
    }


def _no_file(value: str) -> str:
    """In the place of an erased file: a hash of nothing, so that the step stays well formed."""
    return "0" * len(value)


def _erase(recorded: Recorded, kept: Kept) -> None:
    """The words of an erased step are gone; the chain and the sums hold without them."""
    row = CaseStep.objects.filter(id=recorded.id).first()
    if row is not None:
        _erase_row(row, kept)
        return
    plain = {
        **json.loads(kept["opening"]),
        "form": json.loads(kept["form"]),
        "by": kept["by"],
        "process": kept["process"],
    }
    body = from_plain("case-step/1", plain | {name: kept[name] for name in _CHAIN if name not in ("hash", "home")})
    # What is kept are its home's own words: they may neither speak for the other side nor take the place of its step.
    taken = replace(body.taken(home=recorded.home), hash=str(kept["hash"])[:64])
    if CaseStep.objects.filter(instance=taken.instance, hash=taken.hash).exclude(home=recorded.home).exists():
        raise Conflict("case.hash", "What is left of an erased step names itself as a step of the other side.")
    _keep(recorded.id, taken, at=datetime.fromisoformat(kept["at"]), sizes={}, erased=True)
    _replay(_kind_of_case(taken.instance, taken.process), taken.instance)


def _erase_row(row: CaseStep, kept: Kept) -> None:
    """A step that is here loses its words, and nothing else: what others have built on stays what they saw.

    What stands keeps its plain values as they were signed. Of one that does not, as much as its home keeps: it may stand
    there, where more has come.
    """
    said = json.loads(kept["form"])
    row.form = {name: value for name, value in _bare(row).items() if not _never_stood(row) or said.get(name) == value}
    row.erased = True
    row.save(update_fields=["form", "erased"])
    row.files.all().delete()
    _replay(_kind_of_case(row.instance, row.process), row.instance)


def _needs(body: CaseStepRecord) -> Iterable[str]:
    """Not the step before: whatever comes first waits for it as a row."""
    yield colleague_of(body.by)
    yield from institutions_named(body.by, *body.parties.values())
    try:
        yield from kind_of(body.process).needs(body.taken(home=""))
    except NotFound:  # said when it is applied
        return


def _blobs(body: CaseStepRecord) -> Iterable[str]:
    try:
        return tuple(files_of(kind_of(body.process).process, body.step, body.form).values())
    except NotFound:
        return ()


def cases_rule(partnership: str) -> Sharing:
    """Our steps of the cases whose parties' nodes are the members of the partnership, at any age."""
    log = own_name(partnership)
    told = Exists(Entry.objects.filter(log=log, record=OuterRef("pk"), source__isnull=False))
    between = Case.objects.filter(between_just(partnership, "pk")).filter(_may_go(partnership))
    steps = CaseStep.objects.filter(home=home(), instance__in=between.values("id")).exclude(told)
    return Sharing(frozenset(steps.values_list("id", flat=True)))


def between_just(partnership: str, case: str) -> Q:
    """Of rows with a case in this field: the nodes of its parties are the members of the partnership, all of them and no other."""
    sides, parties = members(partnership), CaseParty.objects.filter(case=OuterRef(case))
    found = ~Q(Exists(parties.exclude(node__in=sides)))
    for one in sides:
        if one != home():
            found &= Q(Exists(parties.filter(node=one)))
    return found


def _may_go(partnership: str) -> Q:
    """By the rules of each room; what was opened elsewhere is known there."""
    allowed = ~Q(id__startswith=f"{home()}:")
    for name, kind in kinds().items():
        allowed |= Q(process=name) & kind.may_go(partnership)
    return allowed


TYPES = (
    RecordType(
        "case-step/1", CaseStepRecord, apply_step, blobs=_blobs, erase=_erase, keeps=_keeps, needs=_needs,
        sizes=lambda body: {sha256: body.sizes[sha256] for sha256 in _blobs(body) if sha256 in body.sizes},
    ),
)  # fmt: skip


def register() -> None:
    """Called once when the program starts."""
    register_types(*TYPES, tables=TABLES)
    register_sharing(cases_rule)
