"""`jointlab fsck` and `jointlab rebuild`."""

import json
import sys
from argparse import Namespace
from dataclasses import asdict

from jointlab.node.commands import DONE, NOT_DONE
from jointlab.node.progress_bar import ProgressBar


def run_fsck(options: Namespace) -> int:
    """Check everything; the exit status is 1 when something is wrong."""
    from jointlab.history.fsck import Report, fsck

    with ProgressBar() as progress:
        report: Report = fsck(rows=not options.quick, contents=not options.quick, progress=progress)
    if options.json:
        sys.stdout.write(json.dumps({**asdict(report), "clean": report.clean}, ensure_ascii=False) + "\n")
        return DONE if report.clean else NOT_DONE
    for finding in report.findings:
        mark = "FAULT " if finding.wrong else "remark"
        sys.stdout.write(f"{mark} {finding.code} {finding.subject}: {finding.sentence} {finding.advice}\n")
    wrong = sum(finding.wrong for finding in report.findings)
    sys.stdout.write(
        f"{report.entries} entries, {report.records} records, {report.checkpoints} checkpoints, {report.blobs} files: "
        f"{'clean' if report.clean else f'{wrong} faults'}\n"
        f"log root {report.root} at {report.size}\n"
    )
    return DONE if report.clean else NOT_DONE


def run_rebuild(options: Namespace) -> int:
    """Make the tables again; files that nobody has decided on are read again where they wait for it."""
    from jointlab.history.rebuild import rebuild
    from jointlab.laboratory.operations.files import queue_unread

    with ProgressBar() as progress:
        rebuilt = rebuild(progress=progress)
    changed = f"changed: {', '.join(rebuilt.changed)}" if rebuilt.changed else "as they were before"
    queue_unread()
    sys.stdout.write(f"{rebuilt.records} records applied; the tables are {changed}.\n")
    return DONE
