"""The one text engine: encoding, lines, separators, decimal marks, units in headers, tables. See `engine`."""

from jointlab.science.text.engine import TEXT_SETTINGS, Text, key_values, read_text
from jointlab.science.text.headers import Header, split_header
from jointlab.science.text.tables import ParsedTable

__all__ = ["TEXT_SETTINGS", "Header", "ParsedTable", "Text", "key_values", "read_text", "split_header"]
