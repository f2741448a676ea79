"""What is typed about a draft as a whole: with whom it begins, its head, how it is proposed, what it amends."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jointlab.agreements import standard
from jointlab.agreements.documents.labels import NAMES
from jointlab.agreements.heads import RANKS
from jointlab.agreements.shown import in_reader, rank_words
from jointlab.agreements.texts import LANGUAGES, LINE
from jointlab.agreements.together import SEVERAL
from jointlab.people.models import Institution
from jointlab.web.numbers import language_here

BLANK = "blank"
_MOST_WORDS = 4000
Plain = Mapping[str, Any]


class WithForm(forms.Form):
    """With whom: one partner, or several, whose nodes must be together in one partnership with ours."""

    partner = forms.ModelChoiceField(
        label=_("With"), queryset=Institution.objects.none(), to_field_name="prefix", empty_label=None
    )
    others = forms.ModelMultipleChoiceField(
        label=_("And also with"), queryset=Institution.objects.none(), to_field_name="prefix", required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Only for an agreement of three to six parties. First make one partnership of all their nodes: Partners, “Share with several partners…”."),
    )  # fmt: skip

    def choose_from(self, own: str) -> None:
        """The institutions beside our own; several can be chosen where there are several."""
        fields: Any = self.fields
        found = Institution.objects.exclude(prefix=own).order_by("prefix")
        for name in ("partner", "others"):
            fields[name].queryset = found
            fields[name].label_from_instance = institution_word
        if found.count() < 2:
            del fields["others"]

    def partners(self) -> str:
        """As operations take them: nj, or nj+uz."""
        chosen = (self.cleaned_data["partner"], *(self.cleaned_data.get("others") or ()))
        return SEVERAL.join(dict.fromkeys(one.prefix for one in chosen))


class BeginForm(WithForm):
    """A new draft."""

    field_order = ("text", "partner", "others", "parent", "languages")

    text = forms.ChoiceField(label=_("Begin with"))
    parent = forms.ChoiceField(label=_("Under the agreement"), required=False)
    languages = forms.MultipleChoiceField(label=_("Languages"), widget=forms.CheckboxSelectMultiple, help_text=_("Their order, which says whose text decides, can be changed in the head."))  # fmt: skip

    def __init__(self, *args: Any, own: str, above: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        texts = [(name, in_reader(title, language_here())) for name, title in standard.titles().items()]
        fields["text"].choices = [*texts, (BLANK, gettext("an empty text"))]
        self.choose_from(own)
        fields["parent"].choices = [("", "—"), *above]
        fields["languages"].choices = list(NAMES.items())
        fields["languages"].initial = list(LANGUAGES)


class AmendForm(forms.Form):
    """The next version."""

    begins = forms.CharField(label=_("In effect from"), required=False, max_length=10, widget=forms.DateInput(attrs={"type": "date"}), help_text=_("Empty: from the last signature."))  # fmt: skip
    cases = forms.ChoiceField(
        label=_("For"), choices=[("new", _("new cases only; what runs goes on under the version before")), ("running-too", _("running cases too"))]
    )  # fmt: skip


class RenewForm(forms.Form):
    """The next version, which begins when this one ends."""

    years = forms.IntegerField(label=_("For how many years"), required=False, min_value=1, max_value=50, help_text=_("Empty: as long as this one."))  # fmt: skip


class ProposeForm(forms.Form):
    """The draft goes to the other side."""

    note = forms.CharField(label=_("Remark for the other side"), required=False, max_length=_MOST_WORDS, widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip


class AnswerForm(forms.Form):
    """Another text instead of the one on the table."""

    note = forms.CharField(label=_("Why"), max_length=_MOST_WORDS, widget=forms.Textarea(attrs={"rows": 2}))


class HeadForm(forms.Form):
    """The head of a draft."""

    rank = forms.ChoiceField(label=_("What it is"))
    precedence = forms.ChoiceField(
        label=_("Where the texts differ"), choices=[("equal", _("all are equally authentic")), ("first", _("the text in the first language decides"))]
    )  # fmt: skip
    zone = forms.CharField(
        label=_("Days are those of"), max_length=60, help_text=_("A time zone: Asia/Almaty, Asia/Shanghai")
    )
    parent = forms.ChoiceField(label=_("Under the agreement"), required=False)
    attachment = forms.FileField(label=_("Attach a file"), required=False, max_length=200, help_text=_("It becomes part of the agreement by its hash."))  # fmt: skip

    def __init__(
        self, *args: Any, head: Plain, above: Sequence[tuple[str, str]], known: Mapping[str, Plain] | None = None, **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.head, self.known = head, known or {}
        fields: Any = self.fields
        fields["rank"].choices = [(one, rank_words(one)) for one in RANKS]
        fields["parent"].choices = [("", "—"), *above]
        for at in range(len(LANGUAGES)):
            label = gettext("First language") if at == 0 else gettext("Language {number}").format(number=at + 1)
            self.fields[f"language-{at}"] = forms.ChoiceField(
                label=label, required=at == 0, choices=[("", "—"), *NAMES.items()]
            )
        for language in self._languages():
            attrs = {"lang": language}
            self.fields[f"title-{language}"] = forms.CharField(
                label=gettext("Title, {language}").format(language=NAMES[language]), required=False, max_length=LINE, widget=forms.TextInput(attrs=attrs)
            )  # fmt: skip
        for at, party in enumerate(_mappings(head.get("parties"))):
            for language in self._languages():
                label = gettext("Name of {party}, {language}").format(
                    party=_party_here(party), language=NAMES[language]
                )
                self.fields[f"party-{at}-{language}"] = forms.CharField(label=label, required=False, max_length=LINE, widget=forms.TextInput(attrs={"lang": language}))  # fmt: skip
        for name, word in (("refers", gettext("Refers to")), ("attachments", gettext("Attached files"))):
            kept = [(str(at), _named(one)) for at, one in enumerate(_mappings(head.get(name)))]
            if kept:
                self.fields[name] = forms.MultipleChoiceField(label=word, required=False, choices=kept, widget=forms.CheckboxSelectMultiple)  # fmt: skip

        titles = [set((one.get("title") or {}).values()) for one in _mappings(head.get("refers"))]
        fresh = {
            key: one for key, one in self.known.items() if not any(named & {*one["title"].values()} for named in titles)
        }
        if fresh:
            self.fields["refer"] = forms.MultipleChoiceField(
                label=gettext("Refer also to"), required=False, widget=forms.CheckboxSelectMultiple, choices=[(key, _named(one)) for key, one in fresh.items()]
            )  # fmt: skip

    def _languages(self) -> list[str]:
        return [one for one in self.head.get("languages") or () if one in NAMES]

    @staticmethod
    def first(head: Plain) -> dict[str, Any]:
        """What the fields hold for a head."""
        found: dict[str, Any] = {name: head.get(name, "") for name in ("rank", "precedence", "zone")}
        found["parent"] = (head.get("parent") or {}).get("version", "")
        found |= {f"language-{at}": one for at, one in enumerate(head.get("languages") or ())}
        found |= {f"title-{language}": text for language, text in (head.get("title") or {}).items()}
        for at, party in enumerate(_mappings(head.get("parties"))):
            found |= {f"party-{at}-{language}": text for language, text in (party.get("names") or {}).items()}
        return found | {
            name: [str(at) for at, _one in enumerate(_mappings(head.get(name)))] for name in ("refers", "attachments")
        }

    def clean(self) -> dict[str, Any]:
        """Languages once each, a time zone that there is."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = self.languages(data)
        for at in range(len(LANGUAGES)):
            name = f"language-{at}"
            if data.get(name) and chosen.count(data[name]) > 1:
                self.add_error(name, gettext("Each language once."))
                break
        if data.get("zone") and data["zone"] not in available_timezones():
            self.add_error("zone", gettext("“{zone}” is no time zone such as Asia/Almaty.").format(zone=data["zone"]))
        return data

    @staticmethod
    def languages(data: Plain) -> list[str]:
        """In the order of precedence."""
        return [data[f"language-{at}"] for at in range(len(LANGUAGES)) if data.get(f"language-{at}")]

    def values(self, *, parents: Mapping[str, str], attached: Plain | None) -> dict[str, Any]:
        """The values of the head as the draft keeps them; `parents` gives the agreement of each version's hash."""
        data, languages = self.cleaned_data, self.languages(self.cleaned_data)
        parties = [
            {**party, "names": {language: data.get(f"party-{at}-{language}") or _other_name(party) for language in languages}}
            for at, party in enumerate(_mappings(self.head.get("parties")))
        ]  # fmt: skip
        added = [self.known[key] for key in data.get("refer", ())]
        attachments = [*self._kept("attachments"), *([attached] if attached else [])]
        return {
            "rank": data["rank"], "precedence": data["precedence"], "zone": data["zone"], "languages": languages, "parties": parties,
            "title": {language: data.get(f"title-{language}") or "" for language in languages},
            "parent": {"agreement": parents[data["parent"]], "version": data["parent"]} if data["parent"] else None,
            "refers": [_in_languages(one, languages) for one in (*self._kept("refers"), *added)] or None, "attachments": attachments or None,
        }  # fmt: skip

    def _kept(self, name: str) -> list[Any]:
        chosen = self.cleaned_data.get(name, ())
        return [one for at, one in enumerate(_mappings(self.head.get(name))) if str(at) in chosen]


def institution_word(institution: Institution) -> str:
    """An institution by its name."""
    return in_reader(dict(institution.names), "zh-hans" if language_here() == "zh" else language_here())


def _mappings(found: Any) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _named(one: Plain) -> str:
    return str(one.get("name") or in_reader(one.get("title") or {}, language_here()))


def _party_here(party: Plain) -> str:
    return str((party.get("names") or {}).get(language_here()) or _other_name(party))


def _other_name(party: Plain) -> str:
    names = party.get("names") or {}
    return str(names.get("en") or next(iter(names.values()), ""))


def _in_languages(one: Plain, languages: Sequence[str]) -> dict[str, Any]:
    """A reference in the languages of the agreement."""
    title = one.get("title") or {}
    first = title.get("en") or next(iter(title.values()), "")
    return {**one, "title": {language: title.get(language) or first for language in languages}}
