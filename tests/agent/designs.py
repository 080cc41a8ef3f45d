"""Answers of a scripted model that the loop's tests share."""

from __future__ import annotations

import json
from typing import Any

from cadagent.generation.scripted import ScriptedModel

REQUEST = "A 40 x 20 x 5 mm plate with four 4 mm holes, 30 x 10 mm apart"
PLATE: dict[str, Any] = {
    "units": "mm",
    "operations": [
        {"op": "extrude", "profile": [{"shape": "rectangle", "size": [40, 20]}], "depth": 5},
        {"op": "hole", "diameter": 4, "repeat": {"grid": [2, 2], "pitch": [30, 10]}},
    ],
}


def text(document: dict[str, Any]) -> str:
    """A document as the model writes it."""
    return json.dumps(document, separators=(",", ":"))


def plate(**changes: Any) -> str:
    """The plate with its hole changed, e.g. ``face="lid"``."""
    base, hole = PLATE["operations"]
    return text({**PLATE, "operations": [base, {**hole, **changes}]})


GOOD = text(PLATE)
WRONG_OP = text({**PLATE, "operations": [PLATE["operations"][0], {"op": "hol", "diameter": 4}]})
NO_DEPTH = text({**PLATE, "operations": [{"op": "extrude", "profile": [{"shape": "square", "side": 4}]}]})


def scripted(*replies: str) -> ScriptedModel:
    """A model that gives these answers one after the other."""
    return ScriptedModel([{"reply": reply} for reply in replies])
