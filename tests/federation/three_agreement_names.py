"""For drivers of three nodes: an agreement of all three, step by step, and what is alike on all of them."""

import datetime as dt
from typing import Any

from django.db import transaction

from jointlab.agreements.drafting import meant
from jointlab.agreements.life import standing
from jointlab.agreements.models import Clearance  # noqa: F401
from jointlab.agreements.operations import drafts, entering, proposing
from jointlab.agreements.queries import listing, lives
from jointlab.cases.models import Case, CaseStep
from jointlab.cases.operations import take
from jointlab.history.identifiers import home, new_id
from jointlab.history.logs import hold_house, own_name
from jointlab.history.models import Log, SetAside
from jointlab.history.operations import append_many, now, time_text
from jointlab.history.rebuild import rebuild
from jointlab.ledger.entries import Entry, Op, seal
from tests.days import today
from tests.federation.three_names import _say, me

ALL = "cn+kz+uz"


def others() -> str:
    """The partners of this node, as operations take them."""
    return "+".join(one for one in ("kz", "cn", "uz") if one != home())


def draft(partner: str = "") -> str:
    """A text of a laboratory whose clause on sharing covers everything at once; its id."""
    row = drafts.from_template(me(), template="laboratory", partner=partner or others())
    document = meant(row.document)
    for clause in document["clauses"]:
        if clause["kind"] == "data-sharing":
            kept = {name: clause["terms"][name] for name in ("from", "to")}
            data = ["samples", "measurements", "files", "findings", "notes"]
            clause["terms"] = {**kept, "data": data, "embargo": 0, "after_end": "withheld"}
        if clause["kind"] == "duration":
            clause["terms"] |= {"notice": 1, "run_off": 12}
    return drafts.edit(me(), draft=row.pk, document=document, seen=row.revision).pk


def propose() -> None:
    """The text is put on the table of all three."""
    proposing.propose(me(), draft=draft())
    _say()


def case() -> Case:
    """The only agreement."""
    return Case.objects.get(process__startswith="agreement")


def counter(clause: str, **terms: object) -> None:
    """Another text, in which one clause has other terms."""
    row = drafts.answer(me(), case=case().pk)
    found = next(one for one in row.document["clauses"] if one["number"] == clause)
    found["terms"] |= terms
    row = drafts.put_clause(me(), draft=row.pk, number=clause, clause=found, seen=1)
    proposing.counter(me(), draft=row.pk, why="So we can", seen=case().head)
    _say()


def step(name: str, **form: str) -> None:
    """The next step of this side."""
    take(me(), case=case(), step=name, form=form, seen=case().head)
    _say()


def agree(name: str) -> None:
    """To the text on the table, by this step."""
    step(name, version=listing.version_on_table(case()))


def clear() -> None:
    """Inside this house."""
    proposing.clear(me(), case=case(), office=f"Office of {home()}", seen=case().head)
    _say()


def attest() -> None:
    """The signed paper, with its scan."""
    form = _signature() | {"version": listing.version_on_table(case())}
    proposing.attest(me(), case=case(), form=form, seen=case().head, uploads={"scan": [f"%PDF of {home()}".encode()]})
    _say()


def enter() -> None:
    """As signed on paper before there was a node."""
    entering.enter(me(), draft=draft(), form=_signature(), uploads={"scan": [b"%PDF old"]})
    _say()


def _signature() -> dict[str, str]:
    return {"signed_on": today().isoformat(), "signatory": "Rector", "mandate": "Charter"}


def agreed() -> dict[str, Any]:
    """Everything that must be alike on all nodes."""
    days = [today() + dt.timedelta(number) for number in (0, 60, 600)]
    one = case()
    return {
        "case": [one.pk, one.state, one.waits_id, one.head, listing.version_on_table(one)],
        "steps": list(CaseStep.objects.filter(instance=one.pk).order_by("id").values("step", "party", "hash", "home", "verdict", "number")),
        "lives": [[life.version.hash, [standing(life, day).state.value for day in days]] for life in lives.lives_between("kz", "cn", "uz")],
        "listed": [[found.id, found.current.state.value] for found in listing.agreements(me())],
    }  # fmt: skip


def rebuilt() -> list[str]:
    """The tables that a rebuild changes."""
    return list(rebuild().changed)


def claim(party: str, name: str) -> str:
    """A step of another party, which an honest node never writes, in this node's log of the three; the record's id."""
    plain = {
        "process": case().process,
        "instance": case().pk,
        "step": name,
        "party": party,
        "by": me().person,
        "previous": case().head,
    }
    sealed, record = seal(plain | {"form": {"why": "We say so for them"}}), new_id()
    line = Entry(
        at=time_text(now()), body=sealed.hash, home=home(), id=record, op=Op.PUT, prev=None, rev=1, size=len(sealed.data), type="case-step/1",
    )  # fmt: skip
    with transaction.atomic():
        hold_house()
        append_many(Log.objects.get(name=own_name(ALL)), [(line, sealed.data)])
    _say()
    return record


def aside() -> dict[str, str]:
    """Records of partners that are kept apart, each with the code of the reason."""
    return dict(SetAside.objects.values_list("record", "code"))
