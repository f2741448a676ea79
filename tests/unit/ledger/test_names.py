"""The room's door: every public name is there, and knocking costs nothing."""

import subprocess
import sys

import pytest

import jointlab.ledger as ledger


@pytest.mark.parametrize("name", ledger.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(ledger, name) is not None


def test_no_other_name_is_there() -> None:
    with pytest.raises(AttributeError, match="sha256"):
        ledger.sha256  # noqa: B018


def test_importing_the_room_imports_nothing_heavy() -> None:
    code = "import sys, jointlab.ledger as l; l.encode; print(*{'cryptography', 'orjson'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["orjson"]
