"""The demonstration laboratory's files are made, read, shown as a table and as one HTML report."""

import sys
from pathlib import Path

from jointlab.node.read_command import Answer, read_path, write_report
from jointlab.science.demonstration.laboratory import FILES, write_files
from jointlab.science.digits import with_uncertainty
from jointlab.science.printed_units import display_unit
from jointlab.science.quantities import QUANTITIES

_PER_FILE = 4


def write_files_and_report(folder: Path) -> None:
    """Make, read and show."""
    answers: list[Answer] = []
    sys.stdout.write("The demonstration laboratory: invented samples, modelled instruments, real vendor formats.\n\n")
    for number, (entry, path) in enumerate(write_files(folder / "files"), start=1):
        answer = read_path(str(path), dict(entry.settings))
        answers.append(answer)
        sys.stdout.write(f"[{number}/{len(FILES)}] {entry.path}\n      {entry.title}\n{_shown(answer)}")
        sys.stdout.flush()
    report = folder / "report.html"
    write_report(answers, report, title="Demonstration laboratory: instrument files, read")
    read = sum(answer.file is not None for answer in answers)
    sys.stdout.write(f"\n{read} files read, {len(answers) - read} refused with advice.\n")
    sys.stdout.write(f"Report with plots: {report.resolve()}\n")


def _shown(answer: Answer) -> str:
    """The first figures of a file, one of a kind, or the refusal."""
    if answer.file is None:
        return f"      not read: {answer.refused.message if answer.refused else ''}\n"
    lines = []
    for figure in answer.file.headline(most=_PER_FILE):
        value = with_uncertainty(figure.value, figure.uncertainty)
        unit = display_unit(figure.unit).removeprefix("1")
        lines.append(f"      {QUANTITIES[figure.quantity].en:<40} {value} {unit}".rstrip() + "\n")
    return "".join(lines) or "      read; no figures\n"
