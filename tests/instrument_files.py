"""The real instrument files beside the checkout: ../shared/instrument-files, where available."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(os.environ.get("JOINTLAB_INSTRUMENT_FILES", Path(__file__).parents[2] / "shared" / "instrument-files"))

needs_real_files = pytest.mark.skipif(not ROOT.is_dir(), reason=f"no real instrument files at {ROOT}")


def real_file(path: str) -> Path:
    """One real file by its path in the set; the test skips visibly where the set is not available."""
    if not ROOT.is_dir():
        pytest.skip(f"no real instrument files at {ROOT}")
    return ROOT / path


@cache
def expected() -> dict[str, Any]:
    """EXPECTED.json of the set, empty where it is not available."""
    path = ROOT / "EXPECTED.json"
    content: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return content
