"""Edit tasks: the design changes in what was asked and in nothing else."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from cadagent import design
from cadagent.agent.prompts import edit_prompt
from training.records import read_records
from training.synthetic import generate
from training.synthetic.context import Context
from training.synthetic.edit_additions import added
from training.synthetic.edit_structure import remove
from training.synthetic.explicit import settled, spelled_out, without
from training.synthetic.numbers import plain
from training.synthetic.random_source import RandomSource

_NUMBER = re.compile(r"(?:(\d+)[ -])?(\d+)/(\d+)|\d*\.\d+|\d+")


@pytest.fixture(scope="module")
def rows() -> list[generate.Sample]:
    shares = generate.Shares(edits=1.0, written=0.1)
    return [row for row in generate.samples(900, 21, shares=shares) if row["task"] == "edit"]


def _before(row: generate.Sample) -> str:
    return str(row["messages"][1]["content"].split("\n")[1])


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, (dict, list)):
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(entry, (*path, key))
    else:
        yield path, value


def _differing(first: str, second: str) -> set[tuple[Any, ...]]:
    one, other = dict(_leaves(json.loads(first))), dict(_leaves(json.loads(second)))
    return {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}


def test_every_kind_of_change_is_there_and_words_vary(rows: list[generate.Sample]) -> None:
    assert set(Counter(row["kind"] for row in rows)) >= {
        "figure", "relative", "count", "add", "remove", "move", "shape", "whole", "figures",
    }  # fmt: skip
    openings = Counter(" ".join(row["change"].lower().split()[:2]) for row in rows)
    assert openings.most_common(1)[0][1] < 0.15 * len(rows)


def test_the_prompt_is_the_one_that_the_program_sends(rows: list[generate.Sample]) -> None:
    for row in rows[:100]:
        before = _before(row)
        assert design.dumps(design.compact(json.loads(before))) == before
        sent = edit_prompt(before, row["messages"][1]["content"].rpartition("Change:\n")[2])
        assert [{"role": turn.role, "content": turn.content} for turn in sent] == row["messages"]


def test_another_figure_changes_one_figure(rows: list[generate.Sample]) -> None:
    for row in rows:
        differing = _differing(_before(row), row["completion"])
        if row["kind"] in ("figure", "relative"):
            # a radius that becomes a diameter is another key in the same place
            assert len(differing) == 1 or {path[-1] for path in differing} == {"radius", "diameter"}, row
        elif row["kind"] == "count":
            assert len(differing) == 1, row
        else:
            assert differing, row


def test_new_figures_are_those_of_the_request(rows: list[generate.Sample]) -> None:
    for row in rows:
        said = set()
        for match in _NUMBER.finditer(row["change"]):
            whole, top, bottom = match.groups()
            value = Fraction(int(whole or 0)) + Fraction(int(top), int(bottom)) if top else Fraction(match[0])
            said.add(plain(float(value)))
        had = set(re.findall(r"\d+(?:\.\d+)?", _before(row)))
        texts = re.sub(r'"[a-z_]+\d*(\.[a-z]+)?"', "", row["completion"])
        for number in set(re.findall(r"\d+(?:\.\d+)?", texts)) - had - said:
            words = {
                "2": "twice|two|double|halve|half",
                "3": "three|triple|triang",
                "0.5": "half",
                "1.5": "one and a half",
            }
            sides = {"6": "hexag|six", "8": "octag|eight", "5": "pentag|five", "0": "move"}
            known = words.get(number, "") + "|" + sides.get(number, "")
            spelt = {
                "4": "four|corner",
                "7": "seven",
                "9": "nine",
                "10": "ten",
                "11": "eleven",
                "12": "twelve",
                "2": "in half",
            }
            known = "|".join(part for part in (known.strip("|"), spelt.get(number, "")) if part)
            assert known and re.search(known, row["change"].lower()), (number, row)


def test_a_feature_goes_and_the_names_of_the_others_follow() -> None:
    document = {
        "units": "mm",
        "operations": [
            {"op": "box", "size": [40, 30, 5]},
            {"op": "hole", "diameter": 4, "at": [5, 0]},
            {"op": "hole", "diameter": 6, "at": [-9, 0]},
            {"op": "chamfer", "edges": ["hole2"], "distance": 0.5},
        ],
    }
    full = spelled_out(document)
    left = without(full, 1)
    assert left is not None
    assert design.compact(left)["operations"] == [
        document["operations"][0],
        {"op": "hole", "at": [-9, 0], "diameter": 6},
        {"op": "chamfer", "edges": ["hole1"], "distance": 0.5},
    ]
    assert without(full, 2) is None, "the chamfer needs that hole"
    assert settled(spelled_out(document)) == full


def test_features_on_the_base_stay_there_when_the_boss_goes() -> None:
    document = {
        "units": "mm",
        "operations": [
            {"op": "box", "id": "plate", "size": [40, 30, 5]},
            {"op": "cylinder", "face": "top", "diameter": 10, "height": 8},
            {"op": "hole", "face": "plate.top", "diameter": 3, "repeat": {"corners": True, "inset": 5}},
        ],
    }
    changes = [remove(document, Context(RandomSource("remove", number), unit="mm")) for number in range(40)]
    texts = {design.dumps(design.compact(change.document)) for change in changes if change is not None}
    assert len(texts) == 2
    assert any('"face":"plate.top"' not in text and '"op":"hole"' in text for text in texts)


def test_additions_keep_what_is_there() -> None:
    document = {
        "units": "mm",
        "operations": [
            {"op": "box", "size": [40, 30, 5]},
            {"op": "hole", "diameter": 3, "repeat": {"grid": [2, 1], "pitch": 30}},
        ],
    }
    kinds = set()
    for number in range(120):
        made = added(document, Context(RandomSource("add", number), unit="mm"))
        if made is None:
            continue
        operations = design.compact(made[1])["operations"]
        assert operations[:2] == document["operations"]
        assert len(operations) == 3
        kinds.add(operations[2]["op"])
    assert {"hole", "fillet", "chamfer", "extrude", "cylinder", "box", "rotate", "move", "scale"} <= kinds


def test_edits_are_read_as_records_and_leave_the_other_samples_alone(tmp_path: Any) -> None:
    plain_rows = list(generate.samples(150, 4))
    mixed = list(generate.samples(150, 4, shares=generate.Shares(edits=0.3)))
    assert [row for row in mixed if row["task"] != "edit"][:60] == [
        row for row in plain_rows if row["seed"] in {row["seed"] for row in mixed if row["task"] != "edit"}
    ][:60]
    files = []
    for name, rows in (("a", plain_rows), ("b", mixed)):
        files.append(tmp_path / f"{name}.jsonl")
        files[-1].write_text("".join(json.dumps(row) + "\n" for row in rows))
    records = read_records(files)
    assert len(records) == 300
    assert (
        records[150 + next(i for i, row in enumerate(mixed) if row["task"] == "edit")].prompt.count("Change:")
        == 1
    )
