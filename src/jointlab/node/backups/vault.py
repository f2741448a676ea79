"""A folder of encrypted files, as a backup disk or a rented server may hold it: whoever has the folder learns sizes and times.

Key: scrypt (RFC 7914) of a passphrase or of a key file's text. Each file has a key of its own (HKDF, RFC 5869, over a random
salt and the file's name in the vault, so that files cannot be exchanged) and is sealed in chunks by the STREAM construction
(Hoang, Reyhanitabar, Rogaway, Vizár 2015): ChaCha20-Poly1305 with a counter and a last-chunk mark in the nonce, so that
chunks can be neither changed, dropped, doubled nor put in another order, and no file can be cut short.
"""

import fcntl
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from jointlab.errors import BadInput, Conflict, NotFound, Unavailable

CHUNK = 1 << 20  # bytes of plain text
TAG = 16  # bytes that each chunk grows by
SALT = 16  # bytes
MAGIC = b"jointlab-vault/1\n"
NAME = "vault.json"
SCRYPT = {"n": 2**16, "r": 8, "p": 1}  # 64 MB and about 0.2 s


@dataclass(frozen=True)
class Vault:
    """An open vault."""

    folder: Path
    _key: bytes

    @classmethod
    def open(cls, folder: Path, secret: str) -> Self:
        """A vault that exists. Raises NotFound ``backup.no-vault``, BadInput ``backup.key`` for the wrong secret."""
        try:
            said = json.loads((folder / NAME).read_text(encoding="ascii"))
        except FileNotFoundError:
            raise NotFound("backup.no-vault", "There are no backups in {folder}.", folder=str(folder)) from None
        except (ValueError, OSError) as fault:
            raise _damaged(NAME) from fault
        key = _scrypt(secret, bytes.fromhex(said["salt"]), said["n"], said["r"], said["p"])
        if not hmac.compare_digest(_derive(key, b"", b"check").hex(), said["check"]):
            raise BadInput("backup.key", "The key or passphrase is not the one of the backups in {folder}.", folder=str(folder))  # fmt: skip
        return cls(folder, key)

    @classmethod
    def open_or_make(cls, folder: Path, secret: str) -> Self:
        """A vault, made where there is none. Raises as `open`, and Conflict ``backup.folder`` for a folder of other things."""
        if not (folder / NAME).exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(not path.name.startswith(".") and path.name != "lost+found" for path in folder.iterdir()):
                raise Conflict("backup.folder", "{folder} holds other things; name an empty folder.", folder=str(folder))  # fmt: skip
            salt = secrets.token_bytes(SALT)
            key = _scrypt(secret, salt, **SCRYPT)
            said = {"format": 1, "salt": salt.hex(), **SCRYPT, "check": _derive(key, b"", b"check").hex()}
            with _replacing(folder / NAME) as file:
                file.write(json.dumps(said).encode())
        return cls.open(folder, secret)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One backup at a time. Raises Conflict ``backup.busy``."""
        with (self.folder / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict("backup.busy", "Another backup into {folder} is running.", folder=str(self.folder)) from None  # fmt: skip
            yield

    def hidden(self, name: str) -> str:
        """A name that says nothing, the same for the same `name`: for files named by their content."""
        return hmac.digest(_derive(self._key, b"", b"names"), name.encode(), "sha256").hex()

    def path(self, name: str) -> Path:
        """Where a file lies."""
        return self.folder / name

    def seal(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a file, whole or not at all. Raises Unavailable ``backup.unwritable``."""
        salt = secrets.token_bytes(SALT)
        cipher = ChaCha20Poly1305(_derive(self._key, salt, name.encode()))
        path = self.path(name)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _replacing(path) as file:
                file.write(MAGIC + salt)
                for number, (chunk, last) in enumerate(_chunks(pieces)):
                    file.write(cipher.encrypt(_nonce(number, last=last), chunk, None))
        except OSError as fault:
            raise Unavailable(
                "backup.unwritable", "The backup cannot be written to {folder}: {reason}.",
                folder=str(self.folder), reason=fault.strerror or str(fault),
            ) from fault  # fmt: skip

    def unseal(self, name: str) -> Iterator[bytes]:
        """The plain chunks of a file, each proved before it is given.

        Raises NotFound ``backup.missing``, BadInput ``backup.damaged``. Not before the end is it proved that it is whole.
        """
        try:
            file = self.path(name).open("rb")
        except FileNotFoundError:
            raise NotFound("backup.missing", "The backup lacks {name}.", name=name) from None
        with file:
            if file.read(len(MAGIC)) != MAGIC:
                raise _damaged(name)
            cipher = ChaCha20Poly1305(_derive(self._key, file.read(SALT), name.encode()))
            sealed, number = file.read(CHUNK + TAG), 0
            while True:
                following = file.read(CHUNK + TAG)
                try:
                    yield cipher.decrypt(_nonce(number, last=not following), sealed, None)
                except InvalidTag:
                    raise _damaged(name) from None
                if not following:
                    return
                sealed, number = following, number + 1

    def holds(self, name: str, *, size: int) -> bool:
        """Whether the file is there and as long as one of `size` plain bytes is when sealed."""
        chunks = max(1, -(-size // CHUNK))
        try:
            return self.path(name).stat().st_size == len(MAGIC) + SALT + size + chunks * TAG
        except FileNotFoundError:
            return False


def _chunks(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Chunks of CHUNK bytes and whether each is the last; one empty chunk for nothing."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) > CHUNK:
            yield bytes(held[:CHUNK]), False
            del held[:CHUNK]
    yield bytes(held), True


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _derive(key: bytes, salt: bytes, label: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt or None, b"jointlab-vault/1\n" + label).derive(key)


def _scrypt(secret: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(secret.encode())


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that gets its name when it is complete and on the disk."""
    fresh = path.with_name(f".{path.name[:16]}-{secrets.token_hex(8)}.part")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _damaged(name: str) -> BadInput:
    return BadInput("backup.damaged", "{name} in the backup is damaged or was changed. Take another backup.", name=name)
