"""Python source written by a program: safe literals, and helpers copied from the modules that hold them."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

#: Figures are written with this many decimals, in whatever unit the target uses.
_DIGITS = 12


def literal(value: Any) -> str:
    """A Python literal for data of a document: plain ASCII, so that no text can end it or hide in it."""
    if isinstance(value, float):
        rounded = round(value, _DIGITS) + 0.0
        return repr(rounded)
    if isinstance(value, str):
        return ascii(value)
    if isinstance(value, tuple):
        inner = ", ".join(literal(entry) for entry in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return "[" + ", ".join(literal(entry) for entry in value) + "]"
    if value is None or isinstance(value, (bool, int)):
        return repr(value)
    raise TypeError(f"no literal for {type(value).__name__}")


def remark(text: str) -> str:
    """A comment line; what is not printable ASCII is escaped, so that it stays one line."""
    return "# " + ascii(text)[1:-1]


def tabled(rows: Iterable[Any], indent: str) -> str:
    """A list literal with one entry a line."""
    return "[\n" + "".join(f"{indent}    {literal(row)},\n" for row in rows) + f"{indent}]"


@cache
def definitions(modules: tuple[str, ...]) -> dict[str, tuple[str, frozenset[str]]]:
    """Top-level names of helper modules: their source and the names it uses, in the order of the text."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for module in modules:
        path = Path(__file__).with_name(f"{module}.py")
        source = path.read_text(encoding="utf-8")
        lines = source.splitlines()
        for node in ast.parse(source).body:
            names = _defined(node)
            if not names:
                continue
            first = min([node.lineno, *(entry.lineno for entry in getattr(node, "decorator_list", []))])
            while lines[first - 2].startswith("#"):
                first -= 1
            used = {entry.id for entry in ast.walk(node) if isinstance(entry, ast.Name)}
            found[names[0]] = ("\n".join(lines[first - 1 : node.end_lineno]), frozenset(used))
    return found


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def helpers(modules: tuple[str, ...], body: str) -> str:
    """The helpers that a script's body needs, with those that they need, in the order of their modules."""
    table = definitions(modules)
    wanted: set[str] = set()
    waiting = {entry.id for entry in ast.walk(ast.parse(body)) if isinstance(entry, ast.Name)}
    while waiting:
        name = waiting.pop()
        if name in table and name not in wanted:
            wanted.add(name)
            waiting |= table[name][1]
    parts: list[str] = []
    for name, (source, _) in table.items():
        if name in wanted:
            gap = "\n\n\n" if source.lstrip().startswith(("def ", "class ", "@")) else "\n"
            parts.append(gap + source)
    return "".join(parts).strip("\n")
