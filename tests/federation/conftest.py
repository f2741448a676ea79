"""Pairs of nodes: prepared once, copied for each scenario, proved whole at its end."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.federation.nodes import Pair, copied, make_pair, marry
from tests.federation.three import Trio, bring_together, make_trio, marry_three


@pytest.fixture(scope="session")
def strangers_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nodes that do not know each other."""
    folder = tmp_path_factory.mktemp("strangers") / "nodes"
    folder.mkdir()
    make_pair(folder)
    return folder


@pytest.fixture(scope="session")
def pair_template(strangers_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two paired nodes."""
    folder = tmp_path_factory.mktemp("paired") / "nodes"
    pair = copied(strangers_template, folder)
    pair.close()
    marry(folder)
    return folder


@pytest.fixture(scope="session")
def trio_strangers(strangers_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three nodes that do not know each other."""
    folder = tmp_path_factory.mktemp("three") / "nodes"
    make_trio(strangers_template, folder)
    return folder


@pytest.fixture(scope="session")
def all_pairs(trio_strangers: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three nodes, each paired with both others."""
    folder = tmp_path_factory.mktemp("all-pairs") / "nodes"
    shutil.copytree(trio_strangers, folder)
    marry_three(folder, all_pairs=True)
    trio = Trio(folder)
    try:
        trio.serve().quiet()
    finally:
        trio.close()
    return folder


@pytest.fixture(scope="session")
def one_partnership(all_pairs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same three, together."""
    folder = tmp_path_factory.mktemp("together") / "nodes"
    trio = Trio(shutil.copytree(all_pairs, folder))
    try:
        bring_together(trio.serve())
    finally:
        trio.close()
    return folder


@pytest.fixture
def strangers(strangers_template: Path, tmp_path: Path) -> Iterator[Pair]:
    """Two nodes of their own, not paired."""
    pair = copied(strangers_template, tmp_path / "nodes")
    yield pair
    try:
        pair.check()
    finally:
        pair.close()


@pytest.fixture
def pair(pair_template: Path, tmp_path: Path) -> Iterator[Pair]:
    """Two paired nodes of their own."""
    made = copied(pair_template, tmp_path / "nodes")
    yield made
    try:
        made.check()
    finally:
        made.close()
