"""Agreements signed long ago, one and a table of them; treaties; the ministry's list."""

from datetime import date

import pytest

from jointlab.agreements.life import State
from jointlab.agreements.models import AgreementDraft, Reference
from jointlab.agreements.old_papers import read_rows
from jointlab.agreements.operations import entering, proposing, references
from jointlab.agreements.queries import listing, lives, ministry
from jointlab.agreements.queries.old import Brought
from jointlab.agreements.queries.references import as_in_head
from jointlab.agreements.queries.references import references as references_of
from jointlab.cases.models import Case
from jointlab.errors import Fault
from jointlab.history.models import Entry
from jointlab.history.rebuild import projection_digest, rebuild
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from tests.integration.agreeing import drafted, in_force

OLD = {"signed_on": "2024-05-20", "signatory": "Rector", "mandate": "Charter"}
HEADER = "title_en;title_ru;partner;begins;ends;notice;signed_on;signatory;mandate;scan\n"
ROW = "Memorandum;Меморандум;nj;2016-09-01;2031-08-31;6;20.05.2016;Rector;Charter;old.pdf\n"


@pytest.fixture
def guest(partner: Person) -> Actor:
    return actor_of(partner, home="kz")


def _code(call: object, *args: object, **kwargs: object) -> str:
    before = Entry.objects.count()
    with pytest.raises(Fault) as caught:
        call(*args, **kwargs)  # type: ignore[operator]
    assert Entry.objects.count() == before, "nothing was written"
    return caught.value.code


def _scans(actor: Actor) -> dict[str, Brought]:
    return {"old.pdf": entering.bring(actor, name="old.pdf", pieces=[b"%PDF"])}


def test_one_act_of_each_side(actor: Actor, guest: Actor) -> None:
    draft = drafted(actor, template="framework")
    case = entering.enter(actor, draft=draft.pk, form=OLD, uploads={"scan": [b"%PDF old"]})
    hash = listing.version_on_table(case)
    assert (case.state, case.waits_id, AgreementDraft.objects.exists()) == ("entered", "nj", False)
    assert lives.lives_between("kz", "nj") == ()
    assert (
        _code(
            proposing.attest,
            guest,
            case=case,
            form={**OLD, "version": "a" * 64},
            seen=case.head,
            uploads={"scan": [b"x"]},
        )
        == "agreement.other_version"
    )
    assert (
        _code(
            proposing.attest,
            guest,
            case=case,
            form={**OLD, "version": hash, "signed_on": "2999-01-01"},
            seen=case.head,
            uploads={"scan": [b"x"]},
        )
        == "agreement.future"
    )
    case = proposing.attest(
        guest,
        case=case,
        form={**OLD, "version": hash, "signed_on": "2024-05-21"},
        seen=case.head,
        uploads={"scan": [b"%PDF theirs"]},
    )
    now = lives.standing_on(hash, date(2024, 6, 1))
    assert now is not None
    assert (case.state, now.state, now.first) == ("signed", State.IN_FORCE, date(2024, 5, 21))
    before = projection_digest()
    assert rebuild().changed == ()
    assert projection_digest() == before


def test_a_table_is_shown_before_it_is_entered(actor: Actor) -> None:
    bad = (
        HEADER
        + ROW
        + ROW.replace("nj", "xx")
        + ROW.replace("old.pdf", "lost.pdf").replace("2031-08-31", "2010-01-01")
        + ROW.replace("20.05.2016", "soon")
        + ROW.replace("Rector", "")
    )
    scans = _scans(actor)
    found = entering.preview(actor, data=bad.encode(), scans=scans)
    assert not found.sound
    assert [(one.row.number, [fault.code for fault in one.faults]) for one in found.rows] == [
        (2, []), (3, ["entering.partner"]), (4, ["entering.scan", "entering.row_column", "entering.twice"]),
        (5, ["entering.day"]), (6, ["entering.empty", "entering.twice"]),
    ]  # fmt: skip
    assert _code(entering.enter_table, actor, data=bad.encode(), scans=scans) == "entering.partner"
    assert not Case.objects.exists()


def test_a_table_is_entered_whole(actor: Actor) -> None:
    good = HEADER + ROW + ROW.replace("Memorandum", "Protocol")
    assert entering.preview(actor, data=good.encode(), scans=_scans(actor)).sound
    cases = entering.enter_table(actor, data=good.encode(), scans=_scans(actor))
    assert [(case.title, case.state) for case in cases] == [("Memorandum", "entered"), ("Protocol", "entered")]
    assert len({case.code for case in cases}) == 2
    version = lives.version_named(listing.version_on_table(cases[0]))
    assert version is not None
    assert (version.head.title["ru"], version.duration.terms["ends"]) == ("Меморандум", "2031-08-31")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "entering.columns"), (b"title_en,partner\nA,nj\n", "entering.columns"), (HEADER.encode(), "entering.none"),
        ("\ufeffтест".encode("utf-16"), "entering.text"), (HEADER.encode() + ROW.encode() * 501, "entering.many"),
        (HEADER.replace("scan", "scan;salary").encode() + ROW.encode(), "entering.columns"), (b"x" * (6 * 2**20), "entering.size"),
    ],
)  # fmt: skip
def test_what_is_no_such_table(data: bytes, code: str) -> None:
    with pytest.raises(Fault) as caught:
        read_rows(data)
    assert caught.value.code == code


def test_treaties_are_referred_to(actor: Actor) -> None:
    charter = references.add_known(actor, key="sco-charter")
    assert (charter.kind, charter.on) == ("treaty", date(2002, 6, 7))
    belt = references.add(
        actor, kind="initiative", title={"en": "Belt and Road"}, text={"en": "Projects"}, files={"plan.pdf": [b"%PDF"]}
    )
    assert list(references_of(actor)) == [charter, belt] or set(references_of(actor)) == {charter, belt}
    assert as_in_head(charter, ("en", "zh"))["title"]["zh"] == "上海合作组织宪章"
    assert _code(references.add, actor, kind="law", title={"en": "x"}) == "agreement.choice"
    assert _code(references.add, actor, kind="treaty", title={}) == "words.empty"
    assert (
        _code(references.add, actor, kind="treaty", title={"en": "x"}, on="2020-01-01", in_force="2019-01-01")
        == "agreement.days"
    )
    assert Reference.objects.count() == 2
    before = projection_digest()
    assert rebuild().changed == ()
    assert projection_digest() == before


def test_the_ministry_gets_its_form(actor: Actor, guest: Actor) -> None:
    in_force(actor, guest)
    lines = ministry.as_csv(actor).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("No.,Title,Parties")
    assert "Agreement on a joint international laboratory" in lines[1]
    ministry.save_form(actor, name="Form 7", columns=[("Атауы", "title_kk"), ("=1+1", '"=cmd"'), ("Күйі", "state")])
    lines = ministry.as_csv(actor, name="Form 7").decode("utf-8-sig").splitlines()
    assert lines == ["Атауы,'=1+1,Күйі", "Бірлескен халықаралық зертхана туралы келісім,'=cmd,in-force"]
    assert _code(ministry.save_form, actor, name="x", columns=[("a", "salary")]) == "form.column"
    assert _code(ministry.as_csv, guest, name="Form 7") == "form.none"
