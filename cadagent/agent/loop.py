"""The loop: generate → validate → repair, until the design holds or a budget is spent."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from cadagent.agent.assumptions import assumptions
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
    Strategy,
    TokensStreamed,
)
from cadagent.agent.prompts import PROMPT_VERSION, clean_request, first_prompt, repair_prompt
from cadagent.design import LANGUAGE_VERSION, QUESTIONS, REFUSALS, digest, dumps, json_schema, language_hash
from cadagent.errors import InputError
from cadagent.feedback import NewAttempt, NewRun, RunEnd, Store
from cadagent.generation import Message, Model
from cadagent.settings import Settings
from cadagent.validation import FINDINGS_VERSION, Report, for_model, validate

FRESH_TEMPERATURE = 0.7


def run(
    request: str,
    *,
    model: Model,
    settings: Settings | None = None,
    store: Store | None = None,
    cancel: threading.Event | None = None,
) -> Iterator[Event]:
    """Turn a request into a validated design, yielding every step as an event.

    The last event is always :class:`Finished`. Each attempt is stored when it ends, before its event is yielded.

    Args:
        request: what the person asked for, in their words.
        model: any model of :mod:`cadagent.generation`.
        settings: budgets, seed, adapter and units; the defaults when left out.
        store: where the run is recorded; nothing is recorded when left out.
        cancel: when set, the model stops soon and the run ends as ``interrupted``.

    Raises:
        InputError: the request is empty or far too long.
        ModelUnavailable: the model cannot be loaded or failed.
    """
    settings = settings or Settings()
    text = clean_request(request)
    if settings.units and settings.units != "unit":
        text = f"{text} (all sizes in {settings.units})"
    yield from _Run(text, request, model, settings, store, cancel or threading.Event()).events()


@dataclass
class _Plan:
    """What the next attempt will be."""

    strategy: Strategy
    messages: list[Message]
    parent: int | None = None
    temperature: float = 0.0


class _Run:
    """The state of one run; ``events`` drives it."""

    def __init__(self, text: str, request: str, model: Model, settings: Settings, store: Store | None,
                 cancel: threading.Event) -> None:
        self.text, self.request, self.model, self.settings = text, request, model, settings
        self.store, self.cancel = store, cancel
        self.attempts: list[Attempt] = []
        self.started = time.monotonic()
        self.run_id: str | None = None

    def events(self) -> Iterator[Event]:
        self.run_id = self._stored_start()
        yield RunStarted(self.text, self.run_id)
        plan = _Plan("first", first_prompt(self.text))
        status: Status | None = None
        try:
            while True:
                number = len(self.attempts) + 1
                prompt = tuple((message.role, message.content) for message in plan.messages)
                yield AttemptStarted(number, plan.strategy, prompt)
                attempt = yield from self._attempt(number, plan)
                self.attempts.append(attempt)
                self._stored_attempt(attempt, prompt)
                yield AttemptValidated(attempt)
                status, reason = self._verdict(attempt)
                if status in ("refused", "asked"):
                    assert attempt.report.reply is not None  # that is what the status says
                    key, word = attempt.report.reply
                    yield Refused(word, REFUSALS[word]) if key == "refuse" else Asked(word, QUESTIONS[word])
                if status is not None:
                    break
                plan = self._next()
                yield RepairPlanned(number + 1, plan.strategy, self._findings(self._best()))
        finally:
            if status is None:  # an error, or the listener went away: what was attempted stays on record
                self._stored_end("interrupted", "stopped before the end")
        yield self._finished(status, reason)

    def _attempt(self, number: int, plan: _Plan) -> Iterator[Event]:
        """Ask the model, stream its answer, validate it; returns the attempt."""
        pieces: list[str] = []
        tokens, finish, tokens_in = 0, "stop", None
        began = time.monotonic()
        for chunk in self.model.generate(
            plan.messages,
            schema=json_schema("reply"),
            adapter=self.settings.adapter,
            seed=self.settings.seed + number - 1,
            temperature=plan.temperature,
            max_tokens=self.settings.max_tokens,
            cancel=self.cancel,
        ):
            pieces.append(chunk.text)
            tokens += chunk.tokens
            finish = chunk.finish or finish
            tokens_in = chunk.prompt_tokens if chunk.prompt_tokens is not None else tokens_in
            if chunk.text:
                yield TokensStreamed(number, chunk.text, chunk.tokens)
        seconds = time.monotonic() - began
        written = "".join(pieces)
        report = validate(written, request=self.text, build=finish != "cancelled", mesh=True,
                          seconds=self.settings.build_seconds)
        return Attempt(number, plan.strategy, plan.parent, written, report, tokens_in, tokens, seconds, finish)

    def _verdict(self, attempt: Attempt) -> tuple[Status | None, str]:
        """Whether the run ends after this attempt, and why."""
        if attempt.finish == "cancelled" or self.cancel.is_set():
            return "interrupted", "cancelled"
        if attempt.report.reply is not None:
            return ("refused" if attempt.report.reply[0] == "refuse" else "asked"), attempt.report.reply[1]
        if attempt.report.valid:
            return "valid", f"valid after {len(self.attempts)} attempt{'s' * (len(self.attempts) > 1)}"
        if len(self.attempts) >= self.settings.max_attempts:
            return "no_valid_design", f"no valid design in {len(self.attempts)} attempts"
        if time.monotonic() - self.started > self.settings.seconds:
            return "no_valid_design", f"no valid design in {self.settings.seconds:g} s"
        return None, ""

    def _next(self) -> _Plan:
        """Repair the best attempt; when a repair brought nothing new, start afresh with some temperature."""
        best, last = self._best(), self.attempts[-1]
        stuck = any(attempt.text == last.text for attempt in self.attempts[:-1])
        repaired = any(attempt.parent == best.number for attempt in self.attempts)
        if stuck or repaired or best.report.document is None:
            return _Plan("fresh", first_prompt(self.text), None, FRESH_TEMPERATURE)
        messages = repair_prompt(self.text, dumps(best.report.document), self._findings(best))
        room = self.model.context - self.settings.max_tokens
        if sum(self.model.count_tokens(message.content) for message in messages) > room:
            return _Plan("fresh", first_prompt(self.text), None, FRESH_TEMPERATURE)
        return _Plan("repair", messages, best.number)

    def _best(self) -> Attempt:
        return min(self.attempts, key=Attempt.rank)

    def _findings(self, attempt: Attempt) -> str:
        return for_model(attempt.report.findings, attempt.report.document)

    def _finished(self, status: Status, reason: str) -> Finished:
        best = self._best() if self.attempts else None
        chosen: tuple[str, ...] = ()
        if status == "valid" and best is not None and best.report.canonical is not None:
            chosen = assumptions(best.report.canonical, self.text)
        self._stored_end(status, reason)
        return Finished(status, best, len(self.attempts), chosen, reason, time.monotonic() - self.started,
                        self.run_id)

    def _stored_start(self) -> str | None:
        if self.store is None:
            return None
        settings = {key: str(value) for key, value in asdict(self.settings).items() if value is not None}
        return self.store.start_run(NewRun(
            request=self.request, seed=self.settings.seed, model=self.model.name,
            model_hash=getattr(self.model, "weights_hash", None), adapter=self.settings.adapter,
            adapter_hash=_adapter_hash(self.model, self.settings.adapter), language_version=LANGUAGE_VERSION,
            language_hash=language_hash(), prompt_version=PROMPT_VERSION, findings_version=FINDINGS_VERSION,
            units=self.settings.units, settings=settings))

    def _stored_attempt(self, attempt: Attempt, prompt: Sequence[tuple[str, str]]) -> None:
        if self.store is None or self.run_id is None:
            return
        report = attempt.report
        measurement = report.result.measurement if report.result is not None else None
        self.store.add_attempt(self.run_id, NewAttempt(
            number=attempt.number, parent=attempt.parent, strategy=attempt.strategy, messages=list(prompt),
            text=attempt.text, document=report.canonical or report.document, digest=_digest(report),
            tokens_in=attempt.tokens_in, tokens_out=attempt.tokens_out, ms=round(attempt.seconds * 1000),
            finish=attempt.finish, valid=report.valid,
            measurement=measurement.as_dict() if measurement is not None else None, findings=report.findings))

    def _stored_end(self, status: Status, reason: str) -> None:
        if self.store is None or self.run_id is None:
            return
        best = self._best() if self.attempts else None
        design = best.report.canonical if best is not None and status == "valid" else None
        self.store.finish_run(self.run_id, RunEnd(
            status=status, attempt=best.number if best else None, design=design,
            digest=digest(design) if design else None, out=None, reason=reason))


def _digest(report: Report) -> str | None:
    return digest(report.canonical) if report.canonical is not None else None


def _adapter_hash(model: Model, adapter: str | None) -> str | None:
    hashes = getattr(model, "adapter_hashes", {})
    return hashes.get(adapter) if adapter else None
