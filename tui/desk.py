"""What the screens work with: the store, the model and the checks, none of which loads before it is used."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cadagent.errors import CadAgentError
from cadagent.settings import Settings
from tui.results import Result, of_stored

if TYPE_CHECKING:
    from cadagent.feedback import Chats, Correction, Decisions, Queue, Store, Turn
    from cadagent.generation import Model
    from cadagent.validation import Report

Progress = Callable[[int, int], None]


class Desk:
    """Store, model and kernel of one session; usable from several threads."""

    def __init__(self, settings: Settings, *, model: Model | None = None, store: Store | None = None) -> None:
        # Textual puts an object without a file descriptor in place of stderr, and multiprocessing wants to
        # hand that descriptor to its tracker process: the tracker starts before the application does.
        resource_tracker.ensure_running()
        self.settings = settings
        self.progress: Progress | None = None
        self._store, self._model = store, model
        self._opening = threading.Lock()
        self._opening_store = threading.Lock()

    @property
    def store(self) -> Store:
        """The database, opened at the first use.

        Raises:
            StoreError: it cannot be used.
        """
        from cadagent.feedback import open_store

        with self._opening_store:
            if self._store is None:
                self._store = open_store(self.settings.db)
            return self._store

    @cached_property
    def chats(self) -> Chats:
        from cadagent.feedback import Chats

        return Chats(self.store)

    @cached_property
    def decisions(self) -> Decisions:
        from cadagent.feedback import Decisions

        return Decisions(self.store)

    @cached_property
    def queue(self) -> Queue:
        from cadagent.feedback import Queue

        return Queue(self.store)

    @property
    def database(self) -> Path:
        return self.settings.db.absolute()

    def model(self) -> Model:
        """The session's model, opened at the first call."""
        from cadagent.generation import ModelSettings, open_model

        with self._opening:
            if self._model is None:
                settings = ModelSettings.of(self.settings, progress=self._progress)
                self._model = open_model(self.settings.model, settings)
            return self._model

    def _progress(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(done, total)

    def warm_up(self) -> str:
        """Load model and kernel ahead of the first request; returns what is ready, in words.

        Weights that are not on this machine are not fetched here: a person has not asked for anything yet.
        """
        from cadagent.agent.serving import with_live_adapter
        from cadagent.generation.weights import installed
        from cadagent.kernel import warm

        warm()
        if self.settings.model == "embedded" and self._model is None and installed().sha256 is None:
            return "the model will be fetched with the first request (98 MB)"
        model = self.model()
        if hasattr(model, "start"):
            model.start(with_live_adapter(self.settings, model, self.store).adapter)
        return f"model {model.name} ready"

    def model_name(self) -> str:
        """Model and adapter as a person calls them."""
        adapter = f" + {self.settings.adapter}" if self.settings.adapter else ""
        return f"{self.settings.model}{adapter}"

    def check(self, text: str, request: str | None) -> Report:
        """Validate and build a design text, with its mesh; ``request`` is whose figures it must hold."""
        from cadagent.validation import validate

        return validate(text, request=request, mesh=True, seconds=self.settings.build_seconds)

    def count_tokens(self, text: str) -> int | None:
        """Tokens of a text where the model is loaded; ``None`` before."""
        if self._model is None:
            return None
        with suppress(CadAgentError):
            return self._model.count_tokens(text)
        return None

    def results(self, run: str) -> list[Result]:
        """The attempts of a stored run."""
        stored, edits = self.store.run(run), self.chats.edits(run)
        return [of_stored(attempt, stored.request, edits=edits) for attempt in self.store.attempts(run)]

    def design_of(self, result: Result) -> dict[str, Any] | None:
        """The design that a result stands for: the person's correction where one holds."""
        correction = self.correction_of(result)
        return correction.design if correction is not None else result.document

    def correction_of(self, result: Result) -> Correction | None:
        """The correction of an attempt that holds, if one does."""
        verdict = self.decisions.standing(result.run) if result.run is not None else None
        if verdict is None or verdict.kind != "correct" or verdict.attempt != result.number:
            return None
        corrections = self.decisions.corrections(verdict.run)
        return next(one for one in corrections if one.id == verdict.correction)

    def draft_of(self, result: Result) -> str:
        """What a person has made of an attempt: the unfinished correction, or the one that holds."""
        unfinished = self.chats.draft(f"design:{result.run}.{result.number}") if result.run else ""
        if unfinished:
            return unfinished
        correction = self.correction_of(result)
        return correction.text if correction is not None else ""

    def results_of(self, turn: Turn) -> list[Result]:
        """The attempts of all runs of a turn."""
        return [result for run in turn.runs for result in self.results(run)]

    def close(self) -> None:
        """End the session: the store is closed, the engine freed."""
        if self._model is not None:
            self._model.close()
        if self._store is not None:
            self._store.close()
