"""Comparing what a program builds with what the kernel builds, and how far the kernel can be trusted."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from OCP.BRepGProp import BRepGProp
from OCP.GProp import GProp_GProps

from cadagent import design
from cadagent.kernel.builder import build_solid
from cadagent.kernel.shapes import box_of_all
from tests.programs import designs
from training.synthetic import generate

#: The share by which volume, area and box may differ.
SAME = 1e-6
_ROUND = ("cylinder", "cone", "sphere", "torus")


def measured(shapes):
    """Volume, area, box and its diagonal, integrated more finely than the kernel does for splines' sake."""
    box = box_of_all(shapes, exact=True)
    sizes = [0.0, 0.0]
    for shape in shapes:
        solid, skin = GProp_GProps(), GProp_GProps()
        BRepGProp.VolumePropertiesGK_s(shape, solid, 1e-9, False, False, False, False, False)
        BRepGProp.SurfaceProperties_s(shape, skin, 1e-9, False)
        sizes = [sizes[0] + solid.Mass(), sizes[1] + skin.Mass()]
    return sizes[0], sizes[1], (*box.low, *box.high), box.diagonal()


def difference(one, other):
    """The largest relative difference of two measurements."""
    sizes = [abs(a - b) / abs(a) for a, b in zip(one[:2], other[:2], strict=True)]
    return max([*sizes, *(abs(a - b) / one[3] for a, b in zip(one[2], other[2], strict=True))])


def _turn(frame, degrees):
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    u, v = frame["u"], frame["v"]
    return {
        **frame,
        "u": [c * a + s * b for a, b in zip(u, v, strict=True)],
        "v": [c * b - s * a for a, b in zip(u, v, strict=True)],
    }


def _back(value, degrees):
    """Curves seen in a frame that was turned."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    if isinstance(value, dict):
        turned = {key: _back(entry, degrees) for key, entry in value.items()}
        if value.get("curve") == "ellipse":
            turned["angle"] = value.get("angle", 0.0) - degrees
        return turned
    if isinstance(value, (list, tuple)):
        if len(value) == 2 and all(isinstance(entry, (int, float)) for entry in value):
            return [c * value[0] + s * value[1], c * value[1] - s * value[0]]
        return [_back(entry, degrees) for entry in value]
    return value


def reseamed(resolved, degrees=33.0):
    """The same design with every round face cut open elsewhere."""
    steps = []
    for step in resolved["steps"]:
        new = dict(step)
        if step["do"] == "prism":
            new.update(frame=_turn(step["frame"], degrees), loops=_back(step["loops"], degrees))
        elif step["do"] == "hole" or (step["do"] == "primitive" and step["kind"] in _ROUND):
            new["frames"] = [_turn(frame, degrees) for frame in step["frames"]]
        steps.append(new)
    return {**resolved, "steps": steps}


def reference(document):
    """What the kernel builds, or None where it cannot, or where its own answer depends on seams.

    OpenCASCADE's intersections of curved faces are good to 1e-5 or so in unlucky cases; such a solid is no
    yardstick for 1e-6.
    """
    try:
        resolved = design.resolve(document)
    except design.DesignError:
        return None
    found = []
    for variant in (resolved, reseamed(resolved), reseamed(resolved, 71.0)):
        built = build_solid(variant)
        if not built.ok or not built.bodies:
            return None
        found.append(measured(list(built.bodies.values())))
    if max(difference(found[0], other) for other in found[1:]) > SAME / 3:
        return None
    return found[0]


def sayable(count: int, seed: int = 0) -> Iterator[tuple[dict, tuple]]:
    """Designs with their references: half synthetic requests, half random ones over all features."""
    requests = (json.loads(sample["completion"]) for sample in generate.samples(10 * count + 20, seed))
    made = 0
    number = 1000 * seed
    while made < count:
        if made % 2:
            document = next(requests)
        else:
            document, number = designs.design(number), number + 1
        if "operations" not in document:
            continue
        expected = reference(document)
        if expected is not None:
            made += 1
            yield document, expected
