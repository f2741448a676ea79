"""Which addresses a node calls: the base address of a pairing and nothing else; never a redirect, never by a record's text."""

import contextlib
import ipaddress
import socket
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from jointlab.errors import BadInput, NotAllowed, Unavailable

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Base:
    """The base address of a partner, in parts."""

    scheme: str
    host: str
    port: int
    path: str  # in front of /fed/v1: "" or /lab

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read `https://lab.example.org` or `http://10.1.2.3:8000/lab`. Raises BadInput ``federation.address``."""
        try:
            parts = urlsplit(text.strip())
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        plain = not (parts.query or parts.fragment or parts.username or parts.password or "@" in parts.netloc)
        if parts.scheme not in _PORTS or not parts.hostname or not plain or not text.isascii() or len(text) > 300:
            raise BadInput(
                "federation.address", "“{address}” is no address of a node; one reads https://lab.example.org.",
                address=text[:100],
            )  # fmt: skip
        return cls(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], parts.path.rstrip("/"))

    @property
    def authority(self) -> str:
        """Host, and port unless it is the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def resolve(base: Base, *, private_allowed: bool) -> str:
    """The IP address to connect to: looked up once, judged, and then used, so that no second answer can slip in.

    Raises Unavailable ``link.name``, NotAllowed ``link.private`` and ``link.plain``.
    """
    if base.scheme == "http" and not private_allowed:
        raise NotAllowed(
            "link.plain", "{address} is not encrypted. Use https, or allow private addresses for this pairing.",
            address=str(base),
        )  # fmt: skip
    try:
        found = socket.getaddrinfo(base.host, base.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unavailable("link.name", "The name {host} has no address at the moment.", host=base.host) from None
    addresses = [str(one[4][0]).partition("%")[0] for one in found]
    for address in addresses:
        if not _allowed(address, private_allowed=private_allowed):
            raise NotAllowed(
                "link.private", "{host} leads to the address {ip}, which is not public. If that is meant, allow private addresses for this pairing: the tick below the address, or --private.",
                host=base.host, ip=address,
            )  # fmt: skip
    return addresses[0]


def judge(base: Base, *, private_allowed: bool) -> None:
    """Refuse now what `resolve` would refuse at every call; a name without an address at the moment may have one later.

    Raises NotAllowed ``link.private`` and ``link.plain``.
    """
    with contextlib.suppress(Unavailable):
        resolve(base, private_allowed=private_allowed)


def _allowed(text: str, *, private_allowed: bool) -> bool:
    """Public, or of a campus or this machine where allowed; never link-local (metadata services), multicast, reserved."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved:
        return False
    return address.is_global or private_allowed
