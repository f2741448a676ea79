"""Pages about people: the list, a person, one's own account."""

from collections.abc import Callable

from django.contrib.auth import update_session_auth_hash
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jointlab.errors import BadInput, Conflict, Fault
from jointlab.people import forms, operations, queries, tokens
from jointlab.people.actors import Actor, Right
from jointlab.people.models import Account, Person
from jointlab.web.form_pages import form_page, revision
from jointlab.web.middleware import sign_in_first
from jointlab.web.sentences import sentence
from jointlab.web.toasts import toast


def actor_at(request: HttpRequest) -> Actor:
    """Who asks; `sign_in_first` has made sure that there is somebody."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def tried(form: Form, act: Callable[[], object]) -> bool:
    """Whether `act` went well; else the fault stands at its field of the form, and what was typed stays."""
    try:
        act()
    except (BadInput, Conflict) as fault:
        at_field(form, fault)
        return False
    return True


def at_field(form: Form, fault: Fault) -> None:
    """The fault's sentence at the field that it names, or at the form."""
    field = fault.facts.get("field")
    form.add_error(str(field) if field in form.fields else None, sentence(fault))


@sign_in_first
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody the actor may know of; that the list was read is noted."""
    actor = actor_at(request)
    found = list(queries.persons(actor))
    operations.note_viewing(actor, of="list", page="people")
    return render(request, "people/people.html", {"persons": found, "may_add": Right.ADMINISTER in actor.rights})


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    """A new person, by an administrator."""
    actor = actor_at(request)
    actor.require(Right.ADMINISTER)
    form = forms.NewPersonForm(request.POST or None, initial={"institution": actor.home})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if tried(form, lambda: operations.invite(actor, form.record(), login=data["login"], password=data["password"])):
            toast(request, _("{name} is known to this node now.").format(name=data["name"]))
            return redirect("people")
    return _form(request, form, title=_("New person"))


@sign_in_first
@require_safe
def person(request: HttpRequest, id: str) -> HttpResponse:
    """One person, and to whom the data were shown."""
    actor = actor_at(request)
    found = queries.person(actor, id=id)
    operations.note_viewing(actor, of=found.id, page="person")
    administers = Right.ADMINISTER in actor.rights
    seen_by = queries.viewings(actor, of=found.id) if administers or actor.person == found.id else []
    context = {
        "person": found,
        "may_change": administers and found.ours,
        "viewings": seen_by,
        "has_account": Account.objects.filter(person=found).exists(),
    }
    return render(request, "people/person.html", context)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request: HttpRequest, id: str) -> HttpResponse:
    """Correct a person or change the role."""
    actor = actor_at(request)
    found = queries.person(actor, id=id)
    actor.require(Right.ADMINISTER)
    operations.require_kept_here(found)
    form = forms.PersonForm(request.POST or None, initial={**vars(found), "institution": found.institution_id})
    if request.method == "POST" and form.is_valid():
        seen = revision(request, fresh=found.rev)
        if tried(form, lambda: operations.change_person(actor, person=found, record=form.record(), expected_rev=seen)):
            toast(request, _("Saved."))
            return redirect("person", id=found.id)
    return _form(request, form, title=found.name, rev=found.rev)


@sign_in_first
@require_http_methods(["GET", "HEAD", "POST"])
def person_password(request: HttpRequest, id: str) -> HttpResponse:
    """A new password for somebody who has lost it."""
    actor = actor_at(request)
    found = queries.person(actor, id=id)
    actor.require(Right.ADMINISTER)
    operations.require_kept_here(found)
    form = forms.GivenPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if found.id == actor.person:
            return redirect("account")  # one's own needs the present one
        if tried(form, lambda: operations.set_password(actor, person=found, password=form.cleaned_data["password"])):
            toast(request, _("{name} has a new password.").format(name=found.name))
            return redirect("person", id=found.id)
    title = _("New password for {name}").format(name=found.name)
    return _form(request, form, title=title)


@sign_in_first
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Language, keys, password and tokens of who is signed in."""
    actor = actor_at(request)
    mine = Account.objects.get(person_id=actor.person)
    asked = request.POST.get("form", "")
    preferences = forms.PreferencesForm(
        request.POST if asked == "preferences" else None,
        initial={"language": mine.language or request.LANGUAGE_CODE, "single_keys": mine.single_keys},
    )
    password = forms.PasswordForm(request.POST if asked == "password" else None)
    token = forms.TokenForm(request.POST if asked == "token" else None, actor=actor)
    secret = ""
    if asked == "preferences" and preferences.is_valid():
        return _prefer(request, actor, preferences)
    if asked == "password" and password.is_valid() and _new_password(request, actor, mine.person, password):
        return redirect("account")
    if asked == "token" and token.is_valid():
        data, made = token.cleaned_data, []
        if tried(
            token, lambda: made.append(tokens.make(actor, name=data["name"], scope=data["scope"], days=data["days"]))
        ):
            secret, token = made[0].secret, forms.TokenForm(actor=actor)
    context = {
        "preferences": preferences, "password": password, "token": token, "secret": secret, "account": mine,
        "tokens": tokens.tokens_of(actor.person),
    }  # fmt: skip
    return render(request, "people/account.html", context)


@sign_in_first
@require_POST
def token_revoke(request: HttpRequest, id: int) -> HttpResponse:
    """A token opens nothing any more."""
    tokens.revoke(actor_at(request), token=id)
    toast(request, _("The token is revoked."))
    return redirect("account")


def _prefer(request: HttpRequest, actor: Actor, form: forms.PreferencesForm) -> HttpResponse:
    from django.conf import settings

    operations.choose(actor, language=form.cleaned_data["language"], single_keys=form.cleaned_data["single_keys"])
    toast(request, _("Saved."))
    answer = HttpResponseRedirect(request.path)
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        form.cleaned_data["language"],
        samesite="Lax",
        httponly=True,
        secure=settings.NODE.https,
    )
    return answer


def _new_password(request: HttpRequest, actor: Actor, person: Person, form: forms.PasswordForm) -> bool:
    data = form.cleaned_data
    if not tried(
        form, lambda: operations.set_password(actor, person=person, password=data["password"], old=data["old"])
    ):
        return False
    update_session_auth_hash(request, Account.objects.get(person=person))  # other sessions end, this one stays
    toast(request, _("Your password is changed; other sessions are signed out."))
    return True


def _form(request: HttpRequest, form: Form, *, title: str, rev: int = 0) -> HttpResponse:
    return form_page(request, form, title=title, back="people", back_title=_("People"), rev=rev)
