"""Addresses whose module is imported when one of them is asked for: what is heavy to import delays no other page."""

from django.urls import URLResolver
from django.urls.resolvers import RoutePattern


class LateResolver(URLResolver):
    """Everything below one prefix. `app_name` and `namespace` are said here, for the module is not there to tell."""

    def __init__(self, prefix: str, module: str, *, app_name: str, namespace: str) -> None:
        super().__init__(RoutePattern(prefix), module, app_name=app_name, namespace=namespace)

    def _populate(self) -> None:
        """Asked for by every reversal of any address; the names of a namespace of its own are needed by none of them."""
        if "urlconf_module" in self.__dict__:
            super()._populate()
