"""`python -m benchmarks.federation_apply_jobs make FILE RECORDS [samples] | follow FILE FOLDER`: a partner's log, and a node that follows it.

FILE holds what travels for each 10,000 records: the length of the note and those of the pages, the note, then the pages, each
compressed; there is no link.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.jobs import measure
from benchmarks.ledger_jobs import body

if TYPE_CHECKING:
    from jointlab.ledger import Line

PAGE = 10_000  # records between two checkpoints
ORIGIN = "nanjing.example/log/kz~nj"
TYPE = "benchmark/1"


def make(file: Path, records: int, *, samples: bool = False) -> None:
    """The log of Nanjing: entries, bodies, a signed checkpoint a page. The key's seed is not secret."""
    from jointlab.ledger import Checkpoint, Entry, Frontier, Line, Op, leaf_hash, seal, sign_checkpoint

    frontier, at = Frontier(), "2026-11-22T10:00:00Z"
    key = _key()
    with file.open("wb") as out:
        for start in range(0, records, PAGE):
            lines: list[Line] = []
            for number in range(start, min(start + PAGE, records)):
                content, type, id = (_sample if samples else measured)(number)
                sealed = seal(content)
                entry = Entry(
                    at=at, body=sealed.hash, home="nj", id=id, op=Op.PUT, prev=None, rev=1, size=sealed.size, type=type
                ).to_bytes()  # fmt: skip
                frontier.push(leaf_hash(entry))
                lines.append(Line(entry, sealed.data))
            note = sign_checkpoint(Checkpoint(ORIGIN, frontier.size, frontier.root()), key).to_bytes()
            pages = list(_pages(lines))
            out.write(f"{' '.join(str(len(part)) for part in (note, *pages))}\n".encode())
            out.writelines((note, *pages))


def _pages(lines: "list[Line]") -> Iterator[bytes]:
    from jointlab.federation.codec import compress, fill_page

    while lines:
        raw, count = fill_page(lines)
        yield compress(raw)
        lines = lines[count:]


def measured(number: int) -> tuple[dict[str, Any], str, str]:
    """Identifiers and digits that do not repeat, as real ones do not: else compression would look better than it is."""
    chance = sha256(str(number).encode()).hexdigest()
    content = body(number)
    figures = [
        {
            **figure,
            "value": f"{150 + i}.{int(chance[4 * i : 4 * i + 4], 16):05}",
            "uncertainty": f"0.{int(chance[i : i + 4], 16):05}",
        }
        for i, figure in enumerate(content["figures"])
    ]
    return {**content, "figures": figures, "device": f"nj:{chance[::2]}"}, TYPE, f"nj:{chance[:32]}"


def _sample(number: int) -> tuple[dict[str, Any], str, str]:
    """First an institution and a person, then samples."""
    if number == 0:
        names = {"en": "Nanjing"}
        plain = {"prefix": "nj", "names": names, "city": names, "mark": "n", "zone": "Asia/Shanghai"}
        return plain, "institution/1", "nj:institution"
    if number == 1:
        return {"person": "nj:p", "name": "Wang Lei", "institution": "nj"}, "colleague/1", "nj:p.colleague"
    plain = {
        "code": f"NJ-26-{number:07}", "title": f"Катод LiFePO4 — образец № {number}", "institution": "nj", "by": "nj:p",
        "composition": "LiFePO4", "tags": ["cathode"], "synthesis": "Solid state, two steps, argon. " * 12,
        "amount": "3 g", "steps": [{"what": "milled", "duration": "12 h"}, {"what": "fired", "temperature": "700 °C"}],
    }  # fmt: skip
    return plain, "sample/1", f"nj:{number:032x}"


def follow(file: Path, folder: Path) -> None:
    """A fresh node that follows the log, page by page, each verified and stored in one transaction."""
    from jointlab.node.creation import NewNode, fill, make_folder, set_up_django

    new = NewNode(folder, "kz", "almaty", "a", "Asia/Almaty", "almaty.example", {"en": "KazNU"}, {"en": "Almaty"})
    make_folder(new)
    set_up_django(folder)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fill(new)
    from jointlab.federation.codec import read_page
    from jointlab.history.mirroring import Followed, accept, create_mirror
    from jointlab.history.models import Entry, Record
    from jointlab.history.registry import RecordType, register
    from jointlab.history.sharing import open_shared_log
    from jointlab.ledger import KeyHistory

    @dataclass(frozen=True)
    class Body:
        title: str
        device: str
        figures: tuple[dict[str, Any], ...] = ()
        settings: dict[str, str] = field(default_factory=dict)

    register(RecordType(TYPE, Body, lambda recorded, body: None, apply_new=lambda written: None))
    open_shared_log("kz+nj")
    keys = KeyHistory().add(_key().public, valid_from_size=0)
    log = create_mirror("kz+nj", member="nj", node_origin="nanjing.example", keys=keys).name

    sizes: list[int] = []

    def work() -> None:
        for note, pages in read_pages(file):
            done = accept(log, note, (read_page(page) for page in pages))
            assert isinstance(done, Followed) and done.set_aside == 0, done
            sizes.append(done.checkpoint.size)

    measure(work)
    assert Entry.objects.filter(log=log).count() == sizes[-1] == Record.objects.filter(home="nj").count()


def read_pages(file: Path) -> Iterator[tuple[bytes, list[bytes]]]:
    """What travels for each checkpoint: the note, and the compressed pages."""
    with file.open("rb") as data:
        while head := data.readline():
            note, *pages = map(int, head.split())
            yield data.read(note), [data.read(size) for size in pages]


def _key() -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from jointlab.ledger import SigningKey

    return SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(32)), name="nanjing.example")


if __name__ == "__main__":
    job, path = sys.argv[1], Path(sys.argv[2])
    if job == "make":
        make(path, int(sys.argv[3]), samples=sys.argv[4:] == ["samples"])
    else:
        follow(path, Path(sys.argv[3]))
