"""Which sample a file probably belongs to, and why. A suggestion; what it leads to is decided by a person or a rule."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings

from jointlab.laboratory.models import Device, File, Measurement, Reading, Sample

FILE_NAME, FOLDER, SESSION, HABIT, CHOSEN = "file-name", "folder", "session", "habit", "chosen"
_TOGETHER = dt.timedelta(hours=2)  # files of one session follow each other within this
_HABIT, _LATELY = 5, dt.timedelta(days=1)  # so many measurements on one sample, the last not longer ago than this
_WORD = re.compile(r"[^\W_]+")
_SHORT = re.compile(r"([A-Z]{1,5})0*([1-9]\d{0,5})")  # KZ155: prefix and number, the year left out
_LONGEST_CODE = 6  # words
_ASKED = 500  # codes of one question
_YEARS = 10


@dataclass(frozen=True)
class Suggestion:
    """A sample, perhaps one of its devices. `certain` when the file's own name holds the whole code."""

    sample: str  # the record
    why: str
    device: str | None = None
    certain: bool = False


@dataclass(frozen=True)
class _Known:
    """The samples and devices that words of some texts may name, by code."""

    samples: Mapping[str, str]  # the record
    devices: Mapping[str, tuple[str, str]]  # the record, and that of its sample


def suggest_all(files: Sequence[File]) -> dict[str, Suggestion]:
    """By file, the best evidence there is: its name, its folder, the files beside it, the instrument's last measurements.

    Files that come together are looked up together; what one names is evidence for those behind it.
    """
    known = _look_up([*{_stem(file) for file in files}, *{part for file in files for part in file.folder.split("/")}])
    found: dict[str, Suggestion] = {}
    sessions: dict[_Session, set[_Place]] = {}
    habits: dict[_Session, Suggestion | None] = {}
    for file in files:
        session = _Session(file.instrument_id, file.folder, file.received_by_id, file.received_at)
        stem = _stem(file)
        one = (
            _by_code(known, stem, FILE_NAME, certain=True)
            or _by_short_code(known, stem, FILE_NAME)
            or _by_folder(known, file.folder)
        )
        if session not in sessions:
            sessions[session] = _places(session, files)
            habits[session] = _by_habit(file)
        if one is not None and session.tells:
            sessions[session].add(_Place(one.sample, one.device))
        one = one or _by_session(sessions[session]) or habits[session]
        if one is not None:
            found[file.id] = one
    return found


def _stem(file: File) -> str:
    return file.name.rpartition(".")[0] or file.name


def _look_up(texts: Iterable[str]) -> _Known:
    """Two questions for all texts."""
    codes = sorted({code for text in texts for code in (*_codes_in(text), *_short_codes_in(text))})
    samples: dict[str, str] = {}
    devices: dict[str, tuple[str, str]] = {}
    for first in range(0, len(codes), _ASKED):
        asked = codes[first : first + _ASKED]
        samples.update(Sample.objects.filter(code__in=asked).values_list("code", "id"))
        for code, device, sample in Device.objects.filter(code__in=asked).values_list("code", "id", "sample_id"):
            devices[code] = (device, sample)
    return _Known(samples, devices)


def _codes_in(text: str) -> set[str]:
    """Whatever parts its words: KZ_26_0155-C3 may be KZ-26-0155-C3."""
    words = [word.upper() for word in _WORD.findall(text)][:40]
    codes = {
        "-".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, min(start + _LONGEST_CODE, len(words)) + 1)
    }
    return {code for code in codes if len(code) <= 60 and any(c.isdigit() for c in code)}


def _short_codes_in(text: str) -> set[str]:
    """KZ155 may be KZ-26-0155, of any of the last years."""
    shorts = [match for word in _WORD.findall(text) if (match := _SHORT.fullmatch(word.upper()))]
    return {code for match in shorts for code in _codes_of(match[1], int(match[2]))}


def _by_code(known: _Known, text: str, why: str, *, certain: bool) -> Suggestion | None:
    """The longest code of a device in a text, or the one sample that it names."""
    codes = _codes_in(text)
    device = max((code for code in codes if code in known.devices), key=len, default=None)
    if device is not None:
        id, sample = known.devices[device]
        return Suggestion(sample, why, id, certain)
    samples = [known.samples[code] for code in codes if code in known.samples]
    if len(samples) != 1:  # two samples named: nobody can tell
        return None
    return Suggestion(samples[0], why, certain=certain)


def _by_short_code(known: _Known, text: str, why: str) -> Suggestion | None:
    """When only one of the last years has such a sample."""
    samples = [known.samples[code] for code in _short_codes_in(text) if code in known.samples]
    return Suggestion(samples[0], why) if len(samples) == 1 else None


def _codes_of(prefix: str, number: int) -> list[str]:
    this = dt.datetime.now(dt.UTC).year
    pattern = settings.NODE.sample_code
    try:
        return [
            pattern.format(prefix=prefix, yy=f"{year % 100:02}", yyyy=str(year), n=number).upper()
            for year in range(this - _YEARS, this + 1)
        ]
    except (KeyError, IndexError, ValueError):  # a pattern with fields of its own
        return []


def _by_folder(known: _Known, folder: str) -> Suggestion | None:
    """The innermost folder that names a sample."""
    for part in reversed(folder.split("/")):
        found = _by_code(known, part, FOLDER, certain=False) or _by_short_code(known, part, FOLDER)
        if found:
            return found
    return None


@dataclass(frozen=True)
class _Session:
    """What files have in common that came together."""

    instrument: str | None
    folder: str
    person: str
    at: dt.datetime

    @property
    def tells(self) -> bool:
        """Without an instrument or a folder, being together says nothing."""
        return self.instrument is not None or bool(self.folder)


@dataclass(frozen=True)
class _Place:
    sample: str
    device: str | None


def _places(session: _Session, but: Sequence[File]) -> set[_Place]:
    """Where the files of a session are, besides these."""
    if not session.tells:
        return set()
    near = Reading.objects.filter(
        file__received_at__range=(session.at - _TOGETHER, session.at + _TOGETHER), file__received_by=session.person,
        file__instrument=session.instrument, file__folder=session.folder,
    ).exclude(file__in=[file.id for file in but]).exclude(sample=None).exclude(why__in=(SESSION, HABIT))  # fmt: skip
    return {
        _Place(str(sample), device) for sample, device in near.values_list("sample_id", "device_id").distinct()[:50]
    }


def _by_session(places: set[_Place]) -> Suggestion | None:
    """What came together with it, when all of that is on one sample."""
    samples = {place.sample for place in places}
    if len(samples) != 1:
        return None
    device = next(iter(places)).device if len(places) == 1 else None
    return Suggestion(samples.pop(), SESSION, device)


def _by_habit(file: File) -> Suggestion | None:
    if file.instrument_id is None:
        return None
    last = list(
        Measurement.objects.filter(instrument=file.instrument_id, withdrawn=False)
        .order_by("-recorded_at")
        .values_list("sample_id", "recorded_at")[:_HABIT]
    )
    alike = len(last) == _HABIT and len({sample for sample, _ in last}) == 1
    return Suggestion(str(last[0][0]), HABIT) if alike and file.received_at - last[0][1] <= _LATELY else None
