"""Detached signatures made elsewhere: a verdict where one can be given, and the reason where not."""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pyhanko.sign.ades.cades_asn1  # noqa: F401  (before asn1crypto is used, as the product does)
import pytest
from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509.oid import NameOID

from jointlab.agreements.signing import NationalSignature, Verdict, check_national
from jointlab.errors import BadInput

PAPER = b"%PDF-1.7 the agreement in Kazakh"
FILES = {"agreement-en.pdf": b"%PDF-1.7 the agreement in English", "agreement-kk.pdf": PAPER}
KEYS: dict[str, Any] = {"rsa": rsa.generate_private_key(65537, 2048), "ec": ec.generate_private_key(ec.SECP256R1())}


def certificate_of(key: Any, *, name: str = "A. Signatory") -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "National authority (test)")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(77)
    )
    builder = builder.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(2027, 1, 1, tzinfo=UTC)
    )
    return builder.sign(KEYS["rsa"], SHA256())


def signed(
    data: bytes = PAPER,
    *,
    kind: str = "rsa",
    digest: Any = None,
    options: tuple[PKCS7Options, ...] = (),
    form: Encoding = Encoding.DER,
) -> bytes:
    builder = (
        PKCS7SignatureBuilder().set_data(data).add_signer(certificate_of(KEYS[kind]), KEYS[kind], digest or SHA256())
    )
    return builder.sign(form, [PKCS7Options.DetachedSignature, PKCS7Options.Binary, *options])


def one(data: bytes) -> NationalSignature:
    (found,) = check_national(data, files=FILES)
    return found


@pytest.mark.parametrize("kind", ["rsa", "ec"])
@pytest.mark.parametrize("options", [(), (PKCS7Options.NoAttributes,)])
def test_a_sound_signature_is_valid_and_says_over_which_file_and_by_whom(
    kind: str, options: tuple[PKCS7Options, ...]
) -> None:
    found = one(signed(kind=kind, options=options))
    assert (found.verdict, found.reason, found.over) == (Verdict.VALID, None, "agreement-kk.pdf")
    assert "A. Signatory" in found.subject and "National authority" in found.issuer and found.serial == "4d"
    assert found.valid_until == datetime(2027, 1, 1, tzinfo=UTC) and len(found.certificate) == 64
    assert (found.signed_at is not None) == (not options)


def test_it_may_come_as_der_pem_or_base64() -> None:
    der = signed(digest=SHA384())
    for data in (
        der,
        signed(form=Encoding.PEM),
        b64encode(der),
        b"\r\n".join(b64encode(der)[at : at + 64] for at in range(0, len(der) * 2, 64)),
    ):
        assert one(data).verdict is Verdict.VALID


def test_a_signature_over_another_file_is_invalid() -> None:
    found = one(signed(b"another paper"))
    assert (
        found.verdict is Verdict.INVALID
        and found.over == ""
        and found.reason
        and found.reason.code == "signing.cms_other"
    )
    assert one(signed(b"another paper", options=(PKCS7Options.NoAttributes,))).verdict is Verdict.INVALID


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_changed_signature_or_changed_attributes_are_invalid(kind: str) -> None:
    content = cms.ContentInfo.load(signed(kind=kind))
    signer = content["content"]["signer_infos"][0]
    value = bytearray(signer["signature"].native)
    value[-1] ^= 1
    signer["signature"] = bytes(value)
    found = one(content.dump(force=True))
    assert found.verdict is Verdict.INVALID and found.reason and found.reason.code == "signing.cms_broken"
    whole = signed(kind=kind)
    time = cms.ContentInfo.load(whole)["content"]["signer_infos"][0]["signed_attrs"]
    stamp = next(a["values"][0].contents for a in time if a["type"].native == "signing_time")
    assert one(whole.replace(stamp, b"1" + stamp[1:])).verdict is not Verdict.VALID


def test_a_certificate_of_another_key_does_not_help() -> None:
    content = cms.ContentInfo.load(signed())
    other = certificate_of(rsa.generate_private_key(65537, 2048)).public_bytes(
        Encoding.DER
    )  # the same names and number
    content["content"]["certificates"] = [cms.CertificateChoices.load(other)]
    assert one(content.dump(force=True)).verdict is Verdict.INVALID


def test_without_its_certificate_no_verdict_is_given() -> None:
    found = one(signed(options=(PKCS7Options.NoCerts,)))
    assert found.verdict is Verdict.CANNOT and found.reason and found.reason.code == "signing.cms_certificate"


def _marked(oid: str, *, of: str = "signature_algorithm") -> bytes:
    content = cms.ContentInfo.load(signed())
    content["content"]["signer_infos"][0][of] = {"algorithm": oid}
    return bytes(content.dump(force=True))


@pytest.mark.parametrize(("oid", "name"), [
    ("1.2.398.3.10.1.1.2.3.2", "GOST 34.10 (Kazakhstan)"), ("1.2.643.7.1.1.3.2", "GOST R 34.10-2012"), ("1.2.643.2.2.3", "GOST R 34.10-2001"),
    ("1.2.156.10197.1.501", "SM2 with SM3"),
])  # fmt: skip
@pytest.mark.parametrize("of", ["signature_algorithm", "digest_algorithm"])
def test_national_algorithms_are_named_and_get_no_verdict(oid: str, name: str, of: str) -> None:
    found = one(_marked(oid, of=of))
    assert found.verdict is Verdict.CANNOT and found.algorithm == name and found.over == ""
    assert found.reason and name in found.reason.message and found.reason.code == "signing.cms_algorithm"
    assert "A. Signatory" in found.subject


def test_a_national_curve_under_a_common_kind_of_key_is_found() -> None:
    content = cms.ContentInfo.load(signed(kind="ec"))
    key = content["content"]["certificates"][0].chosen["tbs_certificate"]["subject_public_key_info"]["algorithm"]
    key["parameters"].chosen.set("1.2.156.10197.1.301")
    assert one(content.dump(force=True)).algorithm == "SM2 with SM3"


def test_the_envelope_of_sm2_is_known_by_name() -> None:
    class Envelope(core.Sequence):  # type: ignore[misc]
        _fields = [("kind", core.ObjectIdentifier), ("content", core.OctetString, {"explicit": 0})]  # noqa: RUF012

    data = Envelope({"kind": "1.2.156.10197.6.1.4.2.2", "content": b"x"}).dump()
    assert one(data).verdict is Verdict.CANNOT and one(data).algorithm == "SM2 with SM3"


@pytest.mark.parametrize(
    ("oid", "code"), [("1.3.14.3.2.26", "signing.cms_weak"), ("1.2.3.4.5", "signing.cms_algorithm")]
)
def test_a_broken_or_unknown_hash_function_proves_nothing(oid: str, code: str) -> None:
    found = one(_marked(oid, of="digest_algorithm"))
    assert found.verdict is Verdict.CANNOT and found.reason and found.reason.code == code


def test_an_unknown_kind_of_signature_gets_no_verdict() -> None:
    assert one(_marked("1.2.3.4.5")).verdict is Verdict.CANNOT


def test_what_is_no_signature_is_refused() -> None:
    for data in (
        b"",
        b"no CMS",
        b"\x30\x00",
        b"\x30\x03\x02\x01\x05",
        PAPER,
        b"-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n",
        b"0" * 500,
    ):
        with pytest.raises(BadInput) as refused:
            check_national(data, files=FILES)
        assert refused.value.code == "signing.cms_form", data
    with pytest.raises(BadInput, match="too large"):
        check_national(b"0" * (1024 * 1024 + 1), files=FILES)


def test_no_flipped_byte_makes_another_file_valid_or_breaks_the_program() -> None:
    """Everything that still counts as valid is over the same file, by the same certificate: what was flipped was not signed."""
    whole = signed(kind="ec")
    true = one(whole)
    for at in range(0, len(whole), 2):
        try:
            found = check_national(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :], files=FILES)
        except BadInput:
            continue
        for each in found:
            if each.verdict is Verdict.VALID:
                assert each.over == true.over
