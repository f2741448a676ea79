"""The laboratory for programs: one module for each subject, with its `router`."""

from ninja import Router


def routers() -> tuple[Router, ...]:
    """All endpoints of this room."""
    from jointlab.laboratory.api import (
        devices,
        exports,
        figures,
        files,
        instruments,
        labels,
        measurements,
        notes,
        projects,
        requests,
        samples,
        search,
        sharing,
        transfers,
    )

    rooms = (
        projects,
        instruments,
        samples,
        devices,
        labels,
        notes,
        files,
        exports,
        measurements,
        figures,
        search,
        sharing,
        transfers,
        requests,
    )
    return tuple(room.router for room in rooms)
