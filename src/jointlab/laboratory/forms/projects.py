"""What people type about projects and instruments."""

from django import forms
from django.utils.translation import gettext_lazy as _

from jointlab.laboratory.models import Project
from jointlab.laboratory.operations.projects import ProjectDraft
from jointlab.people import queries as people
from jointlab.people.actors import Actor
from jointlab.people.models import Person


class ProjectForm(forms.Form):
    """A project."""

    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Project.Kind.choices)
    summary = forms.CharField(label=_("Summary"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    restricted = forms.BooleanField(
        label=_("Restricted: only members see its samples and measurements"), required=False
    )
    closed = forms.BooleanField(label=_("Closed: nothing new is added"), required=False)
    patent_hold = forms.BooleanField(
        label=_("Patent hold: nothing of it goes to a partner until the hold is lifted"), required=False,
        help_text=_("What has gone already stays there; what comes later, and every change, waits."),
    )  # fmt: skip
    members = forms.ModelMultipleChoiceField(
        label=_("Members"), queryset=Person.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "A person of the partner who signs in at this node sees a project only as its member. At the partner’s own node "
            "a shared project is seen by everybody who works there; a restricted one by its members only."
        ),
    )  # fmt: skip

    def __init__(self, *args: object, actor: Actor, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["members"].queryset = people.persons(actor).filter(active=True)  # type: ignore[attr-defined]

    def draft(self) -> ProjectDraft:
        """What was typed."""
        data = self.cleaned_data
        return ProjectDraft(
            title=data["title"], kind=data["kind"], summary=data["summary"], restricted=data["restricted"],
            closed=data["closed"], members=tuple(person.id for person in data["members"]), patent_hold=data["patent_hold"],
        )  # fmt: skip


class InstrumentForm(forms.Form):
    """An instrument."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As people call it: X’Pert Pro"))
    computer = forms.CharField(label=_("Its computer"), max_length=60, required=False, help_text=_("Such as xrd-pc"))
    place = forms.CharField(label=_("Place"), max_length=120, required=False)
    zone = forms.CharField(label=_("Time zone of its clock"), max_length=60, help_text=_("Such as Asia/Almaty"))
    records_alone = forms.BooleanField(
        label=_("A file that names its sample is recorded without a person"), required=False
    )
    active = forms.BooleanField(label=_("In use"), required=False, initial=True)
