"""The drive's tree: /<instrument>/... Writing only: files go to the inbox, nothing can be read, changed or taken back."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from wsgidav.dav_error import (
    HTTP_FORBIDDEN,
    HTTP_INSUFFICIENT_STORAGE,
    HTTP_INTERNAL_ERROR,
    DAVError,
)  # fmt: skip
from wsgidav.dav_provider import DAVCollection, DAVNonCollection, DAVProvider

from jointlab.errors import BadInput, Fault, NotAllowed, Unavailable
from jointlab.laboratory.drive.listing import Listing, Put
from jointlab.laboratory.models import File, Instrument
from jointlab.laboratory.operations.files import receive
from jointlab.people.actors import Actor

ACTOR, INSTRUMENT = "jointlab.actor", "jointlab.instrument"  # in a request's environ, set at the sign-in
_SYSTEM_FILES = ("thumbs.db", "desktop.ini", ".ds_store")
_TOO_LARGE = 413


class Drive(DAVProvider):  # type: ignore[misc]
    """Every instrument's folder; each request sees the one whose token it brings."""

    def get_resource_inst(self, path: str, environ: dict[str, Any]) -> "Folder | Upload | None":
        """What stands at a path, or None."""
        self._count_get_resource_inst += 1
        parts = [part for part in path.split("/") if part]
        if not parts:
            return Root("/", environ)
        instrument: Instrument | None = environ.get(INSTRUMENT)
        if instrument is None or parts[0] != instrument.slug:
            return None
        inside = "/".join(parts[1:])
        if not inside:
            return Folder(path, environ)
        put = _listing(environ).get(inside)
        if put is None:
            return None
        return Folder(path, environ) if put.folder else Upload(path, environ, put)

    def is_readonly(self) -> bool:
        """Files can be put."""
        return False


class Folder(DAVCollection):  # type: ignore[misc]
    """A folder: shows what was put lately, takes files and folders."""

    def get_member_names(self) -> list[str]:
        """Names in it."""
        return _listing(self.environ).inside(_inside(self.path))

    def get_member(self, name: str) -> Any:
        """One of them."""
        return self.provider.get_resource_inst(f"{self.path.rstrip('/')}/{name}", self.environ)

    def create_empty_resource(self, name: str) -> "Upload":
        """Called before a file is written, or locked."""
        path = f"{self.path.rstrip('/')}/{name}"
        _listing(self.environ).add(_inside(path))
        return Upload(path, self.environ, Put(_inside(path), 0, 0.0))

    def create_collection(self, name: str) -> None:
        """A folder, so that a whole folder can be copied."""
        _listing(self.environ).add(_inside(f"{self.path.rstrip('/')}/{name}"), folder=True)

    def delete(self) -> None:
        """Nothing that came is taken back."""
        raise DAVError(HTTP_FORBIDDEN)

    def support_recursive_delete(self) -> bool:
        """No."""
        return False


class Root(Folder):
    """/dav/: the one instrument, for computers that look at the root first."""

    def get_member_names(self) -> list[str]:
        """The instrument of the token."""
        instrument = self.environ.get(INSTRUMENT)
        return [instrument.slug] if instrument else []

    def create_empty_resource(self, name: str) -> "Upload":
        """Files go into the instrument's folder."""
        raise DAVError(HTTP_FORBIDDEN)

    def create_collection(self, name: str) -> None:
        """Instruments are made on their page."""
        raise DAVError(HTTP_FORBIDDEN)


class Upload(DAVNonCollection):  # type: ignore[misc]
    """A file that was put, or is being put."""

    def __init__(self, path: str, environ: dict[str, Any], put: Put) -> None:
        super().__init__(path, environ)
        self._put = put

    def get_content_length(self) -> int:
        """Bytes."""
        return self._put.size

    def get_content_type(self) -> str:
        """Nothing is said about what is in it."""
        return "application/octet-stream"

    def get_last_modified(self) -> float:
        """When it was put."""
        return self._put.at

    def get_etag(self) -> None:
        """None."""

    def support_etag(self) -> bool:
        """No."""
        return False

    def support_ranges(self) -> bool:
        """No."""
        return False

    def get_content(self) -> None:
        """The drive is for writing."""
        raise DAVError(HTTP_FORBIDDEN, "Files can be put here and not read. They are on the node's pages.")

    def set_last_modified(self, dest_path: str, time_stamp: str, *, dry_run: bool) -> bool:
        """Windows sets times after writing; it is let believe so."""
        return True

    def set_property_value(self, name: str, value: Any, *, dry_run: bool = False) -> None:
        """Attributes of Windows are taken and forgotten."""

    def begin_write(self, *, content_type: str | None = None) -> "_Writer":
        """The content comes."""
        return _Writer(self)

    def end_write(self, *, with_errors: bool) -> None:
        """A broken upload is not shown."""
        if with_errors:
            _listing(self.environ).remove(_inside(self.path))

    def delete(self) -> None:
        """An empty placeholder may go: Windows takes it back when copying fails. What was received stays."""
        if self._put.size:
            raise DAVError(HTTP_FORBIDDEN, "What was received stays.")
        _listing(self.environ).remove(_inside(self.path))


class _Writer:
    """Streams one upload into the store."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload

    def writelines(self, chunks: Iterable[bytes]) -> None:
        """All of the content. Raises DAVError."""
        environ, inside = self._upload.environ, _inside(self._upload.path)
        folder, _, name = inside.rpartition("/")
        stream = _whole(chunks, environ)
        first = next(stream, b"")
        size = 0

        def counted() -> Iterator[bytes]:
            nonlocal size
            for chunk in (first, *()) if not first else _chain(first, stream):
                size += len(chunk)
                yield chunk

        if first and name.lower() not in _SYSTEM_FILES and not name.startswith(("._", "~$")):
            actor: Actor = environ[ACTOR]
            try:
                receive(
                    actor, chunks=counted(), name=name, folder=folder, source=File.Source.DRIVE, instrument=environ[INSTRUMENT]
                )  # fmt: skip
            except Fault as fault:
                raise _refusal(fault) from fault
        else:  # the empty file that Windows makes first, or one of its own
            for _ in counted():
                pass
        _listing(environ).add(inside, size=size)

    def close(self) -> None:
        """Nothing is open."""


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _whole(chunks: Iterable[bytes], environ: dict[str, Any]) -> Iterator[bytes]:
    """The content; one that ends before the length that was announced is no file."""
    announced = environ.get("CONTENT_LENGTH") or ""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        yield chunk
    if announced.isdigit() and size != int(announced):
        raise DAVError(400, "The upload was cut; nothing was stored.")


def _refusal(fault: Fault) -> DAVError:
    if isinstance(fault, Unavailable):
        return DAVError(HTTP_INSUFFICIENT_STORAGE, fault.message)
    if isinstance(fault, NotAllowed):
        return DAVError(HTTP_FORBIDDEN, fault.message)
    return DAVError(_TOO_LARGE if isinstance(fault, BadInput) else HTTP_INTERNAL_ERROR, fault.message)


def _inside(path: str) -> str:
    """The path below the instrument."""
    return "/".join([part for part in path.split("/") if part][1:])


def _listing(environ: dict[str, Any]) -> Listing:
    return Listing(settings.NODE.folder / "drive", environ[INSTRUMENT].slug)
