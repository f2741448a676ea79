"""The institutions as marks on pages."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from jointlab.people.models import Institution
from jointlab.web.sites import Site

_KEPT = 30.0  # seconds: every page shows marks, institutions change once in years


@dataclass
class _Kept:
    until: float = 0.0
    sites: Mapping[str, Site] = field(default_factory=dict)


_kept = _Kept()


def sites() -> Mapping[str, Site]:
    """Every institution by prefix."""
    now = time.monotonic()
    if now >= _kept.until:
        _kept.sites = {found.prefix: Site(found.prefix, found.mark, found.city) for found in Institution.objects.all()}
        _kept.until = now + _KEPT
    return _kept.sites


def forget() -> None:
    """An institution changed."""
    _kept.until = 0.0
