"""Figures of a batch: agreement of documents and solids, and how sure one can be of them."""

from __future__ import annotations

import itertools
import random

import pytest

from cadagent import design, kernel
from cadagent.evaluation import bootstrap_ratio, micro_f1, score, summarise, wilson
from cadagent.evaluation.assignment import assign
from cadagent.evaluation.geometry import agreement, facet_angle
from cadagent.evaluation.runner import Case, judge, run
from cadagent.kernel.mesh import tessellate

PLATE = {
    "units": "mm",
    "operations": [
        {
            "op": "extrude",
            "id": "plate",
            "profile": [
                {"shape": "rectangle", "size": [40, 20]},
                {"shape": "circle", "diameter": 4, "role": "hole", "at": [10, 0]},
                {"shape": "circle", "diameter": 3, "role": "hole", "at": [-10, 0]},
            ],
            "depth": 5,
        },
        {
            "op": "extrude",
            "id": "left_boss",
            "face": "plate.top",
            "profile": [{"shape": "circle", "diameter": 6}],
            "depth": 3,
        },
        {
            "op": "extrude",
            "id": "foot",
            "face": "plate.bottom",
            "profile": [{"shape": "square", "side": 8}],
            "depth": 2,
        },
    ],
}


def changed(change):
    document = design.canonical(PLATE)
    change(document)
    return document


def renamed():
    text = design.dumps(PLATE)
    for old, new in (('"plate', '"base'), ("left_boss", "b2"), ('"foot"', '"pad"')):
        text = text.replace(old, new)
    document = design.parse(text).document
    a, b, c = document["operations"]
    a["profile"] = [a["profile"][0], a["profile"][2], a["profile"][1]]
    return design.canonical({**document, "operations": [a, c, b]})


def test_names_and_harmless_order_do_not_count():
    assert score(design.canonical(PLATE), renamed()).f1 == 1.0


def test_one_wrong_value_costs_one_item_on_both_sides():
    whole = score(design.canonical(PLATE), design.canonical(PLATE))
    assert whole.shared == whole.expected == whole.actual

    def deeper(document):
        next(op for op in document["operations"] if op["id"] == "plate")["depth"] = 6

    wrong = score(design.canonical(PLATE), changed(deeper))
    assert (wrong.shared, wrong.expected, wrong.actual) == (whole.shared - 1, whole.expected, whole.actual)

    def barely(document):
        next(op for op in document["operations"] if op["id"] == "plate")["depth"] = 5.0000005

    assert score(design.canonical(PLATE), changed(barely)).f1 == 1.0


def test_the_wrong_parent_counts():
    moved = design.dumps(PLATE).replace("plate.bottom", "left_boss.top")
    found = score(design.canonical(PLATE), design.canonical(design.parse(moved).document))
    assert found.shared == found.expected - 1


def test_a_missing_operation_costs_recall_and_none_at_all_costs_everything():
    less = design.canonical({**PLATE, "operations": PLATE["operations"][:2]})
    found = score(design.canonical(PLATE), less)
    assert found.precision == 1.0
    assert 0 < found.recall < 1
    assert score(less, None).f1 == 0.0
    both = micro_f1([found, score(less, None)])
    assert both.low <= both.value <= both.high < 1


def test_assignment_is_the_best_one():
    dice = random.Random(7)
    for _ in range(100):
        rows, columns = dice.randint(1, 5), dice.randint(1, 5)
        weights = [[dice.randint(0, 9) for _ in range(columns)] for _ in range(rows)]
        best = max(
            sum(weights[i][j] for i, j in zip(left, right, strict=True))
            for size in [min(rows, columns)]
            for left in itertools.permutations(range(rows), size)
            for right in itertools.combinations(range(columns), size)
        )
        assert sum(weights[i][j] for i, j in assign(weights).items()) == best


def test_intervals():
    # Wilson's interval for 8 of 10, as in Agresti and Coull (1998)
    found = wilson(8, 10)
    assert (round(found.low, 3), round(found.high, 3)) == (0.490, 0.943)
    assert wilson(0, 0).count == 0
    assert bootstrap_ratio([(1, 1)] * 20).low == 1.0
    half = bootstrap_ratio([(0, 1), (1, 1)] * 50)
    assert half.value == 0.5
    assert 0.35 < half.low < 0.45 < 0.55 < half.high < 0.65


@pytest.fixture
def reference(tmp_path):
    path = tmp_path / "plate.stl"
    assert kernel.build(design.resolve(PLATE), stl=path).ok
    return path


def test_cases_end_in_figures_never_in_exceptions(reference):
    turned = {
        **PLATE,
        "operations": [
            *PLATE["operations"],
            {"op": "rotate", "axis": "x", "angle": 90},
            {"op": "move", "by": [5, 6, 7]},
        ],
    }
    smaller = design.parse(design.dumps(PLATE).replace('"depth":5', '"depth":4')).document
    results = run(
        [
            Case("same", PLATE, reference, expected=PLATE),
            Case("turned", turned, reference),
            Case("text", design.dumps(PLATE), reference),
            Case("smaller", smaller, reference, expected=PLATE),
            Case("no json", "{", reference, expected=PLATE),
            Case("nothing", None, reference),
            Case("no such unit", {**PLATE, "units": "furlong"}, reference),
            Case("inches", {**PLATE, "units": "in"}, reference, scale=1 / 25.4),
        ]
    )
    by_name = {result.id: result for result in results}
    assert [name for name, result in by_name.items() if result.exact] == ["same", "turned", "text", "inches"]
    assert by_name["same"].structure.f1 == 1.0
    assert 0.9 < by_name["smaller"].structure.f1 < 1.0
    assert by_name["no json"].structure.f1 == 0.0
    assert "furlong" in by_name["no such unit"].reason
    summary = summarise(results)
    assert (summary.schema_valid.value, summary.geometric_accuracy.value) == (5 / 8, 0.5)
    assert "IoU >= 0.99" in "\n".join(summary.lines())


def test_a_coarse_reference_does_not_punish_an_exact_solid():
    ring = {
        "units": "mm",
        "operations": [
            {"op": "extrude", "profile": [{"shape": "circle", "diameter": 100, "wall": 1}], "depth": 20}
        ],
    }
    bodies = kernel.build_solid(design.resolve(ring)).bodies
    coarse = tessellate(bodies, 0.01, 0.35)
    assert facet_angle(coarse) > 5
    assert agreement(bodies, coarse) > 0.998
    assert judge(Case("ring", ring)).iou is None
