"""Our signatures against an independent implementation, both ways; and what is refused."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, algorithms
from http_message_signatures.resolvers import HTTPSignatureKeyResolver
from hypothesis import given
from hypothesis import strategies as st
from requests import Request as TheirRequest

from jointlab.errors import BadInput
from jointlab.federation.signatures import WINDOW, Claim, Request, claim_in, digest_field, key_id, sign, verify
from jointlab.ledger.keys import SigningKey

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = SigningKey(PRIVATE, name="almaty.example")
KEYID = key_id("kz", KEY.public)
NOW = int(dt.datetime.now(dt.UTC).timestamp())
POST = Request("POST", "https://nanjing.example/fed/v1/poke", b"hello")
GET = Request("GET", "https://nanjing.example:8443/fed/v1/logs/cn+kz%2Fkz/entries?from=0&limit=10")


class Keys(HTTPSignatureKeyResolver):
    def resolve_public_key(self, key_id: str) -> Any:
        assert key_id == KEYID
        return PRIVATE.public_key()

    def resolve_private_key(self, key_id: str) -> Any:
        return PRIVATE


def _claim(request: Request, *, now: int = NOW, nonce: str = "") -> Claim:
    return claim_in(
        {name.lower(): value for name, value in sign(request, KEY, keyid=KEYID, now=now, nonce=nonce).items()}
    )


def _theirs(request: Request) -> Any:
    return TheirRequest(request.method, request.target, data=request.body or None).prepare()


@pytest.mark.parametrize("request_", [POST, GET])
def test_theirs_verifies_ours(request_: Request) -> None:
    message = _theirs(request_)
    now = int(dt.datetime.now(dt.UTC).timestamp())  # theirs looks at the clock: a long run must not make it old
    message.headers.update(sign(request_, KEY, keyid=KEYID, now=now))
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=Keys())
    age = dt.timedelta(seconds=WINDOW)
    results = verifier.verify(message, max_age=age, expect_tag="jointlab-fed", body=request_.body or None)
    assert [result.parameters["tag"] for result in results] == ["jointlab-fed"]


@pytest.mark.parametrize("request_", [POST, GET])
def test_ours_verifies_theirs(request_: Request) -> None:
    message = _theirs(request_)
    covered = ["@method", "@target-uri"]
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=Keys())
    created = dt.datetime.fromtimestamp(NOW, dt.UTC)
    signer.sign(
        message, key_id=KEYID, covered_component_ids=covered, created=created, nonce="abc", tag="jointlab-fed",
        expires=created + dt.timedelta(seconds=WINDOW), label="sig1", body=request_.body or None,
    )  # fmt: skip
    claim = claim_in({name.lower(): value for name, value in message.headers.items()})
    verify(claim, request_, KEY.public, now=NOW)
    assert (claim.keyid, claim.nonce, claim.created) == (KEYID, "abc", NOW)


def _refused(claim: Claim, request: Request, *, now: int = NOW) -> str:
    with pytest.raises(BadInput) as caught:
        verify(claim, request, KEY.public, now=now)
    return caught.value.code


def test_good_within_the_window_only() -> None:
    claim = _claim(POST)
    for now in (NOW - WINDOW, NOW, NOW + WINDOW):
        verify(claim, POST, KEY.public, now=now)
    for now in (NOW - WINDOW - 1, NOW + WINDOW + 1, NOW + 86400, NOW - 86400):
        assert _refused(claim, POST, now=now) == "signature.skew"


def test_a_long_life_is_refused() -> None:
    message = _theirs(GET)
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=Keys())
    created = dt.datetime.fromtimestamp(NOW, dt.UTC)
    signer.sign(
        message, key_id=KEYID, covered_component_ids=["@method", "@target-uri"], created=created, nonce="abc",
        tag="jointlab-fed", expires=created + dt.timedelta(days=1),
    )  # fmt: skip
    claim = claim_in({name.lower(): value for name, value in message.headers.items()})
    assert _refused(claim, GET) == "signature.skew"


def test_17_what_was_changed_is_refused() -> None:
    """Scenario 17, the part without a node: another body, method, address; a digest that is not covered."""
    claim = _claim(POST)
    assert _refused(claim, replace(POST, body=b"hallo")) == "signature.digest"
    assert _refused(claim, replace(POST, method="PUT")) == "signature.false"
    assert _refused(claim, replace(POST, target="https://b.example/fed/v1/poke")) == "signature.false"
    assert _refused(replace(claim, digest=digest_field(b"hallo")), replace(POST, body=b"hallo")) == "signature.false"
    bare = _claim(replace(POST, body=b""))
    assert _refused(bare, POST) == "signature.cover"


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_headers_are_a_claim_or_refused(given_: str, signature: str) -> None:
    with pytest.raises(BadInput):
        claim_in({"signature-input": given_, "signature": signature})


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("jointlab-fed", "other", "signature.missing"),
        (";nonce=", ";nonsense=", "signature.form"),
        (";created=", ";creation=", "signature.form"),
        ("jl=(", "xx=(", "signature.form"),
        ('"@method"', '"@metho"', "signature.cover"),
    ],
)
def test_parameters_that_must_be_there(old: str, new: str, code: str) -> None:
    headers = {name.lower(): value for name, value in sign(POST, KEY, keyid=KEYID, now=NOW).items()}
    headers["signature-input"] = headers["signature-input"].replace(old, new)
    with pytest.raises(BadInput) as caught:
        verify(claim_in(headers), POST, KEY.public, now=NOW)
    assert caught.value.code == code
