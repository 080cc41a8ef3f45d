"""One way to write each solid in what a model learns from."""

from __future__ import annotations

import json

import pytest

from cadagent import design, kernel
from training.synthetic.one_form import one_form
from training.synthetic.random_source import RandomSource
from training.synthetic.written import draw_written


def text(*operations: str) -> str:
    return f'{{"units":"mm","operations":[{",".join(operations)}]}}'


def on_top(loop: str, depth: object) -> str:
    return f'{{"op":"extrude","face":"top","profile":[{loop}],"depth":{depth}}}'


BLOCK = '{"op":"extrude","profile":[{"shape":"rectangle","size":[40,20]}],"depth":5}'
BOX = '{"op":"box","size":[40,20,5]}'
HOLE = '{"op":"hole","diameter":4}'


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (text(BLOCK, HOLE), text(BOX, HOLE)),
        (
            text(
                BOX,
                '{"op":"extrude","face":"top","profile":[{"shape":"circle","radius":3,"at":[2,0]}],"depth":4}',
            ),
            text(BOX, '{"op":"cylinder","face":"top","radius":3,"height":4,"at":[2,0]}'),
        ),
        (
            text(
                BOX,
                '{"op":"extrude","face":"top","profile":[{"shape":"square","side":5,"from":"back"}],"depth":"5/2"}',
            ),
            text(BOX, '{"op":"box","face":"top","size":[5,5,"5/2"],"from":"back"}'),
        ),
    ],
)
def test_plain_extrusions_become_primitives(written: str, wanted: str) -> None:
    assert one_form(json.loads(written)) == json.loads(wanted)


@pytest.mark.parametrize(
    "written",
    [
        text(BOX),
        text(BLOCK.replace('"depth":5', '"depth":5,"symmetric":true')),
        text(BLOCK.replace("[40,20]", '[40,20],"corner_radius":2')),
        text(
            BOX,
            '{"op":"extrude","mode":"cut","face":"top","profile":[{"shape":"circle","radius":3}],"extent":"through"}',
        ),
    ],
)
def test_what_is_more_than_that_stays(written: str) -> None:
    assert one_form(json.loads(written)) == json.loads(written)


def test_the_solid_stays_the_same() -> None:
    changed = []
    for number in range(600):  # templates that write the one form by themselves are not changed
        document = draw_written(RandomSource("one form", number))[1]
        before = design.compact(design.canonical(document))
        if (after := one_form(before)) != before:
            changed.append((before, after))
        if len(changed) == 12:
            break
    assert len(changed) == 12
    for pair in changed:
        old, new = (kernel.build(design.resolve(design.canonical(one))).measurement for one in pair)
        assert old is not None and new is not None
        assert new.volume == pytest.approx(old.volume, rel=1e-6), pair
        assert new.size == pytest.approx(old.size, abs=1e-6), pair
