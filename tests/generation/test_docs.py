"""docs/engines.md: its commands run against a server, and its tables list what there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from cadagent.commands.bench_engines import COLUMNS
from cadagent.generation.bench import Figures
from cadagent.settings import describe
from tests.cli.commands import inside
from tests.generation.chat_server import serving

PAGE = (Path(__file__).parents[2] / "docs" / "engines.md").read_text(encoding="utf-8")
CUBE = '{"units":"mm","operations":[{"op":"box","size":[20,20,20]}]}'


def test_commands_with_a_server_run_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = re.findall(r"^\$ cadagent (.*)$", PAGE, re.MULTILINE)
    assert len(lines) == 3
    with serving(reply=CUBE) as server:
        for line in lines:
            arguments = shlex.split(line.replace("http://127.0.0.1:8000/v1", server.url))
            if arguments[0] == "bench":  # it measures the embedded engine too
                arguments.append("--help")
            done = inside(*arguments)
            assert done.returncode == 0, done.stderr
        prompts = [body["messages"] for body in server.bodies]
        assert [body["model"] for body in server.bodies] == ["phi-3-mini", "phi-3-mini-cad"]
    assert len(str(prompts[0])) > 4 * len(str(prompts[1]))  # the language stands in the first one


def test_the_tables_list_what_there_is() -> None:
    told = dict(re.findall(r"^\| `(server_\w+)` \| ([^|]+) \|", PAGE, re.MULTILINE))
    there = {one.name: one.default for one in describe() if one.name.startswith("server_")}
    assert told.keys() == there.keys()
    assert all(float(told[name]) == float(value) for name, value in there.items() if value)
    for key, title in COLUMNS.items():
        assert f"`{key}`" in PAGE and key in Figures.__dataclass_fields__, title
