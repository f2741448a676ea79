"""Pages of the shell itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jointlab.science.readers import all_readers
from jointlab.science.readers.unreadable import UNREADABLE
from jointlab.web import words
from jointlab.web.middleware import sign_in_first

_EXAMPLES = {
    "bet": {"quantity": "bet_area", "value": 41.72, "uncertainty": 0.36, "unit": "m^2/g"},
    "nasicon": {"quantity": "specific_capacity", "value": 104.81, "uncertainty": 0.9, "unit": ""},
    "figures": (
        {"quantity": "specific_capacity", "value": 158.13, "uncertainty": 1.23, "unit": "mAh/g", "conditions": {"cycle": 1}},
        {"quantity": "crystallite_size", "value": 18.43, "uncertainty": 0.61, "unit": "nm", "conditions": {}},
        {"quantity": "current", "value": 2.314e-6, "uncertainty": 4.6e-8, "unit": "A", "conditions": {}},
        {"quantity": "cycle", "value": 1284.0, "uncertainty": None, "unit": "1", "conditions": {}},
    ),
}  # fmt: skip


@sign_in_first
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for those who build pages and for the accessibility test."""
    return render(request, "web/components.html", _EXAMPLES)


@sign_in_first
@require_safe
def formats(request: HttpRequest) -> HttpResponse:
    """Every format that is read, by technique, and those that are recognised and refused."""
    groups: dict[str, list[object]] = {}
    for reader in sorted(all_readers(), key=lambda reader: reader.name):
        for technique in reader.techniques:
            groups.setdefault(words.technique(technique), []).append(reader)
    refused = sorted(UNREADABLE, key=lambda entry: entry.name)
    return render(request, "web/formats.html", {"groups": sorted(groups.items()), "unreadable": refused})
