"""What people type about samples, devices and notes."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from jointlab.errors import BadInput
from jointlab.laboratory.models import Parent, Project, Sample
from jointlab.laboratory.operations import samples as operations
from jointlab.laboratory.operations.samples import HAZARDS, MOST_PARTS, MOST_STEPS, Part, SampleDraft
from jointlab.laboratory.queries.samples import samples_by_codes
from jointlab.laboratory.queries.visibility import visible_persons, visible_projects, visible_samples
from jointlab.laboratory.records import Origin, Step
from jointlab.people.actors import Actor
from jointlab.people.models import Person
from jointlab.web.sentences import sentence

HAZARD_WORDS = {
    "GHS01": _("explosive"), "GHS02": _("flammable"), "GHS03": _("oxidising"), "GHS04": _("gas under pressure"),
    "GHS05": _("corrosive"), "GHS06": _("toxic"), "GHS07": _("harmful or irritant"), "GHS08": _("serious health hazard"),
    "GHS09": _("hazardous to the environment"),
}  # fmt: skip
FIELD_WORDS = {
    "code": _("Code"), "title": _("Title"), "composition": _("Composition"), "form": _("Form"), "project": _("Project"),
    "made_on": _("Made on"), "made_by": _("Made by"), "synthesis": _("Synthesis"), "steps": _("Steps"), "amount": _("Amount"),
    "hazards": _("Hazards"), "tags": _("Tags"), "parents": _("Made from"), "archived": _("Archived"),
    "institution": _("Institution"), "kind": _("Kind"), "made_of": _("Built of"), "properties": _("Properties"),
    "note": _("Note"), "sample": _("Sample"),
}  # fmt: skip
_PARENT = re.compile(r"(?P<code>\S+)\s*(?P<amount>.*)")


class StepForm(forms.Form):
    """One step of a synthesis; every field may stay empty."""

    what = forms.CharField(label=_("What"), required=False, max_length=500)
    temperature = forms.CharField(label=_("Temperature"), required=False, max_length=60)
    duration = forms.CharField(label=_("Duration"), required=False, max_length=60)
    atmosphere = forms.CharField(label=_("Atmosphere"), required=False, max_length=120)


def steps_form(data: Any = None, *, steps: Iterable[Step] = (), more: int = 0) -> "BaseFormSet[StepForm]":
    """Rows for the steps, and some empty ones: three, or as many more as were asked for."""
    kind = formset_factory(StepForm, extra=max(3, more), max_num=MOST_STEPS, absolute_max=MOST_STEPS)
    return kind(data, initial=[vars(step) for step in steps], prefix="steps")


class SampleForm(forms.Form):
    """A sample, new or changed."""

    title = forms.CharField(
        label=_("Title"), max_length=200, help_text=_("As colleagues call it: LiFePO₄/C, 2 % Zn, sol–gel")
    )
    composition = forms.CharField(
        label=_("Composition"), required=False, max_length=200,
        help_text=_("A formula such as LiFePO4/C, which is checked, or words."),
    )  # fmt: skip
    form = forms.ChoiceField(label=_("Form"), choices=Sample.Form.choices)
    amount = forms.CharField(
        label=_("Amount made"),
        required=False,
        max_length=60,
        help_text=_("With its unit: 620 mg, 25 mL, 4 cm2, 3 pcs."),
    )
    project = forms.ModelChoiceField(
        label=_("Project"), queryset=Project.objects.none(), required=False, empty_label=_("no project")
    )
    made_on = forms.CharField(
        label=_("Made on"), required=False, max_length=10, widget=forms.DateInput(attrs={"type": "date"})
    )
    made_by = forms.ModelChoiceField(
        label=_("Made by"), queryset=Person.objects.none(), required=False, empty_label=_("not stated")
    )
    synthesis = forms.CharField(label=_("Synthesis in words"), required=False, widget=forms.Textarea(attrs={"rows": 5}))
    parents = forms.CharField(
        label=_("Made from"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Codes of samples, one in each line; behind it how much was taken, if known: KZ-26-0109 20 mg"),
    )  # fmt: skip
    tags = forms.CharField(label=_("Tags"), required=False, max_length=1000, help_text=_("Words parted by commas."))
    hazards = forms.MultipleChoiceField(
        label=_("Hazards (GHS)"), required=False, choices=[], widget=forms.CheckboxSelectMultiple
    )
    code = forms.CharField(
        label=_("Code"), required=False, max_length=40, help_text=_("Leave empty for the next one of the institution.")
    )

    def __init__(
        self, *args: Any, actor: Actor, steps: "BaseFormSet[StepForm]", sample: Sample | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.sample, self.steps = actor, sample, steps
        choices: Any = self.fields
        open_ones = visible_projects(actor).filter(closed=False)
        current = visible_projects(actor).filter(pk=sample.project_id) if sample else open_ones.none()
        choices["project"].queryset = (open_ones | current).order_by("title")
        choices["made_by"].queryset = visible_persons(actor).order_by("name")
        choices["hazards"].choices = [(code, f"{code} {HAZARD_WORDS[code]}") for code in HAZARDS]
        if not actor.own_side:
            choices["project"].required, choices["project"].empty_label = True, None
        if sample is not None:
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong, each fault at its field."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.steps.is_valid():
            self.add_error(None, _("A step has more words than fit."))
            return data
        for fault in operations.faults_of(self.actor, self.draft(), sample=self.sample):
            field = str(fault.facts.get("field", NON_FIELD_ERRORS))
            if field not in self.errors:
                self.add_error(field if field in self.fields else None, sentence(fault))
        return data

    def draft(self) -> SampleDraft:
        """What was typed; a code of a parent that is not known stays what it is and is found out by the operation."""
        data = self.cleaned_data
        return SampleDraft(
            title=data.get("title", ""), composition=data.get("composition", ""), form=data.get("form", ""),
            project=data["project"].pk if data.get("project") else "", made_on=data.get("made_on", ""),
            made_by=data["made_by"].pk if data.get("made_by") else "", synthesis=data.get("synthesis", ""),
            steps=tuple(_step(row) for row in getattr(self.steps, "cleaned_data", ())), amount=data.get("amount", ""),
            hazards=tuple(data.get("hazards", ())), tags=tuple(re.split(r"[,;，；、\n]", data.get("tags", ""))),
            parents=self._parents(data.get("parents", "")), code=data.get("code", "").strip(),
        )  # fmt: skip

    def _parents(self, text: str) -> tuple[Origin, ...]:
        """The lines typed, and what a form cannot show: the sample that this one was split from, hidden parents."""
        lines = [match for line in text.splitlines() if (match := _PARENT.fullmatch(line.strip(" ,;")))]
        known = samples_by_codes(self.actor, (match["code"] for match in lines))
        typed = tuple(
            Origin(
                known[code].id if (code := _as_known(match["code"], known)) in known else match["code"],
                Parent.How.MADE_FROM, match["amount"],
            )
            for match in lines
        )  # fmt: skip
        kept = operations.origins_kept(self.actor, self.sample) if self.sample else ()
        return (*typed, *kept)


def initial_of(actor: Actor, draft: SampleDraft) -> dict[str, Any]:
    """A draft as the form's first values."""
    made_from = {origin.parent: origin.amount for origin in draft.parents if origin.how == Parent.How.MADE_FROM}
    codes = visible_samples(actor).filter(pk__in=made_from).order_by("code").values_list("pk", "code")
    return {
        **vars(draft),
        "tags": ", ".join(draft.tags),
        "hazards": list(draft.hazards),
        "parents": "\n".join(f"{code} {made_from[pk]}".strip() for pk, code in codes),
    }


class SplitForm(forms.Form):
    """Parts of a sample, one in each line."""

    parts = forms.CharField(
        label=_("Parts"), widget=forms.Textarea(attrs={"rows": 4}), max_length=10_000,
        help_text=_("One part in each line: its amount, and behind a comma what it is for. 200 mg, for Nanjing"),
    )  # fmt: skip

    def parts_typed(self) -> tuple[Part, ...]:
        """Each line as a part."""
        lines = [line.strip() for line in self.cleaned_data["parts"].splitlines() if line.strip()]
        return tuple(_part(line) for line in lines[: MOST_PARTS + 1])


class ManyFiles(forms.FileField):
    """Any number of files in one field."""

    widget = type("ManyFilesInput", (forms.ClearableFileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Every file, each checked as one."""
        one_by_one = super().clean
        return [one_by_one(file, initial) for file in (data if isinstance(data, list | tuple) else [data]) if file]


class NoteForm(forms.Form):
    """Words about a sample, with files."""

    text = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    attachments = ManyFiles(label=_("Files"), required=False)


def _step(row: dict[str, Any]) -> Step:
    return Step(**{name: row.get(name, "") for name in ("what", "temperature", "duration", "atmosphere")})


def _as_known(code: str, known: dict[str, Sample]) -> str:
    return code if code in known else code.upper()


def _part(line: str) -> Part:
    """“0,5 g, for Nanjing”: the comma inside the number is no border."""
    amount, _comma, title = re.match(r"([^,;]*(?:,\d[^,;]*)?)([,;]?)(.*)", line, re.DOTALL).groups()  # type: ignore[union-attr]
    return Part(amount.strip(), title.strip())


def faults_at(form: forms.Form, faults: Iterable[BadInput]) -> None:
    """Each fault's sentence at the field that it names."""
    for fault in faults:
        field = str(fault.facts.get("field", ""))
        form.add_error(field if field in form.fields else None, sentence(fault))
