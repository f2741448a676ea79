"""`jointlab serve`: granian answers, one process beside it works. One command, one signal to stop all of it."""

import logging
import os
import signal
import socket
import subprocess  # the worker: this very program
import sys
import time
from argparse import Namespace
from pathlib import Path
from threading import Event, Thread

from jointlab.errors import Conflict, Unavailable
from jointlab.node.commands import DONE

LAST_WAIT = 30  # seconds that requests and running work are given to end
THREADS = min(8, 2 * (os.cpu_count() or 1) + 1)  # requests that one process answers at once; more wait their turn
AGAIN = 5.0  # seconds before a worker that ended by itself is started again
PARENT = "JOINTLAB_SERVER"  # the process to which the web processes belong

log = logging.getLogger("jointlab.serve")


def run(options: Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    from jointlab.node.occupied import at_work

    with at_work(options.node):
        return _serve(options)


def _serve(options: Namespace) -> int:
    from django.db import connections

    ready_or_refuse()
    clean_up()
    port = _port(options.host, options.port)
    connections.close_all()  # the web processes are forked: each opens its own
    os.environ[PARENT] = str(os.getpid())
    worker = None if options.no_worker else Worker(options.node)
    if worker:
        worker.start()
    Thread(target=_announce, args=(options.host, port), daemon=True).start()
    try:
        _granian(options, port)
    finally:
        if worker:
            worker.stop()
    return DONE


def ready_or_refuse() -> None:
    """Raises Conflict ``node.old-database``, Unavailable ``node.no-database``."""
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as fault:
        raise Unavailable(
            "node.no-database", "The database does not answer: {reason}", reason=str(fault).strip()
        ) from fault
    if plan:
        raise Conflict(
            "node.old-database",
            "The database is of another version of jointlab: {count} steps are missing. Run: jointlab upgrade",
            count=len(plan),
        )


def clean_up() -> None:
    """What a crash left: half uploads, files of an erasure that was cut off, files in no line, an unsigned tail, a key."""
    from jointlab.federation.key_changes import finish
    from jointlab.history.blobs import store
    from jointlab.history.erasure import finish_erasures
    from jointlab.history.signing import keep_signed
    from jointlab.laboratory.operations.files import queue_unread

    store().sweep()
    finish()
    finish_erasures()
    queue_unread()
    keep_signed()


class Worker:
    """The process beside the web server; started again when it ends by itself."""

    def __init__(self, folder: Path) -> None:
        self._command = [sys.executable, "-m", "jointlab.node", "worker", "--node", str(folder), "--parent", str(os.getpid())]  # fmt: skip
        self._stopping = Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        """Start it, and keep it running."""
        self._process = self._spawn()
        self._thread.start()

    def stop(self) -> None:
        """Let it end its work; not for ever."""
        self._stopping.set()
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(LAST_WAIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            assert self._process is not None
            status = self._process.wait()
            if self._stopping.wait(AGAIN):
                return
            log.error("the worker ended by itself (status %s); it is started again", status)
            self._process = self._spawn()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        # A group of its own: Ctrl-C reaches this process, which then stops the worker in order.
        return subprocess.Popen(self._command, start_new_session=True)  # noqa: S603


def _granian(options: Namespace, port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    Granian(
        "jointlab.node.wsgi:application",
        address=options.host,
        port=port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=LAST_WAIT,
        log_level=LogLevels.warning,
    ).serve()


def _port(host: str, wanted: int) -> int:
    """A free port for 0; otherwise the wanted one, if nobody listens there. Raises Conflict ``node.port``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
        except OSError as fault:
            raise Conflict(
                "node.port", "Cannot listen on {host} port {port}: {reason}. Another: --port 0 takes any free one.",
                host=host, port=wanted, reason=fault.strerror or str(fault),
            ) from fault  # fmt: skip
        port: int = probe.getsockname()[1]
        return port


def _announce(host: str, port: int) -> None:
    """Say the address as soon as somebody answers there."""
    while True:
        try:
            with socket.create_connection((host, port), timeout=1):
                break
        except OSError:
            time.sleep(0.05)
    shown = f"[{host}]" if ":" in host else host
    sys.stdout.write(f"The node answers at http://{shown}:{port}/   (Ctrl-C stops it)\n")
    sys.stdout.flush()
