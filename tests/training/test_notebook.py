"""The demo notebook: its cells are sound without outputs, and it runs from top to bottom."""

from __future__ import annotations

import ast
import importlib
import json
from pathlib import Path
from typing import Any

import pytest

import cadagent

NOTEBOOK = Path(__file__).parents[2] / "training" / "lora_demo.ipynb"
HEAVY = ("torch", "IPython")


def _cells() -> list[dict[str, Any]]:
    return list(json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"])


def test_the_notebook_has_about_twenty_cells_without_outputs() -> None:
    cells = _cells()
    assert 18 <= len(cells) <= 28
    assert {cell["cell_type"] for cell in cells} == {"code", "markdown"}
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells if "outputs" in cell)


def test_every_name_that_the_notebook_imports_is_there() -> None:
    """The imports of ours, and the arguments of the functions that are called."""
    seen = 0
    for cell in _cells():
        if cell["cell_type"] != "code":
            continue
        for node in ast.walk(ast.parse("".join(cell["source"]))):
            if isinstance(node, ast.ImportFrom) and node.module and not node.module.startswith(HEAVY):
                module = importlib.import_module(node.module)
                for name in node.names:
                    assert hasattr(module, name.name), (node.module, name.name)
                    seen += 1
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "cadagent":
                assert hasattr(cadagent, node.attr)
    assert seen > 12


def test_the_data_cells_run() -> None:
    """The cells up to the tokenizer need no torch."""
    scope: dict[str, Any] = {}
    sources = ["".join(cell["source"]) for cell in _cells() if cell["cell_type"] == "code"]
    until = next(number for number, source in enumerate(sources) if "load_tokenizer" in source)
    assert until >= 4
    for source in sources[:until]:
        exec(compile(source, str(NOTEBOOK), "exec"), scope)
    assert 80 < len(scope["records"]) < 120 and scope["held_out"]


@pytest.mark.slow
@pytest.mark.timeout(5400)
def test_the_notebook_runs_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("torch", "trl", "peft", "datasets", "nbclient", "nbformat", "ipykernel"):
        pytest.importorskip(package, reason=f"the notebook is not run: {package} is not installed")
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("CADAGENT_DEMO_OUT", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOK.parents[1]))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=5000, resources={"metadata": {"path": str(tmp_path)}}).execute()
    card = json.loads((tmp_path / "adapter" / "card.json").read_text())
    assert card["loss"][-1]["loss"] < 0.5 * card["loss"][0]["loss"]
    assert card["answers"]["asked"] == 20
    # Over 80 % of the outputs are JSON.
    assert card["answers"]["json"] > 16
