"""Static files under an address that holds the hash of their content, straight from the installed package.

No copying step: what the program was installed with is what it serves, and browsers may keep it for ever.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.storage import StaticFilesStorage, staticfiles_storage
from django.core.files.storage import FileSystemStorage
from whitenoise.middleware import WhiteNoiseMiddleware


class HashedFiles(StaticFilesStorage):
    """`{% static "web/jointlab.css" %}` gives /static/web/jointlab.0123456789ab.css."""

    def url(self, name: str | None) -> str:
        """The address. Raises ValueError for a file that there is not."""
        return super().url(_hashed(name or ""))


@cache
def _hashed(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        raise ValueError(f"there is no static file {name}")
    digest = hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12]
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.{digest}{path.suffix}"))


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise has no types
    """Serves each file at both addresses; the one with the hash never changes and is marked so."""

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        """Called for every file when the program starts."""
        super().add_file_to_dictionary(url, path, stat_cache=stat_cache)
        name = url.removeprefix(self.static_prefix)
        if finders.find(name) == path:
            super().add_file_to_dictionary(staticfiles_storage.url(name), path, stat_cache=stat_cache)


class VendorFiles(BaseFinder):
    """Single files of other packages, not everything that lies beside them."""

    FILES: ClassVar = {"plotly/plotly.min.js": ("plotly", "package_data/plotly.min.js")}

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Where a file lies; nothing for others."""
        found = str(_inside(*self.FILES[path])) if path in self.FILES else None
        return ([found] if found else []) if find_all or kwargs.get("all") else found or []

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        """Every file, as collectstatic asks for it."""
        for package, path in self.FILES.values():
            folder = _inside(package, path).parent
            storage = FileSystemStorage(location=folder)
            storage.prefix = package  # type: ignore[attr-defined]
            yield Path(path).name, storage


def _inside(package: str, path: str) -> Path:
    """A file of an installed package, which is not imported for that."""
    spec = find_spec(package)
    assert spec is not None, f"{package} is a dependency"
    assert spec.submodule_search_locations is not None, f"{package} is a folder"
    return Path(spec.submodule_search_locations[0]) / path
