"""Random designs that together use every operation, mode and extent of the language, on every plane."""

from __future__ import annotations

import random

FACES = ("top", "bottom", "left", "right", "front", "back")
PLANES = ("xy", "xz", "yz")


def figure(rng, low, high):
    return round(rng.uniform(low, high), 2)


def base(rng):
    """A block by one of several ways; its sides are about 40 × 30 × 20."""
    x, y, z = figure(rng, 36, 48), figure(rng, 28, 36), figure(rng, 18, 24)
    plane = rng.choice(PLANES)
    kind = rng.randrange(7)
    if kind == 0:
        return {"op": "box", "id": "block", "plane": plane, "size": [x, y, z]}
    if kind == 1:
        return {
            "op": "extrude",
            "id": "block",
            "plane": plane,
            "profile": [{"shape": "rectangle", "size": [x, y], "corner_radius": 2}],
            "depth": z,
        }
    if kind == 2:
        return {
            "op": "extrude",
            "id": "block",
            "plane": plane,
            "offset": figure(rng, -9, 9),
            "profile": [{"shape": "rectangle", "size": [x, y]}],
            "depth": z,
            "symmetric": True,
        }
    if kind == 3:
        return {
            "op": "extrude",
            "id": "block",
            "plane": plane,
            "rotation": [0, 0, figure(rng, 5, 40)],
            "profile": [{"shape": "rectangle", "size": [x, y]}],
            "depth": z,
            "depth2": figure(rng, 2, 6),
        }
    if kind == 4:
        return {
            "op": "extrude",
            "id": "block",
            "plane": plane,
            "reverse": True,
            "profile": [
                {"shape": "rectangle", "size": [x, y]},
                {"shape": "rectangle", "size": [10, 12], "attach": "right" if plane != "yz" else "back"},
            ],
            "depth": z,
        }
    if kind == 5:
        return {
            "op": "extrude",
            "id": "block",
            "plane": plane,
            "taper": figure(rng, 1, 6),
            "profile": [{"shape": "rectangle", "size": [x, y]}],
            "depth": z,
        }
    return {
        "op": "extrude",
        "id": "block",
        "plane": plane,
        "rotation": [figure(rng, 5, 25), figure(rng, 5, 25), 0],
        "profile": [{"shape": "rectangle", "size": [x, y]}],
        "depth": z,
    }


def loops(rng, size):
    """A profile of about a size with whatever curves."""
    s = size
    table = [
        [{"shape": "circle", "diameter": s}],
        [{"shape": "ellipse", "size": [s, round(s * 0.6, 2)], "rotate": 30}],
        [{"shape": "polygon", "sides": 6, "across_flats": s}],
        [{"shape": "ring", "outer_diameter": s, "inner_diameter": round(s * 0.5, 2)}],
        [{"shape": "slot", "length": s, "width": round(s * 0.4, 2), "rotate": 20}],
        [{"shape": "rectangle", "size": [s, round(s * 0.7, 2)], "wall": round(s * 0.1, 2)}],
        [{"shape": "circle", "diameter": s}, {"shape": "square", "side": round(s * 0.3, 2), "role": "hole"}],
        [{"shape": "t", "size": [s, s], "thickness": round(s * 0.25, 2)}],
        [
            {"shape": "rectangle", "size": [s, round(s * 0.5, 2)]},
            {"shape": "rectangle", "size": [round(s * 0.5, 2), s]},
        ],
        [
            {"shape": "rectangle", "size": [s, round(s * 0.5, 2)]},
            {"shape": "circle", "diameter": round(s * 0.6, 2), "at": [round(s * 0.5, 2), 0]},
            {"shape": "circle", "diameter": round(s * 0.2, 2), "role": "hole"},
        ],
        [
            {
                "shape": "path",
                "start": [0, 0],
                "curves": [
                    {"spline": [[s / 2, s / 4], [s, 0]]},
                    {"line": [s, s / 2]},
                    {"arc": [0, s / 2], "through": [s / 2, s * 0.7]},
                ],
            }
        ],
        [
            {
                "shape": "path",
                "start": [s / 2, 0],
                "curves": [{"spline": [[0, s / 3], [-s / 2, 0], [0, -s / 3], [s / 2, 0]]}],
            }
        ],
        [
            {
                "shape": "square",
                "side": round(s * 0.2, 2),
                "repeat": {"grid": [2, 2], "pitch": round(s * 0.5, 2)},
            }
        ],
        [{"shape": "sector", "radius": round(s / 2, 2), "angle": 250}],
    ]
    return rounded(rng.choice(table))


def rounded(value):
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    return {key: rounded(entry) for key, entry in value.items()} if isinstance(value, dict) else value


def feature(rng, name):
    """One more operation on the block; ``name`` is free for its id."""
    face = rng.choice(FACES)
    spot = [figure(rng, -3, 3), figure(rng, -3, 3)]
    table = [
        lambda: {
            "op": "extrude",
            "id": name,
            "face": f"block.{face}",
            "profile": loops(rng, 8),
            "depth": figure(rng, 2, 6),
        },
        lambda: {
            "op": "extrude",
            "id": name,
            "mode": "cut",
            "face": f"block.{face}",
            "profile": loops(rng, 8),
            "depth": figure(rng, 2, 6),
        },
        lambda: {
            "op": "extrude",
            "id": name,
            "mode": "cut",
            "face": f"block.{face}",
            "profile": loops(rng, 6),
            "extent": "through",
        },
        lambda: {
            "op": "extrude",
            "id": name,
            "mode": "cut",
            "face": f"block.{face}",
            "profile": [{"shape": "square", "side": 8}],
            "depth": 4,
            "taper": figure(rng, 2, 10),
        },
        lambda: {
            "op": "extrude",
            "id": name,
            "mode": "cut",
            "face": f"block.{face}",
            "profile": loops(rng, 6),
            "extent": "next",
        },
        lambda: {
            "op": "extrude",
            "id": name,
            "mode": "intersect",
            "plane": "xy",
            "profile": [{"shape": "circle", "diameter": 54}],
            "extent": "through",
        },
        lambda: {
            "op": "hole",
            "id": name,
            "face": f"block.{face}",
            "at": spot,
            "diameter": figure(rng, 2, 4),
        },
        lambda: {
            "op": "hole",
            "id": name,
            "face": f"block.{face}",
            "at": spot,
            "diameter": 3,
            "counterbore": {"diameter": 6, "depth": 2},
            "repeat": {"grid": [2, 1], "pitch": 8},
        },
        lambda: {
            "op": "hole",
            "id": name,
            "face": f"block.{face}",
            "at": spot,
            "diameter": 3,
            "countersink": {"diameter": 6, "angle": 90},
        },
        lambda: {
            "op": "hole",
            "id": name,
            "face": f"block.{face}",
            "at": spot,
            "thread": "M4",
            "depth": 8,
            "tip": 118,
        },
        lambda: {
            "op": "hole",
            "id": name,
            "face": f"block.{face}",
            "at": spot,
            "diameter": 3,
            "depth": 7,
            "tip": 118,
            "countersink": {"diameter": 5},
            "repeat": {"points": [[0, 0], [7, 1]]},
        },
        lambda: {
            "op": "hole",
            "id": name,
            "plane": "xy",
            "at": spot,
            "diameter": 3,
            "counterbore": {"diameter": 6, "depth": 5},
        },
        lambda: {"op": "hole", "id": name, "plane": rng.choice(PLANES), "at": spot, "diameter": 3},
        lambda: {
            "op": "revolve",
            "id": name,
            "mode": "cut",
            "face": f"block.{face}",
            "profile": [{"shape": "rectangle", "size": [3, 6], "at": [6, 0]}],
            "axis": "v",
            "angle": rng.choice([360, 90, 200]),
        },
        lambda: {
            "op": "revolve",
            "id": name,
            "plane": "xz",
            "profile": [{"shape": "circle", "diameter": 6, "at": [8, 4]}],
            "axis": "v",
            "angle": rng.choice([360, 120]),
            "reverse": rng.random() < 0.5,
        },
        lambda: {
            "op": "cylinder",
            "id": name,
            "face": f"block.{face}",
            "diameter": 5,
            "height": 6,
            "at": spot,
            "repeat": {"grid": [2, 1], "pitch": 9},
        },
        lambda: {
            "op": "box",
            "id": name,
            "mode": "cut",
            "face": f"block.{face}",
            "size": [5, 4, 3],
            "at": spot,
            "rotate": 25,
        },
        lambda: {
            "op": "cone",
            "id": name,
            "face": f"block.{face}",
            "bottom_diameter": 8,
            "top_diameter": rng.choice([0, 4]),
            "height": 6,
            "at": spot,
        },
        lambda: {"op": "sphere", "id": name, "face": f"block.{face}", "diameter": 7, "at": spot},
        lambda: {
            "op": "torus",
            "id": name,
            "mode": "cut",
            "face": f"block.{face}",
            "major_diameter": 9,
            "minor_diameter": 3,
            "at": spot,
        },
        lambda: {"op": "wedge", "id": name, "face": f"block.{face}", "size": [8, 5, 4], "at": spot},
        lambda: {
            "op": "pyramid",
            "id": name,
            "face": f"block.{face}",
            "side": 6,
            "height": 5,
            "sides": rng.choice([3, 4, 6]),
            "at": spot,
            **({"top": 2} if rng.random() < 0.5 else {}),
        },
        lambda: {
            "op": "loft",
            "id": name,
            "sections": [
                {"face": f"block.{face}", "profile": [{"shape": "square", "side": 8}]},
                {"face": f"block.{face}", "offset": 7, "profile": [{"shape": "circle", "diameter": 5}]},
            ],
        },
        lambda: {
            "op": "loft",
            "id": name,
            "ruled": True,
            "sections": [
                {"face": f"block.{face}", "offset": step, "profile": [{"shape": "square", "side": side}]}
                for step, side in ((0, 9), (3, 5), (6, 7))
            ],
        },
        lambda: {
            "op": "sweep",
            "id": name,
            "plane": "path",
            "profile": [{"shape": "circle", "diameter": 3}],
            "path": {"plane": "xz", "start": [0, 0], "curves": [{"line": [0, 50]}, {"line": [20, 50]}]},
        },
        lambda: {
            "op": "sweep",
            "id": name,
            "plane": "path",
            "profile": [{"shape": "ring", "outer_diameter": 4, "inner_diameter": 2}],
            "path": {
                "plane": "yz",
                "start": [0, 0],
                "curves": [{"line": [0, 40]}, {"arc": [10, 50], "radius": 10, "clockwise": True}],
            },
        },
    ]
    return rng.choice(table)()


def finish(rng, features):
    """A closing operation: edges, shell, copies or a motion."""
    last = features[-1] if features else "block"
    table = [
        lambda: {"op": "fillet", "edges": ["block.vertical"], "radius": 0.5},
        lambda: {"op": "fillet", "edges": ["block.top"], "radius": 0.4},
        lambda: {"op": "chamfer", "edges": ["block.bottom"], "distance": 0.5},
        lambda: {"op": "chamfer", "edges": ["block.top/front"], "distance": 0.4, "distance2": 0.9},
        lambda: {"op": "chamfer", "edges": ["block.right/front"], "distance": 0.5, "angle": 30},
        lambda: {"op": "chamfer", "edges": [last], "distance": 0.2},
        lambda: {"op": "fillet", "edges": ["top"], "radius": 0.3},
        lambda: {"op": "shell", "thickness": 1, "open": [f"block.{rng.choice(FACES)}"]},
        lambda: {"op": "mirror", "features": [last], "face": f"block.mid_{rng.choice('xyz')}"},
        lambda: {"op": "pattern", "features": [last], "repeat": {"grid": [2, 2], "pitch": [6, 5]}},
        lambda: {"op": "pattern", "features": [last], "face": "block.mid_z", "repeat": {"polar": 3}},
        lambda: {
            "op": "pattern",
            "features": [last],
            "face": "block.mid_x",
            "repeat": {"polar": 3, "angle": 100},
        },
        lambda: {"op": "move", "by": [3, 4.5, -2]},
        lambda: {"op": "rotate", "axis": [1, 2, 0.5], "angle": 33, "about": "center"},
        lambda: {"op": "rotate", "axis": "y", "angle": -70, "about": [5, 0, 0]},
        lambda: {"op": "scale", "factor": 1.5, "about": rng.choice(["center", [1, 2, 3]])},
        lambda: {"op": "align", "point": rng.choice(["corner", "top", "center"]), "to": [1, 2, 3]},
    ]
    return rng.choice(table)()


def design(seed):
    """A design of two to five operations."""
    rng = random.Random(seed)
    operations = [base(rng)]
    names = []
    for index in range(rng.randrange(1, 3)):
        names.append(f"part{index}")
        operations.append(feature(rng, names[-1]))
    for _ in range(rng.randrange(0, 3)):
        operations.append(finish(rng, names))
    return {"units": rng.choice(["mm", "cm", "in"]), "operations": operations}
