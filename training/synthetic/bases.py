"""The first solid of a part: blocks, plates, discs and prisms, told as solids or as sketch and extrusion."""

from __future__ import annotations

from typing import Any

from training.synthetic.context import Context
from training.synthetic.numbers import Number
from training.synthetic.part import Part, Solid, Statement
from training.synthetic.shapes import Shape
from training.synthetic.sizes import Dim, height, round_size, size_sentences, thickness, thing

_PLANES = {
    "xy": ("the XY plane", "the x-y plane", "the horizontal plane", "the X-Y plane", "the ground plane"),
    "xz": ("the XZ plane", "the x-z plane", "the X-Z plane", "the front plane"),
    "yz": ("the YZ plane", "the y-z plane", "the Y-Z plane", "the side plane"),
}
_AXIS = {"xy": "Z", "xz": "Y", "yz": "X"}


def sketch_extrude(
    ctx: Context,
    shape: Shape,
    depth_value: Number,
    plane: str = "xy",
    *,
    note: str = "",
    flat: bool = False,
    name: str = "",
) -> tuple[str, str]:
    """Two clauses: draw the shape (on a plane), extrude it."""
    what = thing(ctx, shape.noun, shape.dims, compact=shape.compact) + shape.extra
    verb = ctx.pick(
        ("sketch", "draw", "sketch", "draw", "create a sketch of", "make a sketch of", "create", "lay out")
    )
    on = f" on {ctx.pick(_PLANES[plane])}" if plane != "xy" or ctx.chance(0.2) else ""
    first = f"{verb} {what}{on}" if ctx.chance(0.8) or not on else f"{on.strip()}, {verb} {what}"
    text = ctx.length(depth_value) + note
    what = ctx.pick(("it", "it", "this sketch", "the sketch", f"the {shape.noun}", "this shape"))
    along = (
        f" along the {_AXIS[plane]} axis" if (plane != "xy" and ctx.chance(0.7)) or ctx.chance(0.08) else ""
    )
    if along:
        along = ctx.pick((along, along.replace(" axis", "-axis")))
    second = ctx.pick(
        (
            f"extrude {what} by {text}{along}",
            f"extrude {what} {text}{along}",
            f"extrude {what} to {text} {'thickness' if flat else 'height'}{along}",
            f"extrude {what} until it is {text} {'thick' if flat else 'high'}{along}",
            f"extrude {what}{along} by {text}",
            f"extrude {what}{along} with a depth of {text}",
            f"extrude {what}{along} up to a {'thickness' if flat else 'height'} of {text}",
            f"give it a {'thickness' if flat else 'height'} of {text} by extruding it{along}",
            f"extrude {what} {text}{along} to form the {name or 'body'}",
        )
    )
    return first, second


def _orientation(ctx: Context, sketched: bool) -> str:
    if not sketched:
        return "xy"
    return ctx.rng.weighted(((86, "xy"), (9, "xz"), (5, "yz")))


def prism(
    part: Part,
    shape: Shape,
    rise: Number,
    noun: str,
    *,
    flat: bool,
    sketched: bool | None = None,
    plane: str | None = None,
) -> Solid:
    """Extrude any shape."""
    ctx = part.ctx
    if sketched is None:
        sketched = ctx.style in ("steps", "numbered") and ctx.chance(0.75)
    plane = plane or _orientation(ctx, sketched)
    operation: dict[str, Any] = {"op": "extrude", "profile": [shape.loop], "depth": rise}
    if plane != "xy":
        operation = {"op": "extrude", "plane": plane, "profile": [shape.loop], "depth": rise}
    rise_dim = thickness(rise) if flat else height(ctx, rise)
    if (flat and ctx.chance(0.2)) or plane != "xy":
        rise_dim = Dim("thickness", "thick", rise) if flat else Dim("length", "long", rise)
        if any(dim.name == "length" for dim in shape.dims):
            rise_dim = Dim("depth", "deep", rise)
    names = [dim.name for dim in shape.dims]
    if rise_dim.name in names:
        rise_dim = (
            Dim("length", "long", rise) if "length" not in names else Dim("extrusion depth", "deep", rise)
        )
    dims = [*shape.dims, rise_dim]
    statement = Statement(action="base", name=noun)
    if sketched:
        special = _special(ctx, shape, operation) if ctx.chance(0.14) else ("", "")
        first, second = sketch_extrude(ctx, shape, rise, plane, flat=flat, name=noun)
        statement.steps = (first + special[0], special[1] or second)
    on = f" drawn on {ctx.pick(_PLANES[plane])}" if plane != "xy" else ""
    if ctx.verbose and ctx.chance(0.25) and not shape.extra and not on:
        statement.noun = thing(ctx, noun, shape.dims, compact=shape.compact)
        statement.tails = [size_sentences(ctx, noun, [rise_dim])] if not sketched else []
    else:
        compact = shape.compact
        if shape.compact == 2 and names[0] == "length" and ctx.chance(0.5) and not shape.extra:
            compact = 3
        statement.noun = thing(ctx, noun, dims, compact=compact) + shape.extra + on
    part.add(operation, statement)
    a, b = shape.box
    size = {"xy": (a, b, float(rise)), "xz": (a, float(rise), b), "yz": (float(rise), a, b)}[plane]
    around = {"circle": "z" if plane == "xy" else "odd", "rectangle": "", "square": ""}.get(
        shape.noun.replace("regular ", ""), "odd"
    )
    if "depth2" in operation:
        more = float(operation["depth2"])
        size = tuple(
            value + (more if index == {"xy": 2, "xz": 1, "yz": 0}[plane] else 0)
            for index, value in enumerate(size)
        )  # type: ignore[assignment]
    if "taper" in operation:
        around = "odd"
    solid = part.solid(noun, size, around)
    solid.main = {"xy": "top", "xz": "front", "yz": "right"}[plane]
    return solid


def _special(ctx: Context, shape: Shape, operation: dict[str, Any]) -> tuple[str, str]:
    """Now and then the sketch starts at the origin, or the extrusion goes both ways or leans inwards."""
    rise = ctx.length(operation["depth"])
    kind = ctx.pick(("anchor", "symmetric", "both", "taper"))
    if kind == "anchor" and shape.loop["shape"] in ("rectangle", "square"):
        operation["profile"] = [{**shape.loop, "anchor": "bottom-left"}]
        return ctx.pick(
            (
                " with its lower left corner at the origin",
                ", its bottom-left corner placed at the origin,",
                " starting with the lower left corner at (0, 0)",
            )
        ), ""
    if kind == "symmetric":
        operation["symmetric"] = True
        return "", ctx.pick(
            (
                f"extrude it symmetrically, {rise} in total",
                f"extrude it by {rise} in all, half to each side",
                f"extrude it {rise} symmetric to the sketch plane",
            )
        )
    if kind == "both":
        operation["depth2"] = ctx.between(0.2 * operation["depth"], 1.5 * operation["depth"])
        other = ctx.length(operation["depth2"])
        return "", ctx.pick(
            (
                f"extrude it {rise} to one side and {other} to the other",
                f"extrude it by {rise} forwards and {other} backwards",
            )
        )
    if (
        kind == "taper"
        and shape.loop["shape"] in ("rectangle", "square", "circle", "polygon")
        and operation["depth"] < min(shape.box)
    ):
        operation["taper"] = ctx.pick((2, 3, 5, 8, 10))
        return "", ctx.pick(
            (
                f"extrude it by {rise} with a taper of {ctx.angle(operation['taper'])} inwards",
                f"extrude it {rise} with {ctx.angle(operation['taper'])} draft",
            )
        )
    return "", ""


def block(part: Part, *, flat: bool, noun: str = "") -> Solid:
    """A rectangular solid: told as a solid → box, told as sketch and extrusion → extrude."""
    ctx = part.ctx
    shares = (
        ctx.rng.weighted(((6, (0.8, 0.6, 0.08)), (4, (1.0, 0.3, 0.08)), (3, (0.9, 0.9, 0.1))))
        if flat
        else ctx.rng.weighted(((5, (0.9, 0.6, 0.5)), (2, (1.0, 0.35, 0.3)), (2, (0.6, 0.6, 0.8))))
    )
    a, b, c = (ctx.size(0.65 * share, share * 1.1) for share in shares)
    noun = noun or (
        ctx.pick(
            (
                "plate",
                "plate",
                "plate",
                "rectangular plate",
                "base plate",
                "flat bar",
                "panel",
                "sheet",
                "slab",
                "board",
                "tile",
            )
        )
        if flat
        else ctx.pick(
            (
                "block",
                "rectangular block",
                "box",
                "cuboid",
                "rectangular prism",
                "block",
                "solid block",
                "rectangular solid",
                "bar",
            )
        )
    )
    standing = flat and ctx.chance(0.12)
    if ctx.style in ("steps", "numbered") and ctx.chance(0.7):
        shape = Shape(
            {"shape": "rectangle", "size": [a, b]},
            "rectangle",
            "rectangular",
            [Dim("length", "long", a), Dim("width", "wide", b)],
            (float(a), float(b)),
            2,
        )
        if ctx.chance(0.1):
            shape = Shape(
                {"shape": "square", "side": a},
                "square",
                "square",
                [Dim("side", "on each side", a)],
                (float(a), float(a)),
            )
        return prism(part, shape, c, _plain(noun), flat=flat, sketched=True)
    if standing:
        a, b, c = a, c, b
        dims = [Dim("length", "long", a), ctx.pick((thickness(b), Dim("width", "wide", b))), height(ctx, c)]
    else:
        rise = (
            thickness(c) if flat and ctx.chance(0.75) else height(ctx, c, ctx.ratio_note(c, b, "its width"))
        )
        dims = [Dim("length", "long", a), Dim("width", "wide", b), rise]
        if not flat and ctx.chance(0.12):
            dims = [Dim("width", "wide", a), Dim("depth", "deep", b), height(ctx, c)]
    compact = ctx.pick((3, 3, 2))
    statement = Statement(action="base", name=_plain(noun))
    if ctx.verbose and ctx.chance(0.22):
        statement.noun = thing(ctx, noun, [])
        statement.tails = [size_sentences(ctx, _plain(noun), dims)]
    else:
        statement.noun = thing(ctx, noun, dims, compact=compact)
    part.add({"op": "box", "size": [a, b, c]}, statement)
    solid = part.solid(_plain(noun), (a, b, c))
    if standing:
        solid.main = "front"
    return solid


def _plain(noun: str) -> str:
    """What later sentences call it: the last word, or the two that make one name."""
    if noun in ("base plate", "flat bar"):
        return noun
    last = noun.rpartition(" ")[2]
    return last if last not in ("solid",) else "body"


def disc(part: Part, *, flat: bool, noun: str = "") -> Solid:
    """A cylinder or disc: told as a solid → cylinder, told as sketch and extrusion → extrude."""
    ctx = part.ctx
    keys, dim, real = round_size(ctx, 0.5 * ctx.scale, ctx.scale)
    rise = ctx.between(0.05 * real, 0.2 * real) if flat else ctx.between(0.4 * real, 2.2 * real)
    noun = noun or (
        ctx.pick(("disc", "disk", "round plate", "circular plate", "disc", "flat cylinder", "circular disc"))
        if flat
        else ctx.pick(("cylinder", "cylinder", "cylinder", "round bar", "solid cylinder", "rod"))
    )
    if ctx.style in ("steps", "numbered") and ctx.chance(0.6):
        shape = Shape({"shape": "circle", **keys}, "circle", "circular", [dim], (real, real))
        return prism(part, shape, rise, _plain(noun), flat=flat, sketched=True)
    rise_dim = (
        thickness(rise)
        if flat and ctx.chance(0.7)
        else Dim("length", "long", rise)
        if noun in ("rod", "round bar")
        else height(ctx, rise, ctx.ratio_note(rise, real, "the diameter") if dim.name == "diameter" else "")
    )
    statement = Statement(thing(ctx, noun, [dim, rise_dim]), action="base", name=_plain(noun))
    part.add({"op": "cylinder", **keys, "height": rise}, statement)
    return part.solid(_plain(noun), (real, real, rise), "z")
