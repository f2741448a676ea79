"""Requests between nodes are signed: RFC 9421 with Ed25519, the body by its digest (RFC 9530). Pure.

    Signature-Input: jl=("@method" "@target-uri" "content-digest");created=1;expires=2;nonce="...";keyid="kz#0a1b2c3d";tag="jointlab-fed"
    Signature: jl=:base64:
    Content-Digest: sha-256=:base64:

RFC 9421 does not hash a body: the digest is checked here, and a body whose digest is not signed is refused.
"""

import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from jointlab.errors import BadInput
from jointlab.ledger.keys import SIGNATURE_SIZE, SigningKey, VerifyingKey

TAG: Final = "jointlab-fed"
WINDOW: Final = 300  # seconds: the longest life of a signature, and how far two clocks may be apart
LABEL: Final = "jl"
HEADER_LIMIT: Final = 2048  # characters of one of the three headers

_MEMBER: Final = re.compile(r'(?:^|,[ \t]*)([a-z*][a-z0-9_.*-]*)=(\(((?:"[^"\\]*"(?: "[^"\\]*")*)?)\)((?:;[a-z]+=(?:[0-9]{1,15}|"[^"\\]*"))*))')  # fmt: skip
_PARAMETER: Final = re.compile(r';([a-z]+)=(?:([0-9]{1,15})|"([^"\\]*)")')
_SIGNATURE: Final = re.compile(r"(?:^|,[ \t]*)([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):")
_DIGEST: Final = re.compile(r"(?:^|,[ \t]*)sha-256=:([A-Za-z0-9+/]*={0,2}):")


@dataclass(frozen=True, slots=True)
class Request:
    """What is signed: the method, the whole address as the client wrote it, the body (none for GET)."""

    method: str
    target: str
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Claim:
    """A signature as it was received; nothing in it is to be believed before `verify`."""

    keyid: str
    created: int  # seconds since 1970
    expires: int
    nonce: str
    components: tuple[str, ...]
    parameters: str  # the signature's parameters byte for byte, from the bracket on
    signature: bytes
    digest: str  # the whole field, "" when there is none


def key_id(home: str, key: VerifyingKey) -> str:
    """How a request names its key: the node's prefix and the id of its key."""
    return f"{home}#{key.key_id.hex()}"


def digest_field(body: bytes) -> str:
    """The value of Content-Digest."""
    return f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"


def sign(request: Request, key: SigningKey, *, keyid: str, now: int, nonce: str = "") -> dict[str, str]:
    """The headers to add; `now` in seconds since 1970, the nonce random unless given."""
    nonce = nonce or secrets.token_urlsafe(16)
    components = ["@method", "@target-uri", *(["content-digest"] if request.body else [])]
    covered = " ".join(f'"{name}"' for name in components)
    parameters = (
        f'({covered});created={now};expires={now + WINDOW};nonce="{nonce}";keyid="{keyid}";tag="{TAG}"'
    )  # fmt: skip
    digest = digest_field(request.body) if request.body else ""
    signed = key.sign(signature_base(request, tuple(components), parameters, digest))
    headers = {"Signature-Input": f"{LABEL}={parameters}", "Signature": f"{LABEL}=:{b64encode(signed).decode()}:"}
    return headers | ({"Content-Digest": digest} if digest else {})


def signature_base(request: Request, components: tuple[str, ...], parameters: str, digest: str) -> bytes:
    """The bytes that are signed (RFC 9421, section 2.5)."""
    values = {"@method": request.method, "@target-uri": request.target, "content-digest": digest}
    lines = [f'"{name}": {values[name]}' for name in components]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode("ascii", errors="replace")


def claim_in(headers: Mapping[str, str]) -> Claim:
    """The one signature with our tag in these headers (names in lower case).

    Raises BadInput ``signature.missing`` and ``signature.form``.
    """
    given, signatures = headers.get("signature-input", ""), headers.get("signature", "")
    digest = headers.get("content-digest", "")
    if max(len(given), len(signatures), len(digest)) > HEADER_LIMIT:
        raise BadInput("signature.form", "The signature's headers are longer than {limit} characters.", limit=HEADER_LIMIT)  # fmt: skip
    found = [
        (label, whole, names, parameters)
        for label, whole, names, rest in _MEMBER.findall(given)
        if (parameters := _parameters(rest)).get("tag") == TAG
    ]
    if not found:
        raise BadInput("signature.missing", "The request is not signed with the tag “{tag}”.", tag=TAG)
    label, whole, names, parameters = found[0]
    data = [value for name, value in _SIGNATURE.findall(signatures) if name == label]
    try:
        claim = Claim(
            keyid=parameters["keyid"], created=int(parameters["created"]), expires=int(parameters["expires"]),
            nonce=parameters["nonce"], components=tuple(re.findall(r'"([^"]*)"', names)), parameters=whole,
            signature=b64decode(data[0], validate=True), digest=digest,
        )  # fmt: skip
    except (KeyError, IndexError, ValueError):
        claim = None
    if claim is None or len(found) > 1 or len(data) > 1 or len(claim.signature) != SIGNATURE_SIZE or not claim.nonce:
        raise BadInput(
            "signature.form", "A signature has created, expires, nonce, keyid and tag, and one value of 64 bytes."
        )
    return claim


def verify(claim: Claim, request: Request, key: VerifyingKey, *, now: int) -> None:
    """Check a claim against the request that came with it.

    Raises BadInput ``signature.cover`` (a component that must be signed is not), ``signature.false``,
    ``signature.digest`` (the body is another), and at last ``signature.skew``: good, but not of this time.
    """
    wanted = {"@method", "@target-uri", *(["content-digest"] if request.body else [])}
    known = {"@method", "@target-uri", "content-digest"}
    given = set(claim.components)
    if not wanted <= given <= known or len(given) != len(claim.components):
        raise BadInput("signature.cover", "The signature must cover {wanted} and nothing else.", wanted=", ".join(sorted(wanted)))  # fmt: skip
    try:
        key.verify(signature_base(request, claim.components, claim.parameters, claim.digest), signature=claim.signature)
    except BadInput:
        raise BadInput(
            "signature.false", "The signature does not fit this request as it arrived here: {method} {target}. A proxy in between must pass on host and scheme.",
            method=request.method, target=request.target,
        ) from None  # fmt: skip
    if "content-digest" in given and _DIGEST.findall(claim.digest) != _DIGEST.findall(digest_field(request.body)):
        raise BadInput("signature.digest", "The body is not the one whose digest was signed.")
    if claim.expires - claim.created > WINDOW or not claim.created - WINDOW <= now <= claim.expires:
        raise BadInput(
            "signature.skew", "The request was signed {seconds} seconds away from the time here; more than {limit} are refused. Set both clocks by a time server.",
            seconds=abs(now - claim.created), limit=WINDOW,
        )  # fmt: skip


def _parameters(text: str) -> dict[str, str]:
    return {name: number or quoted for name, number, quoted in _PARAMETER.findall(text)}
