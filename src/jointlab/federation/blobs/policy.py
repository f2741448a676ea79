"""Which files of partners come by themselves and when: [files] of jointlab.toml. Pure.

[files]
by_itself_mb = 256         larger ones come when a person asks for them
by_day_mb = 32             larger ones wait for the night
night = "20:00-07:00"      in the node's zone; "" means always
connections = 4            to one partner at once
quota_gb = 500             that files of one partner may take here
serve_gb_a_day = 0         that one partner may take from here in a day; 0: no limit
[files.projects.SLUG]      by_itself_mb and by_day_mb for one project
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from jointlab.errors import BadInput

MB: Final = 10**6
GB: Final = 10**9
SMALL: Final = MB  # bytes of a file that comes by day also where the others wait for the night
_SPAN: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Limits:
    """Up to which size files come by themselves at all, and by day; in bytes."""

    by_itself: int
    by_day: int

    def now(self, *, night: bool) -> int:
        """Up to which size they come now; -1 for none."""
        return self.by_itself if night else min(self.by_itself, self.by_day)


NONE: Final = Limits(-1, -1)  # nothing comes by itself


def at_once(up_to: int) -> Limits:
    """Files up to so many bytes come as soon as they are known."""
    return Limits(up_to, up_to)


def at_night(up_to: int) -> Limits:
    """The same in the night; small ones by day."""
    return Limits(up_to, min(up_to, SMALL))


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings."""

    usual: Limits = Limits(256 * MB, 32 * MB)
    projects: Mapping[str, Limits] = field(default_factory=dict)  # by the slug
    night: tuple[dt.time, dt.time] | None = (dt.time(20), dt.time(7))
    connections: int = 4
    quota: int = 500 * GB  # bytes
    served_a_day: int = 0  # bytes; 0: no limit

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> Self:
        """[files] as TOML gave it. Raises BadInput ``node.files``."""
        plain = cls()
        left = dict(settings)
        usual = _limits(left, plain.usual)
        projects = {}
        for slug, said in _table(left.pop("projects", {}), "projects").items():
            own = dict(_table(said, f"projects.{slug}"))
            projects[slug] = _limits(own, usual)
            _nothing_left(own, f"projects.{slug}.")
        found = cls(
            usual, projects, _night(left.pop("night", "20:00-07:00")),
            connections=_number(left, "connections", plain.connections, least=1, most=16),
            quota=round(_number(left, "quota_gb", plain.quota / GB) * GB),
            served_a_day=round(_number(left, "serve_gb_a_day", 0) * GB),
        )  # fmt: skip
        _nothing_left(left, "")
        return found

    def is_night(self, now: dt.datetime) -> bool:
        """Whether larger files may come at this local time."""
        if self.night is None:
            return True
        begin, end = self.night
        at = now.time()
        return begin <= at < end if begin <= end else at >= begin or at < end

    def limits(self, project: str) -> Limits:
        """Of a project by its slug, "" for none."""
        return self.projects.get(project, self.usual)


def _limits(left: dict[str, Any], usual: Limits) -> Limits:
    return Limits(
        round(_number(left, "by_itself_mb", usual.by_itself / MB, least=-1) * MB),
        round(_number(left, "by_day_mb", usual.by_day / MB, least=-1) * MB),
    )


def _number(left: dict[str, Any], name: str, usual: float, *, least: float = 0, most: float = 10**9) -> Any:
    found = left.pop(name, usual)
    if isinstance(found, bool) or not isinstance(found, int | float) or not least <= found <= most:
        raise _amiss(f"{name} = {found!r}: a number from {least} to {most} is needed")
    return found


def _night(text: Any) -> tuple[dt.time, dt.time] | None:
    if text == "":
        return None
    found = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise _amiss(f"night = {text!r}: two times like 20:00-07:00 are needed")
    hours = [int(part) for part in found.groups()]
    return dt.time(hours[0], hours[1]), dt.time(hours[2], hours[3])


def _table(said: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(said, dict):
        raise _amiss(f"[files.{name}] must be a table")
    return said


def _nothing_left(left: Mapping[str, Any], where: str) -> None:
    if left:
        raise _amiss(f"there is no setting {where}{min(left)}")


def _amiss(reason: str) -> BadInput:
    return BadInput("node.files", "jointlab.toml, [files]: {reason}.", reason=reason)
