"""The packing slip that travels with a sample: one A4 page with a QR code that opens the transfer's page."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from jointlab.errors import NotFound
from jointlab.laboratory.labels import drawable, draws_chinese, font_names, hazards_of, qr_svg
from jointlab.laboratory.models import Sample, Transfer, TransferStep
from jointlab.laboratory.process import TRANSFER
from jointlab.laboratory.queries.transfers import steps_of
from jointlab.laboratory.transfer_words import values_of

_TEMPLATE = b"""
#let slip = json(bytes(sys.inputs.slip))
#set document(title: slip.title)
#set page(paper: "a4", margin: 20mm)
#set text(font: sys.inputs.fonts.split("|"), size: 10.5pt, fallback: true, lang: sys.inputs.lang)
#set par(leading: 0.6em)
#grid(
  columns: (1fr, 34mm), column-gutter: 8mm,
  { text(size: 19pt, weight: "bold", slip.title); linebreak(); v(1mm); text(size: 13pt, slip.code); v(4mm)
    for side in slip.sides { block(spacing: 0.9em, { text(size: 8.5pt, fill: luma(90), side.at(0)); linebreak(); strong(side.at(1)) }) } },
  { image(bytes(sys.inputs.qr), format: "svg", width: 34mm); text(size: 7pt, slip.address) },
)
#v(3mm)
#for part in slip.parts {
  block(above: 6mm, below: 2.5mm, text(size: 12pt, weight: "bold", part.title))
  table(columns: (44mm, 1fr), stroke: (x, y) => (bottom: 0.4pt + luma(190)), inset: (x: 0mm, y: 2mm),
    ..part.rows.map(row => (text(fill: luma(90), row.at(0)), row.at(1))).flatten())
}
#v(8mm)
#for words in slip.lines { block(above: 9mm, { text(size: 9pt, fill: luma(90), words); h(2mm); box(width: 1fr, line(length: 100%, stroke: 0.5pt)) }) }
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
    address: str  # of the transfer's page
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
        pdf = draw(_slip(found, steps, urljoin(node, reverse("transfer", args=[found.id]))), language=language)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="slip-{found.code}.pdf"'
    return response


def _slip(found: Transfer, steps: dict[str, TransferStep], address: str) -> Slip:
    parts = [Part(_("Content"), _content(found.sample))]
    for name, title in (("send", _("Sending")), ("ask", _("Purpose")), ("clear", _("Clearance"))):
        if name in steps:
            parts.append(Part(title, values_of(TRANSFER.step(name), steps[name].form)))
    return Slip(
        title=_("Packing slip"), code=found.code, address=address,
        sides=((_("Sender"), str(found.sender)), (_("Receiver"), str(found.receiver))), parts=parts,
        lines=(_("Received on"), _("Amount received"), _("Condition on arrival"), _("Name and signature")),
    )  # fmt: skip


def _content(sample: Sample) -> list[tuple[str, str]]:
    return [
        (_("Sample"), f"{sample.code}  {sample.title}"), (_("Composition"), sample.composition),
        (_("Form"), sample.get_form_display()), (_("Hazards"), hazards_of(sample) or _("none stated")),
    ]  # fmt: skip


def draw(slip: Slip, *, language: str) -> bytes:
    """A PDF. Texts reach typst as values, never as markup."""
    import typst

    content = {
        "title": drawable(slip.title), "code": drawable(slip.code), "address": drawable(slip.address),
        "sides": [[drawable(text) for text in side] for side in slip.sides], "lines": [drawable(line) for line in slip.lines],
        "parts": [
            {"title": drawable(part.title), "rows": [[drawable(name), _text(value)] for name, value in part.rows if value]}
            for part in slip.parts
        ],
    }  # fmt: skip
    inputs = {
        "slip": json.dumps(content, ensure_ascii=False), "qr": qr_svg(slip.address), "fonts": font_names(), "lang": language[:2],
    }  # fmt: skip
    pdf = typst.compile(_TEMPLATE, format="pdf", sys_inputs=inputs)
    assert isinstance(pdf, bytes), "one document is one PDF"
    return pdf


def _text(value: str) -> str:
    """Lines stay lines."""
    return "\n".join(drawable(line) for line in value.splitlines())
