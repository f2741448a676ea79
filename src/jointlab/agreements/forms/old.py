"""What is typed of agreements that were signed on paper long ago: one of them, a table of them, a draft that is entered."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jointlab.agreements.documents.labels import NAMES
from jointlab.agreements.forms.drafts import WithForm
from jointlab.agreements.heads import RANKS
from jointlab.agreements.models import Reference
from jointlab.agreements.old_papers import Row
from jointlab.agreements.process import ENTRY
from jointlab.agreements.shown import in_reader, rank_words
from jointlab.agreements.texts import LANGUAGES, LINE
from jointlab.cases.forms import StepForm
from jointlab.processes import Instance
from jointlab.web.numbers import language_here

_DAY: Any = {"max_length": 10, "required": False}
_SIGNATURE = ("signed_on", "signatory", "mandate", "scan")
_TABLE = ".csv,.xlsx,text/csv"
_SCANS = ".pdf,.png,.jpg,.jpeg,.tif,.tiff,.zip"


def _day(label: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, widget=forms.DateInput(attrs={"type": "date"}), **_DAY)


class ManyFiles(forms.FileField):
    """Any number of files in one field."""

    widget = type("ManyFilesInput", (forms.ClearableFileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Every file, each checked as one."""
        one_by_one = super().clean
        return [one_by_one(file, initial) for file in (data if isinstance(data, list | tuple) else [data]) if file]


class OldForm(WithForm):
    """An agreement as the signed paper has it."""

    use_required_attribute = False  # what is needed depends on the button
    rank = forms.ChoiceField(label=_("What it is"))
    subject = forms.CharField(
        label=_("What it is about"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A few sentences; the words that count are those of the scan."),
    )  # fmt: skip
    signed_on = _day(_("Signed on"), _("The day of your side's signature, as on the paper."))
    begins = _day(_("In force from"), _("Empty: from the later of the two signatures."))
    ends = _day(_("Last day"), _("Empty: no last day."))
    notice = forms.IntegerField(label=_("Notice, months"), required=False, min_value=0, max_value=120)
    run_off = forms.IntegerField(
        label=_("Running cases may go on for, months"), required=False, min_value=0, max_value=240
    )
    signatory = forms.CharField(label=_("Signed by"), required=False, max_length=200, help_text=_("Name and office"))
    mandate = forms.CharField(
        label=_("By what mandate"), required=False, max_length=4000, help_text=_("Charter, or power of attorney with its number and day"),
    )  # fmt: skip
    mandate_until = _day(_("Mandate valid until"))
    scan = forms.FileField(
        label=_("Scan of the signed and sealed pages"), required=False, max_length=200, widget=forms.FileInput(attrs={"accept": _SCANS}),
    )  # fmt: skip
    more = ManyFiles(
        label=_("Further files"), required=False, help_text=_("Annexes, translations. They become part of the agreement by their hashes."),
    )  # fmt: skip
    parent = forms.ChoiceField(label=_("Under the agreement"), required=False)

    def __init__(
        self, *args: Any, own: str, above: Sequence[tuple[str, str]], refers: Iterable[Reference], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        for name in _SIGNATURE:
            fields[name].required = self.with_scan
        self.choose_from(own)
        fields["rank"].choices = [(one, rank_words(one)) for one in RANKS]
        fields["rank"].initial = "agreement"
        fields["parent"].choices = [("", "—"), *above]
        known = [(one.pk, in_reader(one.title, language_here())) for one in refers]
        if known:
            fields["refers"] = forms.MultipleChoiceField(
                label=gettext("Refers to"), required=False, choices=known, widget=forms.CheckboxSelectMultiple
            )
        for language in LANGUAGES:
            fields[f"title_{language}"] = forms.CharField(
                label=gettext("Title, {language}").format(language=NAMES[language]), required=False, max_length=LINE,
                widget=forms.TextInput(attrs={"lang": language}),
            )  # fmt: skip

    @property
    def with_scan(self) -> bool:
        """Whether it is entered at once; else its clauses are typed first."""
        return "clauses" not in self.data

    def clean(self) -> dict[str, Any]:
        """A title in one language at least."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not any(data.get(f"title_{language}") for language in LANGUAGES):
            self.add_error(f"title_{LANGUAGES[0]}", gettext("Write the title in one language at least."))
        return data

    def row(self) -> Row:
        """What was typed, as a row of a table has it."""
        data = self.cleaned_data
        plain = {
            name: _text(data.get(name))
            for name in data
            if name not in ("partner", "others", "scan", "more", "refers", "parent")
        }
        return Row(0, plain | {"partner": self.partners()})

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields by what they are about."""
        titles = [f"title_{language}" for language in LANGUAGES]
        named = [
            (_("The agreement"), [*titles, "partner", "others", "rank", "parent", "refers", "subject"]),
            (_("Its days"), ["begins", "ends", "notice", "run_off"]),
            (_("Signature of your side"), ["signed_on", "signatory", "mandate", "mandate_until", "scan", "more"]),
        ]
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in named]


class TableForm(forms.Form):
    """A spreadsheet with its scans; what was brought before is kept in `kept`."""

    table = forms.FileField(
        label=_("Table"), max_length=200, widget=forms.FileInput(attrs={"accept": _TABLE}),
        help_text=_(".xlsx, or CSV in UTF-8; the first row names the columns."),
    )  # fmt: skip
    scans = ManyFiles(
        label=_("Scans"), required=False, help_text=_("All files that the column “scan” names; choose several at once."),
    )  # fmt: skip
    kept = forms.CharField(required=False, widget=forms.HiddenInput, max_length=400_000)


class EnterForm(StepForm):
    """A draft that is entered: the scan, who signed it by what mandate."""

    def __init__(self, data: Mapping[str, Any] | None = None, files: Any = None) -> None:
        step = ENTRY.step("enter")
        assert step is not None, "declared there"
        super().__init__(data, files, step=step, instance=Instance(ENTRY, ""))
        for name in ("version", "seen", "note"):
            del self.fields[name]
        self.fields["signed_on"].initial = ""
        self.order_fields(["scan", "signed_on", "signatory", "mandate", "mandate_until"])

    def clean(self) -> dict[str, Any]:
        """Judged when it is entered, with the text that it belongs to."""
        return dict(self.cleaned_data)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
