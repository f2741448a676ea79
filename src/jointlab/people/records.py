"""What this room writes into the log."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class InstitutionRecord:
    """A university. `names` by language code (en, ru, kk, zh-hans)."""

    prefix: str  # of its records and codes: kz
    names: dict[str, str]
    city: dict[str, str]
    mark: str  # a or n
    zone: str  # IANA time zone
    country: str = ""  # ISO 3166-1 alpha-2
    ror: str = ""


@dataclass(frozen=True)
class PersonRecord:
    """A person. The role is what this node lets the person do; sign-in data are no record."""

    name: str
    institution: str  # prefix
    role: str
    email: str = ""
    orcid: str = ""
    names: dict[str, str] = field(default_factory=dict)  # in other scripts, by language code
    active: bool = True


@dataclass(frozen=True)
class ColleagueRecord:
    """What partners may know of a person: never the role nor the address of mail."""

    person: str  # the person's record
    name: str
    institution: str  # prefix
    orcid: str = ""
    names: dict[str, str] = field(default_factory=dict)  # in other scripts, by language code
    active: bool = True
