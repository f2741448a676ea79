"""Where the drive lies beside the pages. The drive itself is imported when an instrument first asks for it."""

from collections.abc import Callable, Iterable
from typing import Any

MOUNT = "/dav"
METHODS = "OPTIONS, HEAD, PUT, MKCOL, PROPFIND, PROPPATCH, LOCK, UNLOCK, DELETE"

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]


def beside(pages: Application) -> Application:
    """Both applications: the drive below /dav, the pages everywhere else."""
    made: list[Application] = []

    def both(environ: Environ, start: Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == MOUNT or path.startswith(f"{MOUNT}/"):
            inside = {
                **environ,
                "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + MOUNT,
                "PATH_INFO": path[len(MOUNT) :] or "/",
            }
            if not made:
                made.append(_drive())  # two at once make two, alike: the locks lie in a file
            return made[0](inside, start)
        if environ["REQUEST_METHOD"] == "OPTIONS" and "Microsoft-WebDAV" in environ.get("HTTP_USER_AGENT", ""):
            # Windows asks the root of the server whether there is any drive at all.
            start("200 OK", [("DAV", "1,2"), ("MS-Author-Via", "DAV"), ("Allow", METHODS), ("Content-Length", "0")])
            return [b""]
        return pages(environ, start)

    return both


def _drive() -> Application:
    from jointlab.laboratory.drive.application import make_drive

    return make_drive()
