"""What goes into a round: new feedback, replay of earlier feedback and of synthetic data, hard negatives.

Nothing that is held out is trained on, and no synthetic record says nearly what a case of the frozen set or a
held-out request says.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cadagent.agent.explaining import explain_prompt, untold
from cadagent.agent.prompts import PROMPT_VERSION, SYSTEM, clean_request
from cadagent.errors import InputError
from cadagent.feedback import Store
from cadagent.feedback.exports import Export
from cadagent.feedback.wording import Wordings
from cadagent.kernel import warm
from training.records import open_text
from training.rounds import mining
from training.rounds.cases import Cases
from training.rounds.items import MOST_CHARACTERS, Assembled, Item, Messages, first_user
from training.rounds.options import Options
from training.splits import TRAIN, Sample, part_of
from training.synthetic.generate import Shares, samples
from training.synthetic.random_source import RandomSource

_EDIT = "Design so far:\n"
"""How the prompt of a change begins: its words mean nothing without the design."""
_SYSTEM = {"role": "system", "content": SYSTEM}
_SHARES = Shares(edits=0.1, repairs=0.02)
"""Other tasks among the synthetic records, so that none is forgotten."""

_BUILDS_AT_ONCE = 8
"""Hard negatives that are made at the same time; each builds some designs in a process of the kernel."""

Tell = Callable[[str], None]


def assemble(store: Store, options: Options, frozen: Cases, tell: Tell) -> Assembled:
    """Everything that goes into a round; the same store, options and version of cadagent give the same.

    Raises:
        StoreError: the store cannot be read.
        InputError: the file of synthetic data cannot be read.
    """
    made = Assembled()
    learnt = learnt_verdicts(store)
    with store.reading():
        export = Export(store)
        verdicts = {row["run"]: row["verdict"] for row in store.rows("SELECT run, verdict FROM stood")}
        pairs, repairs = list(export.rows("sft")), list(export.rows("repair"))
        preferred = list(export.rows(options.preference)) if options.preference else []
        made.left_out.update(export.left_out)
        known = "SELECT id FROM runs WHERE prompt_version = :version"
        today = {row["id"] for row in store.rows(known, {"version": PROMPT_VERSION})}
    # A repair that was asked for in other words would teach those.
    made.left_out["repairs under another version of the prompt"] += sum(
        row["run"] not in today for row in repairs
    )
    repairs = [row for row in repairs if row["run"] in today]
    overlooked = mining.accepted_then_corrected(store)
    made.codes = mining.stubborn(mining.repair_rates(store))
    tell(f"{len(pairs)} designs that people stood by, {len(repairs)} repairs")
    items = [
        _item(row, task, verdicts[row["run"]], learnt)
        for task, rows in (("generate", pairs), ("repair", repairs))
        for row in rows
    ]
    made.held_out = [
        one
        for one in items
        if (one.source, one.split, one.task) == ("new", "held-out", "generate")
        and not _is_edit(one)
        and _is_design(one.completion)
    ]
    ours = [one for one in items if one.split == "train"]
    new = [one for one in ours if one.source == "new"]
    replayed = _sampled([one for one in ours if one.source == "replay"], options.replay, options.seed)
    made.train = [*new, *replayed]
    made.train += _overlooked(new, overlooked)
    made.train += _hard(new, made.codes, options, tell)
    if options.explain:
        made.train += _explained([one for one in made.train if one.task == "generate"])
    near = Wordings()
    for case in frozen.requests:
        near.add(case.text, case.id)
    for one in made.held_out:
        near.add(one.request, "held out")
    made.train += _synthetic(options, near, made.left_out, tell)
    made.preferences = _preferences(preferred, new, options)
    for name in ("train", "preferences"):
        short = [one for one in getattr(made, name) if one.characters <= MOST_CHARACTERS]
        made.left_out["too long"] += len(getattr(made, name)) - len(short)
        setattr(made, name, short)
    return made


def learnt_verdicts(store: Store) -> set[str]:
    """Verdicts that a promoted round trained on: what a refused one saw is still to be learnt."""
    rows = store.query(
        """SELECT DISTINCT verdict FROM round_items JOIN round_ends ON round_ends.round = round_items.round
        WHERE verdict IS NOT NULL AND status = 'promoted'""",
        {},
    )
    return {row["verdict"] for row in rows}


def _item(row: dict[str, Any], task: str, verdict: str, learnt: set[str]) -> Item:
    """A row of an export, with the prompt that a trained model gets, whatever model it was sent to."""
    turns = _own_turns(row["prompt"])
    (answer,) = row["completion"]
    return Item(
        source="replay" if verdict in learnt else "new",
        task=task,
        messages=[_SYSTEM, *turns],
        completion=answer["content"],
        split=row["split"],
        group=row["group"],
        verdict=verdict,
        request=turns[-1]["content"] if task == "generate" else row["request"],
    )


def _own_turns(prompt: list[dict[str, str]]) -> list[dict[str, str]]:
    """The turns of the request itself, without examples before it; of a repair the attempt and its findings
    as well."""
    return prompt[-3:] if prompt[-1]["content"].startswith("Findings:\n") else prompt[-1:]


def _plain(user: str) -> Messages:
    return [_SYSTEM, {"role": "user", "content": user}]


def _is_edit(item: Item) -> bool:
    return item.messages[-1]["content"].startswith(_EDIT)


def _sampled(items: list[Item], most: int, seed: int) -> list[Item]:
    if len(items) <= most:
        return items
    chosen = set(RandomSource("replay", seed).sample(list(range(len(items))), most))
    return [one for number, one in enumerate(items) if number in chosen]


def _overlooked(new: Iterable[Item], overlooked: set[str]) -> Iterator[Item]:
    """What was accepted first and corrected later, once more: somebody overlooked the mistake."""
    for one in new:
        if one.verdict in overlooked and one.task == "generate":
            yield Item(**vars(one) | {"source": "hard negative"})


def _hard(new: list[Item], codes: list[str], options: Options, tell: Tell) -> Iterator[Item]:
    """Repairs of single faults in what is new, of kinds that are seldom repaired."""
    designs = [
        one for one in new if one.task == "generate" and not _is_edit(one) and _is_design(one.completion)
    ]
    wanted = round(options.negatives * len(designs))
    if not wanted:
        return
    tell(f"making {wanted} hard negatives" + (f" with {', '.join(codes)}" if codes else ""))

    def made(number: int) -> dict[str, Any] | None:
        one = designs[number % len(designs)]
        rng = RandomSource("hard", options.seed, number)
        return mining.hard_repair(one.request, one.completion, codes, rng)

    # Each has a source of chance of its own, so that they may be made at the same time.
    at_once = max(1, min(options.workers, _BUILDS_AT_ONCE, wanted))
    warm(at_once)
    with ThreadPoolExecutor(at_once) as pool:
        for number, found in enumerate(pool.map(made, range(wanted))):
            one = designs[number % len(designs)]
            if found is not None:
                yield Item(
                    source="hard negative",
                    task="repair",
                    messages=found["messages"],
                    completion=one.completion,
                    group=one.group,
                    verdict=one.verdict,
                    request=one.request,
                )


def _is_design(text: str) -> bool:
    return "operations" in json.loads(text)


def _explained(items: Iterable[Item]) -> Iterator[Item]:
    """The other way round: the design, and the request where it says every figure of it."""
    for one in items:
        if _is_edit(one) or not _is_design(one.completion):
            continue
        if not untold(json.loads(one.completion), one.request):
            prompt = explain_prompt(one.completion)
            yield Item(
                **vars(one)
                | {
                    "task": "explain",
                    "messages": [{"role": turn.role, "content": turn.content} for turn in prompt],
                    "completion": one.request,
                }
            )


_WHENCE = ("origin", "examples", "example_origins")
"""What decides beside its words whether a synthetic record may be trained on."""


def _synthetic(options: Options, near: Wordings, left_out: Counter[str], tell: Tell) -> Iterator[Item]:
    """Synthetic records that say nothing that is held out."""
    if not options.synthetic:
        return
    tell(f"drawing {options.synthetic} synthetic records")
    count = 0
    for sample in _drawn(options):
        if count == options.synthetic:
            return
        said = _said(sample)
        whence = {name: sample[name] for name in _WHENCE if name in sample}
        if part_of({"prompt": said} | whence) != TRAIN:
            left_out["synthetic, worded as what is held out"] += 1
            continue
        if near.near(said):
            left_out["synthetic, near what it is measured on"] += 1
            continue
        count += 1
        yield _of_sample(sample, said)


def _said(sample: Sample) -> str:
    """What a record says in English."""
    if sample.get("task") == "explain":
        return str(sample["completion"])
    named = (sample[name] for name in ("request", "change", "prompt") if name in sample)
    return str(next(named, None) or first_user(sample["messages"]))


def _drawn(options: Options) -> Iterator[Sample]:
    if options.synthetic_file is not None:
        rows = read_rows(Path(options.synthetic_file))
        yield from RandomSource("synthetic", options.seed).shuffled(rows)
        return
    shares = Shares(edits=_SHARES.edits, repairs=_SHARES.repairs, explain=options.explain)
    # More than are used: some say what is held out.
    yield from samples(
        4 * options.synthetic, 1_000_003 + options.seed, workers=options.workers, shares=shares
    )


def read_rows(path: Path) -> list[Sample]:
    """The records of a file, as the generator writes them or as a trainer reads them.

    Raises:
        InputError: the file cannot be read, or one of its lines is no record; the message names the line.
    """
    rows: list[Sample] = []
    with open_text(path) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                _said(row), row["completion"]
            except (ValueError, KeyError, TypeError, StopIteration, AttributeError) as error:
                raise InputError(
                    f"{path}:{number}: a record needs a completion, and a prompt or messages"
                ) from error
            rows.append(row)
    return rows


def _of_sample(sample: Sample, said: str) -> Item:
    messages = sample.get("messages") or _plain(clean_request(sample["prompt"]))
    return Item(
        source="synthetic",
        task=sample.get("task", "generate"),
        messages=messages,
        completion=sample["completion"],
        request=said,
    )


def _preferences(rows: list[dict[str, Any]], new: list[Item], options: Options) -> list[Item]:
    """What people preferred, and beside each new design a near miss of it."""
    if options.preference is None:
        return []
    found = [_preference(row, options.preference) for row in rows if row["split"] == "train"]
    for number, one in enumerate(new):
        if one.task != "generate" or not _is_design(one.completion):
            continue
        miss = mining.near_miss(one.completion, RandomSource("miss", options.seed, number))
        if miss is None:
            continue
        values = vars(one) | {"source": "hard negative", "task": options.preference}
        if options.preference == "dpo":
            found.append(Item(**values | {"rejected": miss}))
        else:
            found.append(Item(**values | {"completion": miss, "label": False}))
    return found


def _preference(row: dict[str, Any], kind: str) -> Item:
    answers = {"dpo": ("chosen", "rejected"), "kto": ("completion", None)}[kind]
    (wanted,), other = row[answers[0]], row[answers[1]] if answers[1] else None
    return Item(
        source="new",
        task=kind,
        messages=[_SYSTEM, *_own_turns(row["prompt"])],
        completion=wanted["content"],
        rejected=other[0]["content"] if other else "",
        label=row.get("label"),
        group=row["group"],
        request=row.get("request", ""),
    )
