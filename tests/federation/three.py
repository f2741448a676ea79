"""Three real nodes: Almaty has two partnerships, or all three have one."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.federation.nodes import Node, Pair, make_node, pair_up


class Trio:
    """Almaty, Nanjing, Tashkent."""

    def __init__(self, folder: Path) -> None:
        self.kz, self.cn, self.uz = (Node(folder / prefix, prefix) for prefix in ("kz", "cn", "uz"))
        self.nodes = (self.kz, self.cn, self.uz)

    def know(self) -> None:
        """Drivers know the words of three nodes; nodes that are served know each other's addresses."""
        for node in self.nodes:
            node.do("from tests.federation.three_names import *")
            for other in self.nodes:
                if other.port:
                    node.do(f"Partner.objects.filter(prefix={other.prefix!r}).update(address={other.address!r})")

    def serve(self) -> "Trio":
        """All three, and each knows where the others are."""
        for node in self.nodes:
            node.serve()
        self.know()
        return self

    def quiet(self, rounds: int = 3) -> None:
        """Everybody asks everybody until nothing is new; what is said after a round comes with the next."""
        before: list[Any] = []
        for _ in range(rounds + 3):
            for node in self.nodes:
                assert node.value("pull_all()") == []
            now = [node.value("sizes()") for node in self.nodes]
            if now == before:
                return
            before = now
        raise AssertionError(f"they come to no rest: {before}")

    def holds(self, node: Node, text: str) -> list[str]:
        """Files of a node, database and blobs alike, in which the text occurs."""
        found = []
        for path in sorted(node.folder.rglob("*")):
            if path.is_file() and text.encode() in path.read_bytes():
                found.append(str(path.relative_to(node.folder)))
        return found

    def check(self) -> None:
        """fsck on all three."""
        for node in self.nodes:
            wrong = node.value("check()")
            assert not wrong, (node.prefix, wrong)

    def close(self) -> None:
        """End everything."""
        for node in self.nodes:
            node.close()


def served(folder: Path, *, names: str = "") -> Iterator[Trio]:
    """Three nodes of a test's own, served; whole at its end. `names`: a module from which each driver takes more words."""
    made = Trio(folder)
    try:
        made.serve()
        for node in made.nodes if names else ():
            node.do(f"from {names} import *")
        yield made
        made.check()
    finally:
        made.close()


def bring_together(trio: Trio) -> None:
    """All three are one partnership: each says so, and each hears it of the others."""
    for node in trio.nodes:
        node.do(f"come_together(*{[other.prefix for other in trio.nodes if other is not node]!r})")
    trio.quiet()


def make_trio(strangers: Path, folder: Path) -> None:
    """Three nodes that do not know each other, two of them copied."""
    pair = Pair(shutil.copytree(strangers, folder))
    pair.close()
    make_node(folder, "uz")


def marry_three(folder: Path, *, all_pairs: bool) -> None:
    """Almaty paired with both others; with `all_pairs` these two with each other too."""
    trio = Trio(folder)
    try:
        pair_up(trio.kz, trio.cn)
        pair_up(trio.kz, trio.uz)
        if all_pairs:
            pair_up(trio.cn, trio.uz)
    finally:
        trio.close()
