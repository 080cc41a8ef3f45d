"""A round from its data to its end. Every step leaves files, so that a round that was broken off goes on.

``rounds/ID/`` beside the database has ``data/`` (what is trained on and held out), a folder for each adapter,
and ``measured/`` (answers, one file for each adapter and set). The store has all that is said about them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from cadagent.errors import InputError
from cadagent.evaluation.gate import ALPHA, Judgement, exact_tests
from cadagent.feedback import Store
from cadagent.feedback.adapters import Adapter
from cadagent.feedback.rounds import Evaluation, Result, Round, Rounds, RoundStatus, Stage
from cadagent.feedback.values import to_json
from cadagent.generation.protocol import BARE
from cadagent.settings import Settings
from training.rounds import explaining, judging, learning
from training.rounds.assembling import assemble, read_rows
from training.rounds.cases import FROZEN, Cases, case_line, read_cases
from training.rounds.items import Assembled, read_items, write_items
from training.rounds.measuring import AT_ONCE, OF_LOOP, STAGES, Measurer, Told, results_of
from training.rounds.options import Options

Tell = Callable[[str], None]
_FIRST_PASS: tuple[tuple[Stage, str], ...] = STAGES[:1]


@dataclass(frozen=True)
class Ended:
    """How a round ended."""

    status: RoundStatus
    reason: str
    adapter: Adapter | None = None


def folder_of(store: Store, round: str) -> Path:
    """Where the files of a round lie."""
    return store.path.absolute().parent / "rounds" / round


def unfinished(store: Store) -> Round | None:
    """The round that was begun and has not ended, if there is one."""
    return next((one for one in reversed(Rounds(store).all()) if one.status is None), None)


def begin(store: Store, options: Options) -> str:
    """Store a new round and return its id.

    Raises:
        InputError: another round has not ended, or a file that it needs cannot be read.
    """
    if options.frozen is not None:
        read_cases(Path(options.frozen), "frozen")
    if options.synthetic_file is not None:
        read_rows(Path(options.synthetic_file))
    open_one = unfinished(store)
    if open_one is not None:
        raise InputError(
            f"The round of {open_one.started[:16]} has not ended: `cadagent round start --resume` goes on "
            "with it, --abandon gives it up."
        )
    now = learning.standing(store, options.model)
    learning.register_shipped(store, now)
    return Rounds(store).start(seed=options.seed, parent=now.adapter, settings=options.as_dict())


def go_on(
    store: Store, round: Round, settings: Settings, tell: Tell, cancel: threading.Event
) -> Ended | None:
    """Take a round from where it is to its end; ``None`` when it was cancelled on the way.

    Raises:
        InputError: a file of the round, or the model, cannot be used, or another process is at it.
        ModelUnavailable: the model cannot be loaded.
    """
    folder = folder_of(store, round.id)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "lock", timeout=0):
            return _Run(store, round, settings, tell, cancel).run()
    except Timeout as error:
        raise InputError("Another process is at this round.") from error


class _Run:
    """One round under way."""

    def __init__(
        self, store: Store, round: Round, settings: Settings, tell: Tell, cancel: threading.Event
    ) -> None:
        self.store, self.round, self.tell, self.cancel = store, round, tell, cancel
        self.options = Options.of(round.settings)
        self.settings = settings
        self.rounds = Rounds(store)
        self.folder = folder_of(store, round.id)
        (self.folder / "measured").mkdir(exist_ok=True)
        self.number = [one.id for one in self.rounds.all()].index(round.id) + 1
        self.now = learning.standing(store, self.options.model)
        if self.now.adapter != round.parent:
            raise InputError(
                "Another adapter was promoted since the round began, and a round is held against the one "
                "that it goes on with: give it up with --abandon and start another."
            )
        path = Path(self.options.frozen) if self.options.frozen else FROZEN
        self.frozen = read_cases(path, "frozen").first(self.options.cases)

    def run(self) -> Ended | None:
        assembled = self._assembled()
        if not any(one.source == "new" for one in assembled.train):
            return self._end(Ended("failed", "there is no new feedback to learn from"), {})
        held_out = self._held_out()
        adapters = []
        cards = []
        for seed in range(self.options.seed, self.options.seed + self.options.seeds):
            folder, card = learning.learn(assembled, self.options, seed, self.now, self.folder, self.tell)
            name = f"round-{self.number}" + (f"-{seed}" if seed != self.options.seed else "")
            both = self.options.explain > 0
            adapters.append(learning.register(self.store, folder, card, self.now, name, both))
            cards.append({key: card.get(key) for key in learning.TOLD})
        measurer = self._measurer()
        try:
            judgement = self._judged(measurer, adapters, held_out)
        finally:
            if measurer.model is not None:
                measurer.model.close()
        if judgement is None:
            return None
        card = {
            "counts": assembled.counts,
            "left_out": dict(assembled.left_out),
            "codes": assembled.codes,
            "training": cards,
            "engine": measurer.engine,
            "measured": judging.shares(self.store, self.round.id),
            "pooled": {stage: asdict(bound) for stage, bound in judgement.pooled.items()},
            "families": [asdict(one) for one in judgement.families],
            "gains": [asdict(one) for one in judgement.gains],
            "line": {stage: asdict(bound) for stage, bound in judgement.line.items()},
        }
        status: RoundStatus = "promoted" if judgement.promoted else "refused"
        return self._end(Ended(status, "; ".join(judgement.reasons), adapters[0]), card)

    def _end(self, ended: Ended, card: dict[str, Any]) -> Ended:
        adapter = ended.adapter.id if ended.adapter is not None else None
        self.rounds.finish(self.round.id, ended.status, ended.reason, adapter=adapter, card=card)
        return ended

    # -- data ------------------------------------------------------------------------------------------------

    def _assembled(self) -> Assembled:
        data = self.folder / "data"
        if not data.is_dir():
            made = assemble(self.store, self.options, self.frozen, self.tell)
            _write_data(data, made)
        found = _read_data(data)
        if self.round.items == 0 and not self._has_items():
            stored = [one.stored() for one in (*found.train, *found.preferences, *found.held_out)]
            self.rounds.add_items(self.round.id, stored)
        for name, count in found.counts.items():
            self.tell(f"{name}: {count}")
        for name, count in sorted(found.left_out.items()):
            if count:
                self.tell(f"left out, {name}: {count}")
        groups = found.groups_held_out()
        if groups < judging.FEWEST_GROUPS:
            self.tell(
                f"only {groups} held-out groups: fewer than {judging.FEWEST_GROUPS} cannot show a gain, and "
                "the gate will refuse"
            )
        return found

    def _has_items(self) -> bool:
        sql = "SELECT 1 FROM round_items WHERE round = :round LIMIT 1"
        return bool(self.store.query(sql, {"round": self.round.id}))

    def _held_out(self) -> Cases | None:
        path = self.folder / "data" / "held-out.jsonl"
        if not path.stat().st_size:
            return None
        groups = json.loads((self.folder / "data" / "groups.json").read_text(encoding="utf-8"))
        return read_cases(path, "held-out", groups)

    # -- measuring -------------------------------------------------------------------------------------------

    def _measurer(self) -> Measurer:
        engine = self.options.engine or ("transformers" if learning.on_gpu() else None)
        base = Settings(
            **{name: getattr(self.settings, name) for name in OF_LOOP},
            model=self.options.model,
            seed=self.options.seed,
            threads=self.settings.threads,
        )
        if engine != "transformers":
            return Measurer(base, self.options.workers)
        from cadagent.generation.models import ModelSettings
        from cadagent.generation.torch.model import TransformersModel
        from training.rounds.lockstep import LockstepModel

        argument = self.options.model.partition(":")[2]
        model = TransformersModel(argument, ModelSettings(parallel=AT_ONCE))
        # Hundreds of loops wait for one another: the clock of one says nothing about it.
        patient = replace(base, seconds=_PATIENT)
        return Measurer(patient, self.options.workers, LockstepModel(model))

    def _judged(
        self, measurer: Measurer, adapters: Sequence[Adapter], held_out: Cases | None
    ) -> Judgement | None:
        """The verdict; the frozen set is only answered where there is a gain that could be worth it."""
        trained = self.rounds.trained_groups()
        if held_out is None:
            return judging.decided({}, {}, trained)
        gained = self._pairs(measurer, adapters, held_out, set())
        if gained is None:
            return None
        claims = exact_tests(gained, sign=1)
        if not any(one.p < ALPHA and one.difference > 0 for one in claims):
            best = min(claims, key=lambda one: one.p)
            groups = len(set(held_out.groups.values()))
            reason = (
                f"no significant gain on the {groups} held-out groups: {100 * best.difference:+.1f} points "
                f"at best (p = {best.p:.2g}); the frozen set was not answered"
            )
            return Judgement(False, (reason,), gains=claims)
        seen = judging.seen_of(self.store, trained, self.frozen)
        if seen:
            self.tell(
                f"{len(seen)} frozen cases are near what was trained on or can be retrieved: not judged"
            )
        kept = self._pairs(measurer, adapters, self.frozen, seen)
        if kept is None or not self._control(measurer):
            return None
        if self.options.explain and not self._explanations(measurer, adapters[0]):
            return None
        ids = [one.id for one in adapters]
        how, seed = measurer.how(STAGES), measurer.settings.seed
        began = judging.since_the_start(self.store, self.now.adapter, ids, self.frozen, how, seed, seen)
        return judging.decided(kept, gained, trained, began)

    def _pairs(
        self, measurer: Measurer, adapters: Sequence[Adapter], cases: Cases, seen: set[str]
    ) -> dict[str, list[Any]] | None:
        old = self._results(measurer, self.now.adapter, self.now.name, self.now.title, cases, STAGES)
        if old is None:
            return None
        new = []
        for one in adapters:
            found = self._results(measurer, one.id, one.path, one.name, cases, STAGES)
            if found is None:
                return None
            new.append(found)
        return judging.pairs_of(old, new, seen)

    def _control(self, measurer: Measurer) -> bool:
        """Have the bare model answer some of the frozen cases; whether it came to an end."""
        if not self.options.control:
            return True
        settings = Settings(**{**vars(measurer.settings), "max_attempts": 1})
        once = Measurer(settings, measurer.workers, measurer.model)
        cases = self.frozen.first(self.options.control)
        return self._results(once, None, BARE, "the bare model", cases, _FIRST_PASS) is not None

    def _explanations(self, measurer: Measurer, both: Adapter) -> bool:
        """Have designs explained by the adapter that learned both tasks, and by the one that learned only
        this, where there is one; whether that came to an end. It is told, and decides nothing.
        """
        apart = explaining.separate(self.store, self.now.model, self.now.model_hash)
        how = {"engine": measurer.engine, "task": "explain"}
        seed = measurer.settings.seed
        for one in (both, *([apart] if apart is not None else [])):
            results = judging.known_results(self.store, one.id, self.frozen, how, seed)
            if results is None:
                results = explaining.explanations(measurer, self.frozen, one.path, self.cancel)
                if results is None:
                    return False
                evaluation = Evaluation(
                    model=self.now.model,
                    adapter=one.id,
                    set_name="explanations",
                    set_hash=self.frozen.digest,
                    seed=seed,
                    round=self.round.id,
                    settings=how,
                )
                self.rounds.add_evaluation(evaluation, results)
            right = sum(result.passed for result in results)
            self.tell(f"{one.name}: {right} of {len(results)} explanations say every figure")
        return True

    def _results(
        self,
        measurer: Measurer,
        adapter: str | None,
        name: str,
        title: str,
        cases: Cases,
        stages: tuple[tuple[Stage, str], ...],
    ) -> list[Result] | None:
        """Results of an adapter on a set: those of an earlier round, else measured now and stored."""
        how = measurer.how(stages)
        seed = measurer.settings.seed
        known = judging.known_results(self.store, adapter, cases, how, seed)
        if known is not None:
            right = ", ".join(
                f"{sum(one.passed for one in known if one.stage == stage)} {stage}" for stage, _ in stages
            )
            self.tell(f"{title} on {cases.name}: measured before, right: {right}")
            return known
        mark = hashlib.sha256(f"{adapter} {cases.digest} {to_json(how)} {seed}".encode()).hexdigest()[:16]
        kept = self.folder / "measured" / f"{cases.name}-{mark}.jsonl"
        rows = measurer.rows(cases, name, kept, self._progress(f"{title} on {cases.name}"), self.cancel)
        if rows is None:
            return None
        results = results_of(cases, rows, stages)
        evaluation = Evaluation(
            model=self.now.model,
            adapter=adapter,
            set_name=cases.name,
            set_hash=cases.digest,
            seed=seed,
            round=self.round.id,
            settings=how,
        )
        self.rounds.add_evaluation(evaluation, results)
        right = ", ".join(f"{sum(row[key] for row in rows)} {stage}" for stage, key in stages)
        self.tell(f"{title} on {cases.name}: of {len(rows)} right: {right}")
        return results

    def _progress(self, what: str) -> Told:
        began, last = time.monotonic(), 0.0

        def told(done: int, total: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= 15 or done == total:
                last = now
                self.tell(f"{what}: {done} of {total}, {now - began:.0f} s")

        return told


_PATIENT = 3600.0
"""Seconds of a run where many go on at the same time."""


def _write_data(folder: Path, made: Assembled) -> None:
    """The data of a round, the whole of it or nothing."""
    partial = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    for name in ("train", "preferences", "held_out"):
        write_items(partial / f"{name}-items.jsonl", getattr(made, name))
    with (partial / "held-out.jsonl").open("w", encoding="utf-8") as out:
        for one in made.held_out:
            assert one.verdict is not None  # feedback rests on one
            out.write(case_line(one.verdict, one.request, one.completion, "feedback"))
    groups = {one.verdict: one.group for one in made.held_out}
    (partial / "groups.json").write_text(json.dumps(groups) + "\n", encoding="utf-8")
    report = {"counts": made.counts, "left_out": made.left_out, "codes": made.codes}
    (partial / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    partial.rename(folder)


def _read_data(folder: Path) -> Assembled:
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    train, preferences, held_out = (
        read_items(folder / f"{name}-items.jsonl") for name in ("train", "preferences", "held_out")
    )
    return Assembled(train, preferences, held_out, Counter(report["left_out"]), report["codes"])
