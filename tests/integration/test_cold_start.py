"""What a node imports before its first page, and what only when it is asked for."""

import json
import subprocess
import sys

from django.conf import settings
from django.urls import resolve, reverse

from jointlab.node.variable import VARIABLE

HEAVY = {"ninja", "numpy", "plotly", "polars", "pydantic", "scipy", "typst", "wsgidav"}
PROGRAM = """
import json, sys
from django.conf import settings
import jointlab.node.wsgi
from django.urls import reverse
reverse("sign-in")
found = [sorted(set(sys.modules) & set(json.loads(sys.argv[1])))]
from django.urls import resolve
resolve("/api/v1/samples")
found.append("ninja" in sys.modules)
print(json.dumps(found))
"""


def test_the_first_page_waits_for_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(sorted(HEAVY))],
        env={VARIABLE: str(settings.NODE.folder)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == [[], True]


def test_addresses_of_the_api_are_found_both_ways() -> None:
    assert reverse("api:openapi-json") == "/api/v1/openapi.json"
    found = resolve("/api/v1/openapi.json")
    assert (found.namespace, found.url_name) == ("api", "openapi-json")
