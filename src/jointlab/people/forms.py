"""What people type about people."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jointlab.people import tokens
from jointlab.people.actors import Actor
from jointlab.people.models import Institution, Role
from jointlab.people.records import PersonRecord

ROLES = [
    (Role.ADMINISTRATOR, _("Administrator: runs the node, persons, instruments")),
    (Role.RESEARCHER, _("Researcher: makes samples, records measurements")),
    (Role.READER, _("Reader: sees, changes nothing")),
]


class SignInForm(AuthenticationForm):
    """Sign-in name and password."""

    username = UsernameField(label=_("Sign-in name"), widget=forms.TextInput(attrs={"autofocus": True}))


class PersonForm(forms.Form):
    """A person; with an empty sign-in name he or she is known but cannot sign in."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=200)
    institution = forms.ModelChoiceField(
        label=_("Institution"), queryset=Institution.objects.order_by("prefix"), empty_label=None
    )
    role = forms.ChoiceField(label=_("Role"), choices=ROLES, initial=Role.RESEARCHER)
    email = forms.EmailField(label=_("E-mail"), required=False)
    orcid = forms.CharField(
        label=_("ORCID iD"), required=False, max_length=19, help_text=_("Such as 0000-0002-1825-0097.")
    )
    active = forms.BooleanField(label=_("Works here: may sign in"), required=False, initial=True)

    def record(self) -> PersonRecord:
        """What was typed, as a record."""
        data: dict[str, Any] = self.cleaned_data
        return PersonRecord(
            name=data["name"], institution=data["institution"].prefix, role=data["role"], email=data["email"],
            orcid=data["orcid"], active=data["active"],
        )  # fmt: skip


class NewPersonForm(PersonForm):
    """A new person with a way to sign in."""

    login = forms.CharField(label=_("Sign-in name"), required=False, max_length=150)
    password = forms.CharField(
        label=_("First password"), required=False, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. The person should change it on the account page."),
    )  # fmt: skip


class PasswordForm(forms.Form):
    """One's own new password."""

    old = forms.CharField(
        label=_("Present password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    password = forms.CharField(
        label=_("New password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters."),
    )  # fmt: skip


class GivenPasswordForm(forms.Form):
    """A new password for somebody, given by an administrator."""

    password = forms.CharField(
        label=_("New password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters."),
    )  # fmt: skip


class PreferencesForm(forms.Form):
    """Language and keys."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    single_keys = forms.BooleanField(label=_("One-letter shortcuts (press ? for the list)"), required=False)


class TokenForm(forms.Form):
    """A token for programs."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Where it is used, such as “notebook on my computer”.")
    )
    scope = forms.ChoiceField(label=_("Opens"))
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=[(30, _("30 days")), (365, _("a year")), (1095, _("three years"))],
        initial=365,
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope: Any = self.fields["scope"]
        scope.choices = [(one.value, one.label) for one in tokens.scopes_of(actor)]
