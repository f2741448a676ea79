"""One thread for linear algebra, since two test workers share two cores; and what tests have to tell at the end."""

import os
from typing import Any

import pytest

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

TOLD = pytest.StashKey[list[str]]()


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Any:
    """A function that keeps a line for the end of the run, from a worker process too."""
    config = request.config
    if hasattr(config, "workeroutput"):
        return config.workeroutput.setdefault("told", []).append
    return config.stash.setdefault(TOLD, []).append


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Collect the lines of a worker."""
    node.config.stash.setdefault(TOLD, []).extend(getattr(node, "workeroutput", {}).get("told", []))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the lines."""
    for line in config.stash.get(TOLD, []):
        terminalreporter.write_line(line)
