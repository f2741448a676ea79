"""Digital evidence beside the paper: own keys, passkeys, PAdES copies, national signatures; what does not hold is refused."""

import json
from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jointlab.agreements.documents import check_pdf
from jointlab.agreements.evidence import apply_evidence
from jointlab.agreements.models import Evidence, Passkey, SignatoryKey
from jointlab.agreements.operations import drafts, evidence, proposing
from jointlab.agreements.queries.evidence import evidence_by_id, evidence_of
from jointlab.agreements.queries.listing import version_on_table
from jointlab.agreements.queries.lives import today, version_named
from jointlab.agreements.queries.papers import content_of, paper_in
from jointlab.agreements.records import EvidenceRecord
from jointlab.agreements.signing import Signatory, Statement, Verdict, sign
from jointlab.cases.models import Case
from jointlab.errors import BadInput, Conflict, Fault, NotAllowed, NotFound
from jointlab.history.blobs import store
from jointlab.history.erasure import erase
from jointlab.history.models import Entry
from jointlab.history.operations import now
from jointlab.history.rebuild import projection_digest, rebuild
from jointlab.history.registry import Recorded
from jointlab.people.actors import Actor, actor_of
from jointlab.people.models import Person
from tests.integration.agreeing import drafted, in_force, proposed, step
from tests.integration.conftest import _person, signed_in
from tests.unit.agreements import test_national as national
from tests.unit.agreements import test_signing as devices

PASSPHRASE = "four words and a river"


@pytest.fixture
def guest(partner: Person) -> Actor:
    return actor_of(partner, home="kz")


@pytest.fixture
def ours(researcher: Person) -> Client:
    return signed_in(researcher)


@pytest.fixture
def agreed(actor: Actor, guest: Actor) -> Case:
    """A text that both sides agreed to; whoever signs has a key."""
    evidence.make_key(actor, passphrase=PASSPHRASE)
    case = proposed(actor)
    return step(guest, case, "agree_second", version=version_on_table(case))


def _said(case: Case, **more: str) -> dict[str, str]:
    day = today(version_named(version_on_table(case))).isoformat()  # type: ignore[arg-type]
    return {"office": "Rector", "mandate": "Charter, article 5", "mandate_until": "", "act": "sign", "day": day} | more


def _sign(actor: Actor, case: Case, passphrase: str = PASSPHRASE, **more: str) -> None:
    evidence.sign_with_key(actor, hash=version_on_table(case), form=_said(case, **more), passphrase=passphrase)


def _code(*args: Any, **more: Any) -> str:
    with pytest.raises(Fault) as refused:
        _sign(*args, **more)
    return refused.value.code


def test_a_signatory_signs_the_hash_and_the_pdf(actor: Actor, guest: Actor, agreed: Case) -> None:
    _sign(actor, agreed, mandate_until="2999-01-01")
    hash = version_on_table(agreed)
    (shown,) = evidence_of(guest, hash)
    assert shown.statement is not None and shown.back_dated is None
    assert (shown.statement.name, shown.statement.version, shown.statement.party) == (actor.name, hash, "kz")
    printed = content_of(hash, paper_in(hash))
    with store().open(shown.row.file) as file:
        (inside,) = check_pdf(file.read(), printed=printed)
    assert inside.stands and inside.name == actor.name and hash in inside.reason
    before = projection_digest()
    rebuild()
    assert projection_digest() == before
    bodies = b"".join(bytes(body) for body in Entry.objects.exclude(body=None).values_list("body", flat=True) if body)
    assert PASSPHRASE.encode() not in bodies


def test_what_may_not_be_signed(actor: Actor, guest: Actor, agreed: Case) -> None:
    day = today(version_named(version_on_table(agreed)))  # type: ignore[arg-type]
    yesterday, tomorrow = (day + timedelta(one) for one in (-1, 1))
    assert _code(actor, agreed, "another passphrase") == "signing.passphrase"
    assert _code(actor, agreed, mandate="") == "agreement.missing"
    assert _code(actor, agreed, mandate_until=yesterday.isoformat()) == "signing.mandate"
    assert _code(actor, agreed, day=yesterday.isoformat()) == "signing.back_dated"
    assert _code(actor, agreed, day=tomorrow.isoformat()) == "agreement.future"
    assert _code(actor, agreed, act="bless") == "agreement.choice"
    assert _code(guest, agreed) == "signing.no_key"
    assert _code(actor_of(_person("R. Reader", "kz", "reader"), home="kz"), agreed) == "people.no-right"
    agreed = step(actor, agreed, "reopen_first", why="A word is wrong")
    assert _code(actor, agreed) == "signing.not_agreed"  # no longer agreed
    assert not Evidence.objects.exists()


def test_an_old_text_is_not_signed(actor: Actor, guest: Actor, agreed: Case) -> None:
    old, form = version_on_table(agreed), _said(agreed)
    case = step(actor, agreed, "reopen_first", why="Another text")
    draft = drafts.answer(actor, case=case.pk)
    clause = draft.document["clauses"][0]
    clause["text"] = {language: f"{words} More." for language, words in clause["text"].items()}
    draft = drafts.put_clause(actor, draft=draft.pk, number=clause["number"], clause=clause, seen=draft.revision)
    case = proposing.counter(actor, draft=draft.pk, why="Better", seen=case.head)
    case = step(guest, case, "agree_second", version=version_on_table(case))
    with pytest.raises(Conflict) as refused:
        evidence.sign_with_key(actor, hash=old, form=form, passphrase=PASSPHRASE)
    assert refused.value.code == "signing.not_agreed"
    _sign(actor, case)


def test_a_back_dated_signature_needs_a_clause_and_is_shown_as_such(actor: Actor, guest: Actor, ours: Client) -> None:
    evidence.make_key(actor, passphrase=PASSPHRASE)
    draft = drafted(actor)
    words = dict.fromkeys(draft.document["head"]["languages"], "In effect before")
    clause = {"number": "90", "kind": "earlier-effect", "title": words, "text": words, "terms": {"since": "2026-01-01"}}
    draft = drafts.put_clause(actor, draft=draft.pk, number="", clause=clause, seen=draft.revision)
    case = proposing.propose(actor, draft=draft.pk)
    case = step(guest, case, "agree_second", version=version_on_table(case))
    assert _code(actor, case, day="2025-12-31") == "signing.back_dated"
    _sign(actor, case, day="2026-01-02")
    (shown,) = evidence_of(actor, version_on_table(case))
    assert (shown.back_dated, shown.clause) == (today(version_named(version_on_table(case))), "90")  # type: ignore[arg-type]
    page = ours.get(f"/agreements/{version_on_table(case)}/evidence").content.decode()
    assert "back-dated" in page and "clause 90 lets" in page


def test_what_a_partner_sends_must_prove_itself(actor: Actor, guest: Actor, agreed: Case) -> None:
    """A statement for the other house, at another node, or with a key that did not sign it, becomes no row."""
    hash = version_on_table(agreed)
    version, signatory = version_named(hash), Signatory.generate()
    assert version is not None
    good = {**_said(agreed), "mandate_until": None, "version": hash, "party": "kz", "name": "A. S.", "node": "kz"}
    recorded = Recorded("kz:x", "agreement-evidence/1", 1, now(), 0, "kz")

    def apply(**more: Any) -> None:
        signed = sign(Statement.of({**good, **more}), version=version, signatory=signatory).to_bytes().decode()
        apply_evidence(recorded, EvidenceRecord(agreed.pk, hash, actor.person, "key", signed))

    for more in ({"party": "nj"}, {"node": "nj"}):
        with pytest.raises(NotAllowed) as refused:
            apply(**more)
        assert refused.value.code == "signing.node"
    forged = (
        sign(Statement.of(good), version=version, signatory=signatory).to_bytes().decode().replace("A. S.", "B. S.")
    )
    with pytest.raises(BadInput) as broken:
        apply_evidence(recorded, EvidenceRecord(agreed.pk, hash, actor.person, "key", forged))
    assert broken.value.code == "signing.signature"
    with pytest.raises(NotAllowed):
        apply_evidence(recorded, EvidenceRecord(agreed.pk, hash, "nj:somebody", "key", forged))
    with pytest.raises(BadInput):
        apply_evidence(recorded, EvidenceRecord(agreed.pk, hash, actor.person, "seal", forged))
    assert not Evidence.objects.exists()


def test_a_passkey_confirms_what_was_signed(actor: Actor, agreed: Case, ours: Client) -> None:
    address, device = f"/agreements/{version_on_table(agreed)}/evidence", devices.Authenticator()
    devices_at: dict[str, Any] = {"domain": "testserver", "origin": "http://testserver"}
    page = ours.get("/agreements/keys").content.decode()
    challenge = _between(page, 'data-challenge="', '"')
    made = _registered(device, _bytes(challenge))
    form = {"name": "YubiKey", "answer": json.dumps(made), "token": _between(page, 'name="token" value="', '"')}
    assert ours.post("/agreements/keys/passkey", form | {"token": "of my own"}).status_code == 400
    sent = ours.post("/agreements/keys/passkey", form)
    assert (sent.status_code, Passkey.objects.get().name) == (302, "YubiKey")
    again = ours.post("/agreements/keys/passkey", form)
    assert (again.status_code, Passkey.objects.count()) == (409, 1)
    signed = ours.post(address, {**_said(agreed), "read": "on", "passphrase": PASSPHRASE})
    assert signed.status_code == 302
    row = Evidence.objects.get()
    page = ours.get(address).content.decode()
    asked = _bytes(_between(page, 'data-passkey="get" data-challenge="', '"'))
    for answer in (device.answer(b"x" * 32, **devices_at), devices.Authenticator().answer(asked, **devices_at)):
        assert ours.post(f"{address}/{row.pk}/passkey", {"answer": json.dumps(answer)}).status_code == 400
    answer = device.answer(asked, **devices_at)
    assert ours.post(f"{address}/{row.pk}/passkey", {"answer": json.dumps(answer)}).status_code == 302
    page = ours.get(address).content.decode()
    assert "the device asked for the person" in page and "Confirm with a passkey" not in page
    before = projection_digest()
    rebuild()
    assert projection_digest() == before
    gone = erase(id=row.pk, by=actor.person, why="law")
    assert (len(gone.taken), Evidence.objects.count()) == (1, 0)  # its passkey's answer goes along
    rebuild()


def test_a_national_signature_gets_its_verdict(actor: Actor, agreed: Case, ours: Client) -> None:
    hash = version_on_table(agreed)
    address = f"/agreements/{hash}/evidence"
    printed = content_of(hash, paper_in(hash, language="kk"))
    brought = b""
    for data, verdict in ((national.signed(printed), "valid"), (national.signed(b"another file"), "invalid")):
        brought = brought or data
        sent = ours.post(f"{address}/national", {"file": SimpleUploadedFile("a.p7s", data)})
        assert sent["Location"] == address
        shown = evidence_of(actor, hash)[-1]
        assert [str(one.verdict) for one in shown.national] == [verdict]
    sm2 = bytes.fromhex("300c060a2a811ccf550601040202")
    ours.post(f"{address}/national", {"file": SimpleUploadedFile("a.p7s", sm2)})
    assert evidence_of(actor, hash)[-1].national[0].verdict is Verdict.CANNOT
    page = ours.get(address).content.decode()
    assert all(words in page for words in ("cannot be verified here", "SM2 with SM3", "invalid", "Қазақша"))
    none = ours.post(f"{address}/national", {"file": SimpleUploadedFile("a.txt", b"nothing of the kind")})
    assert none.status_code == 422 and "no detached signature" in none.content.decode()
    row = evidence_of(actor, hash)[0].row
    assert b"".join(ours.get(f"{address}/{row.pk}/file").streaming_content) == brought  # type: ignore[attr-defined]


def test_the_pages_say_what_is_wrong(agreed: Case, ours: Client) -> None:
    address = f"/agreements/{version_on_table(agreed)}/evidence"
    wrong = ours.post(address, {**_said(agreed, mandate_until="2020-01-01"), "read": "on", "passphrase": PASSPHRASE})
    assert wrong.status_code == 422 and "nothing can be signed by it" in wrong.content.decode()
    unread = ours.post(address, {**_said(agreed), "passphrase": PASSPHRASE})
    assert unread.status_code == 422
    assert ours.post("/agreements/keys", {"passphrase": "short", "again": "short"}).status_code == 422
    assert ours.post("/agreements/keys", {"passphrase": PASSPHRASE, "again": PASSPHRASE + "!"}).status_code == 422
    assert SignatoryKey.objects.count() == 1
    assert ours.post("/agreements/keys", {"passphrase": PASSPHRASE, "again": PASSPHRASE}).status_code == 302
    assert SignatoryKey.objects.count() == 2


def test_evidence_of_a_text_that_is_not_ones_own_is_none(agreed: Case, actor: Actor) -> None:
    _sign(actor, agreed)
    with pytest.raises(NotFound):
        evidence_by_id(
            actor_of(Person(id="kz:x", institution_id="xx", role="researcher", active=True), home="kz"),
            Evidence.objects.get().pk,
        )


def test_it_decides_nothing(actor: Actor, guest: Actor) -> None:
    """In force by the attested paper alone; signed digitally afterwards, nothing changes."""
    case = in_force(actor, guest)
    head = Case.objects.get(pk=case.pk).head
    evidence.make_key(actor, passphrase=PASSPHRASE)
    _sign(actor, case, act="attest")
    assert Case.objects.get(pk=case.pk).head == head


def _registered(device: Any, challenge: bytes) -> dict[str, Any]:
    """The device of the unit tests at the site of the test client."""
    kept = devices.ORIGIN, devices.DOMAIN
    devices.ORIGIN, devices.DOMAIN = "http://testserver", "testserver"
    try:
        made: dict[str, Any] = device.made(challenge)
    finally:
        devices.ORIGIN, devices.DOMAIN = kept
    return made


def _between(page: str, before: str, after: str) -> str:
    return page.partition(before)[2].partition(after)[0]


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
