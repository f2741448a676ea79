"""The command line. Light at start: each command's module is imported when it is chosen."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from jointlab import __version__
from jointlab.node import commands as node_commands
from jointlab.node import inbox_commands


class _Parser(argparse.ArgumentParser):
    """A parser that proposes the command or option that a slip was meant to be."""

    def error(self, message: str) -> NoReturn:
        """Usage, what is wrong, and the nearest word that would be right; exit status 2."""
        self.print_usage(sys.stderr)
        close = _meant(message, self)
        self.exit(2, f"{self.prog}: {message}{f'. Did you mean “{close}”?' if close else ''}\n")


def _meant(message: str, parser: argparse.ArgumentParser) -> str | None:
    """The known word that is nearest to the one that argparse complains about."""
    import difflib
    import re

    wrong = re.search(r"invalid choice: '([^']*)'|unrecognized arguments: (\S+)", message)
    if wrong is None:
        return None
    word = (wrong[1] or wrong[2]).partition("=")[0]
    close = difflib.get_close_matches(word, sorted(_words(parser)), n=1)
    return close[0] if close else None


def _words(parser: argparse.ArgumentParser) -> set[str]:
    """Every option and command that a parser and those below it know."""
    known: set[str] = set()
    for action in parser._actions:
        known.update(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            known.update(action.choices)
            known.update(*(_words(below) for below in action.choices.values()))
    return known


def build_parser() -> argparse.ArgumentParser:
    """Every command and option."""
    parser = _Parser(
        prog="jointlab", description="One laboratory, owned together by universities in different countries."
    )
    parser.add_argument("--version", action="version", version=f"jointlab {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    reading = commands.add_parser(
        "read",
        help="read instrument files: columns, figures of merit, or a clear refusal",
        description="Read instrument files: columns in canonical units and figures with uncertainty, or a clear refusal. "
        "One bad file never stops the others.",
        epilog="Exit status: 0 all files read, 3 some refused, 2 wrong usage. "
        "Settings are listed in docs/reference/techniques.md and docs/reference/formats.md.",
    )
    reading.add_argument("paths", nargs="+", metavar="PATH", help="an instrument file; as many as you like")
    reading.add_argument("--all", action="store_true", help="show every figure, not only the most telling ones")
    reading.add_argument("--json", action="store_true", help="one JSON object per file, one per line")
    reading.add_argument(
        "--columns", metavar="DIR", help="also write each table as Parquet: DIR/<sha256 of the file>-<table>.parquet"
    )
    reading.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="given",
        help="what the file cannot know, such as active_mass='12.3 mg', or the answer to a question; may be repeated",
    )
    reading.add_argument("--report", metavar="FILE", help="also write one self-contained HTML report with plots")
    commands.add_parser(
        "formats",
        help="what is read, and what is recognised and refused with the export to make instead",
        description="List the formats that are read, by technique, and those that are recognised and refused.",
    )
    demo = commands.add_parser(
        "demo",
        help="the demonstration laboratory: its files, a report, and the two nodes that hold them",
        description="Make the files of the demonstration laboratory (invented samples in real formats) and a report of them, "
        "build two paired nodes that hold them, and serve both.",
    )
    _demo_options(demo)
    inbox_commands.add_to(commands)
    node_commands.add_to(commands)
    return parser


def _demo_options(parser: argparse.ArgumentParser) -> None:
    """The options of `jointlab demo`."""
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path("demo"), metavar="FOLDER", help="where to write (default: demo)"
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--once",
        action="store_true",
        help="build both nodes in a temporary folder, prove them, print one JSON object, end",
    )
    which.add_argument("--files", action="store_true", help="only the instrument files and the report, no nodes")
    parser.add_argument(
        "--port",
        type=int,
        default=8000,
        help="where Almaty answers, Nanjing at the next; 0 for any free ports (default: 8000)",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 (not done), 3 (some files refused) or 2 (usage)."""
    _speak_utf8()
    options = build_parser().parse_args(arguments)
    # A second thread only spins on matrices as small as ours; on a busy machine that costs up to eight times the time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        if options.command == "read":
            from jointlab.node.read_command import run_read

            return run_read(options)
        if options.command == "demo":
            from jointlab.node.demo_command import run_demo

            return run_demo(options)
        if options.command in inbox_commands.NAMES:
            return inbox_commands.run(options)
        if node_commands.is_node_command(options.command):
            return node_commands.run(options)
        from jointlab.node.formats_command import run_formats

        return run_formats()
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        _discard_output()
        return 0
    except OSError as fault:  # our output has no place to go: the disk behind it is full
        sys.stderr.write(f"jointlab: cannot go on: {fault.strerror or fault}\n")
        _discard_output()
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped\n")
        return 130


def _speak_utf8() -> None:
    """Names, units and sentences need letters that the code page of a console may not have."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _discard_output() -> None:
    """What is still to be flushed goes nowhere, so that the end of the program is quiet."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
