"""The Fusion script builds, on the double, what the kernel builds; nothing in a document can become code."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadagent import design
from cadagent.design import DesignError
from cadagent.design.registry import operations
from cadagent.errors import InputError
from cadagent.exports import export
from cadagent.programs import build123d_script, fusion_script
from cadagent.programs.writing import literal, remark
from tests.programs.adsk_double import Flavour, ScriptFailed, run
from tests.programs.comparing import SAME, difference, measured, sayable
from tests.programs.special_designs import SPECIAL

#: Fusion's open questions answered in several ways.
FLAVOURS = (Flavour(), Flavour(-1.0, 37.0), Flavour(1.0, -120.0), Flavour(-1.0, 0.0))


def bodies_on_double(document, flavour):
    return run(fusion_script(document), flavour).rootComponent._bodies


def plain(document):
    """What the kernel makes of a design, without asking how far it can be trusted."""
    from cadagent.kernel.builder import build_solid

    built = build_solid(design.resolve(document))
    assert built.ok, [finding.one_line() for finding in built.findings]
    return list(built.bodies.values())


@pytest.mark.parametrize("flavour", FLAVOURS[:2], ids=["as usual", "the other way"])
@pytest.mark.parametrize("name", SPECIAL)
def test_special_designs_are_the_same_on_the_double(name, flavour):
    made = [body._shape for body in bodies_on_double(SPECIAL[name], flavour)]
    assert difference(measured(plain(SPECIAL[name])), measured(made)) < SAME


def check(count, seed):
    """Run random designs; prints how many match and returns those that do not, and the operations seen."""
    wrong, seen = [], set()
    for index, (document, expected) in enumerate(sayable(count, seed)):
        try:
            made = [body._shape for body in bodies_on_double(document, FLAVOURS[index % 4])]
            apart = difference(expected, measured(made))
            if apart >= SAME:
                wrong.append((document, apart))
        except (ScriptFailed, DesignError) as error:
            wrong.append((document, str(error)[-300:]))
        seen |= {operation["op"] for operation in design.canonical(document)["operations"]}
    print(f"{count - len(wrong)} of {count} designs the same on the double")
    return wrong, seen


def test_random_designs_are_the_same_on_the_double():
    wrong, _ = check(12, seed=3)
    assert wrong == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_300_designs_over_all_features_are_the_same_on_the_double():
    wrong, seen = check(300, seed=1)
    for document, why in wrong:
        print(document, why)
    # the double's own kernel may fail where the real one, with its seams elsewhere, does not
    assert [
        entry for entry in wrong if "does not fit" not in str(entry) and "wrong volume" not in str(entry)
    ] == []
    assert len(wrong) <= 3
    special = {o["op"] for document in SPECIAL.values() for o in design.canonical(document)["operations"]}
    assert seen | special == set(operations())


def test_figures_become_parameters_and_expressions_are_kept():
    script = fusion_script(SPECIAL["figures with names"])
    made = run(script, Flavour())
    values = {name: round(number, 6) for name, (number, _) in made._parameters.items()}
    assert values["p_w"] == 10.16
    assert values["thick"] == round(2.54 * 0.35, 6)
    assert values["hole1_diameter"] == round(2.54 * 0.35 / 2, 6)
    assert "'p_w / 16 + (0.1) * 1 in'" in script
    assert "'p_w / count - ((5 mm))'" in script or "'p_w / count - (5 mm)'" in script
    assert "extrude(root, plate_1_drawing, operation, bodies, 'thick', None" in script


def test_bodies_bear_the_names_of_the_design():
    names = [body.name for body in bodies_on_double(SPECIAL["bodies apart"], Flavour())]
    assert sorted(names) == ["left", "right"]
    names = [body.name for body in bodies_on_double(SPECIAL["a cut in two"], Flavour())]
    assert sorted(names) == ["bar", "bar_2"]


def test_native_features_stand_in_the_timeline():
    script = fusion_script(SPECIAL["cut to next"])
    assert "rectangularPatternFeatures" in script
    assert "mirrorFeatures" in fusion_script(SPECIAL["mirror of a body"])
    assert "loftFeatures" in fusion_script(SPECIAL["a smooth loft"])
    assert "loftFeatures" not in script  # helpers that nothing needs stay away


def test_the_same_design_gives_the_same_script_in_any_form():
    document = SPECIAL["rib"]
    assert fusion_script(document) == fusion_script(design.canonical(document))
    assert build123d_script(document) == build123d_script(design.compact(document))


@given(st.text())
def test_no_text_can_leave_its_literal_or_comment(text):
    assert ast.literal_eval(literal(text)) == text
    assert literal(text).isascii() and "\n" not in literal(text)
    assert ast.dump(ast.parse(remark(text) + "\nx = 1")) == ast.dump(
        ast.parse("\nx = 1").body and ast.parse("x = 1")
    )


@pytest.mark.parametrize("write", [fusion_script, build123d_script])
@pytest.mark.parametrize("bad", ["a\nimport os", "a'b", "__import__('os')", "A", "x;y", "x" * 200])
def test_ids_that_are_no_ids_are_refused(write, bad):
    box = {"op": "box", "id": bad, "size": [1, 1, 1]}
    with pytest.raises(DesignError):
        write({"units": "mm", "operations": [box]})
    named = {"op": "box", "size": ["width", 1, 1]}
    with pytest.raises(DesignError):
        write({"units": "mm", "parameters": [{"name": bad + ")", "value": 1}], "operations": [named]})


@pytest.mark.parametrize("name", ["import", "class", "root", "math", "print", "literal", "bodies", "exec"])
def test_names_that_mean_something_in_python_do_no_harm(name):
    document = {
        "units": "mm",
        "parameters": [{"name": name, "value": 8}],
        "operations": [
            {"op": "box", "id": name, "size": [name, 20, 5]},
            {"op": "hole", "diameter": 2},
            {"op": "fillet", "edges": [f"{name}.vertical"], "radius": 1},
        ],
    }
    (body,) = bodies_on_double(document, Flavour())
    assert body.name == name
    assert difference(measured(plain(document)), measured([body._shape])) < SAME
    compile(build123d_script(document), "program", "exec")


@pytest.mark.parametrize("write", [fusion_script, build123d_script])
def test_what_cannot_be_said_names_the_operation(write):
    with pytest.raises(InputError, match="refusal"):
        write({"refuse": "not_a_part"})
    twice = {
        "units": "mm",
        "operations": [
            {"op": "box", "size": [30, 30, 30]},
            {
                "op": "box",
                "id": "both",
                "mode": "intersect",
                "size": [9, 9, 9],
                "repeat": {"grid": [2, 1], "pitch": 5},
            },
        ],
    }
    if write is build123d_script:
        write(twice)  # one union of overlapping squares
        return
    cones = {"op": "cone", "id": "both", "mode": "intersect", "bottom_diameter": 9, "height": 9}
    cones["repeat"] = {"grid": [2, 1], "pitch": 5}
    with pytest.raises(DesignError) as caught:
        write({"units": "mm", "operations": [twice["operations"][0], cones]})
    (finding,) = caught.value.findings
    assert finding.code == "export.unsayable"
    assert "cone both" in finding.message
    assert finding.pointer == "/operations/1"


def test_a_script_that_fails_inside_says_so():
    script = (
        fusion_script(SPECIAL["rib"])
        .replace("'3 mm'", "'3 mm + 1 deg'")
        .replace("'rib1_thickness'", "'1 deg'")
    )
    with pytest.raises(ScriptFailed, match="deg"):
        run(script, Flavour())


@pytest.mark.parametrize(
    ("ending", "inside"), [(".py", "adsk.fusion"), (".build123d.py", "from build123d import")]
)
def test_export_writes_programs_by_their_ending(ending, inside, tmp_path):
    file = tmp_path / f"part{ending}"
    export(SPECIAL["figures with names"], file)
    text = file.read_text("ascii")
    assert inside in text and "p_w" in text
    with pytest.raises(InputError, match="compact or canonical"):
        export(design.resolve(SPECIAL["rib"]), tmp_path / f"other{ending}")
