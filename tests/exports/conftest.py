"""Designs exported once to every format; the tests look at the files."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from cadagent.exports import FORMATS, export_all
from cadagent.kernel import Limits
from cadagent.kernel.result import BuildResult

#: All formats at once take a second, and more than the usual limit where the machine is busy.
PATIENT = Limits(seconds=240)

#: Two bodies in inches: a rounded plate with an ellipse, a boss and holes; a disc of line, arc and spline.
DESIGN: dict[str, Any] = {
    "units": "in",
    "operations": [
        {
            "op": "extrude",
            "id": "plate",
            "profile": [
                {"shape": "rectangle", "size": [4, 2], "corner_radius": 0.25},
                {"shape": "ellipse", "size": [1, 0.5], "role": "hole", "at": [-1.2, 0]},
            ],
            "depth": 0.5,
        },
        {"op": "extrude", "face": "top", "profile": [{"shape": "circle", "diameter": 1}], "depth": 0.75},
        {
            "op": "hole",
            "face": "plate.top",
            "diameter": 0.2,
            "repeat": {"corners": True, "inset": 0.3},
        },
        {
            "op": "extrude",
            "id": "disc",
            "mode": "new",
            "profile": [
                {
                    "shape": "path",
                    "start": [0, 0],
                    "curves": [
                        {"line": [2, 0]},
                        {"arc": [2, 1], "radius": 0.8},
                        {"spline": [[1, 1.5], [0, 1], [0, 0]]},
                    ],
                    "at": [4, 2],
                }
            ],
            "depth": 0.5,
        },
    ],
}
NAMES = ["plate", "disc"]
#: Plate, boss and holes by hand, in³ (the disc's spline has no formula).
PLATE_VOLUME = (
    (4 * 2 - (4 - math.pi) * 0.25**2 - math.pi * 0.5 * 0.25) * 0.5
    + math.pi * 0.5**2 * 0.75
    - 4 * math.pi * 0.1**2 * 0.5
) * 25.4**3


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Format → file of ``DESIGN``."""
    folder = tmp_path_factory.mktemp("exports")
    paths = {name: folder / f"part{item.suffixes[0]}" for name, item in FORMATS.items()}
    export_all(DESIGN, paths.values(), limits=PATIENT)
    return paths


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    """What the kernel measured on ``DESIGN``."""
    path = tmp_path_factory.mktemp("built") / "part.brep"
    return export_all(json.loads(json.dumps(DESIGN)), [path], limits=PATIENT)
