"""Pages: exact bytes survive; nothing larger than the limits is ever made."""

import resource
from collections.abc import Iterator

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from jointlab.errors import BadInput
from jointlab.federation.codec import PAGE_BYTES, compress, expand, fill_page, read_page
from jointlab.ledger.canonical import encode
from jointlab.ledger.mirror import Line

_bodies = st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.sampled_from(["\t", "\n", "é", "12.50", ""]))
_lines = st.lists(
    st.builds(
        Line,
        st.builds(encode, st.dictionaries(st.sampled_from("abc"), st.integers(0, 9), min_size=1)),
        st.none() | st.builds(encode, _bodies),
    )
)


def _code(data: bytes, **limits: int) -> str:
    with pytest.raises(BadInput) as caught:
        read_page(data, **limits)
    return caught.value.code


@given(_lines)
def test_lines_come_back_byte_for_byte(lines: list[Line]) -> None:
    raw, count = fill_page(lines)
    assert count == len(lines)
    assert read_page(compress(raw)) == lines


@given(_lines, st.integers(1, 5), st.integers(1, 60))
def test_a_page_keeps_its_limits_but_always_goes_on(lines: list[Line], records: int, size: int) -> None:
    raw, count = fill_page(lines, records=records, size=size)
    assert count <= records
    assert len(raw) <= size or count == 1
    assert count > 0 or not lines
    assert read_page(compress(raw)) == lines[:count]


@pytest.mark.parametrize(
    "raw", [b"{}\t{}", b"{}{}\n", b"\t{}\n", b"x" * 4097 + b"\t\n", b"{}\t" + b"x" * (2**20 + 1) + b"\n"]
)
def test_lines_that_are_none(raw: bytes) -> None:
    assert _code(compress(raw)) == "page.line"


def test_too_many_lines() -> None:
    assert _code(compress(b"{}\t\n" * 11), records=10) == "page.size"


def _frames() -> Iterator[bytes]:
    good = compress(b"{}\t{}\n" * 100)
    yield b""
    yield b"no zstd at all"
    yield good[:-1]
    yield good + b"x"
    yield good + good
    yield zstandard.ZstdCompressor(write_content_size=False).compress(b"{}\t{}\n")
    window = zstandard.ZstdCompressionParameters(window_log=25, write_content_size=True)
    yield zstandard.ZstdCompressor(compression_params=window).compress(b"{}\t{}\n" * 10)[:5]


@pytest.mark.parametrize("data", list(_frames()))
def test_frames_that_are_none(data: bytes) -> None:
    assert _code(data) == "page.compression"


@pytest.mark.parametrize("declared", [True, False])
def test_15_a_bomb_is_refused_without_the_memory(declared: bool) -> None:
    """Scenario 15: about 30 KB that would become 300 MiB."""
    compressor = zstandard.ZstdCompressor(level=19).compressobj(size=300 << 20 if declared else -1)
    piece = bytes(1 << 20)
    bomb = b"".join([*(compressor.compress(piece) for _ in range(300)), compressor.flush()])
    assert len(bomb) < 64 * 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert _code(bomb) == ("page.size" if declared else "page.compression")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KiB


def test_15_a_bomb_that_lies_about_its_length() -> None:
    """The header says 1 MiB, the blocks hold 300 MiB."""
    header_small = zstandard.ZstdCompressor(level=19).compressobj(size=1 << 20)
    small = header_small.compress(bytes(1 << 20)) + header_small.flush()
    big = zstandard.ZstdCompressor(level=19).compressobj(size=300 << 20)
    whole = b"".join([*(big.compress(bytes(1 << 20)) for _ in range(300)), big.flush()])
    lying = small[: zstandard.frame_header_size(small)] + whole[zstandard.frame_header_size(whole) :]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadInput) as caught:
        expand(lying)
    assert caught.value.code == "page.compression"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_a_full_page_fits() -> None:
    raw, count = fill_page([Line(b"{}", b"x" * (1 << 20))] * 20)
    assert PAGE_BYTES - 2**21 < len(raw) <= PAGE_BYTES
    assert len(read_page(compress(raw))) == count
