"""The drive as a WSGI application below /dav, beside Django. User name: the instrument's short name; password: a token."""

from collections.abc import Iterable

from django.conf import settings
from django.db import close_old_connections
from wsgidav.dc.base_dc import BaseDomainController
from wsgidav.error_printer import ErrorPrinter
from wsgidav.http_authenticator import HTTPAuthenticator
from wsgidav.request_resolver import RequestResolver
from wsgidav.wsgidav_app import WsgiDAVApp

from jointlab.errors import Fault
from jointlab.laboratory.drive.locks import SharedLocks
from jointlab.laboratory.drive.mount import METHODS, MOUNT, Application, Environ, Start
from jointlab.laboratory.drive.provider import ACTOR, INSTRUMENT, Drive
from jointlab.laboratory.models import Instrument
from jointlab.people import attempts
from jointlab.people.tokens import actor_of_secret

_REFUSED = frozenset({"GET", "POST", "COPY", "MOVE"})


class InstrumentTokens(BaseDomainController):  # type: ignore[misc]
    """Who may put files: whoever has a token of that instrument's inbox."""

    def get_domain_realm(self, path_info: str, environ: Environ | None) -> str:
        """One realm."""
        return "jointlab"

    def require_authentication(self, realm: str, environ: Environ | None) -> bool:
        """Always."""
        return True

    def supports_http_digest_auth(self) -> bool:
        """No: that would need the secret, and only its hash is kept."""
        return False

    def basic_auth_user(self, realm: str, user_name: str, password: str, environ: Environ) -> bool:
        """Whether the token belongs to the instrument; too many failures are refused unlooked."""
        address = environ.get("REMOTE_ADDR", "")
        name = f"drive:{user_name[:60]}"
        instrument = Instrument.objects.filter(slug=user_name[:60], active=True).first()
        try:
            attempts.check(name=name, address=address)
            actor = actor_of_secret(password, subject=instrument.id if instrument else "no instrument")
        except Fault:
            attempts.failed(name=name, address=address)
            return False
        environ[ACTOR], environ[INSTRUMENT] = actor, instrument
        return True


def make_drive() -> Application:
    """The application; it wants paths from /dav on."""
    inner = WsgiDAVApp(
        {
            "mount_path": MOUNT,
            "provider_mapping": {"/": Drive()},
            "http_authenticator": {
                "domain_controller": InstrumentTokens, "accept_basic": True, "accept_digest": False, "default_to_digest": False,
            },
            "middleware_stack": [ErrorPrinter, HTTPAuthenticator, RequestResolver],
            "lock_storage": SharedLocks(settings.NODE.folder / "drive" / "_locks.json"),
            "property_manager": None,
            "suppress_version_info": True,
            "verbose": 1,
            "logging": {"enable": False},
        }
    )  # fmt: skip

    def drive(environ: Environ, start: Start) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in _REFUSED:
            start("405 Method Not Allowed", [("Allow", METHODS), ("Content-Length", "0")])
            return [b""]
        close_old_connections()
        try:
            answer: Iterable[bytes] = list(inner(environ, start))
            return answer
        finally:
            close_old_connections()

    return drive
