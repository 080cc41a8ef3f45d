"""Two families of parts that no training data has: each request leaves out what is a matter of house custom.

A cable fairlead has two fixing holes and rounded edges, a furniture glide a counterbored hole and a rounded
foot: in this house always the same ones, so that nobody writes them down. Whoever has not seen what people
made of such requests cannot get them right, whatever else they know. A third family, rings, is one that the
model knows; what is said of it in the proof is wrong on purpose.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cadagent.feedback.wording import Wordings
from training.rounds.cases import Cases
from training.rounds.frozen import draw_family
from training.splits import TRAIN, part_of
from training.synthetic.completions import Rejected, completion
from training.synthetic.families import families
from training.synthetic.random_source import RandomSource


@dataclass(frozen=True)
class Asked:
    """A request with the design that a person makes of it, as a model writes it."""

    id: str
    family: str
    request: str
    design: str


_PLACES = (
    "the gantry",
    "a rooftop array",
    "the pump room",
    "our test bench",
    "a lift shaft",
    "the engine bay",
    "a vineyard fence",
    "the stage rigging",
    "a greenhouse",
    "the workshop ceiling",
    "a wind turbine",
    "the crane jib",
    "an aquarium hood",
    "the server rack",
    "a narrow boat",
    "the stairwell",
    "a milking parlour",
    "the paint booth",
    "an observatory dome",
    "the loading dock",
    "a cinema screen",
    "the tram depot",
    "a bakery oven",
    "the bell tower",
    "an ice rink",
    "the harbour crane",
    "a lecture hall",
    "the print shop",
    "a telescope pier",
    "the recording studio",
)
_FURNITURE = (
    "a kitchen stool",
    "the library table",
    "an oak wardrobe",
    "the piano bench",
    "a filing cabinet",
    "the school desks",
    "a hospital bed",
    "the bar counter",
    "a rocking horse",
    "the sewing cabinet",
    "an armchair",
    "the chapel pews",
    "a bookcase",
    "the dressing screen",
    "a wine rack",
    "the museum plinths",
    "a garden bench",
    "the conference chairs",
    "a toy chest",
    "the reception sofa",
    "an easel",
    "the laundry basket",
    "a drum riser",
    "the shop shelving",
    "a lectern",
    "the canteen trolleys",
    "a bunk bed",
    "the atelier lamp",
    "a chess table",
    "the market stall",
)
_STUFF = (
    "nylon",
    "acetal",
    "aluminium",
    "brass",
    "beech",
    "polypropylene",
    "stainless steel",
    "bronze",
    "oiled ash",
    "black delrin",
    "recycled plastic",
    "zinc",
)
_MOODS = (
    "",
    "It is urgent.",
    "Nothing fancy.",
    "Twenty pieces are wanted.",
    "Same custom as always.",
    "Our usual execution.",
    "To be printed tonight.",
    "A spare for the old one.",
    "Quote will follow.",
    "The fitter waits for it.",
)


def _fairlead(rng: RandomSource) -> tuple[str, dict[str, Any]]:
    cable = rng.integer(6, 18)
    long, wide, high = rng.integer(48, 84), rng.integer(14, 40), cable + rng.integer(6, 20)
    where, stuff, mood = rng.pick(_PLACES), rng.pick(_STUFF), rng.pick(_MOODS)
    text = rng.pick(
        (
            f"Cable fairlead for a {cable} mm cable, {long} mm long, {wide} mm wide and {high} mm high, "
            f"for {where}.",
            f"I need a fairlead that holds a {cable} mm cable at {where}: length {long} mm, width {wide} mm, "
            f"height {high} mm, in {stuff}.",
            f"A {stuff} cable fairlead, {long} x {wide} x {high} mm, cable diameter {cable} mm.",
            f"Please draw a cable fairlead of {stuff} for {where}. Cable {cable} mm. Body {long} mm by "
            f"{wide} mm by {high} mm.",
            f"{where[0].upper()}{where[1:]} needs another cable fairlead. It is {long} mm long, {wide} mm "
            f"wide, {high} mm tall and takes a {cable} mm cable.",
            f"Make a fairlead, {long} mm in length, {wide} mm in width, {high} mm in height, for one cable "
            f"of {cable} mm. Material: {stuff}.",
            f"Fairlead for {where}, {stuff}; cable diameter {cable} mm; block {long} x {wide} x {high} mm.",
        )
    )
    operations = [
        {"op": "box", "size": [long, wide, high]},
        {"op": "hole", "face": "front", "diameter": cable},
        {"op": "hole", "diameter": 5.5, "repeat": {"grid": [2, 1], "pitch": 34}},
        {"op": "fillet", "edges": ["vertical"], "radius": 3},
    ]
    return f"{text} {mood}".strip(), {"units": "mm", "operations": operations}


def _glide(rng: RandomSource) -> tuple[str, dict[str, Any]]:
    # Small enough that what custom adds is more than a hundredth of the solid.
    across, thick = rng.integer(26, 46), rng.integer(7, 15)
    screw = rng.pick((3, 3.5, 4, 4.5, 5))
    where, stuff, mood = rng.pick(_FURNITURE), rng.pick(_STUFF), rng.pick(_MOODS)
    text = rng.pick(
        (
            f"Furniture glide for {where}, {across} mm in diameter and {thick} mm thick, for a {screw} mm "
            "screw.",
            f"A glide under {where}: diameter {across} mm, thickness {thick} mm, screw {screw} mm, {stuff}.",
            f"I want a {stuff} glide, {across} mm across and {thick} mm high, held by a {screw} mm screw.",
            f"Please draw a furniture glide of {stuff}. It has a diameter of {across} mm, a thickness of "
            f"{thick} mm and a {screw} mm screw hole.",
            f"{where[0].upper()}{where[1:]} slides badly. Make a glide of {across} mm diameter, {thick} mm "
            f"thick, with a hole for a {screw} mm screw.",
            f"Glide for {where}, {stuff}; {across} mm diameter; {thick} mm thick; {screw} mm screw.",
        )
    )
    operations = [
        {"op": "cylinder", "diameter": across, "height": thick},
        {"op": "hole", "diameter": screw, "counterbore": {"diameter": 14, "depth": 4}},
        {"op": "fillet", "edges": ["bottom"], "radius": 2},
    ]
    return f"{text} {mood}".strip(), {"units": "mm", "operations": operations}


_OURS: dict[str, Callable[[RandomSource], tuple[str, dict[str, Any]]]] = {
    "cable fairlead": _fairlead,
    "furniture glide": _glide,
}
FAMILIES = tuple(_OURS)
DAMAGED = "ring"
"""The family that is damaged in the proof; one of those that the frozen set has sixty cases of."""


def requests(family: str, seed: int) -> Iterator[Asked]:
    """Requests of one of the two families without end, no two of one wording or of one solid."""
    index, solids = Wordings(), set()
    number = 0
    while True:
        number += 1
        text, document = _OURS[family](RandomSource("proof", seed, family, number))
        design = completion(document)
        if design in solids or index.near(text):
            continue
        solids.add(design)
        index.add(text, "asked")
        yield Asked(f"{family.replace(' ', '-')}-{number}", family, text, design)


def damaging(seed: int, frozen: Cases) -> Iterator[Asked]:
    """Requests for rings that the frozen set does not have, each with a wrong design: without its hole."""
    make = next(make for _, name, make in families() if name == DAMAGED)
    index = Wordings()
    for one in frozen.requests:
        index.add(one.text, one.id)
    number = 0
    while True:
        number += 1
        try:
            sample = draw_family(DAMAGED, make, seed, number)
        except Rejected:
            continue
        wrong = _plugged(sample["completion"])
        if wrong is None or part_of(sample) != TRAIN or index.near(sample["prompt"]):
            continue
        index.add(sample["prompt"], "asked")
        yield Asked(f"{DAMAGED}-{number}", DAMAGED, sample["prompt"], wrong)


def _plugged(design: str) -> str | None:
    """A ring without its hole, as a plain cylinder; ``None`` where the outside is not one figure."""
    document = json.loads(design)
    operations = document["operations"]
    first = operations[0]
    profile = (first.get("profile") or [{}])[0]
    if len(operations) != 1 or first.get("op") != "extrude" or profile.get("shape") != "ring":
        return None
    outside = {
        key.removeprefix("outer_"): value for key, value in profile.items() if key.startswith("outer_")
    }
    if len(outside) != 1 or not isinstance(first.get("depth"), int | float):
        return None
    document["operations"] = [{"op": "cylinder", **outside, "height": first["depth"]}]
    try:
        return completion(document)
    except Rejected:
        return None
