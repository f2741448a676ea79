"""Mutated files: whatever is cut, flipped or padded, the answer is a reading or a refusal in plain words.

Real files (where available) and the demonstration's files are cut, padded, and have bytes and lines changed. A reading of a
mutated file is allowed; a crash, a hang, an analysis that breaks down, or a refusal without advice is not.
"""

import random
import zlib
from collections.abc import Callable

import pytest

from jointlab.errors import Fault
from jointlab.science.demonstration.laboratory import FILES
from jointlab.science.door import read_source
from jointlab.science.source import Source
from tests.instrument_files import ROOT

LARGEST = 400_000  # bytes of a file that is mutated in the short run
SHORT, LONG = 6, 150  # mutations of each file


def cut(data: bytes, random: random.Random) -> bytes:
    return data[: random.randrange(1, len(data))]


def flip(data: bytes, random: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 3, 30))):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def flip_head(data: bytes, random: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(8):
        changed[random.randrange(min(len(changed), 3000))] = random.choice(b"\0\xff09 \n,.;\t-eE")
    return bytes(changed)


def pad(data: bytes, random: random.Random) -> bytes:
    return data + random.choice((b"\0", b"\xff", b"\n", b" ")) * random.randrange(1, 5000)


def blank(data: bytes, random: random.Random) -> bytes:
    start = random.randrange(len(data))
    return data[:start] + b"\0" * min(2000, len(data) - start) + data[start + 2000 :]


def swap_lines(data: bytes, random: random.Random) -> bytes:
    lines = data.split(b"\n")
    for _ in range(4):
        a, b = random.randrange(len(lines)), random.randrange(len(lines))
        lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def double(data: bytes, random: random.Random) -> bytes:
    return data + data[random.randrange(len(data)) :]


def other_marks(data: bytes, random: random.Random) -> bytes:
    return data.replace(
        *random.choice(((b".", b","), (b",", b"."), (b"\t", b" "), (b"\n", b"\r"), (b"e", b"E"), (b"1", b"9" * 400)))
    )


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    cut,
    flip,
    flip_head,
    pad,
    blank,
    swap_lines,
    double,
    other_marks,
)


def made_files() -> list[tuple[str, bytes, dict[str, str]]]:
    return [(entry.path, entry.make(), dict(entry.settings)) for entry in FILES]


def real_files(*, largest: int) -> list[str]:
    paths = ROOT.glob("*/*") if ROOT.is_dir() else ()
    return sorted(str(p.relative_to(ROOT)) for p in paths if 0 < p.stat().st_size <= largest)


def answer(name: str, data: bytes, settings: dict[str, str]) -> str:
    """What becomes of these bytes; raises AssertionError for an answer that no person should see."""
    try:
        file = read_source(Source(name, data), settings)
    except Fault as fault:
        assert len(fault.message) > 20, fault.code
        assert "{" not in fault.message or "{" in str(fault.facts), fault.message
        return fault.code
    broken = [caution.message for caution in file.warnings if caution.code == "analysis.failed"]
    assert not broken, f"{name}: {broken}"
    return "read"


def mutate(name: str, data: bytes, settings: dict[str, str], *, times: int) -> None:
    numbers = random.Random(zlib.crc32(name.encode()))
    for turn in range(times):
        mutation = MUTATIONS[(turn + len(name)) % len(MUTATIONS)]
        answer(name, mutation(data, numbers), settings)


@pytest.mark.parametrize(
    ("name", "data", "settings"), made_files(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_mutated_made_file_is_read_or_refused(name: str, data: bytes, settings: dict[str, str]) -> None:
    mutate(name, data, settings, times=2 * SHORT)


@pytest.mark.real_files
@pytest.mark.parametrize("path", real_files(largest=LARGEST))
def test_a_mutated_real_file_is_read_or_refused(path: str) -> None:
    mutate(path, (ROOT / path).read_bytes(), {}, times=SHORT)


@pytest.mark.long
@pytest.mark.real_files
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("path", real_files(largest=10**9))
def test_a_real_file_mutated_many_times_is_read_or_refused(path: str) -> None:
    mutate(path, (ROOT / path).read_bytes(), {}, times=LONG)


@pytest.mark.parametrize("size", [1, 2, 3, 15, 16, 100, 4096, 5000])
@pytest.mark.parametrize("fill", [b"\0", b"\xff", b" ", b"\n", b",", b"1\n", b"1,2\n", b"PK\x03\x04", b"<a>", b"{"])
def test_a_file_of_nothing_is_refused(size: int, fill: bytes) -> None:
    data = (fill * size)[:size]
    assert answer("x.txt", data, {}) != "read"


@pytest.mark.parametrize(
    "fill", [b"\n", b"\r", b" ", b"\t", b"#", b'"', b";\n", b"# \n", b",,,\n", b"abc def ", b"\xe4\n"]
)
def test_five_megabytes_of_nothing_are_refused_soon(fill: bytes) -> None:
    assert answer("x.txt", fill * (5_000_000 // len(fill)), {}) != "read"
