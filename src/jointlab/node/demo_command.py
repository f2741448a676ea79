"""`jointlab demo`: the demonstration laboratory: its files and a report of them, and the two nodes that hold them, served.

`--once` builds the same nodes in a temporary folder, proves them, prints one JSON object and leaves nothing.
`--files` makes the files and the report only.
"""

import json
import signal
import sys
import time
from argparse import Namespace
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from jointlab.errors import Fault
from jointlab.node.commands import DONE, NOT_DONE

if TYPE_CHECKING:
    from jointlab.node.demonstration.both import Site


def run_demo(options: Namespace) -> int:
    """Files, report and nodes; then serve until stopped."""
    try:
        if options.once:
            return _once()
        from jointlab.node.demonstration.report import write_files_and_report

        write_files_and_report(options.folder)
        return DONE if options.files else _run(options)
    except Fault as fault:
        sys.stderr.write(f"jointlab: {fault.message}\n")
        return NOT_DONE


def _run(options: Namespace) -> int:
    from jointlab.node.demonstration import both
    from jointlab.node.progress_bar import ProgressBar

    nodes = (options.folder / "nodes").resolve()
    with ProgressBar() as progress:
        if not nodes.exists():
            both.build(nodes, progress=progress)
    with both.sites(nodes) as (almaty, nanjing):
        almaty.port = options.port or both.free_port()
        nanjing.port = options.port + 1 if options.port else both.free_port()
        _serve(almaty, nanjing)
    return DONE


def _serve(almaty: "Site", nanjing: "Site") -> None:
    """Both, connected by a link that can be cut, until a signal comes or one of them ends."""
    from jointlab.node.demonstration.link import CUT, Link

    switch = almaty.folder.parent / CUT
    switch.unlink(missing_ok=True)
    with Link(switch) as link:
        for site, other in ((almaty, nanjing), (nanjing, almaty)):
            site.ask("open")
            site.ask("move", address=f"http://127.0.0.1:{link.to(other.port)}")
        for site in (almaty, nanjing):
            site.serve(quiet=False)
        _announce(almaty, nanjing)
        _wait(almaty, nanjing)


def _announce(*sites: "Site") -> None:
    from jointlab.node.demonstration.both import SIGN_INS
    from jointlab.node.demonstration.content import content_of

    said = ["", "Two nodes, paired. Everything but the two universities is invented.", ""]
    for site in sites:
        content = content_of(site.name, site.folder)
        password = json.loads((site.folder / "secrets" / SIGN_INS).read_text(encoding="utf-8"))["password"]
        logins = ", ".join(f"{one.login} ({one.role})" for one in content.people)
        said += [f"{content.node.city['en']:<8} {site.address}/", f"         sign in as {logins}", f"         password {password}", ""]  # fmt: skip
    said += [f"Cut the link between them and mend it: {sites[0].address}/demonstration (as an administrator)", "Ctrl-C stops both.", ""]  # fmt: skip
    sys.stdout.write("\n".join(said))
    sys.stdout.flush()


def _wait(*sites: "Site") -> None:
    """Until Ctrl-C, SIGTERM, or the end of one of the servers."""

    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    threads = [Thread(target=site.wait, daemon=True) for site in sites]
    for thread in threads:
        thread.start()
    with suppress(KeyboardInterrupt):
        while all(thread.is_alive() for thread in threads):
            threads[0].join(0.5)
    sys.stdout.write("\nStopping both nodes.\n")
    sys.stdout.flush()


def _once() -> int:
    import tempfile

    from jointlab.node.demonstration import both

    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jointlab-demo-") as folder, both.sites(Path(folder)) as (almaty, nanjing):
        both.together(almaty, nanjing)
        pair = (almaty, nanjing)
        seen = [site.ask("shared") for site in pair]
        logs = [site.ask("logs") for site in pair]
        found: dict[str, Any] = {site.name: site.ask("summary") for site in pair}
        for site in pair:
            site.ask("close")
    wrong = [f"fsck of {name}: {node['fsck']}" for name, node in found.items() if node["fsck"] != "clean"]
    if logs[0] != logs[1]:
        wrong.append(f"the logs differ: {logs}")
    if seen[0] != seen[1]:
        wrong.append(f"the nodes show different records: {[one for one in seen[0] if one not in seen[1]][:3]}")
    for list_of in ("agreements", "places", "shared_under"):
        lists = [found[site.name][list_of] for site in pair]
        if lists[0] != lists[1]:
            wrong.append(f"the nodes say different things of {list_of}: {lists}")
    answer = {
        "seconds": round(time.monotonic() - begun, 1),
        "nodes": found,
        "shared": len(seen[0]),
        "in_step": not wrong,
    }
    sys.stdout.write(json.dumps(answer) + "\n")
    for sentence in wrong:
        sys.stderr.write(f"jointlab: {sentence}\n")
    return NOT_DONE if wrong else DONE
