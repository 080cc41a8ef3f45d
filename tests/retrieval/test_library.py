"""The store of examples: what is added is found, what is removed is not, and it stays so."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from cadagent.errors import InputError
from cadagent.retrieval import Library, curated, example
from cadagent.retrieval import library as library_module
from tests.retrieval.pairs import HOLE, empty, plate, sound


def test_a_new_library_has_the_curated_examples(tmp_path: Path) -> None:
    with Library.open(tmp_path / "examples.db") as library:
        assert list(library.examples()) == curated()
        assert library.counts() == {"curated": len(curated()), "synthetic": 0, "accepted": 0, "own": 0}
        sound(library)


class Machine(RuleBasedStateMachine):
    """Adds, removes and reopens in any order, beside a plain dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "examples.db"
        self.library = empty(self.path)
        self.there: dict[str, int] = {}

    @rule(numbers=st.lists(st.integers(0, 30), max_size=8))
    def add(self, numbers: list[int]) -> None:
        items = [plate(number) for number in numbers]
        new = {item.id for item in items} - set(self.there)
        assert self.library.add_many(items) == len(new)
        self.there |= {item.id: number for item, number in zip(items, numbers, strict=True)}

    @rule(number=st.integers(0, 30))
    def remove(self, number: int) -> None:
        name = plate(number).id
        assert self.library.remove([name, "0" * 16]) == (name in self.there)
        self.there.pop(name, None)

    @rule()
    def reopen(self) -> None:
        self.library.close()
        self.library = Library.open(self.path)

    @rule()
    def reindex(self) -> None:
        assert self.library.reindex() == len(self.there)

    @rule(number=st.integers(0, 30))
    def search(self, number: int) -> None:
        item = plate(number)
        found = self.library.search(item.request, 40)
        ids = [hit.example.id for hit in found]
        assert len(set(ids)) == len(ids) and set(ids) <= set(self.there)
        assert (item.id in ids) == (item.id in self.there)
        assert found == self.library.search(item.request, 40)
        assert found[:3] == self.library.search(item.request, 3)

    @invariant()
    def holds(self) -> None:
        assert {item.id for item in self.library.examples()} == set(self.there)
        assert len(self.library) == len(self.there)
        sound(self.library)

    def teardown(self) -> None:
        self.library.close()
        self.folder.cleanup()


def test_any_order_of_adding_and_removing() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Machine, settings=settings(max_examples=12, stateful_step_count=12, deadline=None)
    )


def test_the_same_pairs_give_the_same_order_in_any_library(tmp_path: Path) -> None:
    request = "a steel plate with a 5 mm hole and rounded corners"
    orders = []
    for name in ("one.db", "two.db"):
        with Library.open(tmp_path / name) as library:
            library.add_many(plate(number) for number in range(200))
            orders.append([(hit.example.id, hit.score) for hit in library.search(request, 50)])
            orders.append([(item.id, 0.0) for item in library.choose(request, 6).examples])
    assert orders[0] == orders[2] and orders[1] == orders[3]


def test_pairs_that_are_kept_for_measuring_are_never_examples(tmp_path: Path) -> None:
    with empty(tmp_path / "examples.db") as library:
        with pytest.raises(InputError, match="held-out"):
            library.add(plate(1, split="held-out"))
        assert library.add_many([plate(1, split="held-out"), plate(2), plate(3, split="test")]) == 1
        assert [item.id for item in library.examples()] == [plate(2).id]


def test_accepted_pairs_come_and_go_with_their_verdicts(tmp_path: Path) -> None:
    def accepted(number: int, split: str = "train") -> object:
        return plate(number, kind="accepted", origin=f"run{number}", group=f"g{number}", split=split)

    with empty(tmp_path / "examples.db") as library:
        library.add(plate(9, kind="accepted", origin="of another database"))
        library.add(plate(3))
        runs = {f"run{number}" for number in range(5)}
        replace = library.replace_kind
        assert replace("accepted", runs, [accepted(1), accepted(2)]) == (2, 0)  # type: ignore[list-item]
        assert replace("accepted", runs, [accepted(1), accepted(2)]) == (0, 0)  # type: ignore[list-item]
        assert replace("accepted", runs, [accepted(2)]) == (0, 1)  # type: ignore[list-item]
        # the request of the pair is measured now: its example goes, also the one that was added by hand
        held = [accepted(2, "held-out"), accepted(3, "held-out")]
        assert replace("accepted", runs, held) == (0, 2)  # type: ignore[arg-type]
        assert [item.id for item in library.examples()] == [plate(9).id]
        library.remove([plate(9).id])
        assert replace("accepted", {"x"}, [plate(9, kind="accepted", origin="x")]) == (0, 0)
        sound(library)


def test_an_upgrade_brings_new_curated_examples_and_leaves_removed_ones_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "examples.db"
    first, second, *rest = library_module.curated_text().splitlines()
    monkeypatch.setattr(library_module, "curated_text", lambda: "\n".join([first, second]))
    with Library.open(path) as library:
        library.add(plate(1))
        library.remove([curated(first)[0].id])
    monkeypatch.setattr(library_module, "curated_text", lambda: "\n".join([first, rest[0], rest[1]]))
    with Library.open(path) as library:
        found = [item.request for item in library.examples()]
        assert found == [plate(1).request, *(item.request for item in curated("\n".join(rest[:2])))]
        sound(library)


def test_signatures_are_made_anew_when_their_meaning_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "examples.db"
    with Library.open(path) as library:
        before = library.query("SELECT features FROM examples ORDER BY number", {})
        with library.writing() as db:
            db.execute("UPDATE examples SET features = zeroblob(16), terms = 'x'")
            db.execute("UPDATE facts SET value = 'old' WHERE name = 'features'")
    with Library.open(path) as library:
        assert library.query("SELECT features FROM examples ORDER BY number", {}) == before
        sound(library)


def test_what_another_process_writes_is_found(tmp_path: Path) -> None:
    path = tmp_path / "examples.db"
    with empty(path) as reader, Library.open(path) as writer:
        assert reader.search("a steel plate", 5) == []
        writer.add(plate(1))
        assert [hit.example for hit in reader.search("a steel plate", 5)] == [plate(1)]
        writer.remove([plate(1).id])
        assert reader.search("a steel plate", 5) == []


def test_processes_that_make_a_library_together(tmp_path: Path) -> None:
    code = (
        f"from cadagent.retrieval import Library; print(len(Library.open({str(tmp_path / 'examples.db')!r})))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for process in started:
        out, err = process.communicate(timeout=200)
        assert (out, err) == (f"{len(curated())}\n".encode(), b"")


def test_an_interruption_keeps_whole_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_module, "_BATCH", 10)

    def broken() -> object:
        yield from (plate(number) for number in range(25))
        raise KeyboardInterrupt

    with empty(tmp_path / "examples.db") as library:
        with contextlib.suppress(KeyboardInterrupt):
            library.add_many(broken())  # type: ignore[arg-type]
        assert len(library) == 20
        sound(library)


@pytest.mark.parametrize(
    ("request_text", "design", "words"),
    [
        ("", HOLE % 4, "empty"),
        ("\x00\x1b\u202e \n", HOLE % 4, "empty"),
        ("x" * 20_001, HOLE % 4, "at most 20000"),
        ("a plate", "", "no design"),
        ("a plate", '{"refuse":"not_a_part"}', "without a design"),
        ("a plate", HOLE % -4, "not valid"),
        ("a plate", '{"units":"mm","operations":[{"op":"exec","code":"import os"}]}', "not valid"),
        (
            "a plate",
            '{"units":"mm","operations":[{"op":"hole","face":"none.top","diameter":4}]}',
            "not valid",
        ),
        ("a plate", HOLE % ("9" * 100_000), "100000"),
    ],
)
def test_what_cannot_be_an_example(request_text: str, design: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        example(request_text, design)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_the_text_of_an_example_is_one_clean_line(text: str) -> None:
    try:
        item = example(text, HOLE % 4)
    except InputError:
        return
    assert item.request.isprintable() and item.request == " ".join(item.request.split())
    assert example(item.request, item.design) == item
