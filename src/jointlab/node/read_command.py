"""`jointlab read`: each file on its own; one bad file never stops the others."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from jointlab.errors import BadInput, Fault
from jointlab.node.answer import answer_json
from jointlab.node.read_table import print_answer
from jointlab.science.door import ReadFile, check_settings, read_source
from jointlab.science.source import hash_file, open_source, printable

EXIT_READ, EXIT_USAGE, EXIT_REFUSED = 0, 2, 3


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
    answers = []
    for path in options.paths:
        answer = read_path(path, given)
        if options.columns and answer.file is not None:
            write_columns(answer.file, Path(options.columns))
        if options.json:
            sys.stdout.write(answer_json(answer) + "\n")
            sys.stdout.flush()
        else:
            print_answer(answer)
        answers.append(answer)
    if options.report:
        write_report(answers, Path(options.report), title="Instrument files, read")
    return EXIT_REFUSED if any(answer.refused for answer in answers) else EXIT_READ


def write_report(answers: list[Answer], path: Path, *, title: str) -> None:
    """One self-contained HTML page about all answers."""
    from jointlab.node.report import report_html

    path.write_text(report_html(answers, title=title), encoding="utf-8")


def parse_settings(given: list[str]) -> dict[str, str]:
    """``key=value`` words as a mapping. Raises BadInput ``setting.form``."""
    settings: dict[str, str] = {}
    for word in given:
        key, mark, value = word.partition("=")
        if not mark or not key.strip():
            raise BadInput("setting.form", "--set takes KEY=VALUE, not “{word}”.", word=printable(word))
        settings[key.strip()] = value.strip()
    return settings


def write_columns(file: ReadFile, folder: Path) -> None:
    """Each table as ``<sha256>-<table>.parquet``; the table's name is reduced to letters that any file system takes."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in file.tables:
        safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in table.name)
        table.frame.write_parquet(folder / f"{file.sha256}-{safe}.parquet", compression="zstd")
