"""Structural F1: how much of one design's operations, parents, parameters and values another one has.

A canonical document becomes items *(operation, parent or face, parameter, value)*. Operations, and the loops
of a sketch, are paired by the assignment that shares the most items, so names of ids, the order of
independent operations and the order of loops do not matter. References to other operations count as equal
where their targets are paired with each other; since that depends on the pairing, pairing and weights are
worked out in turn until they agree. Numbers are equal within 1e-6; expressions count by their text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .assignment import assign
from .intervals import Estimate, bootstrap_ratio

TOLERANCE = 1e-6

#: Pairing and reference weights settle within two or three turns; this only ends a flip-flop.
MAX_TURNS = 8

#: Keys whose texts name operations, alone ("extrude1") or with a face ("extrude1.top", "a.top/b.front").
_REFERENCES = frozenset(
    ("sketch", "face", "target", "tools", "features", "sections", "edges", "open", "body", "plane")
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


Place = tuple[int, int]


@dataclass
class _Node:
    """An operation or a loop: plain items, and references as (parameter, text with holes, targets)."""

    kind: str
    items: list[tuple[str, Any]] = field(default_factory=list)
    references: list[tuple[str, str, tuple[int, ...]]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.items) + len(self.references)


@dataclass(frozen=True)
class Score:
    """Shared items, and items of the expected and of the actual document."""

    shared: int
    expected: int
    actual: int

    @property
    def f1(self) -> float:
        total = self.expected + self.actual
        return 2 * self.shared / total if total else 1.0

    @property
    def precision(self) -> float:
        return self.shared / self.actual if self.actual else 0.0

    @property
    def recall(self) -> float:
        return self.shared / self.expected if self.expected else 0.0


def score(expected: Mapping[str, Any], actual: Mapping[str, Any] | None) -> Score:
    """Compare two canonical documents; ``None`` for a missing one shares nothing."""
    left = _nodes(expected)
    if actual is None:
        return Score(0, sum(map(len, left)), 0)
    right = _nodes(actual)
    pairs = _paired(left, right)
    shared = sum(_shared(left[i], right[j], pairs, loose=False) for i, j in pairs.items())
    return Score(shared, sum(map(len, left)), sum(map(len, right)))


def pairing(
    expected: Mapping[str, Any], actual: Mapping[str, Any]
) -> tuple[dict[int, int], dict[Place, Place]]:
    """Which operations, and which loops (operation, place in its profile), of two documents belong together.

    Indices lead into the lists of operations; what has no counterpart is not in the dicts.
    """
    left, right = _nodes(expected), _nodes(actual)
    found = _paired(left, right)
    places = [_places(document) for document in (expected, actual)]
    operations = {i: j for i, j in found.items() if left[i].kind not in ("loop", "document")}
    # the loops are the last nodes, in the order of the document
    first = len(left) - len(places[0]), len(right) - len(places[1])
    loops = {
        places[0][i - first[0]]: places[1][j - first[1]] for i, j in found.items() if left[i].kind == "loop"
    }
    return operations, loops


def _places(document: Mapping[str, Any]) -> list[Place]:
    return [
        (index, place)
        for index, operation in enumerate(document["operations"])
        for place in range(len(operation.get("profile", ())))
    ]


def _paired(left: Sequence[_Node], right: Sequence[_Node]) -> dict[int, int]:
    """The pairing of nodes in which they share most, references weighed by the pairing itself."""
    pairs: dict[int, int] = {}
    for turn in range(MAX_TURNS):
        weights = [
            [_shared(a, b, pairs, loose=turn == 0) if a.kind == b.kind else 0 for b in right] for a in left
        ]
        found = assign(weights)
        if found == pairs and turn:
            break
        pairs = found
    return pairs


def micro_f1(scores: Iterable[Score]) -> Estimate:
    """F1 over the items of all documents together, with a bootstrap interval over the documents."""
    return bootstrap_ratio([(2 * s.shared, s.expected + s.actual) for s in scores])


def _nodes(document: Mapping[str, Any]) -> list[_Node]:
    operations = [op for op in document.get("operations", []) if isinstance(op, dict)]
    index = {op["id"]: i for i, op in enumerate(operations) if isinstance(op.get("id"), str)}
    head = _Node("document", [("units", document.get("units"))])
    parameters = document.get("parameters") or []
    head.items += [(f"parameter {p.get('name')}", p.get("value")) for p in parameters if isinstance(p, dict)]
    nodes = [_Node(str(op.get("op")), [("op", op.get("op"))]) for op in operations]
    loops: list[_Node] = []
    for i, operation in enumerate(operations):
        for key, value in operation.items():
            if key in ("op", "id"):
                continue
            if key == "profile":
                loops += _loops(value, i, index)
            else:
                _flatten(nodes[i], key, value, index)
    return [*nodes, head, *loops]


def _loops(profile: Any, owner: int, index: Mapping[str, int]) -> list[_Node]:
    found = []
    for loop in profile if isinstance(profile, list) else []:
        node = _Node("loop", [], [("in", "{}", (owner,))])
        for key, value in loop.items() if isinstance(loop, dict) else ():
            if key != "name":
                _flatten(node, key, value, index)
        found.append(node)
    return found


def _flatten(node: _Node, path: str, value: Any, index: Mapping[str, int]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "profile" and isinstance(inner, list):
                # Sections placed in the operation itself: loops count by their place in the list.
                inner = dict(enumerate(inner))
            _flatten(node, f"{path}/{key}", inner, index)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            # Lists of names are sets; lists of numbers are points and sizes.
            place = path if isinstance(inner, str) and path in _REFERENCES else f"{path}/{position}"
            _flatten(node, place, inner, index)
    elif isinstance(value, str) and path.split("/")[0] in _REFERENCES:
        targets: list[int] = []

        def hole(match: re.Match[str]) -> str:
            if match.group() in index:
                targets.append(index[match.group()])
                return "{}"
            return match.group()

        text = _NAME.sub(hole, value)
        node.references.append((path, text, tuple(targets)))
    else:
        node.items.append((path, value))


def _equal(a: Any, b: Any) -> bool:
    numbers = [isinstance(x, int | float) and not isinstance(x, bool) for x in (a, b)]
    if all(numbers):
        return abs(a - b) <= TOLERANCE
    return type(a) is type(b) and a == b


def _shared(a: _Node, b: _Node, pairs: Mapping[int, int], *, loose: bool) -> int:
    """Number of items of ``a`` that ``b`` has too; with ``loose`` any targets of a reference are the same."""
    count = _matched(a.items, b.items, lambda x, y: x[0] == y[0] and _equal(x[1], y[1]))

    def same(x: tuple[str, str, tuple[int, ...]], y: tuple[str, str, tuple[int, ...]]) -> bool:
        return x[:2] == y[:2] and (loose or tuple(pairs.get(t, -1) for t in x[2]) == y[2])

    return count + _matched(a.references, b.references, same)


def _matched(left: Sequence[Any], right: Sequence[Any], same: Any) -> int:
    rest, count = list(right), 0
    for item in left:
        position = next((i for i, other in enumerate(rest) if same(item, other)), None)
        if position is not None:
            del rest[position]
            count += 1
    return count
