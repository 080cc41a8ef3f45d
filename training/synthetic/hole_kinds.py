"""Kinds of holes: plain, blind, counterbored, countersunk, threaded, in another unit."""

from __future__ import annotations

from typing import Any

from training.synthetic.context import Context
from training.synthetic.numbers import plain
from training.synthetic.part import Part, Solid
from training.synthetic.sizes import Dim, diameter, radius

THREADS = (
    ("M2", 2),
    ("M2.5", 2.5),
    ("M3", 3),
    ("M4", 4),
    ("M5", 5),
    ("M6", 6),
    ("M8", 8),
    ("M10", 10),
    ("M12", 12),
)


def _hole_noun(ctx: Context, through: bool, blind: bool) -> str:
    if blind:
        return ctx.pick(("blind hole", "blind hole", "hole", "round pocket", "circular recess", "blind bore"))
    if through and ctx.chance(0.3):
        return ctx.pick(("through hole", "through-hole", "thru hole", "clear through hole"))
    return ctx.pick(
        (
            "hole",
            "hole",
            "hole",
            "hole",
            "circular hole",
            "round hole",
            "circular cutout",
            "drilled hole",
            "bore",
            "circular opening",
            "circular hole",
            "cylindrical hole",
        )
    )


def hole_kind(
    part: Part, solid: Solid, face: str, limit: float, small: bool
) -> tuple[dict[str, Any], list[Dim], float, str, str, bool]:
    """The kind of hole: (keys, sizes, real diameter, noun, words after it, goes through)."""
    ctx = part.ctx
    deep = solid.depth_at(face)
    if ctx.unit == "mm" and ctx.chance(0.2):
        fits = [name for name, size in THREADS if 1.15 * size < limit]
        if fits:
            return _threaded(ctx, ctx.pick(fits), deep)
    mixed = _other_unit(ctx, limit) if ctx.unit in ("mm", "in", "cm") and ctx.chance(0.03) else None
    if mixed is not None:
        keys, dims, real = mixed
    elif ctx.chance(0.7):
        value = ctx.between(0.3 * limit, limit)
        keys, dims, real = {"diameter": value}, [diameter(value)], float(value)
    else:
        value = ctx.between(0.15 * limit, limit / 2)
        keys, dims, real = {"radius": value}, [radius(value)], 2 * float(value)
    kind = ctx.rng.weighted(((74, "through"), (14, "blind"), (6, "counterbore"), (6, "countersink")))
    suffix = ""
    if kind == "blind":
        depth_value = ctx.between(0.2 * deep, 0.75 * deep)
        keys["depth"] = depth_value
        dims.append(
            Dim(
                "depth",
                "deep",
                depth_value,
                ctx.ratio_note(depth_value, deep, f"the {solid.noun}'s thickness"),
            )
        )
        return keys, dims, real, _hole_noun(ctx, False, True), "", False
    if kind == "counterbore" and 1.2 * real < limit:
        big = ctx.between(1.3 * real, max(1.9 * real, 1.35 * real))
        sunk = ctx.between(0.2 * deep, 0.6 * deep)
        keys["counterbore"] = {"diameter": big, "depth": sunk}
        texts = ctx.length(big), ctx.length(sunk)
        suffix = ctx.pick(
            (
                f", counterbored to {texts[0]} diameter and {texts[1]} deep",
                f" with a counterbore of {texts[0]} diameter, {texts[1]} deep,",
                f", counterbore {texts[0]} diameter x {texts[1]} deep",
                f" with a counterbore (diameter {texts[0]}, depth {texts[1]})",
            )
        )
        if ctx.call_outs:
            suffix = f", cbore Ø{texts[0]} x {texts[1]} deep"
        return keys, dims, 1.6 * real, _hole_noun(ctx, True, False), suffix, True
    if kind == "countersink" and 1.2 * real < limit:
        big = ctx.between(1.5 * real, 1.9 * real)
        if (float(big) - real) / 2 < 0.7 * deep:
            angle = ctx.pick(
                (90, 90, 90, 82, 100, 60) if (float(big) - real) < 0.7 * deep else (90, 100, 120)
            )
            keys["countersink"] = {"diameter": big, "angle": angle}
            text = ctx.length(big)
            suffix = ctx.pick(
                (
                    f", countersunk to {text} diameter at {ctx.angle(angle)}",
                    f" with a {ctx.angle(angle)} countersink of {text} diameter",
                    f" with a countersink, diameter {text} and angle {ctx.angle(angle)},",
                )
            )
            if ctx.call_outs:
                suffix = f", csk Ø{text} x {angle}°"
            return keys, dims, 1.8 * real, _hole_noun(ctx, True, False), suffix, True
    return keys, dims, real, _hole_noun(ctx, True, False), suffix, True


def _other_unit(ctx: Context, limit: float) -> tuple[dict[str, Any], list[Dim], float] | None:
    """A hole given in another unit than the rest; the design says the unit with the number."""
    unit, factor, sizes = {
        "mm": ("in", 25.4, (0.125, 0.25, 0.5, 0.375, 0.75)),
        "cm": ("mm", 0.1, (3, 4, 5, 6, 8, 10, 12)),
        "in": ("mm", 1 / 25.4, (3, 4, 5, 6, 8, 10, 12)),
    }[ctx.unit]
    fits = [size for size in sizes if 0.2 * limit < size * factor < limit]
    if not fits:
        return None
    value = ctx.pick(fits)
    shown = plain(value) + (
        ctx.pick((" in", " inch", '"', " inches")) if unit == "in" else ctx.pick((" mm", "mm"))
    )
    return {"diameter": plain(value) + unit}, [diameter(0).told(shown)], value * factor


def _threaded(
    ctx: Context, size: str, deep: float
) -> tuple[dict[str, Any], list[Dim], float, str, str, bool]:
    real = 1.2 * float(size[1:])
    fit = ctx.rng.weighted(((5, "clearance"), (4, "threaded"), (1.5, "tap")))
    noun = {
        "clearance": ctx.pick(
            (
                f"{size} clearance hole",
                f"clearance hole for {size}",
                f"{size} screw clearance hole",
                f"clearance hole for an {size} screw",
                f"hole for {size} bolts",
            )
        ),
        "threaded": ctx.pick(
            (f"{size} threaded hole", f"{size} tapped hole", f"tapped {size} hole", f"threaded {size} hole")
        ),
        "tap": ctx.pick((f"{size} tap drill hole", f"core hole for {size}", f"tap hole for {size}")),
    }[fit]
    keys: dict[str, Any] = {"thread": size, "fit": fit}
    dims: list[Dim] = []
    if fit == "clearance" and ctx.chance(0.15):
        series = ctx.pick(("close", "loose"))
        keys["series"] = series
        noun = f"{size} clearance hole ({series} fit)"
    if fit != "clearance" and ctx.chance(0.3):
        value = ctx.between(0.4 * deep, 0.8 * deep)
        keys["depth"] = value
        return keys, [Dim("depth", "deep", value)], real, noun, "", False
    return keys, dims, real, noun, "", True
