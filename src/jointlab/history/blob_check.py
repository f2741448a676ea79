"""The file store against the log: what records name is there, whole; what nobody names is told."""

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256 as hash_of

from jointlab.history.blobs import BlobStore, pieces, store
from jointlab.history.findings import Finding, fault, remark
from jointlab.history.models import Blob
from jointlab.history.progress import Progress

_RESTORE, _OR_READ = "Restore a backup.", "Restore a backup, or read the raw file again."
EVERY = 50  # files from one word of progress to the next


@dataclass
class BlobCount:
    """How many files have been looked at."""

    seen: int = 0


def check_blobs(
    named: Mapping[str, str],
    derived: Mapping[str, str],
    theirs: Mapping[str, str],
    count: BlobCount,
    *,
    contents: bool,
    progress: Progress,
) -> Iterator[Finding]:
    """Every file that a record names, every row, every file. `named` and `derived` say which record names a file;
    `theirs` are those of partners' records, which may not have come yet.
    """
    files, total = store(), Blob.objects.count()
    known: set[str] = set()
    for blob in Blob.objects.order_by("sha256").iterator(chunk_size=2000):
        if count.seen % EVERY == 0:
            progress("files", done=count.seen, total=total)
        count.seen += 1
        known.add(blob.sha256)
        yield from _file(files, blob, contents=contents)
        if not blob.derived and blob.sha256 not in named and blob.sha256 not in theirs:
            yield remark("blob.unnamed", blob.sha256, "No record names this file.", "It can stay.")
        elif blob.derived and blob.sha256 in named:
            yield fault("blob.derived", blob.sha256, "A raw file is marked as one that can be made again.", "Restore a backup.")  # fmt: skip
    yield from _unknown(named, known, what="a file", advice=_RESTORE)
    yield from _unknown(derived, known, what="columns or plots", advice=_OR_READ)
    for name in files.names():
        if name not in known:
            yield remark("blob.stray", name, "Nothing knows this file; an upload was cut off.", "It can be removed.")
    progress("files", done=total, total=total)


def _unknown(named: Mapping[str, str], known: set[str], *, what: str, advice: str) -> Iterator[Finding]:
    for sha256, record in named.items():
        if sha256 not in known:
            yield fault("blob.unknown", sha256, f"{record} names {what} that the store does not know.", advice)


def _file(files: BlobStore, blob: Blob, *, contents: bool) -> Iterator[Finding]:
    advice = _OR_READ if blob.derived else _RESTORE
    try:
        found = files.path(blob.sha256).lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size != blob.size:
            yield fault("blob.size", blob.sha256, f"The file has {found.st_size} bytes, not {blob.size}.", advice)
        elif contents:
            with files.open(blob.sha256) as file:
                digest = hash_of()
                for piece in pieces(file):
                    digest.update(piece)
                if digest.hexdigest() != blob.sha256:
                    yield fault("blob.hash", blob.sha256, "The bytes of the file are not those that were stored.", advice)  # fmt: skip
    except FileNotFoundError:
        yield fault("blob.missing", blob.sha256, "The file is gone.", advice)
    except OSError as wrong:
        yield fault("blob.unreadable", blob.sha256, f"The file cannot be read: {wrong.strerror}.", "Look at the disk.")
