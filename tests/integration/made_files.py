"""Small files that are read, refused, or ask a question."""

from jointlab.science.demonstration.laboratory import FILES


def made(suffix: str) -> bytes:
    """The first demonstration file with this extension."""
    return next(entry for entry in FILES if entry.path.endswith(suffix)).make()


UNKNOWN = b"nothing that any reader knows\n" * 3
