"""The loop: generate → validate → repair, until the design holds or a budget is spent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cadagent.agent.asking import Answer, Stop, ask
from cadagent.agent.comparing import Comparison
from cadagent.agent.context import Context, Told, fitted
from cadagent.agent.edits import Edit
from cadagent.agent.events import (
    Asked,
    Attempt,
    AttemptStarted,
    AttemptValidated,
    Event,
    Finished,
    Refused,
    RepairPlanned,
    RunStarted,
    Status,
    TokensStreamed,
)
from cadagent.agent.plans import Plan, next_plan
from cadagent.agent.preface import preface_for
from cadagent.agent.prompts import Preface, clean_request
from cadagent.agent.recording import Recording
from cadagent.agent.requests import hopeless
from cadagent.agent.serving import with_live_adapter
from cadagent.design import QUESTIONS, REFUSALS
from cadagent.errors import StoreError
from cadagent.feedback import Store
from cadagent.generation import Chunk, Model
from cadagent.kernel import shutdown, warm
from cadagent.requirements import can_contradict, contradictions, extract
from cadagent.requirements.assumptions import assumptions
from cadagent.requirements.figures import units_named
from cadagent.requirements.tally import tally
from cadagent.settings import Settings
from cadagent.validation import Report, validate

UNIT_WORDS = {"mm": "mm", "cm": "cm", "m": "metres", "in": "inches", "ft": "feet"}
"""How the prompt names the units of the settings, for a request that names none."""

CONTRADICTION = "contradiction"
"""The topic of a question about a request that contradicts itself."""

_LOOK = 0.05
"""Seconds between two looks at the cancel event while a design is being built."""

Keep = Callable[[Report], Path]
"""Writes the results of a valid design and returns their folder."""


def run(
    request: str,
    *,
    model: Model,
    design: Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    store: Store | None = None,
    cancel: threading.Event | None = None,
    keep: Keep | None = None,
) -> Generator[Event, None, None]:
    """Turn a request into a validated design, yielding every step as an event.

    The last event is always :class:`Finished`. Each attempt is stored when it ends, before its event is
    yielded; a run whose iterator is closed early, or that fails, is stored with all that was done until then.

    Args:
        request: what the person asked for, in their words.
        model: any model of :mod:`cadagent.generation`.
        design: a valid design, in any form, that the request changes; left out, it asks for a new part. The
            figures of a change are not held against the solid, since they may be relative ("2 mm thicker").
        settings: budgets, seed, adapter and units; the defaults when left out. Where no adapter is named,
            the one that was promoted in ``store`` answers, else the one that ships. ``max_tokens`` bounds one
            answer, ``run_tokens`` all of them together with what is told of designs, and ``seconds`` the
            model's writing; a design that is written by then is still built, which ``build_seconds`` bounds.
        store: where the run is recorded; nothing is recorded when left out.
        cancel: when set, the model stops soon and the run ends as ``interrupted``.
        keep: writes the results of a valid design, before the run is recorded as ended.

    Raises:
        InputError: the request is empty or far too long, there is no such adapter, or ``keep`` cannot write.
        ModelUnavailable: the model cannot be loaded or failed, the promoted adapter is not as it was, or
            the one that explains designs is wanted and not there.
        StoreError: the run cannot be recorded.
    """
    settings = settings or Settings()
    comparison = Comparison.of(settings, model, store) if design is None else None
    settings = with_live_adapter(settings, model, store)
    text = clean_request(request)
    edit = Edit.of(design) if design is not None else None
    if edit is None and settings.units in UNIT_WORDS and not units_named(text):
        text = f"{text} (all sizes in {UNIT_WORDS[settings.units]})"
    recording = Recording(store, request)
    cancel = cancel or threading.Event()
    yield from _Run(text, edit, model, settings, recording, cancel, keep, comparison).events()


@dataclass(frozen=True)
class _Verdict:
    """How the run ends."""

    status: Status
    reason: str


class _Run:
    """The state of one run; ``events`` drives it."""

    def __init__(
        self,
        text: str,
        edit: Edit | None,
        model: Model,
        settings: Settings,
        recording: Recording,
        cancel: threading.Event,
        keep: Keep | None,
        comparison: Comparison | None,
    ) -> None:
        self.text, self.edit, self.model, self.settings = text, edit, model, settings
        self.recording, self.cancel, self.keep, self.comparison = recording, cancel, keep, comparison
        self.attempts: list[Attempt] = []
        self.first = Told(text)
        self._insisted = False
        self.started = time.monotonic()
        self.stop: threading.Event = cancel

    def events(self) -> Iterator[Event]:
        identity = self.model.identify(self.settings.adapter)
        reply = hopeless(self.text)
        doubt = None
        if reply is None and self.edit is None:  # "change it from 4 mm to 6 mm" contradicts nothing
            doubt = next(iter(contradictions(self.text, extract(self.text))), None)
        if reply is None and doubt is None:
            warm()  # the kernel loads in its own process while the model loads and writes
            # Engines load at their first request unless told to now: fetching weights is not the run's time.
            if hasattr(self.model, "start"):
                self.model.start(self.settings.adapter)
            self.first = self._told(preface_for(self.text, identity, self.model, self.settings))
        self.started = time.monotonic()
        self.stop = Stop(self.cancel, self.started + self.settings.seconds)
        run_id = self.recording.start(self.settings, identity)
        out: Path | None = None
        try:
            yield RunStarted(self.text, run_id, identity)
            if reply is not None:
                yield _answer(reply)
                verdict = _reply_verdict(reply)
            elif doubt is not None:
                yield Asked(CONTRADICTION, doubt.message)
                verdict = _Verdict("asked", CONTRADICTION)
            else:
                verdict = yield from self._attempts()
            best = self._best() if self.attempts else None
            if self.keep is not None and best is not None and verdict.status == "valid":
                out = self.keep(best.report)
        except BaseException as error:
            failed = isinstance(error, Exception)
            reason = " ".join(str(error).split()) if failed else "stopped before the end"
            with suppress(StoreError):  # the first error is the one to tell
                self.recording.end("failed" if failed else "interrupted", reason, self._best_or_none(), None)
            raise
        self.recording.end(verdict.status, verdict.reason, best, out)
        chosen: tuple[str, ...] = ()
        amiss = _amiss(best) if verdict.status == "valid" and best is not None else ()
        if verdict.status == "valid" and best is not None and best.report.canonical is not None:
            known = self.text if self.edit is None else self.edit.known(self.text)
            chosen = assumptions(best.report.canonical, known)
        seconds = time.monotonic() - self.started
        yield Finished(
            verdict.status,
            best,
            len(self.attempts),
            chosen,
            verdict.reason,
            seconds,
            run_id,
            str(out) if out is not None else None,
            amiss,
        )

    def _attempts(self) -> Generator[Event, None, _Verdict]:
        plan = self._next()
        while plan is not None:
            number = len(self.attempts) + 1
            yield self._starting(number, plan)
            attempt = yield from self._attempt(number, plan)
            yield AttemptValidated(attempt)
            reply = self._reply(attempt)
            if reply is not None and not self._best().valid:
                yield _answer(reply)
            verdict = self._verdict(attempt)
            if verdict is not None:
                return verdict
            plan = self._next()
            if plan is not None:
                yield RepairPlanned(number + 1, plan.strategy, plan.parent, plan.findings, plan.why)
        return self._spent(": the model only repeats itself")

    def _starting(self, number: int, plan: Plan) -> AttemptStarted:
        if plan.text:
            return AttemptStarted(number, plan.strategy, ())
        context = self._fitted(plan.told)
        return AttemptStarted(number, plan.strategy, context.prompt, context.pieces, context.room)

    def _attempt(self, number: int, plan: Plan) -> Generator[Event, None, Attempt]:
        """Ask the model, stream its answer, validate and store it; also when all that ends early."""
        answer = Answer()
        began = time.monotonic()

        def put(context: Context, schema: Mapping[str, Any], spent: int) -> Iterator[Chunk]:
            return self.model.generate(
                context.messages,
                schema=dict(schema),
                adapter=self.settings.adapter,
                seed=self.settings.seed + number - 1,
                temperature=plan.temperature,
                max_tokens=max(1, min(self.settings.max_tokens, self._tokens_left()) - spent),
                cancel=self.stop,
            )

        def ended(report: Report, finish: str, otherwise: int = 0) -> Attempt:
            attempt = Attempt(
                number,
                plan.strategy,
                plan.parent,
                answer.text,
                report,
                answer.tokens_in,
                answer.tokens_out,
                seconds,
                finish,
                self._doubts(report) + otherwise,
            )
            self.attempts.append(attempt)
            self.recording.attempt(attempt, answer.context)
            return attempt

        try:
            for text, tokens in ask(plan, answer, put, self._fitted):
                if text:
                    yield TokensStreamed(number, text, tokens)
            seconds = time.monotonic() - began
            report = self._checked(answer.text, build=answer.finish != "cancelled")
            told_from = time.monotonic()
            otherwise = 0
            if self.comparison is not None and not self.cancel.is_set():
                left = self._tokens_left() - answer.tokens_out
                otherwise, tokens = self.comparison.otherwise(report, self.text, left, self.stop)
                answer.tokens_out += tokens
            seconds += time.monotonic() - told_from
        except BaseException as error:  # the model failed, or nobody listens any more: keep what it wrote
            seconds = time.monotonic() - began
            failed = isinstance(error, Exception)
            with suppress(StoreError):
                ended(self._unbuilt(answer.text), "failed" if failed else "cancelled")
            raise
        return ended(report, answer.finish, otherwise)

    def _checked(self, text: str, build: bool) -> Report:
        """The report on a text; a cancelled run does not wait for a build that is under way."""
        if not build or self.cancel.is_set():
            return self._unbuilt(text)
        checked: Future[Report] = Future()

        def check() -> None:
            try:
                seconds = self.settings.build_seconds
                report = validate(text, request=self._figures, mesh=True, seconds=seconds)
                checked.set_result(report if self.edit is None else self.edit.checked(report))
            except Exception as error:  # noqa: BLE001 – raised again in the thread that waits
                checked.set_exception(error)

        threading.Thread(target=check, name="cadagent-validate", daemon=True).start()
        while not wait((checked,), _LOOK).done:
            if self.cancel.is_set():
                shutdown()  # a build that nobody waits for would hold up the next one
                return self._unbuilt(text)
        return checked.result()

    def _unbuilt(self, text: str) -> Report:
        return validate(text, request=self._figures, build=False)

    @property
    def _figures(self) -> str | None:
        """The text whose figures the solid must hold."""
        return self.text if self.edit is None else None

    def _verdict(self, attempt: Attempt) -> _Verdict | None:
        """How the run ends after this attempt, or ``None`` when it goes on."""
        count = len(self.attempts)
        if self.cancel.is_set():
            return _Verdict("interrupted", "cancelled")
        best = self._best()
        reply = self._reply(attempt)
        if reply is not None and not best.valid:
            return _reply_verdict(reply)
        if best.valid and not best.unmet and (not best.doubts or self._opinions() >= self.settings.opinions):
            return self._valid(best)
        budgets = (
            (self.stop.is_set(), f"{self.settings.seconds:g} s (setting: seconds)"),
            (count >= self.settings.max_attempts, _times(count)),
            (self._tokens_left() <= 0, f"{self.settings.run_tokens} tokens"),
        )
        return next((self._spent(f" in {budget}") for is_spent, budget in budgets if is_spent), None)

    def _reply(self, attempt: Attempt) -> tuple[str, str] | None:
        """What the model said instead of a design; nothing, where it cannot be so and was not asked for."""
        reply = attempt.report.reply
        if reply is None or reply[1] != CONTRADICTION or self.edit is not None:
            return reply
        return reply if can_contradict(self.text) else None

    def _spent(self, how: str) -> _Verdict:
        """The end of a run whose best attempt is not what was asked for."""
        best = self._best()
        return self._valid(best) if best.valid else _Verdict("no_valid_design", f"no valid design{how}")

    def _valid(self, best: Attempt) -> _Verdict:
        if amiss := _amiss(best):
            late = f"; stopped after {self.settings.seconds:g} s (setting: seconds)" * self.stop.is_set()
            return _Verdict("valid", f"valid, but check this: {'; '.join(amiss)}{late}")
        return _Verdict("valid", f"valid after {_times(len(self.attempts))}")

    def _opinions(self) -> int:
        """How many attempts were made since there was a design in which nothing is wrong."""
        good = (index for index, one in enumerate(self.attempts) if one.valid and not one.unmet)
        return len(self.attempts) - 1 - next(good, len(self.attempts) - 1)

    def _doubts(self, report: Report) -> int:
        if self.edit is not None or report.canonical is None:
            return 0
        return tally(report.canonical, self.text).doubts

    def _next(self) -> Plan | None:
        last = self.attempts[-1] if self.attempts else None
        groundless = last is not None and last.report.reply is not None and self._reply(last) is None
        if groundless and not self._insisted:
            self._insisted = True
            why = "it takes two figures to contradict each other"
            return Plan("fresh", self.first, design_only=True, why=why)
        return next_plan(
            self.first,
            self.attempts,
            self.settings.strategies,
            lambda told: self._fitted(told).fits,
            self._afresh,
        )

    def _told(self, preface: Preface) -> Told:
        """What a first or fresh attempt is told."""
        if self.edit is not None:
            return self.edit.told(self.text, preface)
        return Told(self.text, preface=preface)

    def _afresh(self, turn: int) -> Told:
        """The same with other examples, where there are any."""
        if not self.first.preface.examples:
            return self.first
        identity = self.model.identify(self.settings.adapter)
        return self._told(preface_for(self.text, identity, self.model, self.settings, turn))

    def _fitted(self, told: Told) -> Context:
        """The prompt with room for the answer."""
        room = self.model.context - min(self.settings.max_tokens, self._tokens_left())
        return fitted(told, room, self.model.count_tokens)

    def _tokens_left(self) -> int:
        return self.settings.run_tokens - sum(attempt.tokens_out for attempt in self.attempts)

    def _best(self) -> Attempt:
        return min(self.attempts, key=Attempt.rank)

    def _best_or_none(self) -> Attempt | None:
        return self._best() if self.attempts else None


def _answer(reply: tuple[str, str]) -> Refused | Asked:
    kind, word = reply
    return Refused(word, REFUSALS[word]) if kind == "refuse" else Asked(word, QUESTIONS[word])


def _reply_verdict(reply: tuple[str, str]) -> _Verdict:
    kind, word = reply
    return _Verdict("refused" if kind == "refuse" else "asked", word)


def _amiss(best: Attempt) -> tuple[str, ...]:
    """What a person should check of a valid design."""
    return best.unmet + best.remarks


def _times(count: int) -> str:
    return f"{count} attempt{'s' if count > 1 else ''}"
