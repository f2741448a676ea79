"""How a measurement is cited: as text, BibTeX and CSL-JSON. A citation names the analysis, so that it never moves."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.urls import reverse

from jointlab.laboratory.models import Analysis
from jointlab.web.sites import site_of
from jointlab.web.words import TECHNIQUES

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


@dataclass(frozen=True)
class Citation:
    """What a citation holds, in English: a citation has one form in every language of the page."""

    key: str  # kz-m-000123-2
    authors: tuple[str, ...]
    year: int
    month: int
    day: int
    title: str
    number: str  # the measurement's code
    record: str  # of the analysis, in the log of its home
    analysis: str  # “analysis 2” with its name and version
    publisher: str
    address: str

    @property
    def text(self) -> str:
        """One line."""
        return f"{', '.join(self.authors)} ({self.year}). {self.title}. Measurement {self.number}, {self.analysis}, record {self.record}. {self.publisher}. {self.address}"

    @property
    def bibtex(self) -> str:
        """An entry of type misc."""
        lines = {
            "author": " and ".join(f"{{{_latex(name)}}}" for name in self.authors), "title": f"{{{_latex(self.title)}}}",
            "year": str(self.year), "month": str(self.month), "publisher": _latex(self.publisher),
            "number": _latex(self.number), "note": _latex(f"{self.analysis}, record {self.record}"),
            "howpublished": f"\\url{{{_url(self.address)}}}",
        }  # fmt: skip
        inner = ",\n".join(f"  {name} = {{{value}}}" for name, value in lines.items())
        return f"@misc{{{self.key},\n{inner}\n}}\n"

    @property
    def csl(self) -> list[dict[str, Any]]:
        """CSL-JSON, as reference managers import it."""
        return [
            {
                "id": self.key, "type": "dataset", "title": self.title, "author": [{"literal": name} for name in self.authors],
                "issued": {"date-parts": [[self.year, self.month, self.day]]}, "publisher": self.publisher,
                "number": self.number, "version": self.analysis, "note": f"record {self.record}", "URL": self.address,
            }
        ]  # fmt: skip


def citation(analysis: Analysis, *, node: str) -> Citation:
    """The citation of one analysis; its authors are who recorded the measurement and who computed it.

    `node` is the address that the node's pages begin with.
    """
    measurement = analysis.measurement
    site = site_of(measurement.code.partition("-")[0])
    page = urljoin(node, reverse("measurement", args=[measurement.code]))
    names = dict.fromkeys((measurement.recorded_by.name, analysis.by.name))
    target = measurement.device.code if measurement.device else measurement.sample.code
    title = TECHNIQUES.get(measurement.technique, measurement.technique.replace("_", " "))
    made = [
        f"{name} {version}" for name, version in sorted(analysis.versions.items()) if name not in ("jointlab", "reader")
    ]
    return Citation(
        key=re.sub(r"[^a-z0-9-]", "-", f"{measurement.code}-{analysis.number}".lower()), authors=tuple(names),
        year=analysis.at.year, month=analysis.at.month, day=analysis.at.day,
        title=f"{title[:1].upper()}{title[1:]} of {target}", number=measurement.code, record=analysis.id,
        analysis=f"analysis {analysis.number}" + (f" ({', '.join(made)})" if made else ""),
        publisher=f"jointlab, {site.city.get('en', site.word)}", address=f"{page}?analysis={analysis.number}",
    )  # fmt: skip


def _latex(text: str) -> str:
    return "".join(_SPECIAL.get(char, char) for char in " ".join(text.split()))


def _url(address: str) -> str:
    """An address has no braces of its own; Django has quoted them."""
    return address.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")
