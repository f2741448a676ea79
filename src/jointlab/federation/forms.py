"""What administrators type about partners."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from jointlab.federation.models import Partner

OUTBOUND, BOTH = "outbound", "both"


class MeetForm(forms.Form):
    """Where the other node is, and where this one is reached."""

    address = forms.CharField(
        label=_("Address of the other node"), max_length=300,
        help_text=_("As its administrator says it, such as https://lab.example.org."),
    )  # fmt: skip
    here = forms.CharField(
        label=_("Address at which the other node reaches this one"), max_length=300, required=False,
        help_text=_("Empty when this node cannot be reached from outside: it then opens every connection itself."),
    )  # fmt: skip
    private_allowed = forms.BooleanField(
        label=_("The address is a private one (a campus network, a VPN, this machine)"), required=False
    )


class CodeForm(forms.Form):
    """The code as the other side reads it out, and the address if it is not known."""

    code = forms.CharField(
        label=_("The code that the other side reads out"), max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text=_("Type it from the telephone, do not copy it from this page: only then does it prove anything."),
    )  # fmt: skip
    address = forms.CharField(label=_("Address of the other node"), max_length=300, required=False)
    private_allowed = forms.BooleanField(
        label=_("The address is a private one (a campus network, a VPN, this machine)"), required=False
    )


class AddressForm(forms.Form):
    """Where the partner is called."""

    address = forms.CharField(
        label=_("Address of the other node"), max_length=300,
        help_text=_("As its administrator says it, such as https://lab.example.org."),
    )  # fmt: skip
    private_allowed = forms.BooleanField(
        label=_("The address is a private one (a campus network, a VPN, this machine)"), required=False
    )


class TogetherForm(forms.Form):
    """Who shares with whom, all in one partnership."""

    members = forms.MultipleChoiceField(
        label=_("Members beside this institution"), widget=forms.CheckboxSelectMultiple,
        help_text=_("What is shared with this partnership, every member reads. Each two members must be paired with each other too."),
    )  # fmt: skip

    def __init__(self, paired: list[Partner], data: "QueryDict | None" = None) -> None:
        super().__init__(data)
        field = self.fields["members"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(one.prefix, f"{one.prefix.upper()} · {one.origin}") for one in paired]


class SettleForm(forms.Form):
    """Why a stopped log may be followed again."""

    settlement = forms.CharField(
        label=_("What was found, and with whom it was agreed"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip
