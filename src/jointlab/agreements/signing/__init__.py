"""Digital evidence beside the paper: what a signatory's own key signs, and what is said of signatures made elsewhere. Pure.

keys.py        a signatory's own key, sealed under a passphrase
statements.py  what is signed, byte by byte; signed and verified
passkeys.py    a passkey's answer over the same statement
national.py    a detached CMS signature: valid, invalid, or cannot be verified here
"""

from jointlab.agreements.signing.keys import PublicKey, Signatory, public_key_of
from jointlab.agreements.signing.national import NationalSignature, Verdict, check_national
from jointlab.agreements.signing.passkeys import Answer, Passkey, check_passkey, register_passkey
from jointlab.agreements.signing.statements import ACTS, Signed, Statement, sign, verify

__all__ = [
    "ACTS",
    "Answer",
    "NationalSignature",
    "Passkey",
    "PublicKey",
    "Signatory",
    "Signed",
    "Statement",
    "Verdict",
    "check_national",
    "check_passkey",
    "public_key_of",
    "register_passkey",
    "sign",
    "verify",
]
