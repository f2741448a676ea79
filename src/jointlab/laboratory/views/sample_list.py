"""The list of samples: filters, order and pages live in the address."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from jointlab.errors import BadInput
from jointlab.laboratory.models import Sample
from jointlab.laboratory.queries import samples as queries
from jointlab.laboratory.queries.sample_lines import lines_of_samples
from jointlab.laboratory.queries.samples import Count, Dropped, SampleFilter
from jointlab.laboratory.queries.visibility import visible_persons, visible_projects
from jointlab.laboratory.views.sample_rows import rows_of
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at
from jointlab.web import words
from jointlab.web.middleware import sign_in_first
from jointlab.web.sentences import sentence

CONDITION_WORDS = {
    "text": _("Words"), "project": _("Project"), "person": _("Entered by"), "tag": _("Tag"), "form": _("Form"),
    "since": _("Made since"), "until": _("Made until"),
}  # fmt: skip
_LONGEST = 200  # characters of a condition


@sign_in_first
@require_safe
def samples(request: HttpRequest) -> HttpResponse:
    """One page of the list; an order, a day or a page that is not known is told, and the list begins anew."""
    actor = actor_at(request)
    wanted, said = _wanted(request), ""
    try:
        page, count = lines_of_samples(actor, wanted), queries.count_of_samples(actor, wanted)
    except BadInput as fault:
        said = sentence(fault)
        wanted = SampleFilter()
        page, count = lines_of_samples(actor, wanted), queries.count_of_samples(actor, wanted)
    context = {
        "wanted": wanted, "said": said, "page": page, "rows": rows_of(page, figure=_figure(wanted)), "count": count, "may_add": Right.WRITE in actor.rights,
        "after": _address(wanted, after=page.after) if page.after else "",
        "before": _address(wanted, before=page.before) if page.before else "",
        "chips": _chips(actor, wanted), "advice": _advice(actor, wanted) if not page.lines else [],
        "columns": _columns(wanted), "figure": _figure(wanted), **_choices(actor),
    }  # fmt: skip
    return render(request, "laboratory/samples.html", context, status=400 if said else 200)


def _wanted(request: HttpRequest) -> SampleFilter:
    known = {name: request.GET.get(name, "").strip()[:_LONGEST] for name in SampleFilter.__dataclass_fields__}
    return SampleFilter(**{**known, "sort": known["sort"] or "-date", "archived": bool(known["archived"])})  # type: ignore[arg-type]


def _address(wanted: SampleFilter, **changes: Any) -> str:
    """The list with other conditions; a new condition begins at the first page."""
    fresh = replace(wanted, **{"after": "", "before": "", **changes})
    asked = {name: value for name, value in vars(fresh).items() if value and (name, value) != ("sort", "-date")}
    return f"?{urlencode({name: '1' if value is True else value for name, value in asked.items()})}"


def _chips(actor: Actor, wanted: SampleFilter) -> list[dict[str, Any]]:
    """Each condition in words, with the way to drop it."""
    return [
        {"word": CONDITION_WORDS[name], "value": _value(actor, wanted, name), "drop": _address(wanted, **{name: ""})}
        for name in wanted.conditions
    ]


def _value(actor: Actor, wanted: SampleFilter, name: str) -> str:
    asked = str(getattr(wanted, name))
    if name == "project":
        return visible_projects(actor).filter(slug=asked).values_list("title", flat=True).first() or asked
    if name == "person":
        return visible_persons(actor).filter(pk=asked).values_list("name", flat=True).first() or asked
    return str(dict(Sample.Form.choices).get(asked, asked)) if name == "form" else asked


def _advice(actor: Actor, wanted: SampleFilter) -> list[dict[str, Any]]:
    """Which condition to drop, and how many there would be."""
    found: list[tuple[Dropped, Count]] = [(one, one.count) for one in queries.without_each(actor, wanted)]
    return [
        {
            "word": CONDITION_WORDS[one.condition], "value": _value(actor, wanted, one.condition), "count": count,
            "drop": _address(wanted, **{one.condition: ""}),
        }
        for one, count in found
    ]  # fmt: skip


def _columns(wanted: SampleFilter) -> dict[str, dict[str, str]]:
    """How each sortable column is sorted now, and the address that sorts by it."""
    field, down = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
    columns = {}
    for name, first in (("code", "code"), ("date", "-date"), (field, wanted.sort)):
        here = field == name
        other = (name if down else f"-{name}") if here else first
        columns["figure" if name not in ("code", "date") else name] = {
            "sort": ("descending" if down else "ascending") if here else "", "address": _address(wanted, sort=other),
        }  # fmt: skip
    return columns


def _figure(wanted: SampleFilter) -> str:
    """The title of the figure that the list is sorted by."""
    field = wanted.sort.removeprefix("-")
    return "" if field in ("code", "date") else words.quantity(field)


def _choices(actor: Actor) -> dict[str, Any]:
    """What the filters offer."""
    figures = [(name, words.quantity(name)) for name in queries.sortable_figures(actor)]
    return {
        "projects": visible_projects(actor).order_by("title").values_list("slug", "title"),
        "persons": visible_persons(actor).order_by("name").values_list("pk", "name"),
        "forms": Sample.Form.choices, "figures": sorted(figures, key=lambda one: one[1]),
    }  # fmt: skip
