"""Independent readers and validators of exported files."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class StepContents:
    """What an independent parser of ISO 10303-21 finds; names in the order of the file."""

    schema: str
    products: list[str]
    solids: list[str]
    millimetres: bool


def step_contents(path: Path) -> StepContents:
    p21 = pytest.importorskip("steputils.p21")
    file = p21.readfile(str(path))
    items = [item.entity for item in file.data[0].instances.values() if getattr(item, "entity", None)]

    def names(*kinds: str) -> list[str]:
        return [entity.params[0] for entity in items if entity.name in kinds]

    units = re.findall(rb"LENGTH_UNIT\(\)[^;]*?SI_UNIT\((.*?)\)", path.read_bytes())
    return StepContents(
        str(file.header["FILE_SCHEMA"].params),
        names("PRODUCT"),
        names("MANIFOLD_SOLID_BREP", "BREP_WITH_VOIDS"),
        bool(units) and set(units) == {b".MILLI.,.METRE."},
    )


class Strict3mf:
    """The 3MF consortium's own library, in strict mode."""

    def __init__(self) -> None:
        self.library: Any = pytest.importorskip("lib3mf")
        self.wrapper = self.library.get_wrapper()

    def names(self, path: Path) -> list[str]:
        """Names of the objects of a file without warnings, in millimetres, each built and a closed mesh."""
        model = self.wrapper.CreateModel()
        reader = model.QueryReader("3mf")
        reader.SetStrictModeActive(True)
        reader.ReadFromFile(str(path))
        assert reader.GetWarningCount() == 0
        assert model.GetUnit() == self.library.ModelUnit.MilliMeter
        objects, names = model.GetMeshObjects(), []
        while objects.MoveNext():
            item = objects.GetCurrentMeshObject()
            assert item.IsValid() and item.IsManifoldAndOriented()
            names.append(item.GetName())
        assert model.GetBuildItems().Count() == len(names)
        return names


_VALIDATE = """
const v = require('gltf-validator'), f = require('fs');
(async () => {
  for (const path of f.readFileSync(0, 'utf8').split('\\n').filter(Boolean)) {
    const report = await v.validateBytes(new Uint8Array(f.readFileSync(path)));
    console.log(JSON.stringify(report.issues.messages));
  }
})();
"""


def glb_issues(paths: Sequence[Path]) -> list[list[Any]] | None:
    """What the Khronos validator says about each file; None where it is not installed."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    listed = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False)
    done = subprocess.run(
        [node, "-e", _VALIDATE],
        input="\n".join(map(str, paths)),
        capture_output=True,
        text=True,
        check=False,
        env={"NODE_PATH": listed.stdout.strip(), "PATH": "/usr/bin:/bin"},
    )
    if "Cannot find module" in done.stderr:
        return None
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
