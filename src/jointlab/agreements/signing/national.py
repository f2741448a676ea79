"""A detached signature that was made elsewhere, such as with a national certificate: CMS (RFC 5652), in a file of its own.

Evidence beside the paper. RSA, ECDSA and Ed25519 are verified with pyHanko. The national algorithms of Kazakhstan, Russia and China
are named and kept, but no verdict is given on them here. Whom a certificate names is what its issuer says: no roots of states are kept,
so the chain of certificates is not judged.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from jointlab.errors import BadInput, Fault, Unavailable

if TYPE_CHECKING:
    from asn1crypto import algos, cms, x509

_LIMIT: Final = 1024 * 1024  # bytes
_MOST_SIGNERS: Final = 20
_DIGESTS: Final = ("sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512")
_KINDS: Final = ("rsassa_pkcs1v15", "rsassa_pss", "ecdsa", "ed25519", "ed448")
_WEAK: Final = ("md5", "sha1")
_NATIONAL: Final = {  # by the beginnings of their object identifiers
    "1.2.398.3.10.1.": "GOST 34.10 (Kazakhstan)", "1.2.643.7.1.1.": "GOST R 34.10-2012", "1.2.643.2.2.": "GOST R 34.10-2001",
    "1.2.156.10197.": "SM2 with SM3",
}  # fmt: skip


class Verdict(StrEnum):
    """What is said of a signature."""

    VALID = "valid"  # made with the key of the certificate, over this file
    INVALID = "invalid"
    CANNOT = "cannot-verify"  # here; elsewhere it may be possible


@dataclass(frozen=True)
class NationalSignature:
    """One signature of a CMS file, and what can be said of it here. What the certificate states is its issuer's word."""

    verdict: Verdict
    reason: Fault | None  # why not valid
    over: str  # the name of the file that it is over; "" if of none or not known
    algorithm: str
    subject: str = ""
    issuer: str = ""
    serial: str = ""  # hexadecimal
    certificate: str = ""  # SHA-256 of the certificate, hexadecimal
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    signed_at: datetime | None = None  # as the signer's clock says; nobody vouches for it


def check_national(data: bytes, *, files: Mapping[str, bytes]) -> tuple[NationalSignature, ...]:
    """What the signatures in a CMS file (DER, PEM or base64) are worth, each over one of these files, by name.

    Raises BadInput ``signing.cms_size`` and ``signing.cms_form``: no CMS signature at all.
    """
    if len(data) > _LIMIT:
        raise BadInput("signing.cms_size", "A signature of {size} bytes is too large; at most {limit} are possible.", size=len(data), limit=_LIMIT)  # fmt: skip
    try:
        return _check(_der(data), files)
    except _malformed() as error:
        raise BadInput("signing.cms_form", "This is no detached signature (CMS, PKCS #7): {why}.", why=str(error)[:120].rstrip(".") or "—") from None  # fmt: skip


def _check(der: bytes, files: Mapping[str, bytes]) -> tuple[NationalSignature, ...]:
    import pyhanko.sign.ades.cades_asn1  # noqa: F401  (names further attributes, and must before any are read)
    from asn1crypto import cms, core

    outer = core.Sequence.load(der, strict=True)
    kind = core.ObjectIdentifier.load(outer[0].dump()).dotted
    if kind.startswith("1.2.156.10197."):  # an envelope of its own around SM2: GM/T 0010
        return (
            NationalSignature(Verdict.CANNOT, _unable(_NATIONAL["1.2.156.10197."]), "", _NATIONAL["1.2.156.10197."]),
        )
    content = cms.ContentInfo.load(der, strict=True)
    if content["content_type"].native != "signed_data":
        raise ValueError(f"its content is {content['content_type'].native}")
    signed = content["content"]
    signers = list(signed["signer_infos"])
    if not 0 < len(signers) <= _MOST_SIGNERS:
        raise ValueError(f"it has {len(signers)} signatures")
    certificates = [one.chosen.untag() for one in signed["certificates"] if one.name == "certificate"]
    return tuple(
        _judge(one, certificates, files, signed["encap_content_info"]["content_type"].native) for one in signers
    )


def _judge(
    signer: "cms.SignerInfo", certificates: "list[x509.Certificate]", files: Mapping[str, bytes], content_type: str
) -> NationalSignature:
    certificate = next((one for one in certificates if _is_of(signer, one)), None)
    digest = signer["digest_algorithm"]["algorithm"]
    made_with = signer["signature_algorithm"]["algorithm"]
    kind, hashed = _kind_of(signer["signature_algorithm"])
    named = _named(digest.dotted) or _named(made_with.dotted) or (_named(_curve(certificate)) if certificate else "")
    algorithm = named or f"{made_with.native}, {digest.native}"
    known: dict[str, Any] = _stated(certificate, signer) if certificate else {}

    def verdict(found: Verdict, reason: Fault | None, over: str = "") -> NationalSignature:
        return NationalSignature(found, reason, over, algorithm, **known)

    if named:
        return verdict(Verdict.CANNOT, _unable(named))
    weak = next((one for one in (digest.native, hashed) if one in _WEAK), "")
    if weak:
        return verdict(Verdict.CANNOT, Unavailable("signing.cms_weak", "{algorithm} has been broken: a signature over it proves nothing.", algorithm=weak.upper()))  # fmt: skip
    if digest.native not in _DIGESTS or kind not in _KINDS:
        return verdict(Verdict.CANNOT, _unable(algorithm))
    if certificate is None:
        return verdict(Verdict.CANNOT, Unavailable("signing.cms_certificate", "The certificate of the signer is not in the file; sign again with the certificate included."))  # fmt: skip
    over = next(
        (name for name, data in files.items() if _is_over(signer, hashlib.new(digest.native, data).digest())), ""
    )
    if not over and signer["signed_attrs"]:
        return verdict(Verdict.INVALID, BadInput("signing.cms_other", "It is a signature over another file: none of {files} was signed.", files=", ".join(files)))  # fmt: skip
    for name in [over] if over else files:
        intact, sound = _integrity(signer, certificate, hashlib.new(digest.native, files[name]).digest(), content_type)
        if intact and sound:
            return verdict(Verdict.VALID, None, name)
    return verdict(Verdict.INVALID, BadInput("signing.cms_broken", "The signature was not made with the key of its certificate, or was changed."), over)  # fmt: skip


def _integrity(
    signer: "cms.SignerInfo", certificate: "x509.Certificate", digest: bytes, content_type: str
) -> tuple[bool, bool]:
    """Whether the digest is the one that was signed, and whether the certificate's key has signed it."""
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    try:
        return validate_sig_integrity(signer, certificate, content_type, digest)
    except SignatureValidationError:  # such as signed attributes that name another certificate
        return False, False


def _kind_of(algorithm: "algos.SignedDigestAlgorithm") -> tuple[str, str]:
    """The kind of a signature and the hash function that it names itself; "" where it names none or is not known."""
    try:
        kind = str(algorithm.signature_algo)
    except ValueError:
        return "", ""
    try:
        return kind, str(algorithm.hash_algo)
    except ValueError:
        return kind, ""


def _is_of(signer: "cms.SignerInfo", certificate: "x509.Certificate") -> bool:
    named = signer["sid"]
    if named.name == "subject_key_identifier":
        return bool(named.chosen.native == certificate.key_identifier)
    issuer, serial = named.chosen["issuer"], named.chosen["serial_number"].native
    return bool(issuer == certificate.issuer and serial == certificate.serial_number)


def _is_over(signer: "cms.SignerInfo", digest: bytes) -> bool:
    """Whether the signed attributes say so; what they say is proved by the signature over them."""
    return any(
        attribute["type"].native == "message_digest" and attribute["values"][0].native == digest
        for attribute in signer["signed_attrs"] or ()
    )


def _stated(certificate: "x509.Certificate", signer: "cms.SignerInfo") -> dict[str, Any]:
    """What the certificate says of the signer, and the signer's clock of the time."""
    times = [one["values"][0].native for one in signer["signed_attrs"] or () if one["type"].native == "signing_time"]
    return {
        "subject": certificate.subject.human_friendly[:500], "issuer": certificate.issuer.human_friendly[:500],
        "serial": f"{certificate.serial_number:x}", "certificate": hashlib.sha256(certificate.dump()).hexdigest(),
        "valid_from": certificate.not_valid_before.astimezone(UTC), "valid_until": certificate.not_valid_after.astimezone(UTC),
        "signed_at": times[0].astimezone(UTC) if times else None,
    }  # fmt: skip


def _curve(certificate: "x509.Certificate") -> str:
    """The identifiers of the kind of key and of its parameters: a national curve may hide under a common kind."""
    algorithm = certificate["tbs_certificate"]["subject_public_key_info"]["algorithm"]
    kind = str(algorithm["algorithm"].dotted)
    if kind != "1.2.840.10045.2.1" or algorithm["parameters"].name != "named":
        return kind
    return str(algorithm["parameters"].chosen.dotted)


def _named(identifier: str) -> str:
    return next((name for beginning, name in _NATIONAL.items() if identifier.startswith(beginning)), "")


def _unable(algorithm: str) -> Unavailable:
    return Unavailable(
        "signing.cms_algorithm", "This node cannot verify {algorithm}. The file is kept; verify it with the program of the authority that issued the certificate.",
        algorithm=algorithm,
    )  # fmt: skip


def _der(data: bytes) -> bytes:
    from asn1crypto import pem

    if pem.detect(data):
        return bytes(pem.unarmor(data)[2])
    if data[:1] == b"\x30":
        return data
    return base64.b64decode(b"".join(data.split()), validate=True)


def _malformed() -> tuple[type[Exception], ...]:
    """What asn1crypto and pyHanko raise of bytes that are no CMS, or a broken one."""
    from cryptography.exceptions import UnsupportedAlgorithm

    return (
        ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError, NotImplementedError, AssertionError,
        UnsupportedAlgorithm,
    )  # fmt: skip
