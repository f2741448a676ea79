"""Agreements that were signed long ago: one entered from its form, a draft entered with its scan, a table of them in two steps."""

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jointlab.agreements.drafted import parents
from jointlab.agreements.forms.old import EnterForm, OldForm, TableForm
from jointlab.agreements.old_columns import columns_in_words
from jointlab.agreements.old_papers import COLUMNS, MOST_BYTES, MOST_ROWS, column_of
from jointlab.agreements.operations import entering
from jointlab.agreements.operations.entering import Preview
from jointlab.agreements.queries import drafts as queries
from jointlab.agreements.queries import listing
from jointlab.agreements.queries.old import Brought
from jointlab.agreements.queries.references import as_in_head, reference_by_id, references
from jointlab.agreements.sheets import as_xlsx
from jointlab.agreements.texts import LANGUAGES
from jointlab.agreements.views.drafts import drawn as draft_drawn
from jointlab.cases.models import Case
from jointlab.errors import BadInput, Conflict, Fault, NotFound
from jointlab.history.blobs import store
from jointlab.people.actors import Actor, Right
from jointlab.people.pages import actor_at, at_field
from jointlab.web.form_pages import form_status
from jointlab.web.middleware import sign_in_first
from jointlab.web.sentences import sentence
from jointlab.web.toasts import toast

_KEPT_FOR = 24 * 3600  # seconds for which what was brought with a preview may be confirmed
_SALT = "jointlab.agreements.old"
_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def old(request: HttpRequest) -> HttpResponse:
    """One agreement, as its signed paper has it: entered at once, or begun as a draft whose clauses are typed first."""
    actor = actor_at(request)
    actor.require(Right.WRITE)
    form = OldForm(
        request.POST or None, request.FILES or None, own=actor.institution, above=parents(actor), refers=references(actor)
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            return _entered(request, actor, form)
        except (BadInput, Conflict) as fault:
            _at_field(form, fault)
    return render(request, "agreements/old.html", {"form": form}, status=form_status(form))


def _entered(request: HttpRequest, actor: Actor, form: OldForm) -> HttpResponse:
    row, more = form.row(), _more_of_head(actor, form)
    if not form.with_scan:
        draft = entering.begin(actor, row=row, more=more)
        toast(request, _("Type its clauses as far as you wish; then enter it with its scan."))
        return redirect("agreement-draft", draft.pk)
    case = entering.enter_row(actor, row=row, scan=form.cleaned_data["scan"].chunks(), more=more)
    toast(request, _("{code} is entered; the other side confirms it with its own scan.").format(code=case.code))
    return redirect("agreement", listing.version_on_table(case))


def _more_of_head(actor: Actor, form: OldForm) -> dict[str, Any]:
    """What the head holds beside what a row says: the agreement above, what it refers to, further files."""
    data, head = form.cleaned_data, dict[str, Any]()
    if data["parent"]:
        above = listing.version_for(actor, data["parent"])
        head["parent"] = {"agreement": above.head.agreement, "version": above.hash}
    if chosen := data.get("refers"):
        head["refers"] = [as_in_head(reference_by_id(actor, one), LANGUAGES) for one in chosen]
    if data["more"]:
        brought = [entering.bring(actor, name=one.name, pieces=one.chunks()) for one in data["more"]]
        head["attachments"] = [one.content() for one in brought]
    return head


def _at_field(form: OldForm, fault: Fault) -> None:
    """At the field that the fault names, or from whose text it comes."""
    name = str(fault.facts.get("field") or column_of(fault))
    form.add_error(name if name in form.fields else None, sentence(fault))


@sign_in_first
@require_POST
def enter(request: HttpRequest, id: str) -> HttpResponse:
    """A draft is entered as what was signed: with its scan."""
    actor = actor_at(request)
    row = queries.draft_by_id(actor, id)
    actor.require(Right.WRITE)
    form = EnterForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            case = entering.enter(actor, draft=row.pk, form=form.values(), uploads=form.uploads())
        except NotFound:
            raise
        except (BadInput, Conflict) as fault:
            at_field(form, fault)
        else:
            toast(request, _("{code} is entered; the other side confirms it with its own scan.").format(code=case.code))
            return redirect("agreement", listing.version_on_table(case))
    return draft_drawn(request, actor, row, entering=form, status=422)


@sign_in_first
@require_safe
def template(request: HttpRequest, form: str) -> HttpResponse:
    """An empty table to fill in, .xlsx or .csv; the workbook explains its columns on a second sheet."""
    actor_at(request).require(Right.WRITE)
    if form not in _TYPES:
        raise NotFound("entering.template", "The template is there as .xlsx and as .csv.")
    if form == "csv":
        content = ("\ufeff" + ",".join(COLUMNS) + "\r\n").encode()
    else:
        told = [
            (name, _("yes") if needed else "", words, example) for name, needed, words, example in columns_in_words()
        ]
        head = (_("Column"), _("Needed"), _("What stands there"), _("Example"))
        content = as_xlsx([(_("Agreements"), [COLUMNS]), (_("Columns"), [head, *told])])
    response = HttpResponse(content, content_type=_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="agreements.{form}"'
    return response


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def table(request: HttpRequest) -> HttpResponse:
    """A table with its scans: first shown row by row, then entered whole by a second click."""
    actor = actor_at(request)
    actor.require(Right.WRITE)
    if "confirm" in request.POST:
        return _confirmed(request, actor)
    form = TableForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _table(request, form, status=form_status(form))
    try:
        scans = {**_kept(actor, form.cleaned_data["kept"])[1], **_brought(actor, form)}
        data = form.cleaned_data["table"].read(MOST_BYTES + 1)
        found = entering.preview(actor, data=data, scans=scans)
    except (BadInput, Conflict) as fault:
        form.add_error("table", sentence(fault))
        return _table(request, form, status=422)
    kept_table = entering.bring(actor, name="table", pieces=[data]) if found.sound else None
    kept = _signed(actor, kept_table.sha256 if kept_table else "", scans)
    again = TableForm(initial={"kept": kept})
    return _table(request, again, found=found, kept=kept, scans=list(scans), status=200 if found.sound else 422)


def _confirmed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The table that was shown is entered: all of it, or nothing where something has changed meanwhile."""
    kept = request.POST.get("kept", "")
    try:
        sha256, scans = _kept(actor, kept)
        if not sha256:
            raise _gone()
        with store().open(sha256) as file:
            data = file.read()
        cases = entering.enter_table(actor, data=data, scans=scans)
    except (BadInput, Conflict) as fault:
        form = TableForm(initial={"kept": kept})
        return _table(request, form, refused=sentence(fault), status=409)
    toast(request, _said(cases))
    return redirect(f"{reverse('agreements')}#entered")


def _said(cases: list[Case]) -> str:
    count = len(cases)
    return ngettext(
        "{count} agreement is entered; the other side confirms it with its own scan.",
        "{count} agreements are entered; the other side confirms each with its own scan.", count,
    ).format(count=count)  # fmt: skip


def _table(
    request: HttpRequest, form: TableForm, *, found: Preview | None = None, kept: str = "", scans: list[str] | None = None, refused: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    rows = found.rows if found else ()
    context = {
        "form": form, "found": found, "kept": kept, "scans": scans or [], "refused": refused, "columns": columns_in_words(), "most": MOST_ROWS,
        "rows": [(one.row, [sentence(fault) for fault in one.faults]) for one in rows], "wrong": sum(1 for one in rows if one.faults),
    }  # fmt: skip
    return render(request, "agreements/old_table.html", context, status=status)


def _brought(actor: Actor, form: TableForm) -> dict[str, Brought]:
    """The scans by the names that they have."""
    found = (entering.bring(actor, name=one.name, pieces=one.chunks()) for one in form.cleaned_data["scans"])
    return {one.name: one for one in found}


def _signed(actor: Actor, table: str, scans: dict[str, Brought]) -> str:
    """What was brought, for the next step of the same person: signed, so that nobody names files that others brought."""
    files = [[one.name, one.sha256, one.size] for one in scans.values()]
    return signing.dumps([actor.person, table, files], salt=_SALT, compress=True)


def _kept(actor: Actor, kept: str) -> tuple[str, dict[str, Brought]]:
    """The table's SHA-256 and the scans. Raises BadInput ``entering.gone`` for what is too old or was made for another person."""
    if not kept:
        return "", {}
    try:
        person, table, files = signing.loads(kept, salt=_SALT, max_age=_KEPT_FOR)
    except signing.BadSignature:
        raise _gone() from None
    if person != actor.person:
        raise _gone()
    return table, {name: Brought(name, sha256, size) for name, sha256, size in files}


def _gone() -> BadInput:
    return BadInput(
        "entering.gone", "What was brought before is not kept any more. Bring the table and the scans again."
    )
