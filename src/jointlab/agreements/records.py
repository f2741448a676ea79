"""What this room writes into the log, beside the steps of cases: texts of versions, a house's own clearance, references."""

from dataclasses import dataclass, field

KEY, PASSKEY, NATIONAL = "key", "passkey", "national"  # kinds of evidence


@dataclass(frozen=True)
class AgreementVersionRecord:
    """agreement-version/1: one text under its hash, written by whoever proposes it; never revised.

    `text` is the canonical JSON of the version (jointlab.agreements.versions): a text that does not hash to `hash`, or is
    not in normal form, is refused. The record's identifier follows from its home and the hash.
    """

    hash: str
    text: str
    by: str  # the person's record


@dataclass(frozen=True)
class ClearanceRecord:
    """clearance/1: who looked at a text inside the own house, and on what ground. Never shared.

    The partner sees the step of the case alone: that the text is cleared.
    """

    case: str  # the instance
    party: str
    office: str
    ground: str
    by: str


@dataclass(frozen=True)
class ReferenceRecord:
    """reference/1: a treaty or an initiative that agreements and projects refer to. It never binds: nothing lapses with it."""

    kind: str  # treaty, initiative, order, other
    title: dict[str, str]  # by language: en, ru, kk, zh
    by: str
    source: str = ""  # where its text is published
    on: str = ""  # ISO day of its signature
    in_force: str = ""  # ISO day
    ended: str = ""  # ISO day
    text: dict[str, str] = field(default_factory=dict)  # by language: what of it matters here
    files: dict[str, str] = field(default_factory=dict)  # SHA-256 of its text by name
    sizes: dict[str, int] = field(default_factory=dict)  # bytes by SHA-256
    # Titles that it had before it was corrected: what was signed keeps them, and is found by them.
    formerly: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SignatoryKeyRecord:
    """signatory-key/1: a person's own key, sealed under a passphrase (jointlab.agreements.signing.keys). Never shared."""

    by: str
    sealed: str  # canonical JSON


@dataclass(frozen=True)
class PasskeyRecord:
    """passkey/1: a passkey of a person, which answers at one site. Never shared; an answer brings what checks it."""

    by: str
    name: str  # what its owner calls it
    credential: str  # hexadecimal
    public_key: str  # COSE_Key, hexadecimal
    domain: str
    origin: str


@dataclass(frozen=True)
class EvidenceRecord:
    """agreement-evidence/1: a digital signature beside the paper, of one of three kinds; written once, for both sides.

    `key`: `signed` is canonical JSON (jointlab.agreements.signing.statements), `file` the PDF with the signature inside, if there is one.
    `passkey`: `answer` (JSON of the browser's PublicKeyCredential) to the statement of the evidence `of`, and what checks it.
    `national`: `file` is a detached signature (CMS). Its verdict is no part of the record: each node says its own.
    """

    case: str  # the instance
    version: str  # hash
    by: str
    kind: str
    signed: str = ""
    of: str = ""  # record of the evidence that it answers
    answer: str = ""
    credential: str = ""
    public_key: str = ""
    domain: str = ""
    origin: str = ""
    file: str = ""  # SHA-256
    size: int = 0  # bytes


def version_id(*, home: str, hash: str) -> str:
    """The identifier of a version's record: kz:version-0f3a…; 192 bits of the hash, as long as identifiers may be."""
    return f"{home}:version-{hash[:48]}"
