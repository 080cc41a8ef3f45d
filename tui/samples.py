"""Results to look at and to measure with: what a scripted model answers to fixed requests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cadagent.agent import run
from cadagent.generation.scripted import ScriptedModel
from cadagent.settings import Settings
from tui.desk import Desk

REQUEST = "A 40 x 20 x 5 mm plate with four 4 mm holes, 30 x 10 mm apart, on top a 10 mm boss 8 mm high"
_PLATE: list[dict[str, Any]] = [
    {"op": "extrude", "id": "plate", "profile": [{"shape": "rectangle", "size": [40, 20]}], "depth": 5},
    {"op": "extrude", "face": "top", "profile": [{"shape": "circle", "diameter": 10}], "depth": 8},
    {
        "op": "hole",
        "face": "plate.top",
        "diameter": 4,
        "repeat": {"grid": [2, 2], "pitch": [30, 10]},
    },
]
_BRACKET: list[dict[str, Any]] = [
    {
        "op": "extrude",
        "plane": "xz",
        "profile": [{"shape": "l", "size": [50, 40], "thickness": 4}],
        "depth": 30,
        "symmetric": True,
    },
    {"op": "fillet", "edges": ["all"], "radius": 1},
]
_FLANGE: list[dict[str, Any]] = [
    {
        "op": "extrude",
        "profile": [
            {"shape": "ring", "outer_diameter": 60, "inner_diameter": 20},
            {"shape": "circle", "diameter": 6, "role": "hole", "repeat": {"polar": 6, "diameter": 45}},
        ],
        "depth": 8,
    }
]


def written(operations: list[dict[str, Any]]) -> str:
    """A design in millimetres as a model writes it."""
    return json.dumps({"units": "mm", "operations": operations}, separators=(",", ":"))


GOOD = written(_PLATE)
BAD = GOOD.replace('"hole"', '"hol"')
OTHERS = {
    "A flange 60 mm outside, 20 mm bore, 8 mm thick, six 6 mm holes on a 45 mm circle": written(_FLANGE),
    "An L bracket 50 x 40 mm, 4 mm thick and 30 mm wide, all edges rounded 1 mm": written(_BRACKET),
}


def sample_desk(folder: Path, *replies: str, reviews: int = 0) -> Desk:
    """A desk with a new database whose model gives these answers; ``reviews`` runs wait for a person."""
    settings = Settings(db=folder / "feedback.db", max_attempts=3, model="scripted")
    desk = Desk(settings, model=ScriptedModel([{"reply": reply} for reply in replies]))
    others = list(OTHERS.items())
    for number in range(reviews):
        request, reply = others[number % len(others)]
        for _ in run(request, model=ScriptedModel([{"reply": reply}]), store=desk.store, settings=settings):
            pass
    return desk
