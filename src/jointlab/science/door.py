"""The way in: a file becomes columns, figures and plots, or a refusal that says what would work."""

import difflib
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from jointlab.errors import BadInput, Fault
from jointlab.science.archives import listed
from jointlab.science.checks import check
from jointlab.science.readers import all_readers, reader_for
from jointlab.science.reading import Caution, Reading, Stated, Table
from jointlab.science.settings import Setting, Settings
from jointlab.science.source import Source, open_source
from jointlab.science.techniques import all_techniques, techniques_for
from jointlab.science.techniques.technique import Analysis, Figure, Technique

_OFFICE = ("[Content_Types].xml", "mimetype")  # parts that only documents have


@dataclass(frozen=True, eq=False)
class ReadFile:
    """One file, read and analysed."""

    name: str
    sha256: str
    reading: Reading
    analyses: tuple[tuple[Technique, Analysis], ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """What the instrument measured, in canonical units."""
        return self.reading.tables

    @property
    def stated(self) -> tuple[Stated, ...]:
        """What the file itself states."""
        return self.reading.stated

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure of merit, in the order of the analyses."""
        return tuple(figure for _, analysis in self.analyses for figure in analysis.figures)

    def headline(self, *, most: int = 5) -> tuple[Figure, ...]:
        """The most telling figures, one of a kind, in the order that each technique gives its quantities."""
        chosen: dict[str, Figure] = {}
        for technique, analysis in self.analyses:
            for name in technique.quantities:
                speaking = (*analysis.telling, *analysis.figures)
                found = next((figure for figure in speaking if figure.quantity == name), None)
                if found is not None:
                    chosen.setdefault(name, found)
        return tuple(chosen.values())[:most]

    def telling_first(self, *, most: int = 5) -> tuple[tuple[Figure, bool], ...]:
        """Every figure with whether it is one of the headline: these first, by rank, the others in their order."""
        head = self.headline(most=most)
        chosen = {id(figure) for figure in head}
        rest = (figure for figure in self.figures if id(figure) not in chosen)
        return (*((figure, True) for figure in head), *((figure, False) for figure in rest))

    @property
    def warnings(self) -> tuple[Caution, ...]:
        """Warnings of the reader, of the self-checks and of the analyses."""
        return (*self.reading.warnings, *(warning for _, analysis in self.analyses for warning in analysis.warnings))


def read(path: str | os.PathLike[str], /, **settings: str | float) -> ReadFile:
    """Read one instrument file and compute its figures.

    Settings answer questions and give what a file cannot know: ``read("cell.mpt", active_mass="12.3 mg")``.
    Raises BadInput with a code, a sentence and, where an answer would help, a question.
    """
    return read_source(open_source(path), {key: str(value) for key, value in settings.items()})


def read_source(source: Source, given: Mapping[str, str] | None = None) -> ReadFile:
    """As `read`, for bytes that are already in memory."""
    settings = Settings(given)
    check_settings(settings.given)
    reading = _read_guarded(source, settings)
    analyses = tuple((t, _analyse_guarded(t, reading, settings)) for t in techniques_for(reading, settings))
    if settings.unused:
        reading = replace(reading, warnings=(*reading.warnings, _unused(settings.unused)))
    return ReadFile(source.name, source.sha256, reading, analyses)


def is_instrument_archive(names: Collection[str]) -> bool:
    """Whether a ZIP archive with these parts is itself one file (of an instrument, of an office program) and not files
    packed together.
    """
    if any(name in _OFFICE or name.startswith(("xl/", "word/", "ppt/")) for name in names):
        return True
    source = Source("archive", b"PK\x03\x04")
    source.__dict__["archive"] = listed(names)  # what its cached property would open
    return any(reader.recognises(source) for reader in all_readers() if not reader.generic)


def _unused(keys: tuple[str, ...]) -> Caution:
    named = ", ".join(f"“{key}”" for key in keys)
    verb = "changes" if len(keys) == 1 else "change"
    return Caution(
        "setting.unused", f"{named} {verb} nothing: neither the reader of this file nor its analyses use it."
    )


def known_settings() -> dict[str, Setting]:
    """Every setting that some reader or technique understands, by its key."""
    declared = [*(r.settings for r in all_readers()), *(t.settings for t in all_techniques())]
    return {setting.key: setting for settings in declared for setting in settings}


def check_settings(given: Mapping[str, str]) -> None:
    """Raises BadInput ``setting.unknown`` for a key that nobody understands: a slip would be a silent wrong number."""
    known = known_settings() if given else {}
    for key in given:
        if key not in known:
            named = [word for word in key.split("_") if word in known]  # electrode_area: area
            close = named[-1:] or difflib.get_close_matches(key, known, n=1)
            advice = f"Did you mean “{close[0]}”?" if close else f"Known: {', '.join(sorted(known))}."
            raise BadInput("setting.unknown", "There is no setting “{key}”. {advice}", key=key, advice=advice)


def _read_guarded(source: Source, settings: Settings) -> Reading:
    """The reader boundary: whatever a broken file makes a library raise, recognised or not, becomes a refusal."""
    title = "file of a known kind"
    try:
        reader = reader_for(source)
        title = reader.title
        reading = reader.read(source, settings)
        return replace(reading, warnings=(*reading.warnings, *check(reading)))
    except Fault:
        raise
    except MemoryError:
        raise BadInput(
            "file.too-large",
            "“{name}” needs more memory than this computer has. Export a part of the measurement.",
            name=source.name,
        ) from None
    except BaseException as fault:
        if not isinstance(fault, Exception) and type(fault).__name__ != "PanicException":
            raise  # of what is no Exception only a panic of a compiled library (polars, calamine) is the file's doing
        raise BadInput(
            "file.damaged",
            "“{name}” was recognised ({title}), but its content does not hold together. It may be cut, damaged, or of a version that is not known here; copy it again, or export it again from the instrument's program. (Detail: {kind}: {reason})",
            name=source.name, title=title, kind=type(fault).__name__, reason=str(fault)[:200],
        ) from fault  # fmt: skip


def _analyse_guarded(technique: Technique, reading: Reading, settings: Settings) -> Analysis:
    """The same boundary for figures: columns that are read rightly are not lost to an analysis that fails on them."""
    try:
        return technique.analyse(reading, settings)
    except Fault:
        raise
    except Exception as fault:  # noqa: BLE001 - the reader boundary
        said = f"{technique.title} gave no figures: {type(fault).__name__}: {str(fault)[:200]}. The columns are not affected."
        return Analysis(warnings=(Caution("analysis.failed", said),))
