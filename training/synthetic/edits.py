"""Changes of a design that is there: what somebody asks for, and the design with just that changed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from cadagent.agent.prompts import clean_request, edit_prompt
from training.synthetic import noise
from training.synthetic.completions import completion
from training.synthetic.context import Context
from training.synthetic.edit_additions import added
from training.synthetic.edit_changes import Change, count, figure, relative
from training.synthetic.edit_figures import Path, another
from training.synthetic.edit_structure import move, remove, shape
from training.synthetic.edit_words import finished
from training.synthetic.explicit import Document
from training.synthetic.random_source import RandomSource

Sample = dict[str, Any]
Kind = Callable[[Document, Context], Change | None]
#: Kinds of change drawn for one design until one fits.
_TRIES = 3
_UNIT_NAMES = {
    "mm": ("millimetres", "mm"),
    "cm": ("centimetres", "cm"),
    "m": ("metres", "m"),
    "in": ("inches", "inches"),
    "ft": ("feet", "ft"),
}


def edited(sample: Sample, rng: RandomSource) -> Sample | None:
    """A sample's design with a change asked for and made; ``None`` where none of the drawn kinds fits.

    Raises:
        Rejected: the changed design is not valid.
    """
    document = json.loads(sample["completion"])
    ctx = Context(rng, unit=document["units"])
    ctx.numbers.trailing_zero = ctx.numbers.bare_point = False
    for _ in range(_TRIES):
        kind, make = rng.weighted(KINDS)
        change = make(document, ctx)
        if change is not None:
            break
    else:
        return None
    texts = [change.text]
    if kind == "figure" and rng.chance(0.15):
        second = figure(change.document, ctx)
        if second is not None and _apart(change.path, second.path):
            change = second
            texts.append(second.text)
            kind = "figures"
    after = completion(change.document)
    if after == sample["completion"]:
        return None
    joint = ctx.pick((" and ", ". Also ", ", and ", ". Then ", "; ")) if len(texts) > 1 else ""
    text = noise.roughen(ctx, finished(ctx, joint.join(texts)))
    messages = edit_prompt(sample["completion"], clean_request(text))
    return {
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        "completion": after,
        "change": text,
        "before": sample["completion"],
        "family": sample["family"],
        "style": sample["style"],
        "task": "edit",
        "kind": kind,
        "seed": sample["seed"],
    }


def _apart(first: Path | None, second: Path | None) -> bool:
    """Whether two figures are of different features; a feature has only one name in one message."""
    return first is not None and second is not None and first[:2] != second[:2]


def whole(document: Document, ctx: Context) -> Change | None:
    """The unit, or a named figure."""
    if "parameters" in document and ctx.chance(0.8):
        chosen = ctx.rng.integer(0, len(document["parameters"]) - 1)
        entry = document["parameters"][chosen]
        if not isinstance(entry["value"], (int, float)) or entry.get("kind", "length") != "length":
            return None
        new = another(ctx.rng, entry["value"], 0.7, 1.5)
        after = copy.deepcopy(document)
        after["parameters"][chosen]["value"] = new
        name, text = entry["name"], ctx.length(new)
        ways: tuple[str, ...] = (
            f"{name} = {text}",
            f"set {name} to {text}",
            f"change {name} to {text}",
            f"let {name} be {text}",
        )
        return Change(ctx.pick(ways), after)
    old = document["units"]
    if old == "unit":
        return None
    new_unit = ctx.pick([unit for unit in _UNIT_NAMES if unit != old])
    new_name, old_name = ctx.pick(_UNIT_NAMES[new_unit]), ctx.pick(_UNIT_NAMES[old])
    ways = (
        f"all sizes should be in {new_name}, not in {old_name}",
        f"that should have been {new_name}, not {old_name}",
        f"I meant {new_name}, not {old_name}",
        f"take the same numbers in {new_name}",
        f"the figures are {new_name}",
        f"use {new_name} instead of {old_name}",
    )
    return Change(ctx.pick(ways), document | {"units": new_unit})


def add(document: Document, ctx: Context) -> Change | None:
    """A feature more."""
    made = added(document, ctx)
    return None if made is None else Change(*made)


KINDS: tuple[tuple[float, tuple[str, Kind]], ...] = (
    (40, ("figure", figure)),
    (8, ("relative", relative)),
    (14, ("count", count)),
    (20, ("add", add)),
    (12, ("remove", remove)),
    (8, ("move", move)),
    (5, ("shape", shape)),
    (3, ("whole", whole)),
)
