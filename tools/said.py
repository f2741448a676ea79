"""Sentences of the pure rooms, which know no gettext: they are found in the source by the calls that say them.

A template with names (“{name} is cut”) stands as it is; an f-string becomes one, each expression a name. Pages find the
template of an English sentence again (jointlab.web.sentences).
"""

import ast
import re
from collections.abc import Iterator

FAULTS = frozenset({"BadInput", "NotAllowed", "NotFound", "Conflict", "Unavailable", "_refusal"})
SAID = {"Caution": 1, "Plot": 1, "Option": 1}  # calls of the science room, and which argument is the sentence
NAMED = {"Plot": {"title", "caption"}, "figure": {"method", "includes"}}  # arguments by name that are sentences, too
_LEAST = 4  # letters of its own that a sentence must have


def in_source(text: str) -> Iterator[str]:
    """The sentences of one module."""
    tree = ast.parse(text)
    scopes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for scope in [*scopes, tree]:
        for call in ast.walk(scope):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                for argument in _sentences_of(call):
                    yield from _templates(argument, scope)


def _sentences_of(call: ast.Call) -> Iterator[ast.expr]:
    assert isinstance(call.func, ast.Name)
    position = 1 if call.func.id in FAULTS else SAID.get(call.func.id)
    if position is not None and len(call.args) > position:
        yield call.args[position]
    names = NAMED.get(call.func.id, set())
    yield from (given.value for given in call.keywords if given.arg in names)


def _templates(expression: ast.expr, scope: ast.AST) -> Iterator[str]:
    """What an expression may say; a name is followed to what the scope gives it."""
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        found = expression.value
    elif isinstance(expression, ast.JoinedStr):
        found = _of_joined(expression)
    elif isinstance(expression, ast.IfExp):
        yield from _templates(expression.body, scope)
        yield from _templates(expression.orelse, scope)
        return
    elif isinstance(expression, ast.Name):
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign) and any(_is(target, expression.id) for target in node.targets):
                yield from _templates(node.value, ast.Module([], []))
        return
    else:
        return
    if sum(char.isalpha() for char in _bare(found)) >= _LEAST:
        yield found


def _is(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name


def _of_joined(joined: ast.JoinedStr) -> str:
    """The f-string with a name for each expression; what was `{100 * part:.1f}` is `{part}`."""
    parts: list[str] = []
    used: dict[str, str] = {}
    for value in joined.values:
        if isinstance(value, ast.FormattedValue):
            source = ast.unparse(value.value)
            name = _name_of(value.value)
            while used.setdefault(name, source) != source:
                name += "_"
            parts.append(f"{{{name}}}")
        else:
            assert isinstance(value, ast.Constant)
            parts.append(str(value.value).replace("{", "{{").replace("}", "}}"))
    return "".join(parts)


def _name_of(expression: ast.expr) -> str:
    """The last name in an expression: `len(all_spectra)` is all_spectra, `table.name` is name."""
    names = [
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(expression)
        if isinstance(node, ast.Attribute | ast.Name)
    ]
    called = {ast.unparse(node.func).rpartition(".")[2] for node in ast.walk(expression) if isinstance(node, ast.Call)}
    return next((name.strip("_").lower() for name in names if name not in called), "value")


def _bare(template: str) -> str:
    """The template without its names."""
    return "".join(part.partition("{")[0] for part in template.split("}"))


def of_science() -> Iterator[str]:
    """What the science room calls its techniques, readers, formats that are refused, and their settings."""
    from jointlab.science.door import known_settings
    from jointlab.science.readers import all_readers
    from jointlab.science.readers.unreadable import UNREADABLE
    from jointlab.science.techniques import all_techniques

    yield from (technique.title for technique in all_techniques())
    yield from (reader.title for reader in all_readers())
    for entry in UNREADABLE:
        yield from (entry.title, entry.advice)
    for setting in known_settings().values():
        yield from (setting.key.replace("_", " "), setting.help)
        yield from (option.replace("_", " ") for option in setting.options if re.fullmatch("[a-z_-]{4,}", option))
