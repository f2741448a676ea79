"""The next checkpoint and its pages come while the last ones are stored: asked for once, over a connection of their own."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from jointlab.errors import Conflict, Unavailable
from jointlab.federation import codec
from jointlab.federation.client import Answer, Link
from jointlab.federation.pulling import HttpSource
from jointlab.ledger.mirror import Line

LOG = "cn+kz/kz"
LINES = [Line(f"entry {number}".encode(), b"{}") for number in range(25)]


class Home:
    """What both connections reach; `cut_at` is an entry on the way to which the link breaks once."""

    def __init__(self, cut_at: int | None = None) -> None:
        self.cut_at, self.broke = cut_at, -1
        self.asked: list[tuple[str, str, int]] = []  # connection, what, from where
        self.closed: list[str] = []

    def note(self, size: int) -> bytes:
        return f"nanjing.example/log/cn~kz\n{size}\n{'A' * 43}=\n\n— nanjing.example {'A' * 92}\n".encode()


class FakeLink(Link):
    def __init__(self, home: Home, name: str) -> None:
        self.home, self.name = home, name

    def another(self) -> Link:
        return FakeLink(self.home, "second")

    def close(self) -> None:
        self.home.closed.append(self.name)

    def get(self, path: str, **_: Any) -> Answer:
        address, home = urlsplit(path), self.home
        query = {name: int(values[0]) for name, values in parse_qs(address.query).items()}
        if address.path.endswith("/checkpoint"):
            home.asked.append((self.name, "checkpoint", query["after"]))
            if query["after"] == len(LINES):
                raise Conflict("partner.behind", "There is no more.")
            return Answer(200, {}, home.note(min(len(LINES), query["after"] + 10)), 0.0)
        start, upto = query["from"], min(query["upto"], query["from"] + 4)
        home.asked.append((self.name, "entries", start))
        if home.cut_at is not None and start <= home.cut_at < upto:
            home.cut_at, home.broke = None, start
            raise Unavailable("link.cut", "The link was cut.")
        return Answer(200, {}, codec.compress(codec.fill_page(LINES[start:upto])[0]), 0.0)


def followed(source: HttpSource, *, stop_at: int = len(LINES)) -> list[Line]:
    lines: list[Line] = []
    while len(lines) < stop_at:
        note = source.note_after(LOG, len(lines))
        assert note is not None
        upto = int(note.split(b"\n")[1])
        for page in source.pages(LOG, start=len(lines), upto=upto):
            lines += page
    return lines


def test_every_entry_comes_once_and_the_next_step_over_the_second_connection() -> None:
    home = Home()
    source = HttpSource(FakeLink(home, "first"), ahead_from=10)
    assert followed(source) == LINES
    source.close()
    assert home.asked == [
        ("first", "checkpoint", 0), ("first", "entries", 0), ("first", "entries", 4), ("first", "entries", 8),
        ("second", "checkpoint", 10), ("second", "entries", 10), ("second", "entries", 14), ("second", "entries", 18),
        ("second", "checkpoint", 20), ("second", "entries", 20), ("second", "entries", 24),
    ]  # fmt: skip
    assert home.closed == ["first", "second"]


def test_a_small_step_looks_no_further() -> None:
    home = Home()
    source = HttpSource(FakeLink(home, "first"), ahead_from=11)
    assert followed(source) == LINES
    assert {name for name, _, _ in home.asked} == {"first"}


@pytest.mark.parametrize("cut_at", [10, 15, 24])
def test_what_was_cut_ahead_goes_on_where_it_was(cut_at: int) -> None:
    home = Home(cut_at)
    source = HttpSource(FakeLink(home, "first"), ahead_from=10)
    assert followed(source) == LINES
    assert [name for name, what, start in home.asked if (what, start) == ("entries", home.broke)] == ["second", "first"]
    assert len(home.asked) == 12  # nothing but the page that was cut was asked for twice


def test_what_was_fetched_for_another_place_is_not_taken() -> None:
    home = Home()
    source = HttpSource(FakeLink(home, "first"), ahead_from=10)
    followed(source, stop_at=10)  # 10 to 20 are on their way
    assert source.note_after(LOG, 5) == home.note(15)
    assert [line for page in source.pages(LOG, start=5, upto=15) for line in page] == LINES[5:15]
    source.close()
