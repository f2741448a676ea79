"""Short messages about what was just done, with the way back: they stand at the top of the next page."""

from django.contrib import messages
from django.http import HttpRequest


def toast(request: HttpRequest, text: str, *, undo: str = "", show: str = "") -> None:
    """Say `text` on the next page. `undo` is an address that a POST takes back; `show` one that opens what was made."""
    way = f"undo:{undo}" if undo else f"open:{show}" if show else ""
    messages.success(request, text, extra_tags=way)


def trouble(request: HttpRequest, text: str) -> None:
    """Say on the next page what could not be done, and why."""
    messages.error(request, text)
