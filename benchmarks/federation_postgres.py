"""Two PostgreSQL clusters made for one run, and logical replication between them."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import orjson
import psycopg

from benchmarks.bench import Run
from benchmarks.federation_apply_jobs import read_pages
from jointlab.federation.codec import read_page

TRANSACTIONS = 100
_TABLES = """
CREATE TABLE log_entry (id bigserial PRIMARY KEY, log text NOT NULL, position bigint NOT NULL, record text NOT NULL,
  type text NOT NULL, op text NOT NULL, entry bytea NOT NULL, body bytea, UNIQUE (log, position));
CREATE INDEX ON log_entry (record, position);
CREATE TABLE log_record (id text PRIMARY KEY, type text NOT NULL, rev int NOT NULL, position bigint NOT NULL,
  home text NOT NULL, erased boolean NOT NULL, withheld boolean NOT NULL);
"""


@dataclass(frozen=True)
class Clusters:
    """Where the two listen: folders of Unix sockets."""

    publisher: Path
    subscriber: Path


@contextmanager
def with_clusters(folder: Path) -> Iterator[Clusters]:
    """Two clusters with wal_level = logical, removed afterwards. As root they run as the user postgres."""
    folder.chmod(0o755)
    started: list[Path] = []
    try:
        for name in ("publisher", "subscriber"):
            place = folder / name
            place.mkdir()
            if os.geteuid() == 0:
                shutil.chown(place, "postgres", "postgres")
            _run("initdb", "--auth=trust", "--username=postgres", "--pgdata", str(place / "data"))
            options = (
                f"-c wal_level=logical -c max_wal_size=8GB -c listen_addresses= -c unix_socket_directories={place}"
            )
            _run("pg_ctl", "--pgdata", str(place / "data"), "-o", options, "-l", str(place / "log"), "--wait", "start")
            started.append(place)
        yield Clusters(folder / "publisher", folder / "subscriber")
    finally:
        for place in started:
            _run("pg_ctl", "--pgdata", str(place / "data"), "-m", "immediate", "stop")


def streamed(clusters: Clusters, log: Path, records: int) -> Run:
    """Rows wait in a slot of the publisher; the time until the subscriber has applied them all."""
    with _open(clusters.publisher) as home, _open(clusters.subscriber) as mirror:
        home.execute("DROP PUBLICATION IF EXISTS shared")
        for one in (home, mirror):
            one.execute("DROP TABLE IF EXISTS log_entry, log_record")
            one.execute(_TABLES)
        home.execute("CREATE PUBLICATION shared FOR ALL TABLES")
        home.execute("SELECT pg_create_logical_replication_slot('shared', 'pgoutput')")
        _insert(home, log, records)
        begin = time.perf_counter()
        mirror.execute(
            f"CREATE SUBSCRIPTION shared CONNECTION 'host={clusters.publisher} dbname=postgres user=postgres' "
            "PUBLICATION shared WITH (create_slot = false, slot_name = 'shared', copy_data = false)"
        )
        while _last(mirror) < records - 1:
            time.sleep(0.02)
        seconds = time.perf_counter() - begin
        found = [mirror.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("log_entry", "log_record")]
        assert found == [(records,), (records,)], found
        mirror.execute("DROP SUBSCRIPTION shared")
    return Run(seconds, 0)


def _insert(home: "psycopg.Connection[tuple[int, ...]]", log: Path, records: int) -> None:
    """In a hundred transactions; the last row to come is one of the log table."""
    at_once = max(1, records // TRANSACTIONS)
    place = 0
    batch: list[tuple[bytes, bytes]] = []

    def flush() -> None:
        nonlocal place, batch
        with home.transaction(), home.cursor() as cursor:
            with cursor.copy("COPY log_record FROM STDIN") as copy:
                for number, (entry, _) in enumerate(batch, start=place):
                    copy.write_row((orjson.loads(entry)["id"], "benchmark/1", 1, number, "nj", False, False))
            with cursor.copy("COPY log_entry (log, position, record, type, op, entry, body) FROM STDIN") as copy:
                for number, (entry, body) in enumerate(batch, start=place):
                    copy.write_row(("kz+nj/nj", number, orjson.loads(entry)["id"], "benchmark/1", "put", entry, body))
        place += len(batch)
        batch = []

    for _, pages in read_pages(log):
        for line in chain.from_iterable(map(read_page, pages)):
            batch.append((line.entry, line.body or b""))
            if len(batch) == at_once:
                flush()
    if batch:
        flush()


def _last(mirror: "psycopg.Connection[tuple[int, ...]]") -> int:
    row = mirror.execute("SELECT max(position) FROM log_entry").fetchone()
    return -1 if row is None or row[0] is None else row[0]


def _open(socket: Path) -> "psycopg.Connection[tuple[int, ...]]":
    return psycopg.connect(host=str(socket), dbname="postgres", user="postgres", autocommit=True)


def _run(program: str, *arguments: str) -> None:
    command = [_binary(program), *arguments]
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


def _binary(program: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return str(found[-1]) if found else program
