"""Starts commands as processes of their own, from one process that has done the slow imports: so that a kill at a random
moment hits the work, not the start of Python. Speaks JSON lines: {"arguments", "given"} or {"code"} -> {"pid"};
{"wait": pid} -> {"status", "said"}.
"""

import io
import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from jointlab.node.cli import main

# What a node's Django imports, as far as it can be had without a node: for commands that make their node themselves.
AHEAD = (
    "cryptography.hazmat.primitives.ciphers.aead", "django.contrib.auth.hashers", "django.core.management", "django.db.models",
    "django.db.backends.sqlite3.base", "django.db.migrations.executor", "django.forms", "django.template.response",
    "jointlab.science.quantities", "pydantic", "tqdm", "wsgidav", "psycopg",
)  # fmt: skip


def _launch(run: Callable[[], int], given: str, said: Path) -> int:
    """The process id of a fork that runs this."""
    pid = os.fork()
    if pid:
        return pid
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdin = io.StringIO(given)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
    status = 70
    try:
        status = run()
    except BaseException:  # noqa: BLE001 - the fork must end here, and say why
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _code(text: str) -> int:
    exec(text, {"__name__": "asked"})
    return 0


def serve(folder: str) -> None:
    """Until the input ends."""
    if folder:
        from jointlab.node.creation import set_up_django

        set_up_django(Path(folder))
    else:
        for name in AHEAD:
            import_module(name)
    said = Path(tempfile.mkdtemp()) / "said"
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            _, status = os.waitpid(asked["wait"], 0)
            answer = {"status": os.waitstatus_to_exitcode(status), "said": said.read_text() if said.exists() else ""}
        elif "code" in asked:
            answer = {"pid": _launch(lambda text=asked["code"]: _code(text), "", said)}  # type: ignore[misc]
        else:
            answer = {"pid": _launch(lambda words=asked["arguments"]: main(words), asked["given"], said)}  # type: ignore[misc]
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(sys.argv[1])
