"""Seeded mutations of designs: what a careless model, person or transport does to a document."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

SEEDS = [
    json.loads(line)
    for line in """\
{"units":"mm","operations":[{"op":"extrude","profile":[{"shape":"rectangle","size":[40,20]}],"depth":5},{"op":"hole","face":"top","diameter":4,"repeat":{"grid":[2,2],"pitch":[30,10]}}]}
{"units":"in","operations":[{"op":"extrude","id":"plate","profile":[{"shape":"rectangle","size":[4,2],"corner_radius":0.25}],"depth":0.5},{"op":"extrude","face":"top","profile":[{"shape":"circle","diameter":1}],"depth":0.75},{"op":"hole","face":"plate.top","diameter":0.2,"repeat":{"corners":true,"inset":0.3}},{"op":"fillet","edges":["plate.bottom"],"radius":0.05}]}
{"units":"mm","operations":[{"op":"extrude","profile":[{"shape":"circle","diameter":60},{"shape":"circle","diameter":6,"role":"hole","repeat":{"polar":6,"diameter":45}}],"depth":8}]}
{"units":"mm","operations":[{"op":"revolve","plane":"xz","profile":[{"shape":"rectangle","size":[5,30],"at":[20,0]}],"axis":"v"}]}
{"units":"cm","parameters":[{"name":"width","value":6},{"name":"wall","value":"width/20"},{"name":"n","value":4,"kind":"count"}],"operations":[{"op":"box","size":["width","width/2",2]},{"op":"shell","thickness":"wall","open":["top"]},{"op":"hole","face":"bottom","thread":"M6","fit":"clearance","repeat":{"polar":"n","diameter":2}}]}
{"units":"mm","operations":[{"op":"sketch","id":"base","profile":[{"shape":"polyline","points":[[0,0],[30,0],[30,10],[10,10],[10,40],[0,40]]}]},{"op":"extrude","sketch":"base","depth":12,"symmetric":true},{"op":"chamfer","edges":["vertical"],"distance":1},{"op":"move","by":[5,0,-3]},{"op":"rotate","axis":"z","angle":30}]}
{"units":"mm","operations":[{"op":"cylinder","diameter":30,"height":20},{"op":"extrude","mode":"cut","face":"top","profile":[{"shape":"slot","length":18,"width":6}],"depth":4},{"op":"hole","at":[0,9],"diameter":5,"counterbore":{"diameter":9,"depth":2}},{"op":"pattern","features":["hole1"],"repeat":{"polar":3}}]}
{"units":"mm","operations":[{"op":"extrude","profile":[{"shape":"path","start":[0,0],"curves":[{"line":[20,0]},{"arc":[20,20],"through":[30,10]},{"line":[0,20]}]}],"depth":6},{"op":"extrude","mode":"new","offset":30,"profile":[{"shape":"polygon","sides":6,"across_flats":13}],"depth":4}]}
{"cad":"1.0","form":"canonical","units":"mm","operations":[{"op":"sketch","id":"sketch1","plane":"xy","profile":[{"shape":"rectangle","role":"add","size":[40,20]}]},{"op":"extrude","id":"extrude1","mode":"new","sketch":"sketch1","depth":5}]}
{"units":"ft","operations":[{"op":"sphere","radius":1},{"op":"wedge","face":"top","offset":-0.5,"size":[1,1,0.5],"top":0.2},{"op":"scale","factor":0.5},{"op":"align","point":"bottom"}]}""".splitlines()
]
_VALUES = [
    None, True, False, 0, -1, 1, 1e-6, 99999, 100001, 10**14, "", "0", "top", "mm", "extrude1", "plate.top",
    "width/0", "width+", "((((1", "1e9", "é\u0000", "x" * 500, [], {}, [[]], [1, 2], [1, 2, 3],
    {"op": "hole"}, [0] * 600, {"a": {"b": {}}}, "sketch1", "-", "../..", "a/b~c",
]  # fmt: skip
_TOKENS = [
    "1e308", "-1e999", "1e-400", "NaN", "Infinity", "-Infinity", "-0", "-0.0", "00", "1.", ".5", "0x10",
    "1_0", "9" * 400, "0." + "1" * 50, "1.0000001", "100000.5", "99999999999999999999", "+1", "1,5",
]  # fmt: skip
_KEYS = ["", "op", "id", "units", "a/b", "m~n", "ü", "depth", "profile", "repeat", "face", "mode", "x" * 300]


def mutated(count: int, seed: int = 0) -> Iterator[str]:
    """``count`` texts; the same for the same seed."""
    rng = random.Random(seed)
    for _ in range(count):
        document = json.loads(json.dumps(rng.choice(SEEDS)))
        for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
            rng.choice(_ON_DOCUMENTS)(document, rng)
        text = json.dumps(document, ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, None, 1)))
        for _ in range(rng.choice((0, 0, 0, 1, 2))):
            text = rng.choice(_ON_TEXTS)(text, rng)
        yield text


def _containers(value: Any) -> list[Any]:
    out, waiting = [], [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, (dict, list)):
            out.append(item)
            waiting += item.values() if isinstance(item, dict) else item
    return out


def _spot(document: Any, rng: random.Random) -> tuple[Any, Any] | None:
    filled = [item for item in _containers(document) if item]
    if not filled:
        return None
    inside = rng.choice(filled)
    return inside, rng.choice(list(inside) if isinstance(inside, dict) else range(len(inside)))


def _delete(document: Any, rng: random.Random) -> None:
    if spot := _spot(document, rng):
        del spot[0][spot[1]]


def _replace(document: Any, rng: random.Random) -> None:
    if spot := _spot(document, rng):
        spot[0][spot[1]] = json.loads(json.dumps(rng.choice(_VALUES)))


def _number(document: Any, rng: random.Random) -> None:
    """Change a figure by a factor, which often leaves a valid document with odd geometry."""
    spots = [
        (item, key)
        for item in _containers(document)
        for key, value in (item.items() if isinstance(item, dict) else enumerate(item))
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    if spots:
        item, key = rng.choice(spots)
        item[key] = round(item[key] * rng.choice((-1, 0, 0.01, 0.5, 1.5, 2, 3, 40, 1000)), 4)


def _swap(document: Any, rng: random.Random) -> None:
    one, two = _spot(document, rng), _spot(document, rng)
    if one and two:
        left, right = json.dumps(one[0][one[1]]), json.dumps(two[0][two[1]])
        one[0][one[1]] = json.loads(right)
        if isinstance(two[0], dict) or two[1] < len(two[0]):
            two[0][two[1]] = json.loads(left)


def _rename(document: Any, rng: random.Random) -> None:
    spot = _spot(document, rng)
    if spot and isinstance(spot[0], dict):
        value = spot[0].pop(spot[1])
        key = rng.choice([*_KEYS, f"{spot[1]}s", str(spot[1])[:-1]])
        spot[0][key] = value


def _reference(document: Any, rng: random.Random) -> None:
    """Swap ids and references for others that occur somewhere."""
    spots = [
        (item, key)
        for item in _containers(document)
        for key, value in (item.items() if isinstance(item, dict) else enumerate(item))
        if isinstance(value, str)
    ]
    if len(spots) > 1:
        (a, i), (b, j) = rng.sample(spots, 2)
        a[i], b[j] = b[j], a[i]


def _repeat_operation(document: Any, rng: random.Random) -> None:
    entries = document.get("operations")
    if isinstance(entries, list) and entries:
        copy = json.loads(json.dumps(rng.choice(entries)))
        if isinstance(copy, dict):
            copy["id"] = "twice"
        entries.insert(rng.randrange(len(entries) + 1), copy)
        entries.append(json.loads(json.dumps(copy)))


def _shuffle(document: Any, rng: random.Random) -> None:
    lists = [item for item in _containers(document) if isinstance(item, list) and len(item) > 1]
    if lists:
        rng.shuffle(rng.choice(lists))


def _units(document: Any, rng: random.Random) -> None:
    document["units"] = rng.choice(["furlong", "MM", "", "m", "in", "ft", 5, None, ["mm"], "unit"])


def _deep(document: Any, rng: random.Random) -> None:
    nest: Any = 1
    for _ in range(rng.choice((5, 30, 60))):
        nest = [nest] if rng.random() < 0.5 else {"a": nest}
    if spot := _spot(document, rng):
        spot[0][spot[1]] = nest


def _token(text: str, rng: random.Random) -> str:
    figures = [
        index for index, letter in enumerate(text) if letter.isdigit() and not text[index - 1].isdigit()
    ]
    if not figures:
        return text
    start = end = rng.choice(figures)
    while end < len(text) and (text[end].isdigit() or text[end] == "."):
        end += 1
    return text[:start] + rng.choice(_TOKENS) + text[end:]


def _cut(text: str, rng: random.Random) -> str:
    return text[: rng.randrange(len(text) + 1)]


def _insert(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return (
        text[:at]
        + rng.choice(['"', "{", "}", "[", "]", ",", ":", "\\", "\x00", "\ud800", "//", "é"])
        + text[at:]
    )


def _double_key(text: str, rng: random.Random) -> str:
    at = text.find("{", rng.randrange(len(text) + 1))
    return text if at < 0 else f'{text[: at + 1]}"op":"hole","op":"box",{text[at + 1 :]}'


def _surround(text: str, rng: random.Random) -> str:
    before, after = rng.choice(
        [
            ("Here is your part:\n```json\n", "\n```\nEnjoy!"),
            ("```\n", ""),
            ("{not json} ", ""),
            ("\ufeff", "\n\n"),
            ("", ' and {"more":1}'),
        ]
    )
    return before + text + after


def _nest(text: str, rng: random.Random) -> str:
    return rng.choice(("[", '{"a":', '{"units":"mm","operations":[')) * rng.choice((50, 10_000)) + text


_ON_DOCUMENTS: list[Callable[[Any, random.Random], None]] = [
    _delete, _replace, _replace, _number, _number, _number, _swap, _rename, _reference, _repeat_operation,
    _shuffle, _units, _deep,
]  # fmt: skip
_ON_TEXTS: list[Callable[[str, random.Random], str]] = [
    _token, _token, _cut, _insert, _double_key, _surround, _surround, _nest,
]  # fmt: skip
