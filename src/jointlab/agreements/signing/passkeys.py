"""A passkey as further evidence: a security key, telephone or computer answers a challenge made of the statement that is signed.

Checked with py_webauthn (W3C Web Authentication, level 2). Evidence beside the paper, never instead of it.
"""

import json
from dataclasses import dataclass
from typing import Final

from jointlab.agreements.signing.statements import Statement
from jointlab.errors import BadInput

_LIMIT: Final = 65536  # bytes of what a browser sends


@dataclass(frozen=True)
class Passkey:
    """A registered passkey: what is stored to check its answers."""

    id: bytes
    public_key: bytes  # COSE_Key, RFC 9052
    count: int  # of its answers, as the device counts; 0 where it does not


@dataclass(frozen=True)
class Answer:
    """A checked answer of a passkey."""

    count: int
    person_verified: bool  # the device asked for a finger, a face or a PIN


def register_passkey(sent: bytes, *, challenge: bytes, domain: str, origin: str) -> Passkey:
    """The passkey that a browser made (JSON of its PublicKeyCredential). Raises BadInput ``signing.passkey``."""
    from webauthn import verify_registration_response

    found = _read(sent)
    try:
        made = verify_registration_response(
            credential=found, expected_challenge=challenge, expected_rp_id=domain, expected_origin=origin
        )
    except _faults() as error:
        raise _refused(error) from None
    return Passkey(made.credential_id, made.credential_public_key, made.sign_count)


def check_passkey(sent: bytes, *, statement: Statement, passkey: Passkey, domain: str, origin: str) -> Answer:
    """What the answer of a passkey to this statement proves; `sent` is JSON of the browser's PublicKeyCredential.

    Raises BadInput ``signing.passkey``: it answers another statement, another site or with another key, or was changed.
    """
    from webauthn import verify_authentication_response

    found = _read(sent)
    try:
        checked = verify_authentication_response(
            credential=found, expected_challenge=statement.challenge, expected_rp_id=domain, expected_origin=origin,
            credential_public_key=passkey.public_key, credential_current_sign_count=passkey.count,
        )  # fmt: skip
    except _faults() as error:
        raise _refused(error) from None
    if checked.credential_id != passkey.id:
        raise _refused(ValueError("another passkey"))
    return Answer(checked.new_sign_count, checked.user_verified)


def _read(sent: bytes) -> dict[str, object]:
    try:
        found = json.loads(sent) if len(sent) <= _LIMIT else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _refused(ValueError("no JSON of a PublicKeyCredential"))
    return found


def _faults() -> tuple[type[Exception], ...]:
    """What py_webauthn raises of what is malformed, besides its own: it reads CBOR and DER from outside."""
    from webauthn.helpers.exceptions import WebAuthnException

    return (WebAuthnException, ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError)


def _refused(error: Exception) -> BadInput:
    return BadInput("signing.passkey", "The answer of the passkey does not prove this signature: {why}.", why=str(error)[:200].rstrip("."))  # fmt: skip
