"""Pages about samples: the list, one sample, making and changing it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jointlab.errors import Conflict
from jointlab.history.operations import require_own
from jointlab.history.registry import to_plain
from jointlab.laboratory.forms.samples import FIELD_WORDS, SampleForm, SplitForm, initial_of, steps_form
from jointlab.laboratory.models import Sample
from jointlab.laboratory.operations import samples as operations
from jointlab.laboratory.operations.samples import SampleDraft
from jointlab.laboratory.queries.changes import Difference, differences
from jointlab.laboratory.queries.samples import sample_by_code
from jointlab.laboratory.records import Step
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at, tried
from jointlab.web.form_pages import form_status, revision
from jointlab.web.middleware import sign_in_first
from jointlab.web.toasts import toast

_MORE_STEPS = 5


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new sample; with ?from=CODE it is made from another, or a copy to begin with (?like=CODE)."""
    actor = actor_at(request)
    actor.require(Right.WRITE)
    steps = steps_form(request.POST or None, steps=_like(request, actor).steps)
    form = SampleForm(request.POST or None, initial=_first_values(request, actor), actor=actor, steps=steps)
    if request.method == "POST" and "more" not in request.POST and form.is_valid():
        made: list[Sample] = []
        if tried(form, lambda: made.append(operations.add(actor, form.draft()))):
            toast(
                request,
                _("{code} is made.").format(code=made[0].code),
                undo=reverse("sample-archive", args=[made[0].code]),
            )
            return redirect("sample", made[0].code)
    return _form(request, form, title=_("New sample"))


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a sample; whoever saves second sees what was changed meanwhile."""
    actor = actor_at(request)
    sample = sample_by_code(actor, code)
    actor.require(Right.WRITE)
    require_own(sample.pk)
    draft = operations.draft_of(sample)
    steps = steps_form(request.POST or None, steps=draft.steps)
    form = SampleForm(request.POST or None, initial=initial_of(actor, draft), actor=actor, steps=steps, sample=sample)
    seen = revision(request, fresh=sample.rev)
    if request.method == "POST" and "more" not in request.POST and form.is_valid():
        try:
            operations.change(actor, sample=sample, draft=form.draft(), expected_rev=seen)
        except Conflict:
            return _stale(request, actor, sample=sample, seen=seen, yours=form.draft())
        toast(request, _("Saved."))
        return redirect("sample", sample.code)
    return _form(request, form, title=sample.code, sample=sample, rev=seen)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, code: str) -> HttpResponse:
    """Parts of a sample, each with a code of its own."""
    actor = actor_at(request)
    sample = sample_by_code(actor, code)
    actor.require(Right.WRITE)
    form = SplitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made: list[Sample] = []
        if tried(form, lambda: made.extend(operations.split(actor, sample=sample, parts=form.parts_typed()))):
            toast(request, _("Split off: {codes}").format(codes=", ".join(part.code for part in made)))
            return redirect("sample", sample.code)
    context = {"form": form, "sample": sample, "left": _left(sample)}
    return render(request, "laboratory/sample_split.html", context, status=form_status(form))


@sign_in_first
@require_POST
def archive(request: HttpRequest, code: str) -> HttpResponse:
    """Out of the lists; the toast leads back."""
    sample = sample_by_code(actor_at(request), code)
    operations.archive(actor_at(request), sample=sample)
    toast(request, _("{code} is archived.").format(code=code), undo=reverse("sample-put-back", args=[code]))
    return redirect("sample", code)


@sign_in_first
@require_POST
def put_back(request: HttpRequest, code: str) -> HttpResponse:
    """Into the lists again."""
    sample = sample_by_code(actor_at(request), code)
    operations.archive(actor_at(request), sample=sample, archived=False)
    toast(request, _("{code} is in the lists again.").format(code=code), undo=reverse("sample-archive", args=[code]))
    return redirect("sample", code)


def _stale(request: HttpRequest, actor: Actor, *, sample: Sample, seen: int, yours: SampleDraft) -> HttpResponse:
    """What changed meanwhile; the form holds both changes, and yours where both changed one field."""
    body = to_plain(operations.checked(actor, yours, sample=sample))
    found = [d for d in differences(actor, sample.id, seen=seen, yours=body) if d.field in FIELD_WORDS]
    now = operations.draft_of(sample)
    untouched = {d.field for d in found if d.yours == d.was}
    merged = {name: getattr(now if name in untouched else yours, name) for name in SampleDraft.__dataclass_fields__}
    draft = SampleDraft(**merged)
    form = SampleForm(initial=initial_of(actor, draft), actor=actor, steps=steps_form(steps=draft.steps), sample=sample)
    return _form(request, form, title=sample.code, sample=sample, rev=sample.rev, stale=named(found), status=409)


def named(found: list[Difference]) -> list[tuple[Any, Difference]]:
    """Each difference with the field's name in the reader's language."""
    return [(FIELD_WORDS[difference.field], difference) for difference in found]


def _form(
    request: HttpRequest, form: SampleForm, *, title: str, sample: Sample | None = None, rev: int = 0,
    stale: "list[tuple[Any, Difference]] | None" = None, status: int = 0,
) -> HttpResponse:  # fmt: skip
    """The form. “More steps” only adds rows: what was typed stays and nothing is judged yet."""
    if "more" in request.POST:
        typed = {name: request.POST.get(name, "") for name in form.fields} | {
            "hazards": request.POST.getlist("hazards")
        }
        steps = steps_form(steps=_typed_steps(request), more=_MORE_STEPS)
        form = SampleForm(initial=typed, actor=form.actor, steps=steps, sample=sample)
    context = {"form": form, "steps": form.steps, "title": title, "sample": sample, "rev": rev, "stale": stale}
    return render(request, "laboratory/sample_form.html", context, status=status or form_status(form))


def _typed_steps(request: HttpRequest) -> list[Step]:
    """Every row that has something in it."""
    rows = range(operations.MOST_STEPS)
    typed = (Step(*(request.POST.get(f"steps-{row}-{name}", "") for name in Step.__dataclass_fields__)) for row in rows)
    return [step for step in typed if step != Step("")]


def _like(request: HttpRequest, actor: Actor) -> SampleDraft:
    """The sample whose making is repeated, or nothing."""
    code = request.GET.get("like", "")
    return operations.draft_of(sample_by_code(actor, code)) if code else SampleDraft(title="")


def _first_values(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    draft = _like(request, actor)
    values = {
        **initial_of(actor, draft),
        "code": "",
        "made_by": draft.made_by or (actor.person if actor.own_side else ""),
    }
    if request.GET.get("like"):
        values |= {"made_on": "", "amount": "", "parents": ""}
    if origin := request.GET.get("from", ""):
        values["parents"] = sample_by_code(actor, origin).code
    return values


def _left(sample: Sample) -> str:
    from jointlab.laboratory.queries.lineage import left_of

    left = left_of(sample)
    return str(left) if left else ""
