"""XML from instruments, parsed with entities, document types and the network off."""

from xml.etree.ElementTree import Element, ParseError

from jointlab.errors import BadInput


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
            "xml.forbidden", "{part} declares XML entities, which instruments do not write; not opened.", part=part
        ) from fault
    except (ParseError, ValueError, LookupError, RecursionError) as fault:
        raise BadInput(
            "xml.broken", "{part} is not whole XML ({reason}). The file is cut or damaged.", part=part, reason=fault
        ) from fault
    return root


def local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]
