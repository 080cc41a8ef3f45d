"""The plug-in of docs/plugins.md, installed as it stands: an operation with a kernel step, and a rule."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_FILE = re.compile(r"```(?:toml|python)\n# (\S+)\n(.*?)```", re.DOTALL)
_OUTPUT = re.compile(r"```text\n(.*?)```", re.DOTALL)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of installed packages with the plug-in in it, as an installer would leave it."""
    text = (_ROOT / "docs" / "plugins.md").read_text("utf-8")
    for name, code in _FILE.findall(text):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(code, "utf-8")
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text("utf-8"))["project"]
    info = tmp_path / f"cadagent_shop-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", "utf-8"
    )
    groups = [
        f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in points.items())
        for group, points in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(groups), "utf-8")
    return tmp_path


def run(site: Path, *arguments: str) -> str:
    path = os.pathsep.join([str(site), str(_ROOT)])
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_page_prints_what_it_says(site: Path) -> None:
    (expected,) = _OUTPUT.findall((_ROOT / "docs" / "plugins.md").read_text("utf-8"))
    assert run(site, str(site / "use.py")) == expected


def test_a_plug_ins_operation_is_part_of_the_language(site: Path) -> None:
    code = (
        "from json import dumps\nfrom cadagent.design import compact, json_schema\n"
        "from cadagent.validation import rules, validate\n"
        "cap = {'op': 'cap', 'diameter': 4, 'height': 1}\n"
        "print('\"cap\"' in dumps(json_schema()))\n"
        "print(compact({'units': 'mm', 'operations': [cap]})['operations'] == [cap])\n"
        "print([rule.name for rule in rules()['resolved']][-1])\n"
        'report = validate(\'{"units":"mm","operations":[{"op":"cap","diameter":4,"height":3}]}\')\n'
        "print(report.findings[0].code, report.findings[0].pointer)\n"
    )
    assert run(site, "-c", code).splitlines() == ["True", "True", "drills", "shop.cap /operations/0"]


def test_without_the_plug_in_the_operation_is_unknown(tmp_path: Path) -> None:
    code = (
        "from cadagent.validation import validate\n"
        'print(validate(\'{"units":"mm","operations":[{"op":"cap"}]}\').findings[0].code)\n'
    )
    assert run(tmp_path, "-c", code).strip() == "schema.choice"


def test_a_rule_that_fails_is_told_and_stops_nothing() -> None:
    from cadagent.validation import Rule, registry, validate

    def check(subject: object) -> list[object]:
        raise RuntimeError("no luck")

    registry.register_rule(Rule("luck", "document", check, "always fails"))  # type: ignore[arg-type]
    try:
        report = validate({"units": "mm", "operations": [{"op": "box", "size": [1, 1, 1]}]}, build=False)
    finally:
        registry._MORE.clear()
        registry.rules.cache_clear()
    assert [finding.code for finding in report.findings] == ["rules.failed"]
    assert "no luck" in str(report.findings[0].actual)
