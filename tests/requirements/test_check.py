"""Requests against built solids: what is held, what is missed, what is put down as wrong."""

from __future__ import annotations

import pytest

from cadagent.requirements import compare
from cadagent.validation import for_model, validate

PLATE = "A 40 x 20 x 5 mm plate with four 4 mm holes, 30 x 10 mm apart"


def plate(size=(40, 20), depth=5, units="mm", **hole):
    drilled = {"op": "hole", "diameter": 4, "repeat": {"grid": [2, 2], "pitch": [30, 10]}} | hole
    base = {"op": "extrude", "profile": [{"shape": "rectangle", "size": list(size)}], "depth": depth}
    return {"units": units, "operations": [base, drilled]}


def one(*operations, units="mm"):
    return {"units": units, "operations": list(operations)}


def states(request, document):
    report = validate(document, request=request)
    assert report.valid, report.findings
    return {row.requirement.words: row.state for row in report.asked}


def flagged(request, document):
    return sorted(
        words for words, state in states(request, document).items() if state in ("missing", "wrong")
    )


def test_a_right_part_holds_everything():
    assert set(states(PLATE, plate()).values()) == {"held"}
    assert set(states(PLATE.replace("mm", "in"), plate(units="in")).values()) == {"held"}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (plate(size=(44, 20)), ["40"]),
        (plate(depth=8), ["5 mm"]),
        (plate(diameter=8), ["4 mm"]),
        (plate(repeat={"grid": [2, 2], "pitch": [25, 10]}), ["30"]),
    ],
)
def test_one_changed_figure_is_flagged(document, words):
    assert flagged(PLATE, document) == words


def test_a_radius_taken_for_a_diameter_is_wrong():
    disc = one({"op": "cylinder", "radius": 8, "height": 20})
    report = validate(disc, request="a rod of diameter 8 mm, 20 mm long")
    (finding,) = [f for f in report.findings if f.severity == "warning"]
    assert (finding.code, finding.expected, finding.actual) == (
        "requirements.wrong",
        "diameter 8 mm",
        "16 mm",
    )
    assert "requirements.wrong" in for_model(report.findings, report.document)


@pytest.mark.parametrize("size", [[10, 10, 20], [10, 11, 10], [20, 10, 10]])
def test_a_cube_is_alike_in_all_directions(size):
    assert flagged("a cube of 10 mm", one({"op": "box", "size": size})) == ["10 mm"]


def test_what_is_no_box():
    cone = one({"op": "cone", "bottom_radius": 10, "height": 30})
    assert flagged("Cone with base radius 10 mm and height 30 mm", cone) == []
    nut = one({"op": "extrude", "profile": [{"shape": "polygon", "sides": 6, "side": 5}], "depth": 2})
    assert flagged("A hexagon with side lengths of 5 mm and a thickness of 2 mm", nut) == []
    slot = one({"op": "extrude", "profile": [{"shape": "slot", "length": 50, "width": 10}], "depth": 4})
    assert flagged("a slot-shaped plate 50 mm long, 10 mm wide and 4 mm thick", slot) == []
    ring = one({"op": "extrude", "profile": [{"shape": "circle", "diameter": 60}], "depth": 8},
               {"op": "hole", "diameter": 6, "repeat": {"polar": 6, "diameter": 45}})  # fmt: skip
    request = "a disc 60 mm in diameter and 8 mm thick with six 6 mm holes on a 45 mm bolt circle"
    assert set(states(request, ring).values()) == {"held"}


def test_counts():
    six = "a disc 60 mm in diameter, 8 mm thick, six holes with a diameter of 6 mm on a 45 mm bolt circle"
    five = one({"op": "cylinder", "diameter": 60, "height": 8},
               {"op": "hole", "diameter": 6, "repeat": {"polar": 5, "diameter": 45}})  # fmt: skip
    assert flagged(six, five) == ["six holes"]


@pytest.mark.parametrize(
    ("request_text", "words"),
    [
        ("a plate 80 x 40 x 5 mm with ten 3 mm holes in a row, 7 mm apart", ["ten"]),
        ("a plate 80 x 40 x 5 mm with seven 3 mm holes in a row, 7 mm apart", []),
        ("a plate 80 x 40 mm, 5 thick, seven 3 mm holes", []),
        ("a plate 80 x 40 mm, 5 thick, seven M3 tapped holes", []),
        ("a plate 80 x 40 mm, 5 thick, two M3 tapped holes", ["two M3 tapped holes"]),
    ],
)
def test_holes_of_a_row(request_text, words):
    row = one({"op": "box", "size": [80, 40, 5]},
              {"op": "hole", "diameter": 3, "repeat": {"grid": [7, 1], "pitch": [7, 10]}})  # fmt: skip
    assert flagged(request_text, row) == words


def test_inches_beside_millimetres_are_held():
    request = "plate 4in x 50mm x 0.25in with a 1/2 in hole"
    drilled = one({"op": "box", "size": [101.6, 50, 6.35]}, {"op": "hole", "diameter": 12.7})
    assert set(states(request, drilled).values()) == {"held"}
    request = "plate 4 in x 50 mm x 1/4 in"
    assert flagged(request, one({"op": "box", "size": [4, 50, 0.25]})) == ["1/4 in", "4 in"]


def test_a_groove_round_a_shaft_is_as_deep_as_the_radii_differ():
    roller = one({"op": "cylinder", "diameter": 50, "height": 12},
                 {"op": "cylinder", "diameter": 40, "height": 16, "face": "cylinder1.top"},
                 {"op": "cylinder", "diameter": 50, "height": 12, "face": "cylinder2.top"})  # fmt: skip
    request = "A roller 50 mm in diameter and 40 mm wide with a groove 16 mm wide and {} mm deep around it"
    assert flagged(request.format(5), roller) == []
    assert flagged(request.format(7), roller) == ["7 mm"]


def test_threads_take_any_usual_hole():
    block = one({"op": "box", "size": [20, 20, 10]}, {"op": "hole", "thread": "M6", "fit": "tap"})
    assert flagged("a block 20 x 20 x 10 mm tapped M6", block) == []
    block["operations"][1] = {"op": "hole", "diameter": 3}
    assert flagged("a block 20 x 20 x 10 mm tapped M6", block) == ["M6"]


def test_figures_that_the_request_does_not_give_are_noted():
    report = validate(plate(), request="a plate 40 x 20 mm with four 4 mm holes, 30 x 10 mm apart")
    (note,) = report.findings
    assert (note.code, note.severity, note.actual) == ("requirements.unexplained", "info", "5 mm")
    assert note.pointer == "/operations/0/depth"
    assert for_model(report.findings, report.document) == ""


def test_without_a_mesh_nothing_is_missing():
    report = validate(plate(size=(44, 20)), request=PLATE)
    assert report.result is not None
    rows = compare(PLATE, report.result.measurement)
    assert not any(row.state == "missing" for row in rows)


@pytest.mark.parametrize(
    "request_text", ["\x00", "1" * 5000, "(" * 3000, "1/0 mm", "x 5 mm " * 500, "9" * 400 + " mm long"]
)
def test_no_text_makes_it_stumble(request_text):
    report = validate(plate(), request=request_text)
    assert "rules.failed" not in {finding.code for finding in report.findings}
