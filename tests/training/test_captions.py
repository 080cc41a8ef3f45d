"""Captioned data sets become records: from files as hubs have them, with the reasons of what is dropped."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cadagent import design
from cadagent.agent.explaining import EXPLAIN_SYSTEM
from cadagent.agent.prompts import SYSTEM
from cadagent.errors import InputError
from training.captions import main, record, records
from training.records import read_records, report_of


def minimal(width: float = 0.75, operation: str = "NewBodyFeatureOperation") -> dict[str, Any]:
    """A plate as the data sets write it."""
    corners = [[0.0, 0.0], [width, 0.0], [width, 0.5], [0.0, 0.5]]
    lines = {
        f"line_{at + 1}": {"Start Point": corners[at], "End Point": corners[(at + 1) % 4]} for at in range(4)
    }
    part = {
        "coordinate_system": {"Euler Angles": [0.0, 0.0, 0.0], "Translation Vector": [0.0, 0.0, 0.0]},
        "sketch": {"face_1": {"loop_1": lines}},
        "extrusion": {
            "extrude_depth_towards_normal": 0.1,
            "extrude_depth_opposite_normal": 0.0,
            "sketch_scale": width,
            "operation": operation,
        },
        "description": {"length": width, "width": 0.5, "height": 0.1},
    }
    return {"final_name": "", "final_shape": "", "parts": {"part_1": part}}


TEXT = "A plate 0.75 units long, 0.5 units wide and 0.1 units thick."
ROW = {"uid": "0001/00010001", "annotation": TEXT, "json_desc": json.dumps(minimal())}


def test_a_row_becomes_a_request_and_its_design() -> None:
    made = record(ROW)
    assert [message["content"] for message in made["messages"]] == [SYSTEM, TEXT]
    document = json.loads(made["completion"])
    assert document["units"] == "unit"
    assert not [f for f in design.check(document) if f.severity == "error"]
    step = design.resolve(document)["steps"][0]
    assert list(step["size"].values()) == pytest.approx([0.75, 0.5, 0.1])


def test_the_other_way_round_the_design_is_explained() -> None:
    made = record(ROW, task="explain")
    assert [message["content"] for message in made["messages"]] == [EXPLAIN_SYSTEM, record(ROW)["completion"]]
    assert made["completion"] == TEXT


def test_levels_and_columns() -> None:
    row = {"uid": "1", "abstract": "a plate", "expert": TEXT, "minimal_json": minimal()}
    assert record(row)["level"] == "expert"
    assert record(row, level="abstract")["messages"][1]["content"] == "a plate"
    assert record({"prompt": "a plate", "json_desc": json.dumps(minimal())})["level"] == "prompt"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"json_desc": "{}"}, "no English"),
        ({"annotation": TEXT}, "no design"),
        ({"annotation": TEXT, "json_desc": "{"}, "not JSON"),
        ({"annotation": TEXT, "json_desc": "{}"}, "parts"),
        ({"annotation": TEXT, "json_desc": json.dumps(minimal(operation="Glue"))}, "unknown operation"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_and_counted(row: dict[str, Any], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        record(row)
    report: Counter[str] = Counter()
    assert len(list(records([row, ROW], report))) == 1
    assert (report["rows"], report["kept"]) == (2, 1)
    with pytest.raises(InputError, match="row 2: "):
        list(records([ROW, row], Counter(), strict=True))
    with pytest.raises(InputError, match="no row could be converted"):
        list(records([row], Counter()))


def test_a_uid_stays_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "designs").mkdir()
    (tmp_path / "secret.json").write_text(json.dumps(minimal()))
    row = {"uid": "../secret", "prompt": TEXT}
    with pytest.raises(InputError, match="names no file"):
        record(row, designs=tmp_path / "designs")
    (tmp_path / "designs" / "0001").mkdir()
    (tmp_path / "designs" / "0001" / "00010001.json").write_text(json.dumps(minimal()))
    made = record({"uid": "0001/00010001", "prompt": TEXT}, designs=tmp_path / "designs")
    assert made["completion"] == record(ROW)["completion"]


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "csv", "folder"])
def test_files_as_the_hubs_have_them(tmp_path: Path, kind: str) -> None:
    datasets = pytest.importorskip("datasets", reason="files are not tested: datasets is not installed")
    table = datasets.Dataset.from_list([ROW, ROW | {"uid": "2", "json_desc": "{}"}])
    source = tmp_path / f"rows.{kind}" if kind != "folder" else tmp_path / "rows"
    if kind == "parquet":
        table.to_parquet(str(source))
    elif kind == "jsonl":
        table.to_json(str(source))
    elif kind == "csv":
        table.to_csv(str(source))
    else:
        source.mkdir()
        table.to_parquet(str(source / "train-00000.parquet"))
    out = tmp_path / "records.jsonl"
    assert main(["--source", str(source), "--out", str(out)]) == 0
    (made,) = read_records([out])
    assert made.completion == record(ROW)["completion"]
    report = report_of(out) or {}
    assert (report["rows"], report["kept"]) == (2, 1)


def test_a_missing_source_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("datasets", reason="files are not tested: datasets is not installed")
    assert main(["--source", str(tmp_path / "no.parquet"), "--out", str(tmp_path / "x")]) == 2
    assert capsys.readouterr().err.startswith("error: no such file")


@pytest.mark.skipif("CADAGENT_DATA" not in os.environ, reason="no real rows: CADAGENT_DATA is not set")
def test_real_rows_are_converted() -> None:
    path = Path(os.environ["CADAGENT_DATA"]) / "text2cad-dev" / "pairs.jsonl"
    found = [json.loads(line) for line in path.read_text().splitlines()]
    report: Counter[str] = Counter()
    source = [row | {"minimal_json": row["minimal_json_as_published"]} for row in found]
    made = list(records(source, report, level="expert"))
    assert len(made) >= 0.9 * len(found), report
