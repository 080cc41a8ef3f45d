"""DeepCAD JSON: sketch-and-extrude designs taken from Onshape.

Lengths are metres. The document is written in millimetres: CAD JSON keeps six decimals of its unit, and
the files hold lengths to 1e-8 m, which six decimals of a metre would cut. A symmetric extrusion's distance
is that of each side; negative distances occur and turn the side round. Cuts run along the sketch normal, as
cuts from a plane do in CAD JSON.
"""

from __future__ import annotations

from typing import Any

from . import entities
from .extrusions import Extrusion
from .reader import Imported, Node, Notes

FORMAT = "deepcad"

#: Millimetres per metre.
SCALE = 1000.0

#: Points are written to 1e-8 m; sums of two can be off by twice that.
DIALECT = entities.Dialect(scale=SCALE, tolerance=2e-5, noise=5e-7, arc_turn=lambda normal: 1)


def read(value: Any, name: str = "input") -> Imported:
    """Convert a parsed DeepCAD file.

    Raises:
        InputError: something is missing or of the wrong kind; the message names the place.
    """
    root, notes = Node(value, name=name), Notes()
    order = [step["entity"] for step in root["sequence"].elements()]
    writer = entities.convert(root, order, _extent, DIALECT, notes)
    if not writer.operations:
        raise root.fail(
            "no extrusion that makes a solid" + (f": {notes.findings[0].message}" if notes.findings else "")
        )
    return Imported(writer.document("mm"), tuple(notes.findings), FORMAT)


def _extent(node: Node, extrusion: Extrusion) -> None:
    start = node["start_extent"]["type"].text()
    if start != "ProfilePlaneStartDefinition":
        raise entities.Unsupported(node["start_extent"], f"a start of type {start} cannot be said")
    if entities.taper(node) or (node.has("extent_two") and entities.taper(node, "extent_two")):
        # No file is known that has one, and no definition of its sign.
        raise entities.Unsupported(node, "a tapered extrusion: the format does not define which way it leans")
    extrusion.start, extrusion.end = entities.distances(node, SCALE)


def normal_scale(value: Any) -> float:
    """Units per metre of the normalised models that the DeepCAD line of work shows and describes.

    They are scaled until the coordinate of the box that is furthest from the origin is 0.75.

    Raises:
        InputError: the file has no bounding box, or an empty one.
    """
    box = Node(value)["properties"]["bounding_box"]
    furthest = max(abs(x) for corner in ("min_point", "max_point") for x in entities.vector(box[corner]))
    if furthest <= 0:
        raise box.fail("the bounding box is empty")
    return 0.75 / furthest
