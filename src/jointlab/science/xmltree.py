"""XML from instruments, parsed with entities, document types and the network off."""

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError

from jointlab.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def parse_xml(data: bytes, *, part: str) -> Element:
    """The root element. Raises BadInput ``xml.broken``, or ``xml.forbidden`` for entities and document types."""
    import defusedxml
    import defusedxml.ElementTree

    try:
        root: Element = defusedxml.ElementTree.fromstring(
            data, forbid_dtd=True, forbid_entities=True, forbid_external=True
        )
    except defusedxml.DefusedXmlException as fault:
        raise BadInput(
            "xml.forbidden",
            "{part} declares XML entities, which instruments do not write; it was not opened. Export the file again.",
            part=part,
        ) from fault
    except (ParseError, ValueError, LookupError, RecursionError) as fault:
        raise BadInput(
            "xml.broken",
            "{part} is not complete XML ({reason}). The file is cut or damaged; copy it again.",
            part=part,
            reason=fault,
        ) from fault
    return root


def local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


def children(element: Element, tag: str) -> list[Element]:
    """Direct children by their name without a namespace."""
    return [e for e in element if local(e.tag) == tag]


def child(element: Element, tag: str) -> Element | None:
    """The first direct child of that name."""
    return next((e for e in element if local(e.tag) == tag), None)


def first(element: Element, tag: str) -> Element | None:
    """The first element of that name anywhere below, in document order."""
    return next((e for e in element.iter() if local(e.tag) == tag), None)


def words(element: Element | None, tag: str) -> str | None:
    """The text of the first element of that name anywhere below; None where there is none or it is blank."""
    found = None if element is None else first(element, tag)
    return None if found is None or not found.text or not found.text.strip() else found.text.strip()


def numbers(element: Element, *, part: str) -> "NDArray[np.float64]":
    """A list of numbers separated by blanks, shape (n,). Raises BadInput ``xml.not-numbers``."""
    import numpy as np
    import polars as pl

    cells = (element.text or "").split()
    try:
        values = pl.Series(cells, dtype=pl.String).cast(pl.Float64).to_numpy()
    except pl.exceptions.PolarsError:
        values = np.full(1, np.nan)
    if not np.isfinite(values).all():
        raise BadInput(
            "xml.not-numbers",
            "In {part}, “{tag}” holds something that is not a number. The file is damaged; copy it again.",
            part=part,
            tag=local(element.tag),
        )
    return np.asarray(values, dtype=np.float64)


def number(element: Element, *, part: str) -> float:
    """One number. Raises BadInput ``xml.not-numbers``."""
    values = numbers(element, part=part)
    if len(values) != 1:
        raise BadInput(
            "xml.not-numbers", "In {part}, “{tag}” holds {count} numbers where one belongs. The file is damaged; copy it again.",
            part=part, tag=local(element.tag), count=len(values),
        )  # fmt: skip
    return float(values[0])
