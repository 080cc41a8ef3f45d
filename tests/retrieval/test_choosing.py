"""The choice: examples that show what the request asks for, unlike one another, within the budget."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cadagent.retrieval import FEATURES, Example, Library, curated, names, shown
from cadagent.retrieval.features import asked, pack, unpack
from tests.retrieval.pairs import empty, plate


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("choosing") / "examples.db") as opened:
        yield opened


@pytest.mark.parametrize(
    ("request_text", "features"),
    [
        ("a plate with a countersunk hole and a fillet on its edges", {"countersink", "fillet of edges"}),
        ("lid with M4 tapped holes on a bolt circle, top edges chamfered",
         {"tapped", "thread", "circle of copies", "chamfer", "edges of a face"}),
        ("U channel with a slot and a counterbored hole near its end", {"U profile", "slot", "counterbore"}),
        ("an open-topped tray, shell of 2 mm, mirrored lug, loft to a circle", {"shell", "mirror", "loft"}),
    ],
)  # fmt: skip
def test_together_the_examples_show_what_is_asked(
    library: Library, request_text: str, features: set[str]
) -> None:
    choice = library.choose(request_text, 4)
    assert features <= set(choice.asked)
    assert not features & set(choice.uncovered)
    covered = {name for hit in choice.hits for name in hit.shows}
    assert features <= covered
    for hit in choice.hits:
        assert set(hit.shows) <= set(names(shown(json.loads(hit.example.design))))


def test_cover_beats_likeness_of_words(tmp_path: Path) -> None:
    """Twenty examples that say nearly the request's words crowd out no example that shows the rest of it."""
    with Library.open(tmp_path / "examples.db") as library:
        library.add_many(
            plate(n, f"a plate with a countersunk hole, number {n}, no fillet") for n in range(20)
        )
        request = "a plate with a countersunk hole and a fillet"
        near = library.search(request, 3)
        assert all(hit.example.kind == "own" for hit in near)
        choice = library.choose(request, 3)
    shows = [name for hit in choice.hits for name in hit.shows]
    assert "countersink" in shows and "fillet of edges" in shows
    assert sum(hit.example.kind == "own" for hit in choice.hits) <= 1


def test_on_real_prompts_the_choice_shows_more_than_the_nearest(
    library: Library, cadagent_data: Path
) -> None:
    """What docs/retrieval.md says: 87 % of the asked features against 65 %, by three examples."""
    lines = (cadagent_data / "cadprompt-dev" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    wanted = nearest = chosen = 0
    for request in (json.loads(line)["prompt_measured"] for line in lines):
        features = asked(request)
        wanted += features.bit_count()
        nearest += _met(features, [hit.example for hit in library.search(request, 3)])
        chosen += _met(features, library.choose(request, 3).examples)
    assert round(chosen / wanted, 2) == 0.87
    assert round(nearest / wanted, 2) == 0.65


def _met(features: int, items: Sequence[Example]) -> int:
    """How many of the features some example shows."""
    found = 0
    for item in items:
        found |= shown(json.loads(item.design))
    return (features & found).bit_count()


def test_copies_are_not_chosen_twice(tmp_path: Path) -> None:
    with empty(tmp_path / "examples.db") as library:
        library.add_many(plate(n, f"a plain plate with one hole of {n} mm") for n in range(1, 30))
        assert len(library.choose("a plain plate with one hole of 5 mm", 5).hits) == 1


def test_the_budget_is_kept_in_the_callers_measure(library: Library) -> None:
    def words(text: str) -> int:
        return len(text.split())

    for budget in (0, 10, 40, 200):
        choice = library.choose("a flange with six holes on a bolt circle", 5, budget, count=words)
        total = sum(words(item.request) + words(item.design) for item in choice.examples)
        assert choice.size == total <= budget
    assert choice.hits
    assert library.choose("a flange", 0).hits == ()


def test_groups_that_are_not_wanted_stay_out(tmp_path: Path) -> None:
    with empty(tmp_path / "examples.db") as library:
        library.add_many(plate(number, group=f"g{number % 2}") for number in range(200))
        library.add(plate(500))
        for without in ([], ["g0"], ["g0", "g1"], ["'; --"]):
            hits = library.search("A steel plate with a hole", 30, without=without)
            chosen = library.choose("A steel plate with a hole", 30, without=without).hits
            assert hits and chosen
            assert not {hit.example.group for hit in (*hits, *chosen)} & set(without)
        assert [hit.example.id for hit in hits] != []


def test_an_empty_library_and_a_request_of_nothing_known(tmp_path: Path) -> None:
    with empty(tmp_path / "examples.db") as library:
        assert library.search("a cube") == []
        choice = library.choose("a cube with a fillet")
        assert choice.hits == () and "fillet of edges" in choice.uncovered and choice.size == 0
        library.add(plate(1))
        assert [hit.example for hit in library.search("zzz qqq")] == [plate(1)]


def test_each_curated_request_finds_its_own_example_first(library: Library) -> None:
    first = sum(library.search(item.request, 1)[0].example == item for item in curated()[::4])
    assert first >= 0.95 * len(curated()[::4])


@given(st.sets(st.integers(0, len(FEATURES) - 1)))
@settings(max_examples=50, deadline=None)
def test_signatures_keep_every_feature(indices: set[int]) -> None:
    features = sum(1 << index for index in indices)
    assert unpack(pack(features)) == features
    assert set(names(features)) == {FEATURES[index].name for index in indices}


@pytest.mark.parametrize(
    ("text", "found", "not_found"),
    [
        ("four legs", "4 of a kind", "2 of a kind"),
        ("six M8 clearance holes", "6 of a kind", "8 of a kind"),
        ("a plate, 20 mm holes", "hole", "many of a kind"),
        ("a 3 in tall cone", "inches", "feet"),
        ("a table on feet 30 cm high", "centimetres", "feet"),
        ("a round hole", "hole", "rounding"),
        ("with rounded corners", "rounding", "hole"),
        ("a bar of square cross-section", "box", "cross"),
    ],
)
def test_words_are_read_with_care(text: str, found: str, not_found: str) -> None:
    features = set(names(asked(text)))
    assert not_found not in features
    assert found in features
