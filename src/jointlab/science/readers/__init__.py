"""Every file format that is read. To add one: write a module here and add one line to READERS."""

from functools import cache
from importlib import import_module

from jointlab.errors import BadInput
from jointlab.science.readers.reader import Reader, Unreadable
from jointlab.science.readers.unreadable import UNREADABLE
from jointlab.science.source import Source

# Modules of this package, each with READERS: tuple[Reader, ...]. Order does not matter: two claims are a fault.
MODULES: tuple[str, ...] = (
    "aif",
    "arbin_export",
    "arbin_res",
    "autolab_text",
    "bare_columns",
    "basytec_text",
    "bdf",
    "belsorp",
    "biologic_mpr",
    "biologic_mpt",
    "bruker_brml",
    "bruker_raw",
    "bruker_uxd",
    "chi_text",
    "corrtest_text",
    "delimited_cycler",
    "delimited_diffraction",
    "delimited_impedance",
    "delimited_voltammetry",
    "gamry_dta",
    "iv_electrical",
    "land_export",
    "jwgb",
    "maccor_text",
    "micromeritics",
    "neware_export",
    "neware_nda",
    "novonix_csv",
    "palmsens_pssession",
    "panalytical_xrdml",
    "parstat_text",
    "pec_csv",
    "pygaps_json",
    "pygaps_table",
    "quantachrome",
    "rigaku_ras",
    "rigaku_rasx",
    "sms_dvs",
    "solar_eqe",
    "solar_jv",
    "solar_jv_json",
    "solar_mppt",
    "versastudio_par",
    "zplot_z",
)


@cache
def all_readers() -> tuple[Reader, ...]:
    """Every reader, in the order of MODULES. Their modules are light: heavy imports stay inside functions."""
    return tuple(reader for name in MODULES for reader in import_module(f"{__name__}.{name}").READERS)


def reader_for(source: Source) -> Reader:
    """The one reader that recognises a file; never a guess between two.

    Raises BadInput ``format.unreadable`` for a known format that cannot be read, ``format.ambiguous`` for two claims
    and ``format.unknown`` for none; each says what would work.
    """
    readers = all_readers()
    claims = [reader for reader in readers if not reader.generic and reader.recognises(source)]
    known = [] if claims else [entry for entry in UNREADABLE if entry.recognises(source)]
    if known:
        raise _refusal(known[0], source)
    claims = claims or [reader for reader in readers if reader.generic and reader.recognises(source)]
    if len(claims) == 1:
        return claims[0]
    if claims:
        raise BadInput(
            "format.ambiguous",
            "“{name}” could be {titles}, and nothing in it decides; it was not read. Export it again with the header of the instrument's program.",
            name=source.name,
            titles=" or ".join(r.title for r in claims),
        )
    _ = source.workbook  # a damaged archive, .xlsx or .xls says so itself
    raise BadInput(
        "format.unknown",
        "“{name}” is in no format that is known here. “jointlab formats” lists what is read; export one of those from the instrument's program.",
        name=source.name,
    )


def _refusal(entry: Unreadable, source: Source) -> BadInput:
    return BadInput(
        "format.unreadable",
        "“{name}” was recognised, but cannot be read: {title}. {advice}",
        name=source.name,
        title=entry.title,
        advice=entry.advice,
    )
