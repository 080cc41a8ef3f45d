"""Designs by what they show, for what the random ones cannot say."""

from __future__ import annotations

_PLATE = {"op": "box", "id": "plate", "size": [40, 30, 4]}
_WALL = {"op": "box", "id": "wall", "face": "plate.top", "size": [4, 30, 20], "from": "left"}
_L_WALL = {"op": "box", "id": "wall", "face": "plate.top", "size": [30, 4, 20], "from": "back"}


def _mm(*operations, **more):
    return {"units": "mm", **more, "operations": [dict(operation) for operation in operations]}


SPECIAL = {
    "rib": _mm(
        _PLATE,
        _WALL,
        {
            "op": "rib",
            "path": {"plane": "xz", "start": [-16, 18], "curves": [{"line": [10, 4]}]},
            "thickness": 3,
        },
    ),
    "rib, curved and mirrored": _mm(
        _PLATE,
        _WALL,
        {
            "op": "rib",
            "id": "web",
            "path": {
                "plane": "xz",
                "offset": 8,
                "start": [-16, 18],
                "curves": [{"spline": [[-8, 9], [8, 4]]}],
            },
            "thickness": 2,
        },
        {"op": "mirror", "features": ["web"], "plane": "xz"},
    ),
    "join to next": _mm(
        {"op": "box", "size": [40, 40, 5]},
        {"op": "box", "id": "roof", "mode": "new", "offset": 20, "size": [40, 40, 5]},
        {
            "op": "extrude",
            "plane": "xy",
            "offset": 5,
            "profile": [{"shape": "circle", "diameter": 10}],
            "extent": "next",
        },
    ),
    "cut to next": _mm(
        {"op": "box", "id": "tube", "size": [40, 40, 30]},
        {"op": "box", "id": "bore", "mode": "cut", "face": "tube.left", "size": [20, 20, 40]},
        {
            "op": "extrude",
            "id": "window",
            "mode": "cut",
            "face": "tube.top",
            "profile": [{"shape": "circle", "diameter": 8}],
            "extent": "next",
        },
        {"op": "pattern", "features": ["window"], "repeat": {"grid": [2, 1], "pitch": [11, 11]}},
    ),
    "join through": _mm(
        {"op": "box", "size": [40, 20, 30]},
        {
            "op": "extrude",
            "plane": "xy",
            "profile": [{"shape": "circle", "diameter": 30}],
            "extent": "through",
        },
    ),
    "bodies apart": _mm(
        {"op": "box", "id": "left", "size": [10, 10, 10]},
        {"op": "box", "id": "right", "mode": "new", "size": [10, 10, 10], "at": [30, 0]},
        {"op": "hole", "face": "right.top", "diameter": 4},
        {"op": "extrude", "face": "left.right", "profile": [{"shape": "square", "side": 4}], "depth": 3},
        {"op": "move", "body": "right", "by": [0, 5, 0]},
    ),
    "a target": _mm(
        {"op": "box", "id": "lower", "size": [30, 30, 10]},
        {"op": "box", "id": "upper", "mode": "new", "offset": 10, "size": [30, 30, 10]},
        {"op": "cylinder", "mode": "cut", "offset": 2, "diameter": 8, "height": 14, "target": "upper"},
        {"op": "box", "mode": "intersect", "size": [20, 40, 40], "target": "lower"},
    ),
    "combine, cut": _mm(
        {"op": "box", "id": "block", "size": [30, 30, 10]},
        {"op": "sphere", "id": "ball", "mode": "new", "offset": 10, "diameter": 16},
        {"op": "combine", "mode": "cut", "target": "block", "tools": ["ball"]},
    ),
    "combine, join": _mm(
        {"op": "box", "id": "block", "size": [30, 30, 10]},
        {"op": "cylinder", "id": "post", "mode": "new", "offset": 4, "diameter": 16, "height": 20},
        {"op": "combine", "mode": "join", "target": "block", "tools": ["post"]},
        {"op": "fillet", "edges": ["post.top"], "radius": 1},
    ),
    "combine, intersect": _mm(
        {"op": "box", "id": "block", "size": [30, 30, 10]},
        {"op": "sphere", "id": "ball", "mode": "new", "offset": 5, "diameter": 28},
        {"op": "combine", "mode": "intersect", "target": "block", "tools": ["ball"]},
    ),
    "a cut in two": _mm(
        {"op": "box", "id": "bar", "size": [40, 10, 10]},
        {
            "op": "extrude",
            "mode": "cut",
            "face": "bar.top",
            "profile": [{"shape": "rectangle", "size": [4, 20]}],
            "extent": "through",
        },
        {"op": "chamfer", "edges": ["bar.top"], "distance": 1},
    ),
    "mirror of a body": _mm(
        {
            "op": "extrude",
            "id": "half",
            "profile": [{"shape": "right_triangle", "size": [20, 12]}],
            "depth": 6,
        },
        {"op": "mirror", "features": ["half"], "plane": "yz", "origin": [-10, 0, 0]},
    ),
    "a pattern of bodies": _mm(
        {"op": "cylinder", "id": "peg", "diameter": 5, "height": 8},
        {"op": "pattern", "features": ["peg"], "repeat": {"grid": [3, 2], "pitch": [9, 12]}},
    ),
    "chamfer of two lengths": _mm(
        {
            "op": "extrude",
            "id": "block",
            "plane": "yz",
            "profile": [{"shape": "trapezoid", "bottom": 40, "top": 24, "height": 20}],
            "depth": 20,
        },
        {"op": "chamfer", "edges": ["block.top"], "distance": 1, "distance2": 3},
    ),
    "shell, outward and closed": _mm(
        {"op": "box", "size": [30, 20, 10]}, {"op": "shell", "thickness": 1, "outward": True}
    ),
    "shell of a turned part": _mm(
        {"op": "box", "id": "pan", "size": [30, 20, 10], "rotation": [20, 0, 0]},
        {"op": "shell", "thickness": 1.5, "open": ["pan.top", "pan.front"]},
    ),
    "a loft with a tunnel": _mm(
        {
            "op": "loft",
            "sections": [
                {
                    "profile": [
                        {"shape": "square", "side": 20},
                        {"shape": "circle", "diameter": 8, "role": "hole"},
                    ]
                },
                {
                    "offset": 25,
                    "profile": [
                        {"shape": "square", "side": 12},
                        {"shape": "circle", "diameter": 6, "role": "hole"},
                    ],
                },
            ],
        },
    ),
    "a smooth loft": _mm(
        {
            "op": "loft",
            "sections": [
                {"offset": z, "profile": [{"shape": "circle", "diameter": d}]}
                for z, d in ((0, 20), (10, 12), (20, 18))
            ],
        },
    ),
    "a closed sweep": _mm(
        {
            "op": "sweep",
            "plane": "xz",
            "profile": [{"shape": "circle", "diameter": 4, "at": [20, 0]}],
            "path": {
                "plane": "xy",
                "start": [20, 0],
                "curves": [{"arc": [-20, 0], "through": [0, 20]}, {"arc": [20, 0], "through": [0, -20]}],
            },
        },
    ),
    "figures with names": {
        "units": "in",
        "parameters": [
            {"name": "w", "value": 4},
            {"name": "thick", "value": "w/16 + 0.1"},
            {"name": "lean", "value": 3, "kind": "angle"},
            {"name": "count", "value": 3, "kind": "count"},
        ],
        "operations": [
            {
                "op": "extrude",
                "id": "plate",
                "profile": [{"shape": "rectangle", "size": ["w", "w/2"]}],
                "depth": "thick",
                "taper": "lean",
            },
            {"op": "hole", "diameter": "thick/2", "repeat": {"grid": ["count", 1], "pitch": "w/count - 5mm"}},
        ],
    },
    "an ellipse turned about": _mm(
        {
            "op": "revolve",
            "plane": "xz",
            "profile": [{"shape": "ellipse", "size": [6, 10], "at": [20, 0], "rotate": 20}],
            "axis": {"from": [0, 0], "to": [1, 4]},
            "angle": 250,
            "symmetric": True,
        },
    ),
    "loops side by side": _mm(
        {
            "op": "extrude",
            "plane": "yz",
            "profile": [
                {"shape": "rectangle", "size": [20, 10]},
                {"shape": "semicircle", "diameter": 10, "attach": "top"},
                {"shape": "rectangle", "size": [6, 10], "attach": "right"},
                {"shape": "circle", "diameter": 4, "role": "hole", "at": [10, 0]},
            ],
            "depth": 5,
        },
    ),
}
