"""Designs of one operation each, with the volume that a formula gives."""

from __future__ import annotations

import math

PI = math.pi
RECT = {"shape": "rectangle", "size": [40, 20]}
CIRCLE = {"shape": "circle", "diameter": 10}
SMALL = {"shape": "rectangle", "size": [20, 10]}
PLATE = {"op": "extrude", "id": "plate", "profile": [RECT], "depth": 10}
LUG = {"op": "box", "id": "lug", "mode": "new", "plane": "xy", "origin": [40, 0, 0], "size": [10, 10, 10]}
CUT = {"op": "extrude", "face": "plate.top", "mode": "cut", "profile": [SMALL]}
FRUSTUM = 10 / 3 * (800 + 200 + 400)


# operations, volume, box (None: not looked at)
CASES: list[tuple[str, list[dict], float, tuple[float, ...] | None]] = [
    ("extrude", [PLATE], 8000, (-20, -10, 0, 20, 10, 10)),
    ("reverse", [{**PLATE, "reverse": True}], 8000, (-20, -10, -10, 20, 10, 0)),
    ("symmetric", [{**PLATE, "symmetric": True}], 8000, (-20, -10, -5, 20, 10, 5)),
    ("two sides", [{**PLATE, "depth2": 5}], 12000, (-20, -10, -5, 20, 10, 10)),
    ("two sides reversed", [{**PLATE, "depth2": 5, "reverse": True}], 12000, (-20, -10, -10, 20, 10, 5)),
    (
        "taper",
        [{"op": "extrude", "profile": [{"shape": "square", "side": 20}], "depth": 5, "taper": 45}],
        5 / 3 * (400 + 100 + 200),
        (-10, -10, 0, 10, 10, 5),
    ),
    (
        "taper reversed",
        [
            {
                "op": "extrude",
                "profile": [{"shape": "square", "side": 20}],
                "depth": 5,
                "taper": 45,
                "reverse": True,
            }
        ],
        5 / 3 * (400 + 100 + 200),
        (-10, -10, -5, 10, 10, 0),
    ),
    (
        "taper into a face",
        [PLATE, {**CUT, "profile": [{"shape": "square", "side": 10}], "depth": 2, "taper": 45}],
        8000 - 2 / 3 * (100 + 36 + 60),
        None,
    ),
    ("sketch with holes", [{**PLATE, "profile": [RECT, {**CIRCLE, "role": "hole"}]}], 8000 - 250 * PI, None),
    ("walls", [{**PLATE, "profile": [{**RECT, "wall": 2}]}], 10 * (800 - 36 * 16), None),
    (
        "ring",
        [{**PLATE, "profile": [{"shape": "ring", "outer_radius": 5, "inner_radius": 3}]}],
        160 * PI,
        None,
    ),
    ("onto a face", [PLATE, {"op": "extrude", "face": "top", "profile": [SMALL], "depth": 5}], 9000, None),
    (
        "onto a side",
        [PLATE, {"op": "extrude", "face": "left", "profile": [CIRCLE], "depth": 4}],
        8000 + 100 * PI,
        None,
    ),
    ("pocket", [PLATE, {**CUT, "depth": 4}], 7200, (-20, -10, 0, 20, 10, 10)),
    ("through from a face", [PLATE, {**CUT, "extent": "through"}], 6000, None),
    ("through from a plane", [PLATE, {**CUT, "face": "plate.mid_z", "extent": "through"}], 7000, None),
    (
        "through both ways",
        [
            {**PLATE, "symmetric": True},
            {"op": "extrude", "mode": "cut", "plane": "xy", "profile": [SMALL], "extent": "through"},
        ],
        6000,
        None,
    ),
    (
        "through, not reversed",
        [
            {**PLATE, "symmetric": True},
            {
                "op": "extrude",
                "mode": "cut",
                "plane": "xy",
                "profile": [SMALL],
                "extent": "through",
                "reverse": False,
            },
        ],
        6000,
        None,
    ),
    (
        "through one way",
        [
            {**PLATE, "symmetric": True},
            {
                "op": "extrude",
                "mode": "cut",
                "plane": "xy",
                "profile": [SMALL],
                "extent": "through",
                "reverse": True,
            },
        ],
        7000,
        None,
    ),
    ("keep a part", [PLATE, {**CUT, "mode": "intersect", "depth": 4}], 800, (-10, -5, 6, 10, 5, 10)),
    (
        "up to the next",
        [
            PLATE,
            {**LUG, "origin": [0, 0, 15], "size": [40, 20, 2]},
            {"op": "extrude", "face": "plate.top", "profile": [CIRCLE], "extent": "next"},
        ],
        9600 + 125 * PI,
        None,
    ),
    (
        "revolve",
        [
            {
                "op": "revolve",
                "plane": "xz",
                "profile": [{**RECT, "size": [5, 30], "at": [20, 0]}],
                "axis": "v",
            }
        ],
        2 * PI * 20 * 150,
        (-22.5, -22.5, -15, 22.5, 22.5, 15),
    ),
    (
        "revolve a quarter",
        [
            {
                "op": "revolve",
                "plane": "xz",
                "profile": [{**RECT, "size": [4, 6], "at": [10, 3]}],
                "axis": "v",
                "angle": 90,
            }
        ],
        PI / 2 * 10 * 24,
        (0, 0, 0, 12, 12, 6),
    ),
    (
        "revolve back",
        [
            {
                "op": "revolve",
                "plane": "xz",
                "profile": [{**RECT, "size": [4, 6], "at": [10, 3]}],
                "axis": "v",
                "angle": 90,
                "reverse": True,
            }
        ],
        PI / 2 * 10 * 24,
        (0, -12, 0, 12, 0, 6),
    ),
    (
        "revolve about an edge",
        [{"op": "revolve", "profile": [{"shape": "rectangle", "size": [4, 6]}], "axis": "left"}],
        PI * 16 * 6,
        (-6, -3, -4, 2, 3, 4),
    ),
    (
        "loft",
        [
            {
                "op": "loft",
                "ruled": True,
                "sections": [{"profile": [RECT]}, {"offset": 10, "profile": [SMALL]}],
            }
        ],
        FRUSTUM,
        (-20, -10, 0, 20, 10, 10),
    ),
    (
        "sweep",
        [
            {
                "op": "sweep",
                "plane": "path",
                "profile": [CIRCLE],
                "path": {"start": [0, 0], "curves": [{"line": [30, 0]}]},
            }
        ],
        30 * 25 * PI,
        (0, -5, -5, 30, 5, 5),
    ),
    (
        "sweep a bend",
        [
            {
                "op": "sweep",
                "plane": "path",
                "profile": [CIRCLE],
                "path": {"plane": "xz", "start": [0, 0], "curves": [{"arc": [20, 20], "radius": 20}]},
            }
        ],
        25 * PI * PI / 2 * 20,
        None,
    ),
    ("box", [{"op": "box", "size": [3, 4, 5]}], 60, (-1.5, -2, 0, 1.5, 2, 5)),
    ("cylinder", [{"op": "cylinder", "radius": 2, "height": 5}], 20 * PI, (-2, -2, 0, 2, 2, 5)),
    ("cone", [{"op": "cone", "bottom_diameter": 6, "height": 5}], 15 * PI, (-3, -3, 0, 3, 3, 5)),
    (
        "cone cut off",
        [{"op": "cone", "bottom_radius": 3, "top_radius": 1, "height": 3}],
        PI * (9 + 3 + 1),
        None,
    ),
    ("sphere", [{"op": "sphere", "diameter": 6}], 36 * PI, (-3, -3, -3, 3, 3, 3)),
    (
        "torus",
        [{"op": "torus", "major_radius": 5, "minor_diameter": 4}],
        2 * PI * PI * 5 * 4,
        (-7, -7, -2, 7, 7, 2),
    ),
    ("wedge", [{"op": "wedge", "size": [6, 4, 3], "top": 2}], 4 * 3 * 4, (-3, -2, 0, 3, 2, 3)),
    ("wedge with an edge", [{"op": "wedge", "size": [6, 4, 3]}], 36, None),
    ("pyramid", [{"op": "pyramid", "side": 6, "height": 4}], 48, (-3, -3, 0, 3, 3, 4)),
    ("tetrahedron", [{"op": "pyramid", "sides": 3, "side": 6}], 216 / (6 * 2**0.5), None),
    ("flat pyramid", [{"op": "pyramid", "size": [8, 4], "height": 3, "top": 4}], 3 / 3 * (32 + 8 + 16), None),
    (
        "triangle pocket",
        [PLATE, {"op": "pyramid", "mode": "cut", "face": "top", "sides": 3, "side": 6, "height": 4}],
        8000 - 4 / 3 * 9 * 3**0.5,
        None,
    ),
    (
        "ball pocket",
        [PLATE, {"op": "sphere", "mode": "cut", "face": "top", "radius": 3}],
        8000 - 18 * PI,
        None,
    ),
    (
        "posts",
        [
            PLATE,
            {
                "op": "cylinder",
                "face": "top",
                "diameter": 4,
                "height": 5,
                "repeat": {"corners": True, "inset": 4},
            },
        ],
        8000 + 80 * PI,
        None,
    ),
    (
        "hole",
        [PLATE, {"op": "hole", "diameter": 4, "repeat": {"grid": [2, 2], "pitch": [30, 10]}}],
        8000 - 160 * PI,
        None,
    ),
    ("blind hole", [PLATE, {"op": "hole", "radius": 2, "depth": 6}], 8000 - 24 * PI, None),
    (
        "hole with a tip",
        [PLATE, {"op": "hole", "radius": 2, "depth": 6, "tip": 90}],
        8000 - 24 * PI - 8 / 3 * PI,
        None,
    ),
    (
        "hole on a plane",
        [{**PLATE, "symmetric": True}, {"op": "hole", "plane": "xy", "radius": 2}],
        8000 - 40 * PI,
        None,
    ),
    ("threaded clearance", [PLATE, {"op": "hole", "thread": "M6"}], 8000 - 10 * PI * 3.3**2, None),
    ("tap drill", [PLATE, {"op": "hole", "thread": "M6", "fit": "tap"}], 8000 - 10 * PI * 2.5**2, None),
    (
        "counterbore",
        [PLATE, {"op": "hole", "radius": 2, "counterbore": {"diameter": 8, "depth": 4}}],
        8000 - PI * (16 * 4 + 4 * 6),
        None,
    ),
    (
        "countersink",
        [PLATE, {"op": "hole", "radius": 2, "countersink": {"diameter": 8}}],
        8000 - PI * (4 * 8 + 2 / 3 * (16 + 8 + 4)),
        None,
    ),
    (
        "fillet",
        [PLATE, {"op": "fillet", "edges": ["plate.vertical"], "radius": 3}],
        8000 - 10 * 9 * (4 - PI),
        None,
    ),
    (
        "fillet one edge",
        [PLATE, {"op": "fillet", "edges": ["top/front"], "radius": 2}],
        8000 - 40 * 4 * (1 - PI / 4),
        None,
    ),
    ("chamfer", [PLATE, {"op": "chamfer", "edges": ["vertical"], "distance": 2}], 8000 - 10 * 4 * 2, None),
    (
        "chamfer by angle",
        [PLATE, {"op": "chamfer", "edges": ["plate.top/left"], "distance": 2, "angle": 45}],
        8000 - 40,
        None,
    ),
    ("shell", [PLATE, {"op": "shell", "thickness": 2, "open": ["top"]}], 8000 - 36 * 16 * 8, None),
    (
        "rib",
        [
            PLATE,
            {
                "op": "extrude",
                "face": "top",
                "profile": [{"shape": "rectangle", "size": [4, 20], "from": "left"}],
                "depth": 20,
            },
            {
                "op": "rib",
                "path": {"plane": "xz", "start": [-16, 20], "curves": [{"line": [4, 10]}]},
                "thickness": 4,
            },
        ],
        None,
        None,
    ),  # type: ignore[list-item]
    (
        "mirror",
        [
            PLATE,
            {**LUG, "mode": "join", "id": "tab", "origin": [25, 0, 0]},
            {"op": "mirror", "features": ["tab"], "plane": "yz"},
        ],
        10000,
        (-30, -10, 0, 30, 10, 10),
    ),
    (
        "pattern",
        [
            PLATE,
            {"op": "hole", "id": "h", "diameter": 2, "at": [-10, 0]},
            {"op": "pattern", "features": ["h"], "repeat": {"grid": [3, 1], "pitch": [10, 0]}},
        ],
        8000 - 30 * PI,
        None,
    ),
    (
        "polar pattern",
        [
            PLATE,
            {"op": "hole", "id": "h", "diameter": 2, "at": [6, 0]},
            {"op": "pattern", "features": ["h"], "repeat": {"polar": 5}},
        ],
        8000 - 50 * PI,
        None,
    ),
    (
        "combine",
        [
            PLATE,
            {**LUG, "origin": [20, 0, 0]},
            {"op": "combine", "mode": "cut", "target": "plate", "tools": ["lug"]},
        ],
        7500,
        None,
    ),
    ("move", [PLATE, {"op": "move", "by": [1, 2, 3]}], 8000, (-19, -8, 3, 21, 12, 13)),
    ("rotate", [PLATE, {"op": "rotate", "axis": "z", "angle": 90}], 8000, (-10, -20, 0, 10, 20, 10)),
    (
        "rotate about its middle",
        [PLATE, {"op": "rotate", "axis": [0, 1, 0], "angle": 90, "about": "center"}],
        8000,
        (-5, -10, -15, 5, 10, 25),
    ),
    ("scale", [PLATE, {"op": "scale", "factor": 0.5}], 1000, (-10, -5, 0, 10, 5, 5)),
    ("align", [PLATE, {"op": "align", "point": "corner", "to": [0, 0, 0]}], 8000, (0, 0, 0, 40, 20, 10)),
]
