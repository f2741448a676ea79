"""One clause of a draft: its number, its words in every language, its terms."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from jointlab.agreements.clauses import NUMBER
from jointlab.agreements.documents.labels import NAMES
from jointlab.agreements.drafting import EXAMPLE
from jointlab.agreements.forms import terms
from jointlab.agreements.kinds import KINDS, ClauseKind
from jointlab.agreements.texts import LINE, LONGEST, read_line, read_text
from jointlab.agreements.values import Setting
from jointlab.agreements.words import kind_in_words, term_in_words
from jointlab.errors import BadInput
from jointlab.web.numbers import language_here
from jointlab.web.sentences import sentence

Plain = Mapping[str, Any]
NO_PROJECTS: Mapping[str, str] = MappingProxyType({})


class ClauseForm(forms.Form):
    """A clause as it is typed. Whatever is wrong with it is said at its field; the draft keeps it all the same."""

    def __init__(
        self, data: Plain | None = None, *, kind: ClauseKind, clause: Plain, head: Plain, above: Sequence[tuple[str, str]] = (),
        projects: Mapping[str, str] = NO_PROJECTS,
    ) -> None:  # fmt: skip
        super().__init__(data, initial=self.first(kind, clause, head), auto_id="c-%s", use_required_attribute=False)
        self.kind, self.head = kind, head
        self.languages = [one for one in head.get("languages") or () if one in NAMES]
        self.names = _names(head)
        here = language_here()
        self.places = tuple(terms.places(kind, _terms(clause), language=here))
        self.fields["number"] = terms.LineField(label=_("Number"), max_length=20, help_text=_("4 or 4.2"))
        if above:
            self.fields["under"] = forms.ChoiceField(
                label=_("Within clause of the agreement above"), required=False, choices=[("", "—"), *above]
            )
        for language in self.languages:
            attrs = {"lang": language}
            label = NAMES[language]
            self.fields[f"title-{language}"] = terms.LineField(
                label=_("Heading, {language}").format(language=label), max_length=LINE, widget=forms.TextInput(attrs=attrs)
            )  # fmt: skip
            self.fields[f"text-{language}"] = terms.LineField(
                label=_("Text, {language}").format(language=label), max_length=LONGEST,
                widget=forms.Textarea(attrs={**attrs, "rows": 6}),
            )  # fmt: skip
        for place in self.places:
            value = self.initial.get(place.name)
            self.fields[place.name] = terms.field_of(place, value, names=self.names, language=here, projects=projects)

    @staticmethod
    def first(kind: ClauseKind, clause: Plain, head: Plain) -> dict[str, Any]:
        """What the fields hold for a clause of a draft."""
        words = {
            f"{name}-{language}": (clause.get(name) or {}).get(language, "")
            for name in ("title", "text") for language in head.get("languages") or () if isinstance(clause.get(name) or {}, Mapping)
        }  # fmt: skip
        plain = {"number": clause.get("number", ""), "under": clause.get("under", "")}
        return plain | words | terms.initial_of(kind, _terms(clause), language=language_here())

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong, each fault at its field."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self._judge("number", data.get("number"), lambda text, where: NUMBER.read(text, where, Setting(frozenset())))
        for language in self.languages:
            self._judge(f"title-{language}", data.get(f"title-{language}"), read_line)
            self._judge(f"text-{language}", data.get(f"text-{language}"), read_text)
        for name, fault in terms.faults_of(self.kind, self.places, data, parties=list(self.names)).items():
            if name not in self.errors:
                self.add_error(name, fault)
        return data

    def _judge(self, name: str, value: Any, read: Any) -> None:
        if name in self.errors:
            return
        text = str(value or "")
        if not text.strip():
            self.add_error(name, _("This is needed."))
        elif EXAMPLE.search(text):
            self.add_error(name, _("This is an example. Write what you agree on, without the brackets."))
        else:
            try:
                read(text, str(self.fields[name].label))
            except BadInput as fault:
                self.add_error(name, sentence(fault))

    def clause(self) -> dict[str, Any]:
        """The clause as the draft keeps it, sound or not."""
        sent: Any = self.data
        data = {name: sent.getlist(name) if _several(self, name) else sent.get(name, "") for name in self.fields}
        made: dict[str, Any] = {
            "kind": self.kind.name, "number": data["number"].strip()[:20],
            "title": {one: data[f"title-{one}"] for one in self.languages if data[f"title-{one}"].strip()},
            "text": {one: data[f"text-{one}"].replace("\r\n", "\n") for one in self.languages if data[f"text-{one}"].strip()},
        }  # fmt: skip
        if data.get("under"):
            made["under"] = data["under"]
        found = terms.terms_of(self.kind, self.places, data)
        return made | ({"terms": found} if found else {})

    @property
    def by_language(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The words as columns."""
        return [(one, NAMES[one], [self[f"title-{one}"], self[f"text-{one}"]]) for one in self.languages]

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """Number and what it stands under."""
        return [self[name] for name in ("number", "under") if name in self.fields]

    @property
    def term_fields(self) -> list[forms.BoundField]:
        """The terms that are no tables."""
        return [self[place.name] for place in self.places if not place.name.startswith("t-")]

    @property
    def tables(self) -> list[tuple[str, list[list[forms.BoundField]]]]:
        """The tables, by title, with their rows."""
        found = []
        for term in self.kind.terms:
            rows: dict[str, list[forms.BoundField]] = {}
            for place in self.places:
                if place.name.startswith(f"t-{term.name}-"):
                    rows.setdefault(place.name.split("-", 3)[2], []).append(self[place.name])
            if rows:
                found.append((term_in_words(self.kind, term.name, language=language_here()), list(rows.values())))
        return found


def as_sent(kind: ClauseKind, clause: Plain, head: Plain) -> Any:
    """A clause of a draft as if its form had been sent, so that its faults are said when the page is opened."""
    from django.http import QueryDict

    sent = QueryDict(mutable=True)
    for name, value in ClauseForm.first(kind, clause, head).items():
        sent.setlist(name, value if isinstance(value, list) else [str(value)])
    return sent


def kind_choices() -> list[tuple[str, str]]:
    """Every kind in the reader's language."""
    return [(name, kind_in_words(kind, language=language_here())) for name, kind in KINDS.items()]


def _terms(clause: Plain) -> Plain:
    found = clause.get("terms")
    return found if isinstance(found, Mapping) else {}


def _several(form: ClauseForm, name: str) -> bool:
    return isinstance(form.fields[name], forms.MultipleChoiceField)


def _names(head: Plain) -> dict[str, str]:
    """The parties of a draft by identifier."""
    here = language_here()
    found = {}
    for one in head.get("parties") or ():
        if isinstance(one, Mapping) and isinstance(one.get("id"), str):
            names = one.get("names") or {}
            found[one["id"]] = str(names.get(here) or names.get("en") or one["id"])
    return found
