"""Signatures inside the PDF (PAdES), made and checked with pyHanko: evidence that readers of PDF show by themselves.

Each signature is appended, so the file that was printed stays, byte by byte, the beginning of the signed one, and a second signature
leaves the first intact. The certificate is one that the signatory's key makes for itself: who holds the key is known from the
records, not from an authority.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from jointlab.agreements.signing import PublicKey, Signatory, Statement
from jointlab.errors import BadInput

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

_LIMIT: Final = 64 * 1024 * 1024  # bytes
_MOST: Final = 50  # signatures in one file
_YEARS: Final = 30  # a mandate without end is certified for so long
_CLOCK: Final = timedelta(days=1)  # the certificate begins so much before the day: nodes lie in different time zones


@dataclass(frozen=True)
class PdfSignature:
    """One signature found in a PDF."""

    key: PublicKey | None  # None: not of the kind Ed25519, so not of a signatory of a node
    name: str  # as the certificate has it
    reason: str  # as the signature states it
    sound: bool  # the bytes that it covers are those that were signed, and the key of the certificate has signed them
    unchanged: bool  # nothing but further signatures was added afterwards
    last: bool  # it covers the whole file
    signed_at: datetime | None  # as the signer's clock says; nobody vouches for it

    @property
    def stands(self) -> bool:
        """Whether the document is still the one that was signed."""
        return self.sound and self.unchanged


def sign_pdf(data: bytes, *, statement: Statement, signatory: Signatory) -> bytes:
    """The PDF with one more signature, which names the signatory and the version's hash.

    Raises BadInput ``signing.pdf_size``, ``signing.pdf_form``, ``signing.mandate``.
    """
    from asn1crypto import keys, x509
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, fields
    from pyhanko.sign.signers.pdf_signer import PdfSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    statement.check_mandate()
    _check_size(data)
    signer = SimpleSigner(
        signing_cert=x509.Certificate.load(_certificate(statement, signatory)),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
        signing_key=keys.PrivateKeyInfo.load(signatory.private_bytes()),
    )  # fmt: skip
    try:
        writer = IncrementalPdfFileWriter(BytesIO(data))
        number = sum(1 for _ in fields.enumerate_sig_fields(writer)) + 1
        meta = PdfSignatureMetadata(
            field_name=f"Signature{number}", md_algorithm="sha512", subfilter=fields.SigSeedSubFilter.PADES, name=statement.name,
            reason=f"{statement.act} {statement.version}", location=statement.node,
        )  # fmt: skip
        with ThreadPoolExecutor(1) as apart:  # pyHanko runs an event loop, and the caller's thread may have one already
            made: Any = apart.submit(PdfSigner(meta, signer=signer).sign_pdf, writer).result()
    except _malformed() as error:
        raise _no_pdf(error) from None
    return bytes(made.getvalue())


def check_pdf(data: bytes, *, printed: bytes | None = None) -> tuple[PdfSignature, ...]:
    """The signatures in a PDF, in their order; whose keys they are, the caller knows.

    With `printed`, the file as it was rendered, it is checked that this is what was signed. Raises BadInput ``signing.pdf_size``,
    ``signing.pdf_form`` (no PDF, or one that is broken) and ``signing.pdf_other`` (another document).
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    _check_size(data)
    if printed is not None and not data.startswith(printed):
        raise BadInput("signing.pdf_other", "This PDF does not begin with the document as it was printed: another one was signed, or it was changed.")  # fmt: skip
    try:
        found = PdfFileReader(BytesIO(data)).embedded_regular_signatures
        if len(found) > _MOST:
            raise ValueError(f"{len(found)} signatures")
        return tuple(_judge(one) for one in found)
    except _malformed() as error:
        raise _no_pdf(error) from None


def _judge(found: "EmbeddedPdfSignature") -> PdfSignature:
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    found.compute_integrity_info()  # type: ignore[no-untyped-call]
    coverage: Any = found.coverage
    certificate = found.signer_cert
    try:
        intact, sound = validate_sig_integrity(found.signer_info, certificate, "data", found.compute_digest())
    except SignatureValidationError:
        intact = sound = False
    level = getattr(found.diff_result, "modification_level", ModificationLevel.OTHER)
    whole = coverage is SignatureCoverageLevel.ENTIRE_FILE
    clear = coverage is not None and coverage >= SignatureCoverageLevel.ENTIRE_REVISION
    public = certificate.public_key
    names: dict[str, Any] = certificate.subject.native
    return PdfSignature(
        key=PublicKey(public["public_key"].native) if public.algorithm == "ed25519" else None,
        name=str(names.get("common_name", ""))[:300], reason=str(found.sig_object.get("/Reason", ""))[:300],
        sound=bool(intact and sound and clear), last=whole, signed_at=found.self_reported_timestamp,
        unchanged=whole or (clear and level <= ModificationLevel.FORM_FILLING),
    )  # fmt: skip


def _certificate(statement: Statement, signatory: Signatory) -> bytes:
    """A certificate that the key makes for itself (X.509, DER); the same statement gives the same certificate."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key
    from cryptography.x509.oid import NameOID

    private: Any = load_der_private_key(signatory.private_bytes(), password=None)
    parts = (
        (NameOID.COMMON_NAME, statement.name),
        (NameOID.TITLE, statement.office),
        (NameOID.ORGANIZATION_NAME, statement.party),
    )
    name = x509.Name([x509.NameAttribute(kind, _short(text)) for kind, text in parts])
    begins = datetime(statement.day.year, statement.day.month, statement.day.day, tzinfo=UTC) - _CLOCK
    until = min(statement.mandate_until, date.max - 2 * _CLOCK) if statement.mandate_until else None
    ends = datetime(until.year, until.month, until.day, tzinfo=UTC) + 2 * _CLOCK if until else begins + timedelta(days=365 * _YEARS)  # fmt: skip
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False, key_agreement=False,
        key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
        .serial_number(int.from_bytes(sha256(signatory.public.raw + statement.message).digest()[:16], "big") | 1)
        .not_valid_before(begins).not_valid_after(ends).add_extension(usage, critical=True)
    )  # fmt: skip
    return builder.sign(private, None).public_bytes(Encoding.DER)


def _short(text: str) -> str:
    """X.509 allows 64 characters in a name; the statement has them all."""
    return text if len(text) <= 64 else f"{text[:63]}…"


def _check_size(data: bytes) -> None:
    if len(data) > _LIMIT:
        raise BadInput("signing.pdf_size", "A PDF of {size} bytes is too large; at most {limit} are possible.", size=len(data), limit=_LIMIT)  # fmt: skip


def _no_pdf(error: Exception) -> BadInput:
    return BadInput("signing.pdf_form", "This PDF cannot be read as a signed document: {why}.", why=(str(error)[:150].rstrip(".") or type(error).__name__))  # fmt: skip


def _malformed() -> tuple[type[Exception], ...]:
    """What pyHanko and asn1crypto raise of files that are no PDF, or a broken one."""
    import zlib

    from cryptography.exceptions import UnsupportedAlgorithm
    from pyhanko.pdf_utils.misc import PdfError

    return (
        PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError, NotImplementedError,
        AssertionError, UnsupportedAlgorithm, zlib.error, OSError, EOFError,
    )  # fmt: skip
