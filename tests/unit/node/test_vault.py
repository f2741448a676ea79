"""The vault keeps what is put in, for the holder of the key only, and notices every change."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jointlab.errors import BadInput, NotFound
from jointlab.node.backups import vault as vaults
from jointlab.node.backups.vault import Vault

SECRET = "a passphrase for tests"


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    return Vault.open_or_make(tmp_path_factory.mktemp("vault"), SECRET)


def _kept(vault: Vault, name: str) -> bytes:
    return b"".join(vault.unseal(name))


@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 200, 1000])
def test_what_is_sealed_comes_back(vault: Vault, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(vaults, "CHUNK", 100)
    data = bytes(range(256)) * 4
    vault.seal("files/x", [data[:size][:30], b"", data[:size][30:]])
    assert _kept(vault, "files/x") == data[:size]
    assert vault.holds("files/x", size=size)
    assert not vault.holds("files/x", size=size + 1)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=500), bit=st.integers(min_value=0), cut=st.booleans())
def test_no_change_goes_unnoticed(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, data: bytes, bit: int, cut: bool
) -> None:
    monkeypatch.setattr(vaults, "CHUNK", 100)
    vault.seal("files/y", [data])
    path = vault.path("files/y")
    sealed = bytearray(path.read_bytes())
    if cut:
        del sealed[bit % len(sealed) :]
    else:
        sealed[bit // 8 % len(sealed)] ^= 1 << bit % 8
    path.write_bytes(sealed)
    with pytest.raises(BadInput, match="damaged"):
        _kept(vault, "files/y")


@pytest.mark.parametrize("change", ["swap", "drop", "double", "append"])
def test_chunks_cannot_be_moved(vault: Vault, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    monkeypatch.setattr(vaults, "CHUNK", 100)
    vault.seal("files/z", [bytes(range(250)) + bytes(100)])
    path = vault.path("files/z")
    sealed = path.read_bytes()
    head, body = sealed[:33], sealed[33:]
    chunks = [body[at : at + 116] for at in range(0, len(body), 116)]
    assert len(chunks) == 4
    moved = {
        "swap": [chunks[1], chunks[0], *chunks[2:]], "drop": [chunks[0], *chunks[2:]],
        "double": [chunks[0], *chunks], "append": [*chunks, chunks[-1]],
    }  # fmt: skip
    path.write_bytes(head + b"".join(moved[change]))
    with pytest.raises(BadInput, match="damaged"):
        _kept(vault, "files/z")


def test_files_cannot_be_exchanged(vault: Vault) -> None:
    vault.seal("files/a", [b"a"])
    vault.seal("files/b", [b"b"])
    vault.path("files/a").replace(vault.path("files/b"))
    with pytest.raises(BadInput, match="damaged"):
        _kept(vault, "files/b")


def test_the_wrong_secret_opens_nothing(vault: Vault) -> None:
    with pytest.raises(BadInput, match="not the one"):
        Vault.open(vault.folder, "another passphrase")
    assert Vault.open(vault.folder, SECRET).hidden("x") == vault.hidden("x")


def test_where_there_is_nothing(tmp_path: Path, vault: Vault) -> None:
    with pytest.raises(NotFound):
        Vault.open(tmp_path, SECRET)
    with pytest.raises(NotFound):
        _kept(vault, "files/none")
