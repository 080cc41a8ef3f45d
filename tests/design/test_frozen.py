"""The language is frozen as 1.0: adapters are trained on it, and a change of it is a new version."""

import math

from cadagent.design import LANGUAGE_VERSION, language_hash, resolve
from cadagent.design.expressions import Evaluator
from cadagent.kernel.builder import build_here

FROZEN = {"1.0": "418694df82d0bccd9ea73d330c01155ad47c21bfb4019f47930d5be738031063"}


def test_the_definitions_are_those_of_their_version() -> None:
    assert language_hash() == FROZEN[LANGUAGE_VERSION]


def test_a_fraction_with_a_unit_is_read_as_people_write_it() -> None:
    evaluator = Evaluator("mm", [{"name": "w", "value": 10}])
    assert evaluator.number("1/2in", "length") == 12.7
    assert math.isclose(evaluator.number("w+3/4in", "length"), 29.05)
    assert evaluator.number("10/2", "length") == 5


def test_align_moves_along_the_named_axes_only() -> None:
    box = {"op": "box", "size": [10, 10, 10], "at": [7, 8]}
    built = build_here(resolve({"units": "mm", "operations": [box, {"op": "align", "axes": ["z"]}]}))
    assert built.measurement is not None
    assert built.measurement.box_min == (2, 3, -5)
