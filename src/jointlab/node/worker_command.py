"""`jointlab worker`: what runs beside the web server: the jobs, and in the background the keeper of the node and the links to the partners."""

import signal
from argparse import Namespace
from threading import Event
from types import FrameType

from jointlab.node.commands import DONE


def run(options: Namespace) -> int:
    """Work until SIGTERM or SIGINT, or until the parent has ended."""
    from jointlab.federation.blobs.worker import Fetcher
    from jointlab.federation.puller import Puller
    from jointlab.jobs.runner import work
    from jointlab.node.keeper import Keeper
    from jointlab.node.lifeline import end_with_parent
    from jointlab.node.occupied import at_work

    stop = Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    if options.parent:
        end_with_parent(options.parent)
    with at_work(options.node):
        keeper = Keeper(stop)
        puller = Puller(stop)
        fetcher = Fetcher(stop)
        keeper.start()
        puller.start()
        fetcher.start()
        work(stop)
        keeper.join()
        puller.join()
        fetcher.join()
    return DONE
