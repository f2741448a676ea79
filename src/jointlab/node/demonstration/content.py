"""What the demonstration laboratory is made of: the two universities, and the shapes of what their nodes hold.

Universities and cities are facts; everything else is invented. `almaty.py` and `nanjing.py` hold what each node begins with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jointlab.node.creation import NewNode

KAZNU = {
    "en": "Al-Farabi Kazakh National University",
    "ru": "Казахский национальный университет имени аль-Фараби",
    "kk": "Әл-Фараби атындағы Қазақ ұлттық университеті",
    "zh-hans": "阿里-法拉比哈萨克国立大学",
}
NJUST = {
    "en": "Nanjing University of Science and Technology",
    "ru": "Нанкинский университет науки и технологии",
    "kk": "Нанкин ғылым және технология университеті",
    "zh-hans": "南京理工大学",
}
ALMATY = {"en": "Almaty", "ru": "Алматы", "kk": "Алматы", "zh-hans": "阿拉木图"}
NANJING = {"en": "Nanjing", "ru": "Нанкин", "kk": "Нанкин", "zh-hans": "南京"}
LABORATORY = {
    "en": "International laboratory of energy-efficient nanotechnologies",
    "ru": "Международная лаборатория энергоэффективных нанотехнологий",
    "kk": "Энергия тиімді нанотехнологиялар халықаралық зертханасы",
    "zh-hans": "节能纳米技术国际联合实验室",
}
SHARED = "Photoactive materials"  # the project whose sharing both sides confirm
SENT = "KZ-26-0203"  # the sample of it that goes to Nanjing


def almaty(folder: Path) -> NewNode:
    """The node of Almaty."""
    return NewNode(
        folder=folder, prefix="kz", name="almaty", mark="a", zone="Asia/Almaty", origin="almaty.example", names=KAZNU,
        city=ALMATY, country="KZ", laboratory=LABORATORY, demonstration=True,
    )  # fmt: skip


def nanjing(folder: Path) -> NewNode:
    """The node of Nanjing."""
    return NewNode(
        folder=folder, prefix="cn", name="nanjing", mark="n", zone="Asia/Shanghai", origin="nanjing.example", names=NJUST,
        city=NANJING, country="CN", laboratory=LABORATORY, demonstration=True,
    )  # fmt: skip


@dataclass(frozen=True)
class DemonstrationPerson:
    """An invented person of the node's own institution, with a way to sign in."""

    key: str
    name: str
    role: str
    login: str


@dataclass(frozen=True)
class DemonstrationProject:
    """A project; all persons named are its members."""

    title: str
    kind: str
    summary: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class DemonstrationInstrument:
    """An instrument of the node, with the answers that hold for all its files."""

    slug: str
    name: str
    computer: str
    place: str
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DemonstrationDevice:
    """A device of a sample; `made_of` is the code of another device."""

    kind: str
    properties: dict[str, str]
    made_of: str = ""


@dataclass(frozen=True)
class DemonstrationSample:
    """A sample with its devices. `project` is a title, of this node or of the partner."""

    code: str
    title: str
    composition: str
    form: str
    project: str
    by: str
    made_on: str
    amount: str
    synthesis: str
    steps: tuple[tuple[str, str, str, str], ...] = ()  # what, temperature, duration, atmosphere
    tags: tuple[str, ...] = ()
    hazards: tuple[str, ...] = ()
    parent: str = ""
    devices: tuple[DemonstrationDevice, ...] = ()


@dataclass(frozen=True)
class Placed:
    """Where a demonstration file belongs: its instrument, who brought it, what was measured, answers for this file."""

    instrument: str
    by: str
    target: str  # the code of a sample or of a device, of this node or of the partner; "" for none
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Content:
    """What one node begins with. What needs the partner's records is made as soon as they have come."""

    node: NewNode
    people: tuple[DemonstrationPerson, ...]
    projects: tuple[DemonstrationProject, ...]
    instruments: tuple[DemonstrationInstrument, ...]
    samples: tuple[DemonstrationSample, ...]
    places: Mapping[str, Placed]  # by the path of the file

    @property
    def administrator(self) -> DemonstrationPerson:
        """Who pairs, and signs for instruments."""
        return next(one for one in self.people if one.role == "administrator")


def content_of(site: str, folder: Path) -> Content:
    """What the node `almaty` or `nanjing` begins with, in `folder`."""
    from jointlab.node.demonstration import almaty as kz
    from jointlab.node.demonstration import nanjing as cn

    parts, node = {"almaty": (kz, almaty), "nanjing": (cn, nanjing)}[site]
    return Content(node(folder), parts.PEOPLE, parts.PROJECTS, parts.INSTRUMENTS, parts.SAMPLES, parts.PLACES)
