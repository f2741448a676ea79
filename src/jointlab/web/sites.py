"""The sites of the laboratory, as marks on pages: colour, shape and word. The room that knows them registers a source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import get_language


@dataclass(frozen=True)
class Site:
    """One site: the prefix of its records, its mark (a or n) and its city by language code."""

    prefix: str
    mark: str
    city: Mapping[str, str] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """The city in the reader's language."""
        return self.city.get(get_language() or "en") or self.city.get("en") or self.prefix.upper()


_sources: list[Callable[[], Mapping[str, Site]]] = []


def register(source: Callable[[], Mapping[str, Site]]) -> None:
    """Called by the room that knows the institutions, when the program starts."""
    _sources[:] = [source]


def sites() -> Mapping[str, Site]:
    """Every known site by prefix."""
    return _sources[0]() if _sources else {}


def site_here() -> Site:
    """The site of this node; asks nothing but its configuration."""
    node = settings.NODE
    return Site(node.prefix, node.mark, {"en": node.name.replace("-", " ").title()})


def site_of(prefix: str) -> Site:
    """The site with this prefix, in any case; an unknown one stands under its prefix."""
    prefix = prefix.lower()
    return sites().get(prefix) or (site_here() if prefix == settings.NODE.prefix else Site(prefix, ""))
