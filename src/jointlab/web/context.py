"""What every page's template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from jointlab.web import links, menu
from jointlab.web.sites import site_of

LANGUAGES = (("en", "EN"), ("ru", "РУ"), ("kk", "ҚАЗ"), ("zh-hans", "中文"))


def page(request: HttpRequest) -> dict[str, Any]:
    """The node, the actor, the menu."""
    return {
        "node": settings.NODE,
        "actor": getattr(request, "actor", None),
        "menu": menu.groups(request),
        "tabs": menu.tabs(request),
        "link_pill": SimpleLazyObject(lambda: links.pill(getattr(request, "actor", None))),
        "site_here": SimpleLazyObject(lambda: site_of(settings.NODE.prefix)),
        "languages": LANGUAGES,
        "single_keys": getattr(getattr(request, "user", None), "single_keys", False),
    }
