"""Outlines given point by point, and parameters with formulas."""

from __future__ import annotations

from training.synthetic.context import Context
from training.synthetic.numbers import Number, clean
from training.synthetic.part import Part, Statement
from training.synthetic.transforms import place_whole
from training.synthetic.words import listed

Points = list[list[Number]]


def _grid(ctx: Context, rows: list[tuple[float, float]], wide: Number, high: Number) -> Points:
    """Points at shares of a size, each on the writer's number grid."""
    xs = {share: _at(ctx, share, wide) for share in sorted({x for x, _ in rows})}
    ys = {share: _at(ctx, share, high) for share in sorted({y for _, y in rows})}
    return [[xs[x], ys[y]] for x, y in rows]


def _at(ctx: Context, share: float, size: Number) -> Number:
    if share in (0, 1):
        return clean(share * size)
    return ctx.between((share - 0.06) * size, (share + 0.06) * size)


#: Outlines as shares of width and height.
_LETTERS: dict[str, list[tuple[float, float]]] = {
    "L": [(0, 0), (1, 0), (1, 0.3), (0.3, 0.3), (0.3, 1), (0, 1)],
    "T": [(0.35, 0), (0.65, 0), (0.65, 0.7), (1, 0.7), (1, 1), (0, 1), (0, 0.7), (0.35, 0.7)],
    "U": [(0, 0), (1, 0), (1, 1), (0.75, 1), (0.75, 0.3), (0.25, 0.3), (0.25, 1), (0, 1)],
    "E": [
        (0, 0),
        (1, 0),
        (1, 0.18),
        (0.3, 0.18),
        (0.3, 0.4),
        (0.8, 0.4),
        (0.8, 0.6),
        (0.3, 0.6),
        (0.3, 0.82),
        (1, 0.82),
        (1, 1),
        (0, 1),
    ],
    "F": [
        (0, 0),
        (0.3, 0),
        (0.3, 0.4),
        (0.8, 0.4),
        (0.8, 0.6),
        (0.3, 0.6),
        (0.3, 0.82),
        (1, 0.82),
        (1, 1),
        (0, 1),
    ],
    "h": [
        (0, 0),
        (0.25, 0),
        (0.25, 0.4),
        (0.75, 0.4),
        (0.75, 0),
        (1, 0),
        (1, 0.6),
        (0.25, 0.6),
        (0.25, 1),
        (0, 1),
    ],
    "Z": [(0, 0), (1, 0), (1, 0.2), (0.35, 0.2), (1, 0.8), (1, 1), (0, 1), (0, 0.8), (0.65, 0.8), (0, 0.2)],
    "arrow": [(0, 0.35), (0.6, 0.35), (0.6, 0), (1, 0.5), (0.6, 1), (0.6, 0.65), (0, 0.65)],
    "stairs": [(0, 0), (1, 0), (1, 1), (0.66, 1), (0.66, 0.66), (0.33, 0.66), (0.33, 0.33), (0, 0.33)],
    "house": [(0, 0), (1, 0), (1, 0.6), (0.5, 1), (0, 0.6)],
    "irregular pentagon": [(0, 0.1), (0.6, 0), (1, 0.4), (0.8, 1), (0.2, 0.8)],
    "irregular quadrilateral": [(0, 0), (1, 0.15), (0.8, 1), (0.1, 0.7)],
    "parallelogram": [(0, 0), (0.7, 0), (1, 1), (0.3, 1)],
    "irregular hexagon": [(0.2, 0), (0.8, 0), (1, 0.4), (0.75, 1), (0.3, 0.9), (0, 0.5)],
    "kite": [(0.5, 0), (1, 0.6), (0.5, 1), (0, 0.6)],
}


def polyline(part: Part) -> None:
    """Any outline by a list of corner points."""
    ctx = part.ctx
    name = ctx.pick(sorted(_LETTERS))
    wide, high = ctx.size(0.3, 1), ctx.size(0.3, 1)
    points = _grid(ctx, _LETTERS[name], wide, high)
    if ctx.chance(0.15):
        points = [[clean(x - wide), y] for x, y in points]
    closed = ctx.chance(0.25)
    shown = [*points, points[0]] if closed else points
    mark = ctx.pick((", ", ", ", " ", "; ", " -> "))
    text = mark.join(ctx.point(point) for point in shown)
    if ctx.chance(0.3):
        text = f"[{text}]"
    shape = (
        f"{name} shape"
        if len(name) > 1
        else f"letter {name}"
        if ctx.chance(0.5)
        else f"{name}-shaped outline"
    )
    rise = ctx.size(0.05, 0.6)
    height_text = ctx.length(rise)
    kind = ctx.pick(("polyline", "polygon", "closed outline", "closed polyline", "contour"))
    first = ctx.pick(
        (
            f"sketch the {kind} {text}",
            f"draw a {kind} through the points {text}",
            f"draw a {shape} with the corners {text}",
            f"create a sketch of a {kind} with the vertices {text}",
            f"connect the points {text} with straight lines",
        )
    )
    if not closed and ctx.chance(0.4):
        first += ctx.pick((" and close it", ", closing it at the end", " and back to the start"))
    second = ctx.pick(
        (
            f"extrude it by {height_text}",
            f"extrude the sketch {height_text}",
            f"extrude it to a thickness of {height_text}",
        )
    )
    noun = ctx.pick(
        (
            f"a {height_text} thick plate with the outline {text}",
            f"a plate shaped like this outline: {text}, {height_text} thick",
            f"a prism over the {kind} {text} with a height of {height_text}",
            f"a {shape} extruded by {height_text}, its corners being {text}",
        )
    )
    loop = {"shape": "polyline", "points": points}
    part.add(
        {"op": "extrude", "profile": [loop], "depth": rise},
        Statement(noun, action="base", steps=(first, second), name="plate"),
    )
    place_whole(part)


def parameters(part: Part) -> None:
    """Sizes as named parameters and formulas of them."""
    ctx = part.ctx
    ctx.numbers.fractions = False
    names = ctx.pick(
        (
            ("width", "depth", "height"),
            ("a", "b", "c"),
            ("length", "width", "thickness"),
            ("l", "w", "h"),
            ("size", "gap", "wall"),
        )
    )
    first = ctx.size(0.4, 1)
    factor = ctx.pick((2, 3, 4, 5))
    values: list[dict[str, object]] = [{"name": names[0], "value": first}]
    said = [ctx.pick((f"{names[0]} = {ctx.length(first)}", f"{names[0]} is {ctx.length(first)}"))]
    a, b, c = names
    formula_b = ctx.pick((f"{a}/{factor}", f"2*{a}", f"{a}/2"))
    said_formula = {
        f"{a}/{factor}": ctx.pick((f"{a}/{factor}", f"{a} divided by {factor}")),
        f"2*{a}": ctx.pick((f"2*{a}", f"twice {a}")),
        f"{a}/2": ctx.pick((f"{a}/2", f"half of {a}")),
    }[formula_b]
    own = ctx.chance(0.5)
    third = ctx.size(0.05, 0.3)
    if own:
        values.append({"name": b, "value": formula_b})
        said.append(f"{b} = {said_formula}")
        second: str = b
        second_words = b
    else:
        second, second_words = formula_b, said_formula
    if ctx.chance(0.6):
        values.append({"name": c, "value": third})
        said.append(f"{c} = {ctx.length(third)}")
        rise: str | Number = c
        rise_words = c
    else:
        rise, rise_words = third, ctx.length(third)
    part.parameters = values
    definitions = ctx.pick(
        ("let {}", "with the parameters {}", "parameters: {}", "given {}", "use {}")
    ).format(listed(said))
    kind = ctx.pick(("box", "box", "cylinder"))
    if kind == "box":
        text = ctx.pick(
            (
                f"a block of {a} by {second_words} by {rise_words}",
                f"a block that is {a} long, {second_words} wide and {rise_words} high",
            )
        )
        part.add(
            {"op": "box", "size": [a, second, rise]},
            Statement(
                f"{text}; {definitions}" if ctx.chance(0.5) else f"{text}, {definitions},",
                action="base",
                name="block",
            ),
        )
        if ctx.chance(0.5):
            divisor = ctx.pick((4, 5, 8))
            size = f"{a}/{divisor}" if formula_b != f"{a}/{factor}" or factor < divisor else f"{a}/8"
            words = size.replace("/", " / ") if ctx.chance(0.5) else size
            part.add(
                {"op": "hole", "face": "top", "diameter": size},
                Statement(
                    f"a hole of diameter {words}",
                    ctx.pick(("through the middle", "in the centre of the top")),
                    "hole",
                    name="hole",
                ),
            )
    else:
        text = ctx.pick(
            (
                f"a cylinder with diameter {a} and height {second_words}",
                f"a cylinder of diameter {a}, {second_words} high",
            )
        )
        part.add(
            {"op": "cylinder", "diameter": a, "height": second},
            Statement(f"{text}; {definitions}", action="base", name="cylinder"),
        )
        if values[-1]["name"] == c:
            values.pop()
            part.statements[0].noun = f"{text}; " + ctx.pick(("let {}", "parameters: {}", "given {}")).format(
                listed(said[:-1])
            )
    ctx.style = ctx.pick(("brief", "prose", "layman"))


def relative(part: Part) -> None:
    """A second size told as a share of a first one, without a figure of its own: the design divides."""
    ctx = part.ctx
    ctx.numbers.fractions = False
    a, b, c = ctx.size(0.5, 1), ctx.size(0.3, 0.8), ctx.size(0.15, 0.5)
    words = {
        "{}/2": ("half", "half"),
        "{}/3": ("a third", "one third of"),
        "{}/4": ("a quarter", "1/4"),
        "{}/5": ("a fifth", "1/5"),
    }
    form = ctx.pick(sorted(words))
    share = ctx.pick(words[form])
    share = share if share.endswith("of") or share == "half" else share + " of"
    kind = ctx.pick(("box", "cylinder", "stack"))
    if kind == "box":
        text = ctx.pick(
            (
                f"a block {ctx.length(a)} long and {ctx.length(b)} wide whose height is {share} its length",
                f"a block with a length of {ctx.length(a)}, a width of {ctx.length(b)} and a height of "
                f"{share} the length",
            )
        )
        part.add(
            {"op": "box", "size": [a, b, form.format(_n(a))]}, Statement(text, action="base", name="block")
        )
    elif kind == "cylinder":
        text = ctx.pick(
            (
                f"a cylinder of diameter {ctx.length(a)} and height {ctx.length(c)}",
                f"a {ctx.length(c)} high cylinder, {ctx.length(a)} in diameter",
            )
        )
        part.add(
            {"op": "cylinder", "diameter": a, "height": c}, Statement(text, action="base", name="cylinder")
        )
        hole = ctx.pick(
            (
                f"a hole with {share} the diameter of the cylinder",
                f"a central hole whose diameter is {share} that of the cylinder",
            )
        )
        part.add(
            {"op": "hole", "face": "top", "diameter": form.format(_n(a))},
            Statement(hole, "through the middle", "hole", name="hole"),
        )
    else:
        text = ctx.pick(
            (
                f"a cylinder of diameter {ctx.length(a)} and height {ctx.length(c)}",
                f"a {ctx.length(c)} high cylinder, {ctx.length(a)} in diameter",
            )
        )
        part.add(
            {"op": "cylinder", "diameter": a, "height": c}, Statement(text, action="base", name="cylinder")
        )
        part.add(
            {"op": "cylinder", "face": "top", "diameter": form.format(_n(a)), "height": c},
            Statement(
                ctx.pick(
                    (
                        f"a second cylinder of {share} the diameter and the same height",
                        f"another cylinder, equally high but with {share} the diameter,",
                    )
                ),
                ctx.pick(("on top", "centred on its top")),
                "add",
                name="cylinder",
            ),
        )
    place_whole(part)


def _n(value: Number) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


FAMILIES = ((2.6, "polyline", polyline), (1.0, "parameters", parameters), (1.4, "relative", relative))
