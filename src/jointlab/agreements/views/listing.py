"""The list: the tree of agreements with their state today, the own side's drafts, what waits for it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jointlab.agreements import standard
from jointlab.agreements.queries import drafts as drafts_of
from jointlab.agreements.queries import listing
from jointlab.agreements.queries.references import entered_by_title
from jointlab.agreements.queries.waiting import waits_for_us
from jointlab.agreements.shown import in_reader
from jointlab.agreements.tree import tree
from jointlab.cases.shown import state_words
from jointlab.people.actors import Right
from jointlab.people.pages import actor_at
from jointlab.web.middleware import sign_in_first
from jointlab.web.numbers import language_here


@sign_in_first
@require_safe
def agreements(request: HttpRequest) -> HttpResponse:
    """Every agreement of the person's house."""
    actor = actor_at(request)
    listed = listing.agreements(actor)
    rows = tree(listed, running=listing.running_under(actor, listed), entered=entered_by_title(actor))
    context = {
        "rows": rows, "any": any(row.entry for row in rows), "may_write": Right.WRITE in actor.rights,
        "waiting": [(case, state_words(case), listing.version_on_table(case)) for case in waits_for_us(actor)],
        "soon": sorted((row for row in rows if row.left is not None), key=lambda row: row.left or 0),
        "drafts": list(drafts_of.drafts(actor)[:50]),
        "templates": [(name, in_reader(title, language_here())) for name, title in standard.titles().items()],
    }  # fmt: skip
    return render(request, "agreements/agreements.html", context)
