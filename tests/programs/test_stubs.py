"""Names and signatures of the generated scripts against the published stubs of Fusion's API.

The stubs are the ``adsk`` package of 2022 (Fusion 2.0.12157), generated from Autodesk's own. Their faults, as
far as our scripts meet them:

* arguments that the documentation calls optional have no default;
* members of enumerations are plain ``int``, and so fit no argument that wants the enumeration.

Everything else that the type checker says is a fault of ours.
"""

from __future__ import annotations

import ast
import builtins
import importlib.metadata
import re
import subprocess
import sys

import pytest

from cadagent.programs import fusion_script
from tests.programs.designs import design
from tests.programs.special_designs import SPECIAL
from tests.programs.test_fusion import DesignError

#: Arguments that the stubs' own documentation, or Autodesk's samples, leave out.
OPTIONAL = {
    'Missing positional argument "occurrenceForCreation"',
    'Missing positional argument "isDriving"',
    'Missing positional arguments "visible", "options" in call to "add" of "Documents"',
    'Missing positional arguments "title", "buttons", "icon" in call to "messageBox"',
}
ENUMERATIONS = (
    *("CalculationAccuracy", "Curve3DTypes", "DesignTypes", "DimensionOrientations", "DistanceUnits"),
    *("DocumentTypes", "ExtentDirections", "FeatureOperations", "PatternDistanceType", "PointContainment"),
    *("SweepOrientationTypes",),
)
_AS_INT = re.compile(
    r'incompatible type "int"; expected "(\w+)"|has type "int", variable has type "(\w+)"'
    r'|left operand type: "(\w+)", right operand type: "int"'
)


@pytest.fixture(scope="module")
def stubs():
    try:
        found = importlib.metadata.distribution("adsk")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("signatures not checked: the adsk stubs are not installed (pip install adsk==2.0.12157)")
    assert found.version == "2.0.12157"
    return found.locate_file("adsk").parent


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """Scripts that together carry every helper."""
    folder = tmp_path_factory.mktemp("scripts")
    texts = [fusion_script(document) for document in SPECIAL.values()]
    for seed in range(40):
        try:
            texts.append(fusion_script(design(seed)))
        except DesignError:
            continue
    for index, text in enumerate(texts):
        (folder / f"script{index}.py").write_text(text, encoding="utf-8")
    return folder


def is_fault_of_the_stubs(line):
    if any(text in line for text in OPTIONAL):
        return True
    match = _AS_INT.search(line)
    return bool(match) and next(name for name in match.groups() if name) in ENUMERATIONS


def test_the_type_checker_finds_only_the_stubs_own_faults(stubs, scripts, tmp_path):
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("signatures not checked: mypy is not installed")
    # only adsk is copied: the type checker takes a path inside site-packages for no source of stubs
    path = tmp_path / "stubs"
    path.mkdir()
    (path / "adsk").symlink_to(stubs / "adsk", target_is_directory=True)
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--python-version",
        "3.11",
        "--follow-imports=silent",
        "--strict",
    ]
    command += ["--config-file=", "--cache-dir", str(tmp_path / "cache"), "--no-error-summary"]
    done = subprocess.run(
        [*command, *map(str, sorted(scripts.glob("*.py")))],
        capture_output=True,
        text=True,
        cwd=scripts,
        env={"MYPYPATH": str(path), "PATH": ""},
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert lines, done.stderr + done.stdout  # the stubs' faults at least, else nothing was checked
    ours = sorted({line.split(": error: ")[1] for line in lines if not is_fault_of_the_stubs(line)})
    assert ours == []


def test_every_attribute_is_one_of_the_api(stubs, scripts):
    known = set(dir(str)) | set(dir(list)) | set(dir(dict)) | set(dir(object)) | set(dir(builtins))
    for name in ("core.py", "fusion.py"):
        for node in ast.walk(ast.parse((stubs / "adsk" / name).read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                known.add(node.name)
            elif isinstance(node, ast.Assign):
                known |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    import itertools
    import math
    import traceback

    known |= {"core", "fusion", *dir(math), *dir(itertools), *dir(traceback)}
    unknown = set()
    for path in scripts.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        own = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        own |= {
            target.attr
            for node in ast.walk(tree)
            if isinstance(node, (ast.Assign, ast.AnnAssign))
            for target in _targets(node)
            if isinstance(target, ast.Attribute)
            and isinstance(target.value, ast.Name)
            and target.value.id == "self"
        }
        used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        unknown |= used - known - own
    assert unknown == set()


def _targets(node):
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [
        part for target in targets for part in (target.elts if isinstance(target, ast.Tuple) else [target])
    ]
