"""Microsoft Jet (Access) databases through mdb-export of Debian's mdbtools, in a process of its own with limits.

mdbtools is GPL and is never imported or linked; it is run as a program where it is installed. The file is hostile until
proven otherwise: a private copy, a limit of memory, of time and of output.
"""

import csv
import io
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.source import Source

if TYPE_CHECKING:
    import polars as pl

_SECONDS = 240.0
_MEMORY = 2 << 20  # KiB of address space
_GROWTH = 24  # bytes of text that one byte of a database may become
_FLOOR = 16 << 20
_CHUNK = 1 << 20
_PAGE = 4096  # bytes of a page of Jet 4
_MAGIC = (b"\0\1\0\0Standard Jet DB\0", b"\0\1\0\0Standard ACE DB\0")


def is_jet(source: Source) -> bool:
    """The first bytes of a Jet or ACE database."""
    return source.head.startswith(_MAGIC)


def mentions(source: Source, table: str) -> bool:
    """Whether a database names a table, in either spelling of its text."""
    return is_jet(source) and (table.encode() in source.data or table.encode("utf-16-le") in source.data)


@dataclass(frozen=True)
class Database:
    """An open database."""

    path: Path
    name: str
    size: int

    def text(self, table: str) -> bytes:
        """A table as comma-separated UTF-8 text with a header line; empty where there is no such table."""
        limit = max(_FLOOR, _GROWTH * self.size)
        return self._run("mdb-export", ["-b", "strip", str(self.path), table], limit)

    def rows(self, table: str) -> list[dict[str, str]]:
        """A small table, one mapping a row."""
        return list(csv.DictReader(io.StringIO(self.text(table).decode("utf-8", errors="replace"))))

    def frame(self, table: str) -> "pl.DataFrame | None":
        """A table of numbers as float64 columns; None where it is empty."""
        import polars as pl

        text = self.text(table)
        head, _, body = text.partition(b"\n")
        if not body.strip():
            return None
        names = next(csv.reader([head.decode()]))
        return pl.read_csv(text, schema=dict.fromkeys(names, pl.Float64), low_memory=False)

    def count(self, table: str) -> int | None:
        """The number of rows that the table's definition states."""
        said = self._run("mdb-count", [str(self.path), table], _FLOOR).strip()
        return int(said) if said.isdigit() else None

    def _run(self, program: str, arguments: list[str], limit: int) -> bytes:
        """Standard output of a tool, within the limits; what it says on standard error is dropped."""
        command = ["sh", "-c", f'ulimit -v {_MEMORY}; exec "$@"', program, _tool(program), *arguments]
        with subprocess.Popen(  # noqa: S603 - a list of arguments, a program found on PATH, no words of the file in it
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin", "LC_ALL": "C.UTF-8"},
        ) as process:  # fmt: skip
            watch = threading.Timer(_SECONDS, process.kill)
            watch.start()
            try:
                assert process.stdout is not None
                out = bytearray()
                while chunk := process.stdout.read(_CHUNK):
                    out += chunk
                    if len(out) > limit:
                        process.kill()
                        raise self._damaged("it unpacks to more than a database of its size can hold")
            finally:
                watch.cancel()
        if process.returncode < 0 or process.returncode > 1:
            raise self._damaged(f"mdbtools stopped with status {process.returncode}")
        return bytes(out)

    def _damaged(self, reason: str) -> BadInput:
        return BadInput(
            "jet.damaged", "The database “{name}” cannot be read ({reason}). It is cut or damaged; copy it again.",
            name=self.name, reason=reason,
        )  # fmt: skip


@contextmanager
def open_database(source: Source, *, needs: str, vendor: str) -> Iterator[Database]:
    """A private copy of a database, open for reading; removed afterwards.

    Raises BadInput ``<vendor>.needs-mdbtools`` where the program is not installed (`needs` says what else would work)
    and ``jet.damaged`` for a database that is cut.
    """
    if shutil.which("mdb-export") is None:
        raise BadInput(
            f"{vendor}.needs-mdbtools", "“{name}” is a Microsoft Jet database; reading it needs the program mdb-export. Install it (Debian, Ubuntu: apt-get install mdbtools), or {needs}",
            name=source.name, needs=needs,
        )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="jointlab-") as folder:
        path = Path(folder) / "database"
        path.write_bytes(source.data)
        database = Database(path, source.name, len(source.data))
        if len(source.data) % (_PAGE // 2):
            raise database._damaged(f"its {len(source.data)} bytes are no whole number of pages")
        yield database


def _tool(program: str) -> str:
    return shutil.which(program) or program
