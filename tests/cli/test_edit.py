"""``cadagent run --edit``: a design that is there, changed by a request."""

from __future__ import annotations

import json
from pathlib import Path

from tests.agent.designs import GOOD, PLATE, text
from tests.cli.commands import cadagent, script

THICK = text({**PLATE, "operations": [{**PLATE["operations"][0], "depth": 8}, PLATE["operations"][1]]})


def test_a_design_is_changed_and_stays_as_it_was(tmp_path: Path) -> None:
    before = tmp_path / "plate.json"
    before.write_text(GOOD)
    model = script(tmp_path, {"reply": THICK, "expect": [f"Design so far:\n{GOOD}", "make it 8 mm thick"]})
    done = cadagent("run", "--edit", "plate.json", "make it 8 mm thick", "--model", model, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split() == ["size", "40", "×", "20", "×", "8", "mm"]
    assert before.read_text() == GOOD
    made = json.loads((tmp_path / "designs" / "0001" / "design.json").read_text())
    assert 8 in [operation.get("depth") for operation in made["operations"]]


def test_what_cannot_be_changed_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"units":"mm","operations":[]}')
    model = script(tmp_path, GOOD)
    bad = cadagent("run", "--edit", "bad.json", "make it 8 mm thick", "--model", model, cwd=tmp_path)
    assert (bad.returncode, bad.stdout) == (1, "")
    assert "bad.json: error schema.length at /operations" in bad.stderr
    missing = cadagent("run", "--edit", "none.json", "make it 8 mm thick", "--model", model, cwd=tmp_path)
    assert (missing.returncode, missing.stdout) == (2, "")
    assert missing.stderr.startswith("cadagent: none.json cannot be read")
    both = cadagent("run", "--batch", "a", "b", "--edit", "bad.json", "--model", model, cwd=tmp_path)
    assert both.returncode == 2
