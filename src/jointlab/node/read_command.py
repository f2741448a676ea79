"""`jointlab read`: each file on its own; one bad file never stops the others."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jointlab.errors import BadInput, Fault
from jointlab.node.answer import answer_json
from jointlab.node.read_table import print_answer
from jointlab.science.door import ReadFile, check_settings, read_source
from jointlab.science.source import hash_file, open_source, printable

EXIT_READ, EXIT_USAGE, EXIT_REFUSED = 0, 2, 3
_LONGEST_NAME = 120  # characters; file systems take 255 bytes, and the hash is in front


@dataclass(frozen=True, eq=False)
class Answer:
    """What became of one path: the file, read, or the refusal."""

    path: str
    sha256: str | None
    file: ReadFile | None = None
    refused: Fault | None = None


def read_path(path: str, given: dict[str, str]) -> Answer:
    """Read one path; every expected failure becomes a refusal."""
    try:
        source = open_source(path)
    except Fault as fault:
        return Answer(path, hash_file(path), refused=fault)
    try:
        return Answer(path, source.sha256, file=read_source(source, given))
    except Fault as fault:
        return Answer(path, source.sha256, refused=fault)


def run_read(options: argparse.Namespace) -> int:
    """The command; returns the exit status."""
    try:
        given = parse_settings(options.given)
        check_settings(given)
    except BadInput as fault:
        sys.stderr.write(f"jointlab read: {fault.message}\n")
        return EXIT_USAGE
    kept, refused, unwritten = [], False, False
    for path in options.paths:
        answer = read_path(path, given)
        if options.columns and answer.file is not None:
            unwritten |= _fails(options.columns, partial(write_columns, answer.file, Path(options.columns)))
        if options.json:
            sys.stdout.write(answer_json(answer) + "\n")
            sys.stdout.flush()
        else:
            print_answer(answer, every_figure=options.all)
        refused = refused or answer.refused is not None
        if options.report:  # else the columns of thousands of files would stay in memory
            kept.append(answer)
    if options.report:
        unwritten |= _fails(options.report, partial(write_report, kept, Path(options.report)))
    if unwritten:
        return EXIT_USAGE
    return EXIT_REFUSED if refused else EXIT_READ


def _fails(target: str, write: Callable[[], None]) -> bool:
    """Whether `write` cannot write to `target`: said on stderr, and no reason to keep the answers back."""
    try:
        write()
    except OSError as fault:
        sys.stderr.write(f"jointlab read: cannot write to “{printable(target)}”: {fault.strerror or fault}\n")
        return True
    return False


def write_report(answers: list[Answer], path: Path, *, title: str = "Instrument files, read") -> None:
    """One self-contained HTML page about all answers."""
    from jointlab.node.report import report_html

    path.write_text(report_html(answers, title=title), encoding="utf-8")


def parse_settings(given: list[str]) -> dict[str, str]:
    """``key=value`` words as a mapping. Raises BadInput ``setting.form``."""
    settings: dict[str, str] = {}
    for word in given:
        key, mark, value = word.partition("=")
        if not mark or not key.strip():
            raise BadInput(
                "setting.form",
                '--set takes KEY=VALUE, such as active_mass="12.3 mg", not “{word}”.',
                word=printable(word),
            )
        settings[key.strip()] = value.strip()
    return settings


def write_columns(file: ReadFile, folder: Path) -> None:
    """Each table as ``<sha256>-<table>.parquet``; the table's name is reduced to letters that any file system takes.

    Raises OSError where the folder cannot be written to.
    """
    import polars as pl

    folder.mkdir(parents=True, exist_ok=True)
    for table, name in zip(file.tables, file_names([table.name for table in file.tables]), strict=True):
        try:
            table.frame.write_parquet(folder / f"{file.sha256}-{name}.parquet", compression="zstd")
        except pl.exceptions.PolarsError as fault:  # what the engine makes of a full disk
            raise OSError(str(fault)) from fault


def file_names(tables: Sequence[str]) -> list[str]:
    """A part of a file name for each table; tables whose names come out equal are numbered: ``a_b``, ``a_b-2``."""
    found: list[str] = []
    taken: set[str] = set()
    for table in tables:
        safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in table)[:_LONGEST_NAME]
        number, name = 1, safe
        while name.lower() in taken:  # some file systems do not tell capitals apart
            number += 1
            name = f"{safe}-{number}"
        taken.add(name.lower())
        found.append(name)
    return found
