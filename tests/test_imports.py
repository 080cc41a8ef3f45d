"""What importing cadagent loads."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys

import pytest

import cadagent

HEAVY = ["torch", "transformers", "OCP", "textual", "xllamacpp", "manifold3d", "trl", "peft", "datasets"]


def loaded_after(code: str, names: list[str]) -> list[str]:
    """Which of the modules a fresh interpreter has loaded after running the code."""
    script = f"{code}\nimport json, sys\nprint(json.dumps([n for n in {names!r} if n in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_importing_cadagent_loads_nothing_heavy() -> None:
    assert loaded_after("import cadagent", [*HEAVY, "numpy", "sqlite_utils", "rich"]) == []


@pytest.mark.parametrize("module", [item.name for item in pkgutil.iter_modules(cadagent.__path__)])
def test_importing_any_room_loads_nothing_heavy(module: str) -> None:
    assert loaded_after(f"import cadagent.{module}", HEAVY) == []


@pytest.mark.parametrize("name", cadagent.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(cadagent, name) is not None
    assert name in dir(cadagent)


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = cadagent.no_such_name
