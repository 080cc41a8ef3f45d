"""Shapes described without any figures: the sizes are chosen by fixed rules, in no unit.

A plate is 100 × 60 × 10, a block 100 × 60 × 50, a cylinder 50 × 100, a disc 100 × 10; "long", "tall" and
"thin" stretch them; a hole is 20, a smaller thing half as wide as what it stands on.
"""

from __future__ import annotations

from typing import Any

from training.synthetic.part import Part, Statement
from training.synthetic.words import article

_BASES: tuple[tuple[str, str, tuple[str, ...], dict[str, Any]], ...] = (
    (
        "rectangular plate",
        "plate",
        ("sketch a rectangle", "extrude it slightly"),
        {"op": "box", "size": [100, 60, 10]},
    ),
    (
        "thin rectangular plate",
        "plate",
        ("draw a rectangle", "extrude it by a small amount"),
        {"op": "box", "size": [100, 60, 5]},
    ),
    (
        "square plate",
        "plate",
        ("sketch a square", "extrude it slightly"),
        {"op": "box", "size": [80, 80, 10]},
    ),
    (
        "long narrow plate",
        "plate",
        ("sketch a long narrow rectangle", "extrude it a little"),
        {"op": "box", "size": [150, 30, 10]},
    ),
    (
        "rectangular block",
        "block",
        ("sketch a rectangle", "extrude it into a block"),
        {"op": "box", "size": [100, 60, 50]},
    ),
    (
        "long rectangular block",
        "block",
        ("draw a long rectangle", "extrude it into a bar"),
        {"op": "box", "size": [200, 60, 50]},
    ),
    (
        "tall rectangular block",
        "block",
        ("draw a rectangle", "extrude it a long way up"),
        {"op": "box", "size": [60, 40, 150]},
    ),
    (
        "cube",
        "cube",
        ("sketch a square", "extrude it by its own side length"),
        {"op": "box", "size": [50, 50, 50]},
    ),
    (
        "cylinder",
        "cylinder",
        ("sketch a circle", "extrude it"),
        {"op": "cylinder", "diameter": 50, "height": 100},
    ),
    (
        "long cylinder",
        "cylinder",
        ("sketch a circle", "extrude it a long way"),
        {"op": "cylinder", "diameter": 50, "height": 200},
    ),
    (
        "short wide cylinder",
        "cylinder",
        ("draw a large circle", "extrude it a little"),
        {"op": "cylinder", "diameter": 100, "height": 20},
    ),
    (
        "round disc",
        "disc",
        ("sketch a circle", "extrude it by a small amount"),
        {"op": "cylinder", "diameter": 100, "height": 10},
    ),
)
_ROUND: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("hollow cylinder", {"shape": "ring", "outer_diameter": 50, "inner_diameter": 40}, 100),
    ("long thin tube", {"shape": "ring", "outer_diameter": 50, "inner_diameter": 40}, 200),
    ("thin ring", {"shape": "ring", "outer_diameter": 100, "inner_diameter": 80}, 5),
    ("flat ring", {"shape": "ring", "outer_diameter": 100, "inner_diameter": 60}, 10),
    ("square frame", {"shape": "square", "side": 100, "wall": 10}, 10),
    ("rectangular frame", {"shape": "rectangle", "size": [100, 60], "wall": 10}, 10),
    ("rectangular pipe", {"shape": "rectangle", "size": [60, 40], "wall": 5}, 150),
    ("square tube", {"shape": "square", "side": 50, "wall": 5}, 150),
    ("hexagonal plate", {"shape": "polygon", "sides": 6, "side": 50}, 10),
    ("octagonal plate", {"shape": "polygon", "sides": 8, "side": 40}, 10),
    ("hexagonal bar", {"shape": "polygon", "sides": 6, "side": 20}, 150),
    ("pentagonal prism", {"shape": "polygon", "sides": 5, "side": 50}, 50),
    ("isosceles triangular plate", {"shape": "triangle", "base": 100, "height": 80}, 10),
    ("equilateral triangular prism", {"shape": "polygon", "sides": 3, "side": 50}, 100),
    ("right triangular plate", {"shape": "right_triangle", "size": [100, 60]}, 10),
    ("right triangular prism", {"shape": "right_triangle", "size": [60, 40]}, 100),
    ("trapezoidal plate", {"shape": "trapezoid", "bottom": 100, "top": 60, "height": 50}, 10),
    ("trapezoidal prism", {"shape": "trapezoid", "bottom": 60, "top": 40, "height": 40}, 100),
    ("rhombus-shaped plate", {"shape": "rhombus", "size": [100, 60]}, 10),
    ("parallelogram-shaped plate", {"shape": "parallelogram", "base": 100, "height": 50, "shift": 20}, 10),
    ("semicircular plate", {"shape": "semicircle", "diameter": 100}, 10),
    ("half disc", {"shape": "semicircle", "diameter": 100}, 10),
    ("half pipe", {"shape": "ring_sector", "outer_diameter": 60, "inner_diameter": 50, "angle": 180}, 150),
    ("oval plate", {"shape": "ellipse", "size": [100, 60]}, 10),
    ("plate with two round ends", {"shape": "slot", "length": 120, "width": 40}, 10),
    ("star-shaped plate", {"shape": "star", "points": 5, "outer_diameter": 100, "inner_diameter": 40}, 10),
    ("L-shaped bar", {"shape": "l", "size": [60, 60], "thickness": 10}, 100),
    ("T-shaped bar", {"shape": "t", "size": [60, 60], "thickness": 10}, 100),
    ("U-shaped channel", {"shape": "u", "size": [60, 60], "thickness": 10}, 100),
    ("I-beam", {"shape": "i", "size": [60, 100], "thickness": 10}, 200),
    ("Z-shaped bar", {"shape": "z", "size": [60, 60], "thickness": 10}, 100),
    ("H-shaped bar", {"shape": "h", "size": [60, 60], "thickness": 10}, 100),
    ("cross-shaped plate", {"shape": "cross", "size": [100, 100], "thickness": 20}, 10),
)


def single(part: Part) -> None:
    """One extruded shape without figures."""
    ctx = part.ctx
    noun, loop, rise = ctx.pick(_ROUND)
    _free(part)
    extra = ctx.pick(
        (
            "",
            "",
            "",
            " of sensible size",
            " of any size",
            ", sizes as you like,",
            " with suitable proportions",
        )
    )
    part.add(
        {"op": "extrude", "profile": [dict(loop)], "depth": rise},
        Statement(article(noun) + extra, action="base", name=noun),
    )


def _free(part: Part) -> None:
    part.ctx.unit = part.ctx.numbers.unit = "unit"
    if part.ctx.style in ("drawing", "numbered"):
        part.ctx.style = "steps"


def built(part: Part) -> None:
    """A base with one to three features, all without figures."""
    ctx = part.ctx
    _free(part)
    noun, name, steps, operation = ctx.pick(_BASES)
    base = dict(operation)
    sketched = ctx.style == "steps" and ctx.chance(0.7)
    if sketched:
        size = base.get("size")
        loop: dict[str, Any] = (
            {"shape": "circle", "diameter": base.get("diameter")}
            if size is None
            else {"shape": "square", "side": size[0]}
            if size[0] == size[1]
            else {"shape": "rectangle", "size": size[:2]}
        )
        base = {"op": "extrude", "profile": [loop], "depth": base["height"] if size is None else size[2]}
    part.add(base, Statement(article(noun), action="base", name=name, steps=steps if sketched else ()))
    size = operation.get("size") or [operation["diameter"], operation["diameter"], operation["height"]]
    around = operation["op"] == "cylinder"
    kinds = ctx.rng.sample(
        ["hole", "stack", "corners" if not around else "ring", "cut" if not around else "blind"],
        ctx.pick((1, 1, 2, 3)),
    )
    order = [kind for kind in ("hole", "blind", "corners", "ring", "cut", "stack") if kind in kinds]
    if "hole" in order and "blind" in order:
        order.remove("blind")
    if "blind" in order and "stack" in order:
        order.remove("stack")
    for kind in order:
        _feature(part, kind, name, size, around)


def _feature(part: Part, kind: str, name: str, size: list[int], around: bool) -> None:
    ctx = part.ctx
    centre = ctx.pick(("in the centre", "in the middle", f"at the center of the {name}", "in its middle"))
    if kind == "hole":
        noun = ctx.pick(("a circular hole", "a small circular hole", "a hole", "a round through hole"))
        part.add(
            {"op": "hole", "face": "top", "diameter": 20 if min(size[:2]) > 30 else 10},
            Statement(noun, centre, "hole", name="hole"),
        )
    elif kind == "blind":
        part.add(
            {"op": "hole", "face": "top", "diameter": size[0] // 2, "depth": size[2] // 2},
            Statement(
                ctx.pick(("a circular pocket", "a round recess")),
                f"{centre}, half as wide and half as deep as the {name}",
                "pocket",
                name="pocket",
            ),
        )
    elif kind == "corners":
        part.add(
            {"op": "hole", "face": "top", "diameter": 5, "repeat": {"corners": True, "inset": 8}},
            Statement(
                ctx.pick(("four small holes", "a small hole", "small circular holes")),
                ctx.pick(("in the corners", "near each corner", "one in every corner")),
                "hole",
                True,
                imperative=ctx.pick(
                    (
                        "make a small hole near each corner",
                        "put four small holes in the corners",
                        "drill small holes in the four corners",
                    )
                ),
                declarative="there are four small holes in the corners",
                name="hole",
            ),
        )
    elif kind == "ring":
        count = ctx.pick((3, 4, 6))
        part.add(
            {
                "op": "hole",
                "face": "top",
                "diameter": size[0] // 10,
                "repeat": {"polar": count, "diameter": size[0] * 3 // 4},
            },
            Statement(
                f"{ctx.count(count)} small holes",
                ctx.pick(
                    (
                        "evenly spaced around the centre",
                        "arranged in a circle around the centre",
                        "in a circle near the edge",
                    )
                ),
                "hole",
                True,
                name="hole",
            ),
        )
    elif kind == "cut":
        corner = ctx.pick(("front-left", "front-right", "back-left", "back-right"))
        noun = ctx.pick(("a small rectangular piece", "a small rectangle", "a rectangular notch"))
        side = [size[0] // 4, size[1] // 4]
        part.add(
            {
                "op": "extrude",
                "mode": "cut",
                "face": "top",
                "profile": [{"shape": "rectangle", "size": side, "from": corner}],
                "extent": "through",
            },
            Statement(noun, f"from the {corner} corner", "cut", name="notch"),
        )
    else:
        half = [size[0] // 2, size[1] // 2, size[2]]
        if around or ctx.chance(0.4):
            across = min(half[:2])
            noun = ctx.pick(
                ("a smaller cylinder", "a second, narrower cylinder", "a smaller cylinder of the same height")
            )
            part.add(
                {"op": "cylinder", "face": "top", "diameter": across, "height": size[2]},
                Statement(
                    noun,
                    ctx.pick(("on top", "on top of it", f"centred on the {name}")),
                    "add",
                    name="cylinder",
                ),
            )
        else:
            noun = ctx.pick(
                (
                    "a smaller block",
                    "a smaller rectangular block",
                    "another block half as long and half as wide",
                )
            )
            part.add(
                {"op": "box", "face": "top", "size": half},
                Statement(
                    noun, ctx.pick(("on top", "on top of it", f"centred on the {name}")), "add", name="block"
                ),
            )


FAMILIES = ((1.6, "abstract_single", single), (2.4, "abstract_built", built))
