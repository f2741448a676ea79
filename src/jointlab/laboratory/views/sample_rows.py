"""The rows of the list of samples. Written here and not in a template: there are fifty of them with seven cells each, and
a template takes longer for them than for all the rest of the page.
"""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from jointlab.laboratory.models import Sample
from jointlab.laboratory.queries.sample_lines import Line, LinePage
from jointlab.web.templatetags.web import date
from jointlab.web.templatetags.web import figure as written


def rows_of(page: LinePage, *, figure: str = "") -> SafeString:
    """The rows as HTML; `figure` is the title of the figure that the list is sorted by, "" where it is not."""
    labels = {
        "code": _("Code"), "sample": _("Sample"), "form": _("Form"), "project": _("Project"), "person": _("Entered by"),
        "at": _("Entered on"), "figure": figure,
    }  # fmt: skip
    said = {name: escape(label) for name, label in labels.items()}
    forms = {value: escape(str(word)) for value, word in Sample.Form.choices}
    samples = reverse("samples")
    rows = (_row(line, page.tags.get(line.id, ()), said, forms, samples) for line in page.lines)
    return mark_safe("".join(rows))  # noqa: S308  (every part is escaped)


def _row(line: Line, tags: Sequence[str], said: dict[str, str], forms: dict[str, str], samples: str) -> str:
    words = "".join(f' <span class="badge">{escape(tag)}</span>' for tag in tags)
    project = escape(line.project) if line.project else '<span class="soft">—</span>'
    shown = f'<td data-l="{said["figure"]}" class="r num nw">{written(line.figure)}</td>\n' if said["figure"] else ""
    return (
        f'<tr>\n<td data-l="{said["code"]}"><a class="id {escape(line.mark)}" href="{samples}/{quote(line.code)}">'
        f"{escape(line.code)}</a></td>\n"
        f'<td data-l="{said["sample"]}">{escape(line.title)}{words}</td>\n'
        f'<td data-l="{said["form"]}">{forms.get(line.form) or escape(line.form)}</td>\n'
        f'<td data-l="{said["project"]}">{project}</td>\n{shown}'
        f'<td data-l="{said["person"]}">{escape(line.person)}</td>\n'
        f'<td data-l="{said["at"]}" class="num nw">{date(line.created_at)}</td>\n</tr>'
    )
