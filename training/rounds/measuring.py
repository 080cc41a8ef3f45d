"""How many cases an adapter answers rightly, at first pass and after the loop.

The answers come from the agent's own loop, with the engine that people use: the embedded one in worker
processes, or, where there is a GPU, the same weights in transformers with many requests at a time. Old and
new adapter are always measured by the same one. Rows are kept in a file as they come, so that nothing is
answered twice.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cadagent.batch import model_of, results
from cadagent.commands.evaluate_tasks import TASKS, Answer
from cadagent.design import digest
from cadagent.errors import BuildError, InputError
from cadagent.evaluation.comparison import Source, compare_solids
from cadagent.evaluation.judging import Request
from cadagent.evaluation.metrics import EXACT
from cadagent.feedback.rounds import Result, Stage
from cadagent.settings import Settings
from training.rounds.cases import Cases

if TYPE_CHECKING:
    from training.rounds.lockstep import LockstepModel

Engine = Literal["embedded", "transformers"]
Row = dict[str, Any]
Told = Callable[[int, int], None]
STAGES: tuple[tuple[Stage, str], ...] = (("first pass", "first"), ("after the loop", "final"))
AT_ONCE = 512
"""Loops that run at the same time on a GPU."""
OF_LOOP = ("max_attempts", "max_tokens", "run_tokens", "strategies", "opinions", "examples", "seconds")
"""Settings that decide how a case is answered."""


@dataclass(frozen=True)
class Measurer:
    """How cases are answered.

    Attributes:
        settings: of the loop; the adapter is given with each measurement.
        workers: processes of the embedded engine, or of the kernel beside a GPU.
        model: for a GPU, the model that answers many at a time; ``None``: the settings' own, in processes.
    """

    settings: Settings
    workers: int = 1
    model: LockstepModel | None = None

    @property
    def engine(self) -> str:
        return "transformers, many at a time" if self.model is not None else self.settings.model

    def how(self, stages: Sequence[tuple[Stage, str]]) -> dict[str, Any]:
        """How cases are answered; results may be compared where this is the same."""
        loop = {key: getattr(self.settings, key) for key in OF_LOOP}
        how = {"engine": self.engine, "stages": [stage for stage, _ in stages], **loop}
        return dict(json.loads(json.dumps(how)))

    def rows(
        self, cases: Cases, adapter: str, kept: Path, told: Told, cancel: threading.Event
    ) -> list[Row] | None:
        """Rows of all cases in their order, those in ``kept`` not answered again; ``None`` when cancelled.

        Args:
            adapter: name or folder, ``none`` for the bare model.
            kept: JSON-lines file to which each row is added as it comes.

        Raises:
            InputError: no such adapter.
            ModelUnavailable: the model cannot be loaded or failed.
        """
        done = {row["id"]: row for row in _kept(kept)}
        waiting = [(one, self.settings.seed) for one in cases.requests if one.id not in done]
        told(len(cases) - len(waiting), len(cases))
        settings = replace(self.settings, adapter=adapter)
        with kept.open("a", encoding="utf-8") as out:
            for row in self._answers(waiting, settings, cancel):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                out.flush()
                done[row["id"]] = row
                told(sum(one.id in done for one in cases.requests), len(cases))
        if cancel.is_set():
            return None
        return [done[one.id] for one in cases.requests]

    def _answers(
        self, waiting: Sequence[tuple[Request, int]], settings: Settings, cancel: threading.Event
    ) -> Iterator[Row]:
        if not waiting:
            return
        # The longest first: they take longest, and at the end none is waited for alone. On a GPU, besides,
        # cases of similar length are answered together.
        ordered = sorted(waiting, key=lambda item: -len(item[0].text))
        if self.model is None:
            yield from results(ordered, measured, settings, min(self.workers, len(ordered)), cancel)
            return
        from cadagent.kernel import warm

        warm(self.workers)
        model = self.model
        with ThreadPoolExecutor(AT_ONCE) as pool:
            pending = [pool.submit(_measured, model, item, settings, cancel) for item in ordered]
            for future in pending:
                row = future.result()
                if row["status"] != "interrupted":
                    yield row


def _kept(path: Path) -> Iterator[Row]:
    """The whole rows of a file; a line that was cut off is answered again."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and "id" in row:
            yield row


def measured(item: tuple[Request, int], settings: Settings, cancel: threading.Event) -> Row:
    """Answer one case by the model of this process, and say at which stages the answer was right."""
    return _measured(model_of(settings), item, settings, cancel)


def _measured(model: Any, item: tuple[Request, int], settings: Settings, cancel: threading.Event) -> Row:
    request, seed = item
    try:
        both = TASKS[request.task](request, model, replace(settings, seed=seed), cancel)
    except InputError as error:  # this request cannot be put to the model
        both = (Answer("failed", str(error)),) * 2
    if both is None:
        return {"id": request.id, "status": "interrupted"}
    first, final = both
    right = is_right(first, request)
    same = final.text == first.text and final.status == first.status
    return {
        "id": request.id,
        "status": final.status,
        "first": right,
        "final": right if same else is_right(final, request),
        "attempts": final.attempts,
        "tokens": final.tokens,
        "text": final.text,
    }


def is_right(answer: Answer, request: Request) -> bool:
    """Whether an answer is the design that was wanted, or the same solid in any of the axis-parallel poses; a
    refusal or a question where no design was wanted.
    """
    if request.expects == "none":
        return answer.status in ("refused", "asked")
    report, truth = answer.report, request.truth
    if report is None or not report.valid or report.canonical is None or not answer.whole:
        return False
    if truth.document is not None and digest(report.canonical) == digest(dict(truth.document)):
        return True
    assert truth.solid is not None  # a case has the design that is right
    try:
        both = compare_solids(
            Source("the answer", "design", resolved=report.resolved), truth.solid, pose=True
        )
    except (InputError, BuildError):  # too hard to compare: not shown to be right
        return False
    return both.iou is not None and both.iou >= EXACT


def results_of(
    cases: Cases, rows: Sequence[Row], stages: Sequence[tuple[Stage, str]] = STAGES
) -> list[Result]:
    """The rows as the store keeps them: a result a case and stage."""
    return [
        Result(
            item=one.id,
            stage=stage,
            passed=bool(row[key]),
            family=one.level or None,
            group_key=cases.groups[one.id],
            figures={"status": row["status"], "attempts": row["attempts"], "tokens": row["tokens"]},
        )
        for one, row in zip(cases.requests, rows, strict=True)
        for stage, key in stages
    ]
