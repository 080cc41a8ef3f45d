"""What comes last on a solid: rounded and bevelled edges, hollowing, mirror images."""

from __future__ import annotations

from training.synthetic.cutting import cut
from training.synthetic.part import Part, Solid, Statement
from training.synthetic.placing import (
    claim,
    free_cells,
)
from training.synthetic.raising import boss


def soften(part: Part, solid: Solid) -> bool:
    """Fillet or chamfer some edges of a block, or the rims of a round solid."""
    ctx = part.ctx
    x, y, z = solid.size
    alone = len(part.solids) == 1 and not any(op.get("mode") == "cut" for op in part.operations)
    fillet = ctx.chance(0.6)
    drawn = str(part.operations[solid.index].get("profile", ""))
    if "edges" in solid.used or "corner_radius" in drawn or "chamfer" in drawn:
        return False
    if solid.round == "z":
        which, most = "top", 0.2 * min(x / 2, z)
    elif solid.round:
        return False
    else:
        which = (
            ctx.pick(("vertical", "vertical", "vertical", "top"))
            if not solid.used.get("top") and solid.main == "top"
            else "vertical"
        )
        if solid.main != "top":
            return False
        most = 0.18 * min(x, y) if which == "vertical" else 0.3 * min(x / 2, y / 2, z)
        corner_used = any(cell[0] and cell[1] for cell in solid.used.get("top", ()))
        if which == "vertical" and corner_used:
            most = min(most, 0.05 * min(x, y))
    if which == "top" and any(op["op"] != "box" and op["op"] != "cylinder" for op in part.operations[1:]):
        return False
    solid.used["edges"] = set()
    value = ctx.between(0.3 * most, most)
    if alone and ctx.chance(0.8):
        selector = which
    else:
        selector = f"{part.identify(solid.index, solid.noun)}.{which}"
    edges = {
        "vertical": ctx.pick(
            ("the vertical edges", "the four vertical edges", "the vertical corners", "its vertical edges")
        ),
        "top": ctx.pick(
            ("the top edges", "the edges of the top face", "the upper edges")
            if not solid.round
            else ("the top edge", "the upper rim", "the edge of the top face")
        ),
    }[which]
    if "." in selector:
        edges = edges.replace("its ", "the ") + f" of the {solid.noun}"
    text = ctx.length(value)
    statement = Statement(name="fillet" if fillet else "chamfer")
    be = (
        "is"
        if edges.endswith(("the top edge", "upper rim"))
        or edges.startswith(("the top edge ", "the upper rim", "the edge "))
        else "are"
    )
    if edges.startswith("the top edges"):
        be = "are"
    if fillet:
        statement.imperative = ctx.pick(
            (
                f"fillet {edges} with a radius of {text}",
                f"round {edges} with a radius of {text}",
                f"round {edges} by {text}",
                f"apply a {text} fillet to {edges}",
                f"add a fillet of radius {text} to {edges}",
            )
        )
        statement.declarative = ctx.pick(
            (
                f"{edges} {be} rounded with a radius of {text}",
                f"{edges} {be} filleted by {text}",
                f"{edges} {'have' if be == 'are' else 'has'} a fillet radius of {text}",
            )
        )
        statement.note = ctx.pick(
            (f"fillet {edges} R{text}", f"R{text} on {edges}", f"{edges} rounded R{text}")
        )
        part.add({"op": "fillet", "edges": [selector], "radius": value}, statement)
    else:
        statement.imperative = ctx.pick(
            (
                f"chamfer {edges} by {text}",
                f"apply a {text} chamfer to {edges}",
                f"bevel {edges} by {text}",
                f"put a {text} x 45° chamfer on {edges}",
            )
        )
        statement.declarative = ctx.pick(
            (
                f"{edges} {be} chamfered by {text}",
                f"{edges} {be} bevelled {text}",
                f"{edges} {'have' if be == 'are' else 'has'} a chamfer of {text}",
            )
        )
        statement.note = ctx.pick(
            (f"chamfer {edges} {text}", f"C{text} on {edges}", f"{text}x45° on {edges}")
        )
        part.add({"op": "chamfer", "edges": [selector], "distance": value}, statement)
    return True


def hollow(part: Part, solid: Solid) -> bool:
    """Shell a plain solid, open at one face."""
    ctx = part.ctx
    if len(part.operations) != 1 or solid.round == "odd":
        return False
    least = min(solid.size)
    wall = ctx.between(0.05 * least, 0.22 * least)
    face = (
        ctx.rng.weighted(((9, "top"), (1, "bottom")))
        if solid.round
        else ctx.rng.weighted(((9, "top"), (1, "bottom"), (1, "front"), (1, "right")))
    )
    text = ctx.length(wall)
    where = {
        "top": ctx.pick(
            ("open at the top", "with the top open", "leaving the top face open", "without a lid")
        )
    }.get(face, f"open at the {face}")
    statement = Statement(name="wall")
    statement.imperative = ctx.pick(
        (
            f"hollow it out with a wall of {text}, {where}",
            f"shell it to a wall thickness of {text}, {where}",
            f"hollow the {solid.noun} out to leave walls of {text}, {where}",
            f"shell the {solid.noun}, wall {text}, {where}",
        )
    )
    statement.declarative = ctx.pick(
        (
            f"it is hollow with a wall thickness of {text}, {where}",
            f"the inside is hollow, {where}, and the walls are {text} thick",
            f"it is {where} and hollow, with walls {text} thick"
            if where.startswith("open")
            else f"it is hollow, {where}, with {text} walls",
        )
    )
    statement.note = ctx.pick(
        (f"shell {text}, {where}", f"wall {text}, {where}", f"hollow, wall {text}, {where}")
    )
    part.add({"op": "shell", "thickness": wall, "open": [face]}, statement)
    solid.used["edges"] = set()
    for side in ("top", "bottom", "left", "right", "front", "back"):
        solid.used[side] = {(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)}
    return True


def mirrored(part: Part, solid: Solid) -> bool:
    """A boss, hole or cut-out on one side of the base and its mirror image on the other."""
    ctx = part.ctx
    operation = part.operations[solid.index]
    if (
        solid is not part.solids[0]
        or solid.main != "top"
        or solid.round
        or operation["op"] not in ("box", "extrude")
        or "anchor" in str(operation)
    ):
        return False
    free = free_cells(solid, "top")
    pairs = [(i, j) for i, j in free if i and (-i, j) in free]
    if not pairs:
        return False
    cell = ctx.pick(pairs)
    made = (
        boss(part, solid, "top", cell=cell) is not None
        if ctx.chance(0.55)
        else cut(part, solid, "top", cell=cell)
    )
    if not made:
        return False
    claim(solid, "top", [(-cell[0], cell[1])])
    name = part.statements[-1].name
    identity = part.identify(len(part.operations) - 1, name.removeprefix("shallow "))
    side = "left" if cell[0] > 0 else "right"
    statement = Statement(name="mirrored copy")
    statement.imperative = ctx.pick(
        (
            f"mirror the {name} to the {side} side",
            f"mirror this {name} to the opposite side ({side})",
            f"repeat the {name} as a mirror image on the {side} side of the {solid.noun}",
            f"mirror the {name} about the YZ plane",
            f"copy the {name} symmetrically to the {side}-hand side",
        )
    )
    statement.declarative = ctx.pick(
        (
            f"the {name} is mirrored on the {side} side",
            f"there is a mirror image of the {name} on the {side} side",
            f"the same {name} sits symmetrically on the {side} side",
            f"the {name} is mirrored about the YZ plane",
        )
    )
    part.add({"op": "mirror", "features": [identity], "plane": "yz"}, statement)
    return True
