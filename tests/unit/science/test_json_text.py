"""JSON as values that every database stores."""

import json

import pytest

from jointlab.science.json_text import load_json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'{"a\u0000": ["\ud800", {"b": "c\udFFFd"}], "n": [1, 2.5, null, true]}', {"a�": ["�", {"b": "c�d"}], "n": [1, 2.5, None, True]}),
        (r'"\ud83d\ude00 is whole"', "😀 is whole"),
        (r'"C:\\u0000"', "C:\\u0000"),
        ('"½"', "½"),
    ],
)  # fmt: skip
def test_what_no_database_stores_is_shown(text: str, value: object) -> None:
    assert load_json(text) == load_json(text.encode()) == load_json(text.encode("utf-16")) == value


def test_broken_is_broken() -> None:
    with pytest.raises(json.JSONDecodeError):
        load_json('{"a": ')
