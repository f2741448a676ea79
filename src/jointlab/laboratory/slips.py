"""The packing slip that travels with a sample: one A4 page, its QR code opens the transfer at the receiver's own node."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from jointlab.errors import NotFound
from jointlab.federation.models import Partner
from jointlab.history.identifiers import home
from jointlab.laboratory.labels import drawable, draws_chinese, font_names, hazards_of, qr_svg
from jointlab.laboratory.models import Sample, Transfer, TransferStep
from jointlab.laboratory.process import RECEIVER, SENDER, TRANSFER
from jointlab.laboratory.queries.transfers import instance_of, steps_of
from jointlab.laboratory.transfer_words import values_of
from jointlab.printing import at_hand
from jointlab.web.sites import site_of

_TEMPLATE = b"""
#let slip = json(bytes(sys.inputs.slip))
#set document(title: slip.title)
#set page(paper: "a4", margin: (x: 20mm, y: 16mm))
#set text(font: sys.inputs.fonts.split("|"), size: 10.5pt, fallback: true, lang: sys.inputs.lang)
#set par(leading: 0.6em)
#grid(
  columns: (1fr, 34mm), column-gutter: 8mm,
  { text(size: 19pt, weight: "bold", slip.title); linebreak(); v(1mm); text(size: 13pt, slip.code); v(4mm)
    for side in slip.sides { block(spacing: 0.9em, { text(size: 8.5pt, fill: luma(90), side.at(0)); linebreak(); strong(side.at(1)) }) } },
  { image(bytes(sys.inputs.qr), format: "svg", width: 34mm); align(center, text(size: 7pt, slip.opens)) },
)
#for page in slip.pages { block(above: 1.5mm, below: 1.5mm, text(size: 8pt, { text(fill: luma(90), page.at(0)); h(2mm); page.at(1) })) }
#for part in slip.parts {
  block(above: 5mm, below: 2mm, text(size: 12pt, weight: "bold", part.title))
  table(columns: (44mm, 1fr), stroke: (x, y) => (bottom: 0.4pt + luma(190)), inset: (x: 0mm, y: 1.6mm),
    ..part.rows.map(row => (text(fill: luma(90), row.at(0)), row.at(1))).flatten())
}
#v(7mm)
#block(breakable: false, grid(columns: (1fr, 1fr), column-gutter: 8mm, row-gutter: 9mm,
  ..slip.lines.map(words => { text(size: 9pt, fill: luma(90), words); h(2mm); box(width: 1fr, line(length: 100%, stroke: 0.5pt)) })))
"""


@dataclass(frozen=True)
class Part:
    """A table of the slip: names and values; what has no value is left out."""

    title: str
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Slip:
    """What is printed, in the language of whoever prints it."""

    title: str
    code: str
    pages: Sequence[tuple[str, str]]  # what it is and the address: the transfer's page, at the node of each side
    opens: tuple[str, str]  # the one of them that the QR code opens
    sides: Sequence[tuple[str, str]]  # who sends, who receives
    parts: Sequence[Part]
    lines: Sequence[str]  # to be filled in by hand


def printed(found: Transfer, *, node: str) -> HttpResponse:
    """The slip of a transfer as an answer, in the reader's language; `node` is the address that its pages begin with.

    Raises NotFound ``transfer.no-slip`` before anything is sent.
    """
    steps = {row.step: row for row in steps_of(found) if row.verdict == TransferStep.Verdict.STANDS}
    if "send" not in steps:
        raise NotFound("transfer.no-slip", "{code} has no packing slip: nothing was sent yet.", code=found.code)
    language = translation.get_language() or "en"
    if language.startswith("zh") and not draws_chinese():
        language = "en"  # a slip of dots would help nobody
    with translation.override(language):
        pdf = draw(slip_of(found, steps, node=node), language=language)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="slip-{found.code}.pdf"'
    return response


def slip_of(found: Transfer, steps: dict[str, TransferStep], *, node: str) -> Slip:
    """What is printed; `steps` are those that stand, by name."""
    pages = _pages(found, node)
    parts = [Part(_("Content"), _content(found.sample))]
    for name, title in (("send", _("Sending")), ("ask", _("Purpose")), ("clear", _("Clearance"))):
        if name in steps:
            parts.append(Part(title, values_of(TRANSFER.step(name), steps[name].form)))
    return Slip(
        title=_("Packing slip"), code=found.code, pages=pages, opens=pages[0],
        sides=((_("Sender"), str(found.sender)), (_("Receiver"), str(found.receiver))), parts=parts,
        lines=(_("Received on"), _("Amount received"), _("Condition on arrival"), _("Name and signature")),
    )  # fmt: skip


def _pages(found: Transfer, node: str) -> list[tuple[str, str]]:
    """The receiver's page first, where its address is known here: the receiver's people sign in there and not at ours."""
    path, nodes = reverse("transfer", args=[found.id]), instance_of(found.id).nodes
    at = {RECEIVER: nodes.get(RECEIVER, home()), SENDER: nodes.get(SENDER, home())}
    if len(set(at.values())) == 1:
        return [(_("Page of the transfer"), urljoin(node, path))]
    bases = {home(): node, **dict(Partner.objects.exclude(address="").values_list("prefix", "address"))}
    words = {RECEIVER: site_of(found.receiver_id).word, SENDER: site_of(found.sender_id).word}
    return [
        (_("Page at the node of {city}").format(city=words[party]), urljoin(bases[prefix], path))
        for party, prefix in at.items() if prefix in bases
    ]  # fmt: skip


def _content(sample: Sample) -> list[tuple[str, str]]:
    return [
        (_("Sample"), f"{sample.code}  {sample.title}"), (_("Composition"), sample.composition),
        (_("Form"), sample.get_form_display()), (_("Hazards"), hazards_of(sample) or _("none stated")),
    ]  # fmt: skip


def draw(slip: Slip, *, language: str) -> bytes:
    """A PDF. Texts reach typst as values, never as markup. Raises Unavailable ``printing.slow``."""
    content = {
        "title": drawable(slip.title), "code": drawable(slip.code), "opens": drawable(slip.opens[0]),
        "pages": [[drawable(text) for text in page] for page in slip.pages],
        "sides": [[drawable(text) for text in side] for side in slip.sides], "lines": [drawable(line) for line in slip.lines],
        "parts": [
            {"title": drawable(part.title), "rows": [[drawable(name), _text(value)] for name, value in part.rows if value]}
            for part in slip.parts
        ],
    }  # fmt: skip
    inputs = {
        "slip": json.dumps(content, ensure_ascii=False), "qr": qr_svg(slip.opens[1]), "fonts": font_names(), "lang": language[:2],
    }  # fmt: skip
    return at_hand(_TEMPLATE, inputs=inputs)


def _text(value: str) -> str:
    """Lines stay lines."""
    return "\n".join(drawable(line) for line in value.splitlines())
