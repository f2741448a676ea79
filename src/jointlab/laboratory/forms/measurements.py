"""Forms of the measurement pages: the settings of an analysis, made from what science declares, and the list's filter."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jointlab.errors import BadInput, Fault
from jointlab.laboratory.queries.measurements import Filter
from jointlab.science.printed_units import unit as unit_in
from jointlab.science.settings import Setting, Settings
from jointlab.web.numbers import language
from jointlab.web.sentences import sentence

_PREFIX = "s-"
_FIRST = 5  # settings that are not folded away


class SettingsForm(forms.Form):
    """One field for each setting that the technique's analyses and the file's reader understand."""

    why = forms.CharField(label=_("Why it is computed again"), max_length=500, required=False)

    def __init__(
        self, data: QueryDict | None = None, *, known: Mapping[str, Setting], recorded: Mapping[str, str]
    ) -> None:
        super().__init__(data, auto_id="%s")
        self.known = dict(known)
        for key in recorded:
            self.known.setdefault(key, Setting(key, ""))  # a setting of an earlier version stays visible
        self.setting_fields = [f"{_PREFIX}{key}" for key in self.known]
        self.recorded = recorded
        why = self.fields.pop("why")
        for key, setting in self.known.items():
            self.fields[f"{_PREFIX}{key}"] = _field(setting, recorded.get(key, ""))
        self.fields["why"] = why

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """What was set, and the first few that a technique declares."""
        return [self[name] for name in self.setting_fields if self._is_first(name)]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """The rest, folded away."""
        return [self[name] for name in self.setting_fields if not self._is_first(name)]

    @property
    def other_is_bad(self) -> bool:
        """Whether something folded away is wrong."""
        return any(field.errors for field in self.other_fields)

    def _is_first(self, name: str) -> bool:
        given = self.data.get(name, "") if self.is_bound else ""
        return bool(given) or name.removeprefix(_PREFIX) in self.recorded or name in self.setting_fields[:_FIRST]

    @property
    def settings(self) -> dict[str, str]:
        """What was given; empty ones are left out."""
        cleaned = {key: str(self.cleaned_data.get(f"{_PREFIX}{key}") or "").strip() for key in self.known}
        return {key: value for key, value in cleaned.items() if value}

    def clean(self) -> dict[str, Any]:
        """Every number is looked at, so that all slips are told at once."""
        cleaned = super().clean() or self.cleaned_data
        for key, setting in self.known.items():
            value = str(cleaned.get(f"{_PREFIX}{key}") or "").strip()
            if setting.unit and value[:1] in set("0123456789+-.,"):
                try:
                    Settings({key: value}).number(key, unit=setting.unit)
                except BadInput as fault:
                    self.add_error(f"{_PREFIX}{key}", sentence(fault))
        return cleaned

    def blame(self, fault: Fault) -> None:
        """Put what the computation refused at its field, or above the form."""
        key = str(fault.facts.get("key") or fault.facts.get("field") or fault.message.partition("=")[0])
        self.add_error(f"{_PREFIX}{key}" if key in self.known else None, sentence(fault))


class FilterForm(forms.Form):
    """What a list of measurements asks for; choices are only what there is."""

    text = forms.CharField(label=_("Words"), required=False, max_length=200)
    technique = forms.ChoiceField(label=_("Technique"), required=False)
    project = forms.ChoiceField(label=_("Project"), required=False)
    person = forms.ChoiceField(label=_("Recorded by"), required=False)
    instrument = forms.ChoiceField(label=_("Instrument"), required=False)
    since = forms.DateField(label=_("Measured from"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))  # fmt: skip
    until = forms.DateField(label=_("Measured until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))  # fmt: skip
    sort = forms.ChoiceField(label=_("Sorted by"), required=False)
    withdrawn = forms.BooleanField(label=_("Also withdrawn ones"), required=False)

    def __init__(self, data: QueryDict, *, offered: Mapping[str, list[tuple[str, str]]]) -> None:
        super().__init__(data, auto_id="f-%s")
        for name, pairs in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", gettext("Newest first") if name == "sort" else gettext("All")), *pairs]

    def wanted(self, *, ascending: bool = False) -> Filter:
        """The filter; what does not fit is left out."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return Filter(**given, ascending=ascending)


def _field(setting: Setting, value: str) -> forms.Field:
    help_text = gettext(setting.help) if setting.help else ""
    label = gettext(setting.key.replace("_", " "))
    label = f"{label[:1].upper()}{label[1:]}"
    if setting.unit and setting.unit != "1":
        label = f"{label} ({unit_in(setting.unit, language=language())})"
    if setting.options:
        default = gettext((setting.default or "").replace("_", " ")) if setting.default else ""
        automatic = gettext("default: %(value)s") % {"value": default} if default else gettext("decided by the data")
        choices = [("", automatic), *((option, gettext(option.replace("_", " "))) for option in setting.options)]
        return forms.ChoiceField(label=label, help_text=help_text, choices=choices, required=False, initial=value)
    widget = forms.TextInput(attrs={"placeholder": setting.default or "", "autocomplete": "off"})
    return forms.CharField(
        label=label, help_text=help_text, max_length=200, required=False, initial=value, widget=widget
    )
