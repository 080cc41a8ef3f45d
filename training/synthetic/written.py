"""Requests worded by hand: templates with slots for the sizes, drawn and filled in.

Each line of ``training/synthetic/written/*.jsonl`` is one template::

    {"slots": {"a": [0.5, 1], "t": ["0.05*a", "0.2*a"], "n": {"count": [3, 8]},
               "side": {"pick": ["left", "right"]}},
     "texts": ["A plate {a,b,t} with {n} holes …", …],
     "operations": [… "{a}" … "{a}/2" …]}

A slot is a length between two shares of the overall size (or expressions over earlier slots), a count, an
angle in whole multiples of five degrees, or one of several words or groups of words. In a text ``{a}`` is the
length with its unit where this writer writes one, ``{a|bare}`` the figure alone, ``{a,b,t}`` sizes in one
breath, ``{n}`` a count; ``{side.0}`` takes the first word of a group. In the operations a string that is one
slot becomes its figure.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cadagent.design.expressions import Evaluator
from training.synthetic.context import Context
from training.synthetic.fillers import says_unit
from training.synthetic.numbers import Number, plain
from training.synthetic.random_source import RandomSource
from training.synthetic.rewording import reworded

FOLDER = Path(__file__).parent / "written"
_NEGATIVE = re.compile(r"-\d+(\.\d+)?")
_SLOT = re.compile(r"\{([a-z][a-z0-9_]*(?:\.\d)?(?:,[a-z][a-z0-9_]*)*)(?:\|(bare))?\}")
_UNIT_NAMES = {
    "mm": ("mm", "millimetres", "millimeters"),
    "cm": ("cm", "centimetres"),
    "m": ("m", "metres", "meters"),
    "in": ("inches",),
    "ft": ("feet",),
}
_NOTES = (
    "All dimensions in {}.",
    "Dimensions are in {}.",
    "Sizes in {}.",
    "(all in {})",
    "Everything in {}.",
    "All values are {}.",
    "Units: {}.",
)


#: How often a template of a file is drawn, where that is not once. Short requests are many among those to be
#: refused and few among those to be built: drawn once, they would teach a model to refuse all that is short.
_WEIGHTS = {"short": 3.0, "twins": 3.0}


@cache
def templates() -> tuple[tuple[float, tuple[dict[str, Any], ...]], ...]:
    """The templates of each file, in the files' order, with the file's weight."""
    files = []
    for path in sorted(FOLDER.glob("*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines()
        found = tuple(json.loads(line) | {"source": path.stem} for line in lines if line.strip())
        files.append((len(found) * _WEIGHTS.get(path.stem, 1.0), found))
    return tuple(files)


#: Makes the writer of a request; told the unit where it is fixed.
Writer = Callable[..., Context]


class Drawn(NamedTuple):
    """One draw of a template.

    Attributes:
        text, document: the request and its design.
        source: name of the file that the template stands in, as a family.
        origin: the text of the template that was filled, before it was put into other words.
    """

    text: str
    document: dict[str, Any]
    source: str
    origin: str


def draw_written(rng: RandomSource, writer: Writer = Context) -> Drawn:
    """A draw of any template."""
    return fill(rng.pick(rng.weighted(templates())), rng, writer)


def fill(template: dict[str, Any], rng: RandomSource, writer: Writer = Context) -> Drawn:
    """One draw of a template."""
    ctx = writer(rng, unit=template.get("units"))
    values: dict[str, Any] = {}
    for name, slot in template["slots"].items():
        values[name] = _value(slot, values, ctx)
    origin = rng.pick(template["texts"])
    text = reworded(ctx, origin) if ctx.rewords else origin
    text = _SLOT.sub(lambda match: _written(match, values, template["slots"], ctx), text)
    if ctx.unit != "unit" and not says_unit(text, ctx.unit):
        note = rng.pick(_NOTES).format(rng.pick(_UNIT_NAMES[ctx.unit]))
        text = f"{text} {note}" if text.rstrip().endswith((".", "!", "?")) else f"{text}. {note}"
    document = {"units": ctx.unit, "operations": _filled(template["operations"], values)}
    return Drawn(text, document, f"written_{template.get('source', 'template')}", origin)


def _value(slot: Any, values: dict[str, Any], ctx: Context) -> Any:
    if isinstance(slot, list):
        low, high = (_bound(bound, values, ctx) for bound in slot)
        return ctx.between(low, max(high, low))
    if "count" in slot:
        return ctx.rng.integer(*slot["count"])
    if "angle" in slot:
        return 5 * ctx.rng.integer(slot["angle"][0] // 5, slot["angle"][1] // 5)
    return ctx.pick(slot["pick"])


def _bound(bound: Any, values: dict[str, Any], ctx: Context) -> float:
    """A share of the overall size, or an expression over the slots before."""
    if not isinstance(bound, str):
        return float(bound * ctx.scale)
    known = [{"name": name, "value": value, "kind": "ratio"} for name, value in values.items()
             if isinstance(value, (int, float))]  # fmt: skip
    return Evaluator("unit", known).number(bound, "ratio")


def _written(match: re.Match[str], values: dict[str, Any], slots: dict[str, Any], ctx: Context) -> str:
    names, bare = match.group(1).split(","), match.group(2)
    if len(names) > 1:
        return ctx.several([values[name] for name in names])
    name, _, index = names[0].partition(".")
    value = values[name]
    if index:
        return str(value[int(index)])
    slot = slots[name]
    if isinstance(slot, list):
        return ctx.bare(value) if bare else ctx.length(value)
    if "count" in slot:
        return str(value) if bare else ctx.count(value)
    return str(value)


def _filled(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(entry, values) for key, entry in value.items()}
    if isinstance(value, list):
        return [_filled(entry, values) for entry in value]
    if not isinstance(value, str) or "{" not in value:
        return value
    whole = _SLOT.fullmatch(value)
    if whole:
        return _figure(whole.group(1), values)
    text = _SLOT.sub(lambda match: _plain(_figure(match.group(1), values)), value)
    return float(text) if _NEGATIVE.fullmatch(text) else text  # "-{a}" is a figure, "{a}/2" an expression


def _figure(name: str, values: dict[str, Any]) -> Any:
    base, _, index = name.partition(".")
    return values[base][int(index)] if index else values[base]


def _plain(value: Number | str) -> str:
    return value if isinstance(value, str) else plain(value)


def main(arguments: list[str] | None = None) -> int:
    """Check a file of templates: each drawn several times, resolved and built; prints what fails."""
    parser = argparse.ArgumentParser(description="Check files of hand-worded templates.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument(
        "--show", action="store_true", help="print one filled request and design of each template"
    )
    options = parser.parse_args(arguments)
    from cadagent.validation import validate
    from training.synthetic.completions import Rejected, completion

    bad = total = texts = 0
    for path in options.files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            template = json.loads(line)
            texts += len(template["texts"])
            for draw in range(options.draws):
                total += 1
                where = f"{path.name}:{number}"
                try:
                    text, document, *_ = fill(template, RandomSource("check", number, draw))
                    answer = completion(document)
                except (KeyError, Rejected, ValueError, TypeError) as error:
                    bad += 1
                    print(f"{where}: {type(error).__name__} {error}")
                    break
                report = validate(answer)
                if not report.valid or report.findings:
                    bad += 1
                    why = report.findings[0].one_line() if report.findings else "not valid"
                    print(f"{where}: {why}\n   {answer}")
                    break
                if options.show and draw == 0:
                    print(f"{text}\n   {answer}")
    print(f"{total} draws of {texts} texts, {bad} templates failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
