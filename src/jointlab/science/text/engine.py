"""Delimited and keyed text: lines by number, keys and values, and tables parsed by a compiled engine (polars)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.reading import Caution
from jointlab.science.settings import Setting, Settings
from jointlab.science.source import Source
from jointlab.science.text.decimal import DecimalMark, decide_decimal
from jointlab.science.text.decoding import ENCODINGS, Decoded, decode, is_utf16
from jointlab.science.text.large import clean_form, parse_clean
from jointlab.science.text.tables import Layout, ParsedTable, parse_block

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TEXT_SETTINGS: tuple[Setting, ...] = (
    Setting("encoding", "Encoding of the text, where the file does not tell.", options=ENCODINGS),
    Setting("decimal_mark", "Decimal mark, where the file does not tell.", options=("comma", "point")),
)


_TOP = 4096  # lines
_HEAD = 1 << 20  # bytes
_LARGE = 4 << 20  # bytes; tables of larger files are first tried where they lie

_BLANK_LINES = re.compile(rb"(?:[ \t]*\r?\n)+")


@dataclass(frozen=True, eq=False)
class Text:
    """A text file: UTF-8 bytes with LF or CRLF line ends, and the decisions taken so far."""

    name: str
    content: bytes | Decoded
    decisions: dict[str, str]
    cautions: tuple[Caution, ...] = ()
    decimal_given: str | None = None

    @cached_property
    def starts(self) -> "NDArray[np.int64]":
        """Offset of each line, shape (lines,)."""
        import numpy as np

        ends = np.flatnonzero(np.frombuffer(self.data, dtype=np.uint8) == ord("\n")) + 1
        starts = np.concatenate([np.zeros(1, dtype=np.int64), ends])
        return starts[:-1] if starts[-1] == len(self.data) and len(starts) > 1 else starts

    @cached_property
    def data(self) -> bytes:
        """The whole text as UTF-8; of a large file this may be a copy, which a header and a clean table do without."""
        return self.content if isinstance(self.content, bytes) else self.content.data

    @property
    def size(self) -> int:
        """Bytes of the whole text."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.size

    @cached_property
    def _head(self) -> bytes:
        """The first mebibyte."""
        if isinstance(self.content, bytes):
            return self.content[:_HEAD]
        kept = self.content.kept_from
        return (self.content.top + self.content.source[kept : kept + _HEAD])[:_HEAD]

    @cached_property
    def _first_starts(self) -> list[int]:
        """Offsets of the lines at the top, so that a header is found without counting the lines of a large file."""
        import numpy as np

        ends = np.flatnonzero(np.frombuffer(self._head, dtype=np.uint8) == ord("\n")) + 1
        return [0, *ends[: _TOP - 1].tolist()]

    @property
    def line_count(self) -> int:
        """Number of lines; a last line without an end counts."""
        return len(self.starts)

    def has_line(self, number: int) -> bool:
        """Whether there are more than `number` lines."""
        return self.offset(number) < self.size

    def offset(self, line: int) -> int:
        """Byte offset where a line starts; the end of the data for the line after the last."""
        if line < len(self._first_starts):
            return self._first_starts[line]
        return int(self.starts[line]) if line < self.line_count else self.size

    def line(self, number: int) -> str:
        """One line, counted from 0, without its end."""
        begin, end = self.offset(number), self.offset(number + 1)
        return (self._head if end <= len(self._head) else self.data)[begin:end].decode().rstrip("\r\n")

    def lines(self, start: int = 0, stop: int | None = None) -> Iterator[str]:
        """Lines from `start` to before `stop`, without their ends."""
        whole = stop is None or stop >= len(self._first_starts)
        for number in range(start, min(stop or self.line_count, self.line_count) if whole else stop or 0):
            yield self.line(number)

    def find_line(self, pattern: str, *, start: int = 0, stop: int | None = None) -> int | None:
        """Number of the first line in [start, stop) in which the regular expression is found."""
        begin, end = self.offset(start), self.offset(self.line_count if stop is None else stop)
        match = re.compile(pattern.encode(), re.MULTILINE).search(self.data, begin, end)
        # where a pattern may match nothing at all, the end of the data is no line
        return None if match is None or match.start() >= len(self.data) else self.line_at(match.start())

    def line_at(self, offset: int) -> int:
        """Number of the line that holds a byte offset."""
        import numpy as np

        return int(np.searchsorted(self.starts, offset, side="right")) - 1

    def decimal(self, start: int, stop: int | None = None, *, separator: str) -> DecimalMark:
        """The decimal mark of the numbers in the lines [start, stop)."""
        return self._decide(
            self.data[self.offset(start) : len(self.data) if stop is None else self.offset(stop)], separator
        )

    def table(
        self, start: int, names: Sequence[str], *, separator: str, stop: int | None = None, hint: str | None = None
    ) -> ParsedTable:
        """The table in the lines [start, stop), its columns called `names`.

        `separator` is one character; a blank means any run of blanks and tabs. The decimal mark is decided over the
        whole block, and where that leaves a question by `hint`, the mark of numbers elsewhere in the file. Raises
        BadInput ``table.empty``, ``table.columns`` (rows wider than the header), ``text.decimal-mark``,
        ``text.decimal-mixed``.
        """
        if stop is None and self.size > _LARGE and (clean := self._large_table(start, names, separator)) is not None:
            return clean
        begin, end = self.offset(start), len(self.data) if stop is None else self.offset(stop)
        blank = _BLANK_LINES.match(self.data, begin, end)  # between the header and the rows
        if blank is not None:
            start, begin = start + blank.group().count(b"\n"), blank.end()
        block = self.data[begin:end]
        mark = self._decide(block, separator, hint)
        return parse_block(block, names, Layout(separator, mark.mark, mark.grouping, self.name, start + 1))

    def _large_table(self, start: int, names: Sequence[str], separator: str) -> ParsedTable | None:
        """A large clean table, parsed where it lies in memory; None where it needs a closer look."""
        begin, source, shift = self.offset(start), self.content, 0
        if isinstance(source, Decoded):
            shift = len(source.top) - source.kept_from
            if begin < len(source.top):
                return None
            source = source.source
        form = clean_form(source, begin - shift, names, separator, given=self.decimal_given)
        if form is None:
            return None
        parsed = parse_clean(source, form, skip=start)
        if parsed is not None:
            self.decisions["decimal_mark"] = f"{form.mark.mark} ({form.mark.evidence})"
        return parsed

    def _decide(self, block: bytes, separator: str, hint: str | None = None) -> DecimalMark:
        try:
            decided = decide_decimal(block, separator=separator, name=self.name, given=self.decimal_given)
        except BadInput as fault:
            if hint is None or fault.code != "text.decimal-mark":
                raise
            decided = DecimalMark(hint, "numbers elsewhere in the file have it", "" if hint == "," else ",")
        self.decisions["decimal_mark"] = f"{decided.mark} ({decided.evidence})"
        return decided


def read_text(source: Source, settings: Settings) -> Text:
    """Decode a source; NUL padding is removed and said, lone CR line ends become LF."""
    data, cautions = _without_padding(source)
    decoded = decode(data, name=source.name, given=settings.choice("encoding", ENCODINGS))
    content: bytes | Decoded = decoded
    if b"\n" not in decoded.top and b"\n" not in decoded.source and b"\r" in decoded.data:
        content = decoded.data.replace(b"\r", b"\n")
    elif any(b"\r\r\n" in part[:_HEAD] for part in (decoded.top, decoded.source)):
        content = decoded.data.replace(b"\r\r\n", b"\n")  # a text copied twice between line-end conventions
    decisions = {"encoding": f"{decoded.encoding} ({decoded.evidence})"}
    return Text(source.name, content, decisions, cautions, settings.choice("decimal_mark", ("comma", "point")))


def _without_padding(source: Source) -> tuple[bytes, tuple[Caution, ...]]:
    """The bytes without NUL padding at either end; NULs inside mean that a part of the file was lost."""
    data = source.data
    if b"\0" not in data or is_utf16(data):
        return data, ()
    if not data.strip(b"\0"):
        raise BadInput(
            "file.only-zeros",
            "“{name}” holds nothing but zero bytes: the copy failed. Copy it again.",
            name=source.name,
        )
    stripped = data.strip(b"\0")
    if b"\0" in stripped:
        raise BadInput(
            "file.zeros-inside", "“{name}” has zero bytes in the middle (byte {where}): a part of it was lost. Copy it again.",
            name=source.name, where=data.find(b"\0", len(data) - len(data.lstrip(b"\0"))),
        )  # fmt: skip
    removed = len(data) - len(stripped)
    caution = Caution(
        "file.zero-padded",
        f"{removed} zero bytes at the end or start of the file were left out; it may have been cut when it was copied.",
    )
    return stripped, (caution,)


def key_values(lines: Iterator[str] | Sequence[str], separator: str = ":") -> Mapping[str, str]:
    """Lines ``key<separator>value`` as a mapping; the first of two equal keys stands, lines without it are left out."""
    found: dict[str, str] = {}
    for line in lines:
        key, mark, value = line.partition(separator)
        if mark and key.strip():
            found.setdefault(key.strip(), value.strip())
    return found
