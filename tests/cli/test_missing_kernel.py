"""A machine on which OpenCASCADE cannot be loaded, as a server without libGL: one line says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import cadagent, complaint, script

WORDS = "libGL.so.1: cannot open shared object file: No such file or directory"
PLATE = '{"units":"mm","operations":[{"op":"box","size":[40,20,5]}]}'
REQUEST = "A plate of 40 x 20 x 5 mm"


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "part.json"),
        ("validate", "part.json"),
        ("export", "part.json", "part.stl"),
        ("run", REQUEST, "--model", "scripted:script.json"),
        ("run", "--batch", "asked.jsonl", "answered.jsonl", "--model", "scripted:script.json"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_a_command_says_what_is_missing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    package = tmp_path / "broken" / "OCP"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(f"raise ImportError({WORDS!r})\n")
    (tmp_path / "part.json").write_text(PLATE)
    (tmp_path / "asked.jsonl").write_text(f'{{"id": "a", "request": "{REQUEST}"}}\n')
    script(tmp_path, PLATE)
    said = complaint(cadagent(*arguments, cwd=tmp_path, PYTHONPATH=str(package.parent)), 3)
    assert said.startswith("cadagent: OpenCASCADE cannot be loaded: ") and WORDS in said
    assert said.endswith("apt-get install libgl1 libx11-6 libexpat1")
