"""Training records: what is read, what is refused, and that the prompt is the one sent at run time."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from cadagent.errors import InputError
from training.records import digest, read_records


def _write(path: Path, *rows: object) -> Path:
    text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


ROW = {
    "messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "U"}],
    "completion": "{}",
    "id": 7,
}


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz"])
def test_records_are_read_with_their_other_fields(tmp_path: Path, name: str) -> None:
    (record,) = read_records([_write(tmp_path / name, ROW)])
    assert record.completion == "{}"
    assert record.extra == {"id": 7}
    assert (
        record.prompt
        == "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\n"
    )


def test_a_bare_prompt_is_asked_under_the_design_system_prompt(tmp_path: Path) -> None:
    (record,) = read_records([_write(tmp_path / "rows.jsonl", {"prompt": "a cube", "completion": "{}"})])
    assert [message.role for message in record.messages] == ["system", "user"]
    assert record.prompt.endswith("<|im_start|>user\na cube<|im_end|>\n<|im_start|>assistant\n")


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("{", "rows.jsonl:2: not JSON"),
        ([1], "rows.jsonl:2: a record is a JSON object"),
        ({"completion": "{}"}, "rows.jsonl:2: a record needs a prompt, or messages"),
        ({"messages": ["hi"], "completion": "{}"}, "rows.jsonl:2: a record needs a prompt, or messages"),
        ({"messages": []}, "rows.jsonl:2: a training record needs a completion"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, row: object, complaint: str) -> None:
    with pytest.raises(InputError) as caught:
        read_records([_write(tmp_path / "rows.jsonl", ROW, row)])
    assert complaint in str(caught.value)


def test_a_missing_and_an_empty_file_are_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_records([tmp_path / "none.jsonl"])
    with pytest.raises(InputError, match="no records"):
        read_records([_write(tmp_path / "empty.jsonl")])


def test_requests_without_answers_are_for_evaluation_only(tmp_path: Path) -> None:
    path = _write(tmp_path / "rows.jsonl", {"messages": [{"role": "user", "content": "U"}]})
    (record,) = read_records([path], answered=False)
    assert record.completion is None


def test_the_digest_depends_on_texts_and_order(tmp_path: Path) -> None:
    other = ROW | {"completion": '{"a":1}'}
    one, two = read_records([_write(tmp_path / "rows.jsonl", ROW, other)])
    assert digest([one, two]) != digest([two, one])
    assert digest([one]) == digest(read_records([_write(tmp_path / "same.jsonl", ROW | {"id": 8})]))
