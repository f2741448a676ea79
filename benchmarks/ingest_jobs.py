"""`python -m benchmarks.ingest_jobs ours|bare FILES FOLDER`: many small files into a node, or through the bare chain.

The bare chain is one process: read, SHA-256, parse by polars, Parquet, one SQLite row a file in one transaction a hundred.
"""

import hashlib
import math
import sqlite3
import sys
from pathlib import Path

from benchmarks.jobs import measure

ROWS = 1000


def make_files(folder: Path, count: int, *, lit: bool = True) -> None:
    """Current-voltage curves of 1,000 rows, each another one: of solar cells, or of resistors, which nothing analyses."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        lines = ["Voltage (V),Current density (mA/cm2)"]
        for row in range(ROWS):
            voltage = -0.2 + 1.4 * row / (ROWS - 1)
            cell = 20 + number / 1000 - 1e-6 * math.exp(min(voltage / 0.06, 30))
            lines.append(f"{voltage:.5f},{cell if lit else voltage * (20 + number / 1000):.6f}")
        (folder / f"{number:05}.csv").write_text("\n".join(lines) + "\n")


def bare(files: Path, folder: Path) -> None:
    import polars as pl

    folder.mkdir(parents=True)
    paths = sorted(files.iterdir())
    database = sqlite3.connect(folder / "bare.sqlite3")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE file (sha256 TEXT PRIMARY KEY, name TEXT, size INTEGER)")
    pl.read_csv(paths[0])

    def work() -> None:
        for number, path in enumerate(paths):
            data = path.read_bytes()
            sha256 = hashlib.sha256(data).hexdigest()
            frame = pl.read_csv(data)
            frame.write_parquet(folder / f"{sha256}.parquet", compression="zstd", compression_level=1)
            database.execute("INSERT INTO file VALUES (?, ?, ?)", (sha256, path.name, len(data)))
            if number % 100 == 99:
                database.commit()
        database.commit()

    measure(work)


def ours(files: Path, folder: Path) -> None:
    from jointlab.node.creation import NewNode, fill, make_folder, set_up_django

    new = NewNode(folder, "kz", "almaty", "a", "Asia/Almaty", "almaty.example", {"en": "KazNU"}, {"en": "Almaty"})
    make_folder(new)
    set_up_django(folder)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fill(new)
    from jointlab.laboratory.ingestion import find, ingest
    from jointlab.laboratory.models import Reading
    from jointlab.people.actors import actor_of
    from jointlab.people.operations import add_person
    from jointlab.people.records import PersonRecord

    actor = actor_of(add_person(PersonRecord("A", "kz", "researcher")), home="kz")
    found = list(find([files]))
    measure(lambda: ingest(actor, found, source="command"))
    assert Reading.objects.filter(state="read").count() == len(found), "not all files were read"


if __name__ == "__main__":
    {"bare": bare, "ours": ours}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
