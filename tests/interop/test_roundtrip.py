"""CAD JSON → minimal or DeepCAD JSON → CAD JSON keeps the solid; what a format cannot say is named.

The designs are synthetic, over all families of the generator. Volume and area agree to a relative 1e-6, box
and centre of mass to 1e-6 of the largest extent; figures of CAD JSON end at 1e-6 mm, which is the bound for
parts of about a millimetre. The solids' common part, by an exact boolean, has the same volume.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from cadagent import design
from cadagent.errors import BuildError
from cadagent.interop import convert, write_design
from cadagent.kernel.builder import build_solid
from tests.interop.solids import differences
from tests.interop.synthetic import designs

JsonObject = dict[str, Any]

FORMATS = ("minimal", "deepcad")

#: What a refusal says → what the design must hold then.
REASONS = {
    "a revolved profile": '"op":"revolve"',
    "a loft": '"op":"loft"',
    "a sweep": '"op":"sweep"',
    "a rib": '"op":"rib"',
    "a fillet": '"op":"fillet"',
    "a chamfer": '"op":"chamfer"',
    "a shell": '"op":"shell"',
    "a cone": '"op":"cone"',
    "a sphere": '"op":"sphere"',
    "a torus": '"op":"torus"',
    "a pyramid": '"op":"pyramid"',
    "a countersink": '"countersink"',
    "the point of a drill": '"tip"',
    "a tapered extrusion": '"taper"',
    "an extrusion up to the next face": '"extent":"next"',
    "an outline with an ellipse": '"shape":"ellipse"',
    "an outline with a spline": '"spline"',
    "a separate body so close to another": '"mode":"new"',
}


def check(count: int) -> Counter[str]:
    """Both formats for each design; returns how often what happened."""
    seen: Counter[str] = Counter()
    for text in designs(count):
        resolved = design.resolve(json.loads(text))
        if not build_solid(resolved).ok:
            seen["does not build"] += 1
            continue
        for format in FORMATS:
            try:
                written = write_design(None, resolved, format)
            except BuildError as error:
                assert error.exit_code == 1
                reason = next(reason for reason in REASONS if reason in str(error))
                assert REASONS[reason] in text, (str(error), text)
                seen[f"{format} refused"] += 1
                continue
            found = convert(json.loads(written.text))
            assert found.complete and found.format == format
            assert [f for f in design.check(found.document) if f.severity == "error"] == []
            apart, told = differences(resolved, design.resolve(found.document))
            seen[f"{format} boolean" if told else f"{format} no boolean"] += 1
            seen[f"{format} {'same' if apart <= 1e-6 else 'other'}"] += 1
            if apart > 1e-6:
                print(format, f"{apart:.2e}", text)
    print(*sorted(seen.items()), sep="\n")
    return seen


def test_round_trips_keep_the_solid():
    seen = check(25)
    assert seen["minimal same"] + seen["minimal refused"] + seen["does not build"] == 25
    assert seen["deepcad same"] + seen["deepcad refused"] + seen["does not build"] == 25


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_thousand_round_trips_keep_the_solid():
    seen = check(1000)
    for format in FORMATS:
        assert seen[f"{format} other"] == 0
        assert seen[f"{format} same"] >= 750
        assert seen[f"{format} no boolean"] <= 20
