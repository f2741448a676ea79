"""Labels for vials and boxes: one PDF page of a label printer's size, with a QR code that opens the record's page.

typst carries fonts for Latin, Greek, Cyrillic and the signs of formulae; Chinese comes with a package (jointlab.printing). A
character that no font at hand can draw is left out and "…" stands in its place: a label never shows empty boxes.
"""

import io
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin

from django.http import HttpResponse
from django.urls import reverse
from django.utils import formats

from jointlab.errors import BadInput
from jointlab.laboratory.forms.samples import HAZARD_WORDS
from jointlab.laboratory.models import Device, Sample
from jointlab.laboratory.queries.devices import properties_of
from jointlab.printing import Form, at_hand, fonts_at_hand

SIZES = {"50x25": (50, 25), "62x29": (62, 29), "38x13": (38, 13), "89x36": (89, 36)}  # mm, as label printers take them
_HAN_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "SimSun",
    "WenQuanYi Micro Hei",
)
_PLAIN_FONTS = ("Noto Sans", "DejaVu Sans", "Libertinus Serif", "DejaVu Sans Mono")
# What the fonts that typst carries draw: Latin, Greek, Cyrillic with the Kazakh letters, sub- and superscripts, signs.
_DRAWN = re.compile(
    "[ -~\u00a0-\u017f\u0391-\u03a9\u03b1-\u03c9\u0400-\u045f\u0490-\u04f9\u1e00-\u1e9f\u2010-\u2015\u2018-\u201e\u2020-\u2022"
    "\u2026\u2030\u2032\u2033\u2070-\u2071\u2074-\u208e\u20ac\u2103\u2116\u2122\u212b\u2190-\u2193\u2202\u2206\u2211\u2212\u2215"
    "\u221a\u221e\u2248\u2260\u2264\u2265]"
)
_HAN = re.compile("[\u3001-\u3003\u3008-\u3011\u4e00-\u9fff\uff01-\uff5e]")

_TEMPLATE = b"""
#set page(width: float(sys.inputs.width) * 1mm, height: float(sys.inputs.height) * 1mm, margin: 1.5mm)
#set text(font: sys.inputs.fonts.split("|"), size: 6.5pt, fallback: true, lang: "en")
#set par(leading: 0.35em, spacing: 0.45em)
#let side = float(sys.inputs.height) * 1mm - 3mm
#let line(words, ..style) = if words != "" { block(text(..style, words)) }
#grid(
  columns: (side, 1fr), column-gutter: 1.8mm,
  image(bytes(sys.inputs.qr), format: "svg", width: side, height: side),
  block(height: side, clip: true, layout(room => {
    let body(size) = block(width: room.width, {
      text(size: size * 1.55, weight: "bold", sys.inputs.code)
      line(sys.inputs.title, size: size)
      line(sys.inputs.second, size: size * 0.95)
      line(sys.inputs.hazards, size: size * 0.95, weight: "bold")
      line(sys.inputs.day, size: size * 0.9)
    })
    let sizes = (9pt, 8pt, 7pt, 6.5pt, 6pt, 5.5pt, 5pt, 4.5pt, 4pt, 3.5pt)
    let fitting = sizes.filter(size => measure(body(size)).height <= room.height and measure(text(size: size * 1.55, weight: "bold", sys.inputs.code)).width <= room.width)
    body(fitting.at(0, default: 3.5pt))
  })),
)
"""


@dataclass(frozen=True)
class Label:
    """What stands on a label; every text may be empty but the code and the address."""

    code: str
    address: str  # of the record's page, in the QR code
    title: str = ""
    second: str = ""  # composition, or what a device is
    hazards: str = ""
    day: str = ""


def label_of_sample(sample: Sample, *, node: str) -> Label:
    """What stands on the label of a sample; `node` is the address that its pages begin with."""
    day = formats.date_format(sample.made_on or sample.created_at.date(), "DATE_FORMAT")
    return Label(
        code=sample.code, address=urljoin(node, reverse("sample", args=[sample.code])), title=sample.title,
        second=sample.composition if sample.composition != sample.title else "", hazards=hazards_of(sample),
        day=f"{day} · {sample.amount}" if sample.amount else day,
    )  # fmt: skip


def label_of_device(device: Device, *, node: str) -> Label:
    """The same for a device."""
    return Label(
        code=device.code, address=urljoin(node, reverse("device", args=[device.code])), title=device.sample.title,
        second=" · ".join(known.value for known in properties_of(device)[:4]), hazards=hazards_of(device.sample),
        day=formats.date_format(device.made_on or device.created_at.date(), "DATE_FORMAT"),
    )  # fmt: skip


def printed(label: Label, *, size: str) -> HttpResponse:
    """The label as an answer. Raises BadInput ``label.size``."""
    response = HttpResponse(draw(label, size=size), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="label-{label.code}.pdf"'
    return response


def draw(label: Label, *, size: str = "50x25") -> bytes:
    """A PDF of one page. Raises BadInput ``label.size``, Unavailable ``printing.slow``."""
    return _made(label, size, "pdf")


def picture(label: Label, *, size: str = "50x25") -> bytes:
    """The same as PNG, for looking at it."""
    return _made(label, size, "png")


def drawable(text: str) -> str:
    """The text with "…" for each run of characters that no font at hand draws."""
    kept = "".join(char if _DRAWN.match(char) or (_HAN.match(char) and _han_fonts()) else "\0" for char in text)
    return re.sub("\0+", "…", kept)


def hazards_of(sample: Sample) -> str:
    """The pictograms of a sample with their words."""
    return ", ".join(f"{hazard} {HAZARD_WORDS.get(hazard, '')}".strip() for hazard in sample.hazards)


def _made(label: Label, size: str, form: Form) -> bytes:
    width, height = _size(size)
    return at_hand(_TEMPLATE, inputs=_inputs(label, width=width, height=height), form=form)


def _size(size: str) -> tuple[int, int]:
    if size not in SIZES:
        raise BadInput(
            "label.size", "There is no label “{size}”. Known: {known}.", size=size[:20], known=", ".join(SIZES)
        )
    return SIZES[size]


def _inputs(label: Label, *, width: int, height: int) -> dict[str, str]:
    """Texts reach typst as values, never as markup."""
    texts = {name: drawable(getattr(label, name)) for name in ("code", "title", "second", "hazards", "day")}
    most = 30 if height < 20 else 90  # so that hazards and day are never pushed off the label
    texts |= {name: _short(texts[name], most) for name in ("title", "second")}
    return {**texts, "qr": qr_svg(label.address), "width": str(width), "height": str(height), "fonts": font_names()}


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def font_names() -> str:
    """The fonts at hand, parted by |, for the templates of typst."""
    return "|".join([*(font for font in _PLAIN_FONTS if font in _families()), *_han_fonts()])


def draws_chinese() -> bool:
    """Whether there is a Chinese font at hand."""
    return bool(_han_fonts())


def qr_svg(address: str) -> str:
    """The QR code of an address, as SVG."""
    import segno

    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=2, xmldecl=False, svgns=True)
    return drawn.getvalue().decode("utf-8")


@lru_cache(maxsize=1)
def _families() -> frozenset[str]:
    return frozenset(fonts_at_hand().families())


@lru_cache(maxsize=1)
def _han_fonts() -> tuple[str, ...]:
    """The first Chinese font at hand: that of the machine, else that of the package."""
    return tuple(font for font in _HAN_FONTS if font in _families())[:1]
