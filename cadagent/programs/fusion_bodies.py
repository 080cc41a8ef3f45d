"""Helpers that generated Fusion scripts carry: bodies by name, how features act on them, how far they reach.

Never run here; see :mod:`cadagent.programs.fusion_sketching`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import adsk.core
import adsk.fusion

from cadagent.programs.fusion_sketching import (
    Frame,
    Vector,
    dot,
    entitle,
    items,
    moved,
    plus,
    together,
    vector_along,
    xyz,
)

NEW = adsk.fusion.FeatureOperations.NewBodyFeatureOperation
JOIN = adsk.fusion.FeatureOperations.JoinFeatureOperation
CUT = adsk.fusion.FeatureOperations.CutFeatureOperation
INTERSECT = adsk.fusion.FeatureOperations.IntersectFeatureOperation

#: (operation, participants or None) -> the feature made.
Maker = Callable[[Any, Any], Any]

#: Body of the design -> names of its bodies in Fusion (several where a cut left it in pieces).
BODIES: dict[str, list[str]] = {}
#: Bodies of the design that were merged into another one.
MERGED: dict[str, str] = {}


def body_name(name: str) -> str:
    """The body that a name stands for now."""
    while name in MERGED:
        name = MERGED[name]
    return name


def bodies_of(root: adsk.fusion.Component, names: list[str] | None = None) -> list[adsk.fusion.BRepBody]:
    """The bodies in Fusion for bodies of the design; all of them for None."""
    chosen = list(BODIES) if names is None else [body_name(name) for name in names]
    wanted = [own for name in dict.fromkeys(chosen) for own in BODIES.get(name, [])]
    return [root.bRepBodies.itemByName(name) for name in wanted]


def strangers(root: adsk.fusion.Component) -> list[adsk.fusion.BRepBody]:
    """Bodies that belong to no body of the design yet."""
    known = {name for names in BODIES.values() for name in names}
    return [body for body in items(root.bRepBodies) if body.name not in known]


def settle(root: adsk.fusion.Component, owner: str, changed: list[str] | None = None) -> None:
    """After a feature: name its new bodies, and note which bodies of the design are now one.

    ``changed``: names in Fusion of the bodies that the feature left behind, for merged ones.
    """
    there = {body.name for body in items(root.bRepBodies)}
    for name in BODIES:
        BODIES[name] = [own for own in BODIES[name] if own in there]
    gone = [name for name, names in BODIES.items() if not names]
    survivors = [name for name, names in BODIES.items() if set(names) & set(changed or [])]
    for name in gone:
        kept = survivors[0] if survivors else body_name(owner)
        if kept in BODIES and list(BODIES).index(name) < list(BODIES).index(kept):
            BODIES[name] = BODIES[kept]  # the earlier name stays
            del BODIES[kept]
            MERGED[kept] = name
            survivors = [name if other == kept else other for other in survivors]
        else:
            del BODIES[name]
            MERGED[name] = kept
    target = body_name(owner)
    for body in strangers(root):
        names = BODIES.setdefault(target, [])
        count, name = len(names) + 1, target
        used = {other for own in BODIES.values() for other in own}
        while name in used:
            name, count = target + "_" + str(count), count + 1
        body.name = name
        names.append(name)


def bodies_after(feature: Any) -> list[str]:
    return [body.name for body in items(feature.bodies)]


def apply(
    root: adsk.fusion.Component, name: str, mode: str, targets: list[str] | None, makers: list[Maker]
) -> None:
    """Make features as new bodies, or join, cut or intersect with the bodies named (None: all they touch)."""
    if mode == "new" or not BODIES:
        for maker in makers:
            entitle(root.features, maker(NEW, None), name)
        merge_new(root)
        settle(root, name)
        return
    alone = targets is None or len(BODIES) == 1
    missed: list[RuntimeError] = []
    for maker in makers:
        if mode == "join" and not alone:
            entitle(root.features, maker(NEW, None), name)
            absorb(root, name, strangers(root), JOIN, bodies_of(root, targets))
            continue
        operation = {"join": JOIN, "cut": CUT, "intersect": INTERSECT}[mode]
        try:
            feature = maker(operation, None if alone else bodies_of(root, targets))
        except RuntimeError as error:  # this piece of the tool meets no material; another one must
            missed.append(error)
            if len(missed) == len(makers):
                raise
            continue
        entitle(root.features, feature, name)
        left = bodies_after(feature)
        owner = next((body for body, names in BODIES.items() if set(names) & set(left)), name)
        settle(root, owner, left)
        if mode == "join" and body_name(owner) != name:
            MERGED[name] = body_name(owner)


def merge_new(root: adsk.fusion.Component) -> None:
    """Join new bodies that touch one another."""
    merged = True
    while merged:
        merged = False
        fresh = strangers(root)
        for index, body in enumerate(fresh):
            near = [other for other in fresh[index + 1 :] if touching(body, other)]
            if near:
                combine(root, body, near[:1], JOIN)
                merged = True
                break


def touching(one: adsk.fusion.BRepBody, other: adsk.fusion.BRepBody) -> bool:
    """Whether two bodies touch or overlap."""
    measured = adsk.core.Application.get().measureManager.measureMinimumDistance(one, other)
    return measured.value < 1e-7


def combine(
    root: adsk.fusion.Component,
    target: adsk.fusion.BRepBody,
    tools: list[adsk.fusion.BRepBody],
    operation: Any,
    keep: bool = False,
) -> Any:
    """Fusion's combine feature."""
    wanted = root.features.combineFeatures.createInput(target, together(tools))
    wanted.operation = operation
    wanted.isKeepToolBodies = keep
    return root.features.combineFeatures.add(wanted)


def absorb(
    root: adsk.fusion.Component,
    name: str,
    tools: list[adsk.fusion.BRepBody],
    operation: Any,
    targets: list[adsk.fusion.BRepBody],
) -> None:
    """Join tools to the targets they touch, or cut or intersect these with them; uses the tools up."""
    if operation == JOIN:
        waiting = list(tools)
        progress = True
        while waiting and progress:
            progress = False
            for tool in list(waiting):
                near = [body for body in targets if touching(body, tool)]
                if not near:
                    continue
                feature = combine(root, near[0], [tool, *near[1:]], JOIN)
                waiting.remove(tool)
                left = bodies_after(feature)
                settled = [other.name for other in waiting]
                owner = next(body for body, names in BODIES.items() if near[0].name in names)
                keep_apart(root, settled, owner, left)
                if body_name(owner) != name:
                    MERGED[name] = body_name(owner)
                targets = [body for body in targets if body not in near[1:]]
                progress = True
        settle(root, name)
        return
    for target in targets:
        near = [tool for tool in tools if touching(target, tool)]
        if near:
            owner = next(body for body, names in BODIES.items() if target.name in names)
            feature = combine(root, target, near, operation, True)
            keep_apart(root, [tool.name for tool in tools], owner, bodies_after(feature))
    for tool in tools:
        root.features.removeFeatures.add(tool)


def keep_apart(root: adsk.fusion.Component, waiting: list[str], owner: str, left: list[str]) -> None:
    """Settle while tools that are still waiting keep their own names."""
    if waiting:
        BODIES[" waiting"] = list(waiting)  # no id holds a blank
    settle(root, owner, left)
    BODIES.pop(" waiting", None)


def remade(root: adsk.fusion.Component, makers: list[Maker]) -> tuple[list[Any], list[adsk.fusion.BRepBody]]:
    """The features again as bodies of their own: (features, bodies)."""
    features = [maker(NEW, None) for maker in makers]
    return features, strangers(root)


def extents(root: adsk.fusion.Component, bodies: list[adsk.fusion.BRepBody]) -> tuple[Vector, Vector]:
    """Low and high corner of the tight box around bodies."""
    manager = adsk.core.Application.get().measureManager
    x, y = vector_along((1.0, 0.0, 0.0)), vector_along((0.0, 1.0, 0.0))
    lows, highs = [], []
    for body in bodies:
        box = manager.getOrientedBoundingBox(body, x, y)
        center, half = xyz(box.centerPoint), (box.length / 2, box.width / 2, box.height / 2)
        lows.append(plus(center, half, -1.0))
        highs.append(plus(center, half))
    return (
        (min(c[0] for c in lows), min(c[1] for c in lows), min(c[2] for c in lows)),
        (max(c[0] for c in highs), max(c[1] for c in highs), max(c[2] for c in highs)),
    )


def span_along(
    root: adsk.fusion.Component, frame: Frame, names: list[str] | None
) -> tuple[float, float, float]:
    """How far the box round bodies reaches along a frame's normal: (low, high, diagonal of the box)."""
    low, high = extents(root, bodies_of(root, names))
    corners = [(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
    along = [dot(plus(corner, frame[0], -1.0), frame[3]) for corner in corners]
    return min(along), max(along), math.dist(low, high)


def beyond(
    root: adsk.fusion.Component, frame: Frame, names: list[str] | None, exact: bool = False
) -> tuple[float, float]:
    """Distances (up, down) that reach past all material; up to its box where it must be ``exact``."""
    low, high, diagonal = span_along(root, frame, names)
    more = 0.0 if exact else max(0.1, 0.01 * diagonal)
    return max(high, 0.0) + more, max(-low, 0.0) + more


def span_of(root: adsk.fusion.Component, frame: Frame, body: adsk.fusion.BRepBody) -> tuple[float, float]:
    """Least and greatest distance of a body from a frame's plane."""
    box = adsk.core.Application.get().measureManager.getOrientedBoundingBox(
        body, vector_along(frame[3]), vector_along(frame[1])
    )
    middle = dot(plus(xyz(box.centerPoint), frame[0], -1.0), frame[3])
    return middle - box.length / 2, middle + box.length / 2


def hole_plane(root: adsk.fusion.Component, frame: Frame, targets: list[str] | None) -> Frame:
    """The frame of a hole, moved up above all material."""
    _, high, _ = span_along(root, frame, targets)
    return moved(frame, max(high, 0.0))
