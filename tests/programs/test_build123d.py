"""The build123d program, run by real build123d, builds what the kernel builds.

build123d is large, so it may live in an environment of its own: the variable BUILD123D_PYTHON names its
interpreter; without it the present one is tried.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys

import pytest

from cadagent.programs import build123d_script
from tests.programs.comparing import SAME, reference, sayable
from tests.programs.special_designs import SPECIAL

PYTHON = os.environ.get("BUILD123D_PYTHON", sys.executable)

#: Runs in build123d's interpreter: programs from a file, their volumes and boxes to the output.
_RUNNER = """
import json, sys, traceback
from OCP.BRepGProp import BRepGProp
from OCP.GProp import GProp_GProps
for text in json.load(open(sys.argv[1])):
    names = {"__name__": "program"}
    try:
        exec(compile(text, "program", "exec"), names)
        total = 0.0
        for solid in names["result"].solids():
            found = GProp_GProps()
            BRepGProp.VolumePropertiesGK_s(solid.wrapped, found, 1e-9, False, False, False, False, False)
            total += found.Mass()
        box = names["result"].bounding_box()
        print(json.dumps([total, [*box.min, *box.max]]))
    except Exception:
        print(json.dumps(traceback.format_exc()[-400:]))
"""


@pytest.mark.parametrize("name", SPECIAL)
def test_programs_are_python_and_call_only_what_they_bring(name):
    tree = ast.parse(build123d_script(SPECIAL[name]))
    imported = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert {node.module for node in imported} == {"__future__", "typing", "build123d"}
    called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    assert not called & {"exec", "eval", "open", "compile", "__import__", "input"}


def test_figures_keep_their_expressions():
    program = build123d_script(SPECIAL["figures with names"])
    assert "p_w = 4 * IN" in program
    assert "thick = p_w / 16 + (0.1) * 1 * IN" in program
    assert "hole1_diameter / 2" in program


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_over_a_hundred_programs_build_the_same_solid(tmp_path):
    there = subprocess.run([PYTHON, "-c", "import build123d"], capture_output=True, check=False)
    if there.returncode:
        pytest.skip(f"build123d programs not run: {PYTHON} has no build123d (BUILD123D_PYTHON names another)")
    rows = [(document, reference(document)) for document in SPECIAL.values()]
    rows = [(document, expected) for document, expected in rows if expected is not None]
    rows += list(sayable(100, seed=2))
    file = tmp_path / "programs.json"
    file.write_text(json.dumps([build123d_script(document) for document, _ in rows]), encoding="utf-8")
    done = subprocess.run([PYTHON, "-c", _RUNNER, str(file)], capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(("[", '"'))]
    assert len(answers) == len(rows) >= 100
    wrong = []
    for (document, expected), answer in zip(rows, answers, strict=True):
        if isinstance(answer, str):
            wrong.append((document, answer))
            continue
        volume, box = answer
        apart = [abs(volume - expected[0]) / expected[0]]
        apart += [abs(a - b) / expected[3] for a, b in zip(box, expected[2], strict=True)]
        if max(apart) >= SAME:
            wrong.append((document, max(apart)))
    print(f"{len(rows) - len(wrong)} of {len(rows)} programs build the same solid")
    assert wrong == []
