"""What this room writes into the log: frozen dataclasses. Numbers are decimals written as text; no floats.

A version once released is never changed: a new meaning is a new type (sample/2) with an upcast of the old.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ProjectRecord:
    """project/1"""

    slug: str
    title: str
    kind: str
    institution: str  # prefix
    by: str  # the person's record
    summary: str = ""
    restricted: bool = False
    closed: bool = False
    members: tuple[str, ...] = ()  # persons' records
    patent_hold: bool = False  # records from before it have none


@dataclass(frozen=True)
class InstrumentRecord:
    """instrument/1"""

    slug: str
    name: str
    institution: str  # prefix
    zone: str
    by: str
    computer: str = ""
    place: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    records_alone: bool = False
    active: bool = True


@dataclass(frozen=True)
class Step:
    """One step of a synthesis; values with their unit as typed."""

    what: str
    temperature: str = ""
    duration: str = ""
    atmosphere: str = ""


@dataclass(frozen=True)
class Origin:
    """A parent of a sample: `how` is made_from or split."""

    parent: str  # the sample's record
    how: str
    amount: str = ""


@dataclass(frozen=True)
class SampleRecord:
    """sample/1"""

    code: str
    title: str
    institution: str  # prefix
    by: str
    composition: str = ""
    form: str = "powder"
    project: str = ""  # the project's record
    made_on: str = ""  # ISO date
    made_by: str = ""
    synthesis: str = ""
    steps: tuple[Step, ...] = ()
    amount: str = ""
    hazards: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    parents: tuple[Origin, ...] = ()
    archived: bool = False


@dataclass(frozen=True)
class DeviceRecord:
    """device/1"""

    code: str
    kind: str
    sample: str  # the sample's record
    by: str
    made_of: str = ""  # the device's record
    properties: dict[str, str] = field(default_factory=dict)
    note: str = ""
    made_on: str = ""
    archived: bool = False


@dataclass(frozen=True)
class FileRecord:
    """file/1: a raw file has arrived"""

    sha256: str
    name: str
    size: int
    source: str
    by: str
    folder: str = ""
    instrument: str = ""  # the instrument's record


@dataclass(frozen=True)
class FileKeptRecord:
    """file-kept/1: somebody decided that a file is a document and no measurement (or took that back)"""

    file: str  # the file's record
    by: str
    attached: bool = True


@dataclass(frozen=True)
class Condition:
    """One condition of a figure, such as cycle 1 or rate C/10. `number` says whether the value is one."""

    name: str
    value: str
    number: bool = False


@dataclass(frozen=True)
class FigureRecord:
    """One figure of merit in the canonical unit of its quantity."""

    quantity: str
    value: str
    unit: str
    uncertainty: str = ""  # one standard uncertainty
    method: str = ""
    includes: str = ""
    conditions: tuple[Condition, ...] = ()
    headline: bool = False


@dataclass(frozen=True)
class ColumnRecord:
    """One parsed column."""

    name: str
    unit: str = ""
    quantity: str = ""


@dataclass(frozen=True)
class TableRecord:
    """One parsed table: its Parquet blob is derived and may be made again; the hash of its values may not change."""

    name: str
    rows: int
    columns: tuple[ColumnRecord, ...]
    values_sha256: str  # of the columns' values, see laboratory/columns
    parquet_sha256: str
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Warned:
    """A caution of the reader or of an analysis."""

    code: str
    message: str


@dataclass(frozen=True)
class Pair:
    """A name and what was found for it: decisions of the reader, facts of the file's header."""

    name: str
    value: str


@dataclass(frozen=True)
class Chosen:
    """What an analysis decided and a setting can decide otherwise: the range of a fit, the sign of a current."""

    technique: str  # full name of the analysis
    name: str
    value: str


@dataclass(frozen=True)
class AnalysisBody:
    """One computation: what made it, from what, and what came out.

    A body has an end (1 MiB), a battery may have thousands of cycles: figures beyond the first ones lie in a blob that
    `more_figures` names, as canonical JSON of the same form; it belongs to the record and is never derived again.
    """

    technique: str
    format: str
    versions: tuple[Pair, ...]  # jointlab, reader, each technique
    settings: dict[str, str] = field(default_factory=dict)
    tables: tuple[TableRecord, ...] = ()
    stated: tuple[FigureRecord, ...] = ()
    figures: tuple[FigureRecord, ...] = ()
    warnings: tuple[Warned, ...] = ()
    facts: tuple[Pair, ...] = ()
    decisions: tuple[Pair, ...] = ()  # of the reader
    chosen: tuple[Chosen, ...] = ()
    more_figures: str = ""  # SHA-256 of a blob
    plots_sha256: str = ""  # of the derived blob that holds the plot descriptions; made again when it is lost


@dataclass(frozen=True)
class MeasurementRecord:
    """measurement/1: a file stands on a sample or a device, with its first analysis"""

    code: str
    file: str  # the file's record
    sample: str  # the sample's record; the device's sample when a device was measured
    by: str
    analysis: AnalysisBody
    device: str = ""
    instrument: str = ""
    instrument_stated: str = ""
    started: str = ""
    started_zone: str = ""
    measured_on: str = ""  # ISO date


@dataclass(frozen=True)
class MeasurementStateRecord:
    """measurement-state/1: withdrawn (undone) or put back, and which analysis is shown; the measurement stays"""

    measurement: str
    by: str
    withdrawn: bool = False
    shown: int = 0  # number of the analysis that a person marked; 0: the latest recorded


@dataclass(frozen=True)
class AnalysisRecord:
    """analysis/1: a measurement computed again"""

    measurement: str
    number: int
    by: str
    analysis: AnalysisBody
    why: str = ""


@dataclass(frozen=True)
class Attached:
    """A file that belongs to a note."""

    sha256: str
    name: str
    size: int


@dataclass(frozen=True)
class NoteRecord:
    """note/1"""

    sample: str
    by: str
    text: str
    measurement: str = ""
    attachments: tuple[Attached, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True)
class ProjectSharingRecord:
    """project-sharing/1: one institution's word on sharing a project with a partnership"""

    project: str
    partnership: str  # cn+kz
    agreed: bool
    by: str
    after_days: int = 0  # records of this institution are shared at this age
    hold: bool = False


@dataclass(frozen=True)
class ShareByHandRecord:
    """share-by-hand/1: a sample or a measurement of a shared project is shared before its age; stays at home"""

    record: str
    partnership: str
    by: str
