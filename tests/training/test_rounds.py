"""What goes into a round, what the gate makes of its answers, and the commands; nothing here needs torch."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cadagent import batch
from cadagent.errors import InputError
from cadagent.evaluation.judging import Request
from cadagent.feedback import Decisions, Store, open_store
from cadagent.feedback.adapters import Adapter, Adapters
from cadagent.feedback.grouping import groups
from cadagent.feedback.rounds import Evaluation, Result, Rounds
from cadagent.feedback.wording import Wordings
from cadagent.generation import open_model
from cadagent.settings import Settings
from cadagent.validation import validate
from tests.cli.commands import complaint, inside, script
from tests.feedback.results import BAD, answered, box, report
from tests.training.rounds_data import design_of, feedback, past_rounds, request_of
from training.rounds import judging, mining
from training.rounds.assembling import assemble
from training.rounds.cases import FROZEN, Cases, case_line, read_cases
from training.rounds.frozen import LEAST_SHARE, SPLIT_OTHERWISE
from training.rounds.items import Item, mixed
from training.rounds.measuring import Measurer, results_of
from training.rounds.options import Options
from training.splits import HELD_OUT, TRAIN, part_of
from training.synthetic.decontaminate import masked_words
from training.synthetic.random_source import RandomSource
from training.synthetic.written import templates

SMALL = Options(synthetic=12, negatives=0.5)


@pytest.fixture(scope="module")
def frozen() -> Cases:
    return read_cases(FROZEN, "frozen")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "feedback.db") as opened:
        yield opened


def quiet(line: str) -> None:
    """Nobody listens."""


# -- what goes in ----------------------------------------------------------------------------------------


def test_new_feedback_is_trained_on_or_held_out_by_the_split_of_its_group(
    store: Store, frozen: Cases, tmp_path: Path
) -> None:
    verdicts = feedback(store, range(24))
    rows = [{"prompt": f"A puck {size} mm across", "completion": box(size, size, 2)} for size in range(9, 30)]
    (tmp_path / "made.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    options = replace(SMALL, synthetic_file=str(tmp_path / "made.jsonl"))
    made = assemble(store, options, frozen, quiet)
    new = {one.verdict: one for one in made.train if one.source == "new"}
    held = {one.verdict: one for one in made.held_out}
    assert new.keys() | held.keys() == set(verdicts.values()) and not new.keys() & held.keys()
    assert len(held) >= 2
    assert not {one.group for one in made.train} & {one.group for one in made.held_out}
    one = next(iter(held.values()))
    number = next(number for number, verdict in verdicts.items() if verdict == one.verdict)
    assert (one.request, one.completion) == (request_of(number), design_of(number))
    assert made.counts["synthetic, generate"] == 12
    again = assemble(store, options, frozen, quiet)
    assert (again.train, again.held_out) == (made.train, made.held_out)


def test_what_a_promoted_round_learnt_is_replayed_and_what_a_refused_one_saw_is_still_new(
    store: Store, frozen: Cases
) -> None:
    feedback(store, range(10))
    rounds, adapters = Rounds(store), Adapters(store)
    options = replace(SMALL, synthetic=0, negatives=0.0)
    for status, source in (("refused", "new"), ("promoted", "replay")):
        made = assemble(store, options, frozen, quiet)
        assert {one.source for one in made.train} == {"new"}
        round = rounds.start(seed=1, settings={})
        rounds.add_items(round, [one.stored() for one in (*made.train, *made.held_out)])
        one = Adapter(id=status[0] * 64, name=status, path="/nowhere", model="embedded")
        adapters.register(one)
        rounds.finish(round, status, "for a test", adapter=one.id)  # type: ignore[arg-type]
        after = assemble(store, options, frozen, quiet)
        assert {one.source for one in after.train} == {source}
        assert bool(after.held_out) == (source == "new")
    live = adapters.live("embedded")
    assert live is not None and live.name == "promoted"
    feedback(store, range(10, 16))
    made = assemble(store, replace(options, replay=3), frozen, quiet)
    assert sum(one.source == "replay" for one in made.train) == 3
    assert {one.source for one in made.train} == {"new", "replay"}


def test_hard_negatives_are_single_faults_with_their_findings_and_the_right_answer(
    store: Store, frozen: Cases
) -> None:
    feedback(store, range(6))
    made = assemble(store, replace(SMALL, synthetic=0, negatives=1.0), frozen, quiet)
    hard = [one for one in made.train if one.source == "hard negative"]
    assert hard
    for one in hard:
        request, wrong, findings = (turn["content"] for turn in one.messages[1:])
        assert wrong != one.completion and request == one.request and findings.startswith("Findings:")
        assert not validate(wrong, request=one.request).valid
        assert validate(one.completion, request=one.request).valid


def test_the_codes_that_are_seldom_repaired_come_first(store: Store) -> None:
    for number in range(4):
        answered(store, f"Sheet {number} of {30 + number} x 20 x 5", BAD, BAD)  # repairs that repair nothing
    answered(store, "Bar of 40 x 20 x 5 mm", BAD, box(40, 20, 5))
    rates = mining.repair_rates(store)
    (worst,) = [rate for rate in rates if rate.code == report(BAD).errors[0].code]
    assert (worst.repaired, worst.tried) == (1, 5)
    assert mining.stubborn(rates)[0] == rates[0].code


def test_what_was_accepted_and_corrected_later_counts_as_hard(store: Store, frozen: Cases) -> None:
    verdicts = feedback(store, range(8))
    numbers = iter(range(8, 40))
    while True:  # the first further request whose group is trained on
        number = next(numbers)
        run = answered(store, request_of(number), box(20 + number, 10, 6))
        decide = Decisions(store)
        decide.decide(run, "accept", attempt=1)
        late = decide.correct(run, 1, report(design_of(number)))
        made = assemble(store, replace(SMALL, synthetic=0, negatives=0.0), frozen, quiet)
        if any(one.verdict == late for one in made.train):
            break
    assert [one.verdict for one in made.train if one.source == "hard negative"] == [late]
    assert late not in verdicts.values()


def test_a_near_miss_is_another_solid() -> None:
    right = '{"units":"mm","operations":[{"op":"box","size":[40,20,5]},{"op":"hole","diameter":4}]}'
    misses = {mining.near_miss(right, RandomSource("test", number)) for number in range(6)}
    assert None not in misses and right not in misses and len(misses) > 2


def test_explanations_are_the_pairs_turned_round(store: Store, frozen: Cases) -> None:
    feedback(store, range(8))
    made = assemble(store, replace(SMALL, synthetic=0, negatives=0.0, explain=0.3), frozen, quiet)
    told = [one for one in made.train if one.task == "explain"]
    asked = {one.completion: one.request for one in made.train if one.task == "generate"}
    assert told
    for one in told:
        assert asked[one.messages[-1]["content"]] == one.completion


@pytest.mark.parametrize("kind", ["dpo", "kto"])
def test_preferences_hold_people_s_words_and_near_misses(store: Store, frozen: Cases, kind: str) -> None:
    feedback(store, range(8))
    options = replace(SMALL, synthetic=0, negatives=0.0, preference=kind)  # type: ignore[arg-type]
    made = assemble(store, options, frozen, quiet)
    assert {one.source for one in made.preferences} == {"new", "hard negative"}
    assert {one.task for one in made.preferences} == {kind}
    if kind == "dpo":
        assert all(one.rejected and one.rejected != one.completion for one in made.preferences)
    else:
        assert {one.label for one in made.preferences} == {True, False}


def test_new_feedback_is_repeated_to_its_share() -> None:
    def item(source: str, number: int) -> Item:
        return Item(source=source, task="generate", messages=[], completion=str(number))

    items = [item("new", 1), item("new", 2), *(item("synthetic", number) for number in range(12))]
    found = mixed(items, 0.4, 8)
    assert sum(one.source == "new" for one in found) == 8 and len(found) == 20
    assert sum(one.source == "new" for one in mixed(items, 0.99, 3)) == 6


def test_synthetic_records_say_nothing_that_is_measured(store: Store, frozen: Cases) -> None:
    made = assemble(store, replace(SMALL, synthetic=60), frozen, quiet)
    near = Wordings()
    for one in frozen.requests:
        near.add(one.text, one.id)
    drawn = [one for one in made.train if one.source == "synthetic" and one.task == "generate"]
    assert len(drawn) > 30
    for one in drawn:
        assert not near.near(one.request)
        assert part_of({"prompt": one.request}) == TRAIN


def test_only_repairs_that_a_model_was_asked_for_are_learnt(store: Store, frozen: Cases) -> None:
    """An attempt that left operations out without a model has no prompt, and so nothing to teach."""
    from cadagent.agent import run

    twice = '{"units":"mm","operations":[{"op":"box","size":[30,20,5]},{"op":"hole","diameter":4},' \
        '{"op":"hole","diameter":4}]}'  # fmt: skip
    model = open_model(
        script(store.path.parent, twice).replace("script.json", str(store.path.parent / "script.json"))
    )
    list(run("A plate of 30 x 20 x 5 mm with a 4 mm hole", model=model, store=store))
    (found,) = store.runs()
    assert [one.strategy for one in store.attempts(found.id)] == ["first", "prune"]
    assert found.end is not None
    Decisions(store).decide(found.id, "accept", attempt=found.end.attempt)
    made = assemble(store, replace(SMALL, synthetic=0, negatives=0.0), frozen, quiet)
    kept = [*made.train, *made.held_out]
    assert [one.task for one in kept] == ["generate"]


# -- the frozen set and the gate -------------------------------------------------------------------------


def test_the_frozen_set_is_of_held_out_wordings_and_ten_families_of_sixty(frozen: Cases) -> None:
    counts: dict[str, int] = {}
    for one in frozen.requests:
        counts[one.level] = counts.get(one.level, 0) + 1
        if not one.level.startswith("written_"):
            assert part_of({"prompt": one.text}, LEAST_SHARE) == HELD_OUT, one.id
    assert sum(count >= 60 for count in counts.values()) == 10
    assert len(frozen) == 1000 and len(set(frozen.groups.values())) > 900
    first = {one.level for one in frozen.first(100).requests}
    assert len(first) > 15  # a part is mixed as the whole is
    assert not judging.retrievable(frozen)


def test_hand_worded_frozen_cases_are_of_templates_that_are_held_out(frozen: Cases) -> None:
    """The text of the template counts, which the file does not tell: it is the one whose words a case has."""
    texts: dict[str, list[tuple[bool, set[str]]]] = {}
    for template in (one for _, found in templates() for one in found):
        for text in template["texts"]:
            held_out = part_of({"prompt": text, "origin": text}, LEAST_SHARE) == HELD_OUT
            words = set(masked_words(re.sub(r"\{[^}]*\}", " ", text)))
            texts.setdefault(f"written_{template['source']}", []).append((held_out, words))
    by_hand = [one for one in frozen.requests if one.level.startswith("written_")]
    assert len(by_hand) > 50
    for one in by_hand:
        assert one.level not in SPLIT_OTHERWISE, one.id
        said = set(masked_words(one.text))
        shared, held_out = max((len(words & said) / len(words), is_out) for is_out, words in texts[one.level])
        assert held_out and shared > 0.8, one.id


def test_frozen_cases_near_the_feedback_are_not_judged(store: Store, frozen: Cases) -> None:
    case = next(one for one in frozen.requests if one.expects == "design")
    answered(store, case.text.replace("3.4", "3.5"), box(20, 10, 5))
    group = next(iter(store.query("SELECT group_key FROM wordings", {})))["group_key"]
    assert groups(store).root.get(group, group) == group
    assert case.id in judging.seen_of(store, {group}, frozen)
    assert judging.seen_of(store, set(), frozen) == set()


def results(passed: int, count: int, stage: str = "first pass") -> list[Result]:
    return [
        Result(item=str(n), stage=stage, passed=n < passed, family="plate", group_key=f"g{n}")  # type: ignore[arg-type]
        for n in range(count)
    ]


def test_the_gate_promotes_a_gain_and_refuses_a_loss_and_too_little_to_tell() -> None:
    same = judging.pairs_of(results(390, 400), [results(390, 400)], set())
    gain = judging.pairs_of(results(0, 12), [results(12, 12)], set())
    assert judging.decided(same, gain, set()).promoted
    worse = judging.pairs_of(results(390, 400), [results(350, 400)], set())
    assert not judging.decided(worse, gain, set()).promoted
    few = judging.pairs_of(results(0, 5), [results(5, 5)], set())
    (reason,) = judging.decided(same, few, set()).reasons
    assert "5 held-out groups" in reason
    (reason,) = judging.decided(same, gain, {"g3"}).reasons
    assert "were trained on" in reason
    assert len(judging.pairs_of(results(0, 9), [results(9, 9), results(8, 9)], {"2"})["first pass"]) == 16


def test_rounds_may_not_lose_together_what_each_of_them_may_lose(store: Store, frozen: Cases) -> None:
    """Three rounds lose six of 400 cases each: every one is within the margin, and the second and the third
    are not together."""
    cases = Cases("frozen", frozen.requests[:400], "d", {})
    adapters, rounds = Adapters(store), Rounds(store)
    how = {"engine": "embedded"}
    line = [(name * 64, 390 - 6 * lost) for lost, name in enumerate("abc")]
    parent = None
    for name, right in line:
        adapters.register(Adapter(id=name, name=name[0], path=f"/x/{name[0]}", model="m", parent=parent))
        one = Evaluation(model="m", adapter=name, set_name="frozen", set_hash="d", seed=1, settings=how)
        rounds.add_evaluation(one, results(right, 400))
        parent = name
    (first, _), (second, _), (third, _) = line
    assert judging.since_the_start(store, first, [second], cases, how, 1, set()) is None
    assert judging.since_the_start(store, second, [third], cases, {"engine": "other"}, 1, set()) is None
    began = judging.since_the_start(store, second, [third], cases, how, 1, {"0"})
    assert began is not None and len(began["first pass"]) == 399
    gain = judging.pairs_of(results(0, 12), [results(12, 12)], set())
    step = judging.pairs_of(results(384, 400), [results(378, 400)], set())
    assert judging.decided(step, gain, set()).pooled["first pass"].difference == pytest.approx(-0.015)
    (reason,) = [r for r in judging.decided(step, gain, set(), began).reasons if "began" in r]
    assert reason.startswith("first pass: -3.0 points since the line of rounds began")
    assert not [r for r in judging.decided(step, gain, set()).reasons if "began" in r]


# -- measuring -------------------------------------------------------------------------------------------


def test_answers_are_measured_once_and_by_what_was_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(batch, "_models", {})  # other tests have scripts of the same name
    right = '{"units":"mm","operations":[{"op":"box","size":[20,10,5]}]}'
    turned = '{"units":"mm","operations":[{"op":"box","size":[10,5,20]}]}'
    wrong = '{"units":"mm","operations":[{"op":"box","size":[20,10,4]}]}'
    lines = [case_line(str(n), f"A block of 20 x 10 x 5 mm, number {n}", right, "block") for n in range(3)]
    (tmp_path / "cases.jsonl").write_text(
        "".join(lines) + '{"id": "hi", "request": "hi", "expects": "none"}\n'
    )
    cases = read_cases(tmp_path / "cases.jsonl", "frozen")
    model = script(tmp_path, right, turned, wrong)
    measurer = Measurer(Settings(model=model, max_attempts=1, threads=1))
    kept = tmp_path / "rows.jsonl"
    rows = measurer.rows(cases, "none", kept, lambda done, total: None, threading.Event())
    assert rows is not None
    assert [row["first"] for row in rows] == [True, True, False, True]
    kept.write_text(kept.read_text() + '{"id": "cut o')
    again = measurer.rows(cases, "none", kept, lambda done, total: None, threading.Event())
    assert again == rows  # the script has no more answers: nothing was asked again
    found = results_of(cases, rows)
    assert [one.passed for one in found if one.stage == "after the loop"] == [True, True, False, True]
    assert found[0].family == "block"
    cancelled = threading.Event()
    cancelled.set()
    other = Measurer(Settings(model=model, max_attempts=1))
    assert other.rows(cases, "none", tmp_path / "new.jsonl", lambda done, total: None, cancelled) is None


def test_an_answer_that_was_wanted_as_a_refusal_is_right_as_one(tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text('{"id": "1", "request": "hello", "expects": "none"}\n')
    (one,) = read_cases(tmp_path / "cases.jsonl", "x").requests
    assert isinstance(one, Request) and one.expects == "none"


# -- the commands ----------------------------------------------------------------------------------------


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder whose database has a refused and a promoted round."""
    monkeypatch.chdir(tmp_path)
    with open_store("feedback.db") as store:
        past_rounds(store)
    return tmp_path


def test_rounds_are_listed_shown_promoted_and_rolled_back(ended: Path) -> None:
    lines = inside("round", "list").stdout.splitlines()
    assert len(lines) == 2 and "promoted" in lines[0] and "because b" in lines[1]
    assert json.loads(inside("round", "list", "--json").stdout.splitlines()[0])["number"] == 1
    shown = inside("round", "status", "1").stdout
    assert "live: round-a for m" in shown and "promoted at" in shown and "48" in shown
    assert "geometry.no_effect" in shown
    data = json.loads(inside("round", "status", "--json").stdout)
    assert (data["round"]["number"], data["live"][0]["name"]) == (2, "round-a")
    assert inside("round", "promote", "2", "--reason", "people like it").stdout == "round-b is live\n"
    assert inside("round", "rollback", "--reason", "they do not").stdout == "m: round-a is live\n"
    assert inside("round", "rollback", "--reason", "nor this").stdout == "m: what ships with it is live\n"
    assert "No adapter was promoted" in complaint(inside("round", "rollback", "--reason", "more"), 2)
    assert "no round '7'" in complaint(inside("round", "status", "7"), 2)
    assert "Missing option '--reason'" in complaint(inside("round", "promote", "1"), 2)


def test_a_round_that_was_broken_off_is_gone_on_with_or_given_up(ended: Path) -> None:
    with open_store("feedback.db") as store:
        Rounds(store).start(seed=1, settings=SMALL.as_dict())
    assert inside("round", "start", "--abandon").returncode == 0
    assert "cancelled" in inside("round", "list").stdout.splitlines()[-1]
    assert "No round was broken off" in complaint(inside("round", "start", "--resume"), 2)
    assert "go with --db alone" in complaint(inside("round", "start", "--resume", "--seed", "2"), 2)
    assert "There is no database" in complaint(inside("round", "status", "--db", "none.db"), 2)


def test_options_of_a_round_come_back_as_they_were_stored() -> None:
    options = replace(SMALL, minutes=2.5, preference="dpo", frozen="/x/y.jsonl")
    assert Options.of(json.loads(json.dumps(options.as_dict()))) == options


def test_a_round_that_began_before_there_was_a_blend_goes_all_the_way() -> None:
    stored = Options().as_dict()
    assert Options.of(stored).blend == 0.75
    del stored["blend"]
    assert Options.of(stored).blend == 1.0


def test_a_model_on_a_server_cannot_learn(store: Store) -> None:
    from training.rounds.learning import standing

    with pytest.raises(InputError, match="asked, not trained"):
        standing(store, "http://127.0.0.1:9/v1#m")
    now = standing(store, "embedded")
    assert (now.title, now.folder is not None) == ("nl2cad", True)


def test_a_repair_keeps_the_turns_of_its_request_and_nothing_of_examples_before(
    store: Store, frozen: Cases
) -> None:
    from cadagent.agent.prompts import PROMPT_VERSION, SYSTEM

    for number in range(8):
        for version in (PROMPT_VERSION, "0"):
            request = f"{request_of(number)}, as told under {version}"
            run = answered(store, request, BAD, design_of(number), prompt_version=version)
            Decisions(store).decide(run, "accept", attempt=2)
    made = assemble(store, replace(SMALL, synthetic=0, negatives=0.0), frozen, quiet)
    repairs = [one for one in made.train if one.task == "repair"]
    assert repairs and made.left_out["repairs under another version of the prompt"] == 8
    for one in repairs:
        assert [turn["role"] for turn in one.messages] == ["system", "user", "assistant", "user"]
        assert one.messages[0]["content"] == SYSTEM and one.messages[1]["content"] == one.request
        assert one.request.endswith(PROMPT_VERSION)


def test_an_explanation_is_right_when_it_says_every_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.rounds.explaining import explanations

    monkeypatch.chdir(tmp_path)
    design = '{"units":"mm","operations":[{"op":"box","size":[40,25,12.5]}]}'
    lines = [case_line(str(n), f"A block {n}", design, "block") for n in range(2)]
    (tmp_path / "cases.jsonl").write_text(
        "".join(lines) + '{"id": "hi", "request": "hi", "expects": "none"}\n'
    )
    cases = read_cases(tmp_path / "cases.jsonl", "frozen")
    model = script(tmp_path, "A block of 40 x 25 x 12.5 mm.", "A block of 40 x 25 mm.")
    found = explanations(Measurer(Settings(model=model)), cases, "both", threading.Event())
    assert found is not None and [one.passed for one in found] == [True, False]


def test_two_processes_are_never_at_one_round(store: Store) -> None:
    from filelock import FileLock

    from training.rounds import running

    Rounds(store).start(seed=1, settings=SMALL.as_dict())
    (round,) = Rounds(store).all()
    folder = running.folder_of(store, round.id)
    folder.mkdir(parents=True)
    with FileLock(folder / "lock"), pytest.raises(InputError, match="Another process"):
        running.go_on(store, round, Settings(), quiet, threading.Event())
    with pytest.raises(InputError, match="has not ended"):
        running.begin(store, SMALL)


def test_a_round_without_new_feedback_fails_at_once_and_says_so(store: Store) -> None:
    from training.rounds import running

    round = running.begin(store, replace(SMALL, synthetic=0))
    ended = running.go_on(store, Rounds(store).all()[0], Settings(), quiet, threading.Event())
    assert ended is not None and (ended.status, ended.adapter) == ("failed", None)
    assert "no new feedback" in ended.reason
    assert Rounds(store).all()[0].id == round and running.unfinished(store) is None


def test_a_judgement_on_a_repair_keeps_its_turns(store: Store, frozen: Cases) -> None:
    for number in range(8):
        run = answered(store, request_of(number), BAD, design_of(number))
        Decisions(store).decide(run, "reject", attempt=2)
    made = assemble(store, replace(SMALL, synthetic=0, negatives=0.0, preference="kto"), frozen, quiet)
    assert made.preferences and not made.train
    for one in made.preferences:
        assert [turn["role"] for turn in one.messages] == ["system", "user", "assistant", "user"]
        assert one.label is False
