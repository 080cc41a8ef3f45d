"""What goes into the store and what comes out of it: plain frozen records, JSON-ready values."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from cadagent.design.findings import Finding

RunStatus = Literal["valid", "no_valid_design", "refused", "asked", "interrupted", "failed"]
"""How a run ended. A run without an end (killed, or still going) has no status."""

RUN_STATUSES: tuple[str, ...] = get_args(RunStatus)


@dataclass(frozen=True, kw_only=True)
class NewRun:
    """What is known when a run starts: all that is needed to repeat it.

    Attributes:
        request: the person's text, as given.
        seed: seed of the first attempt.
        model, model_hash: name of the model and SHA-256 of its weights.
        adapter, adapter_hash: name of the adapter and SHA-256 of its file; None without one.
        language_version, language_hash: version of CAD JSON and hash of its schema.
        prompt_version, findings_version: versions of the prompt builder and of the finding texts.
        units: units that the person fixed, if any.
        settings: all settings of the run, JSON-ready.
    """

    request: str
    seed: int
    model: str
    model_hash: str | None = None
    adapter: str | None = None
    adapter_hash: str | None = None
    language_version: str
    language_hash: str
    prompt_version: str
    findings_version: str
    units: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RunEnd:
    """How a run ended.

    Attributes:
        status: see ``RunStatus``.
        attempt: number of the attempt that is the answer, or the best one of a run that failed.
        design: the canonical design; None unless ``status`` is ``valid``.
        digest: ``cadagent.design.digest`` of it.
        out: folder that the results were written to.
        reason: why it was refused, what was asked, or which budget ended the run.
    """

    status: RunStatus
    attempt: int | None = None
    design: Mapping[str, Any] | None = None
    digest: str | None = None
    out: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Run(NewRun):
    """One stored run; ``end`` is None when it never ended."""

    id: str
    started: str
    finished: str | None
    end: RunEnd | None
    attempts: int


@dataclass(frozen=True, kw_only=True)
class NewAttempt:
    """One answer of the model and what the checks made of it.

    Attributes:
        number: 1, 2, … within the run.
        parent: number of the attempt that this one repairs.
        strategy: how the attempt came about, e.g. ``first``, ``repair``, ``restart``.
        messages: the exact prompt as (role, content) pairs.
        text: the model's raw answer.
        document: what was parsed from it; None when nothing could be.
        digest: ``cadagent.design.digest`` of the document; None when it has no canonical form.
        tokens_in, tokens_out: prompt and answer tokens.
        ms: wall time from prompt to verdict.
        finish: why the model stopped, e.g. ``stop``, ``length``, ``cancelled``.
        valid: no error finding.
        measurement: ``Measurement.as_dict()`` of the solid, when one was built.
        findings: in the order in which they were reported.
        retrieved: names of the examples in the prompt with their scores, in order.
    """

    number: int
    parent: int | None = None
    strategy: str
    messages: Sequence[tuple[str, str]]
    text: str
    document: Any = None
    digest: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    ms: int
    finish: str | None = None
    valid: bool
    measurement: Mapping[str, Any] | None = None
    findings: Sequence[Finding] = ()
    retrieved: Sequence[tuple[str, float | None]] = ()


@dataclass(frozen=True, kw_only=True)
class Attempt(NewAttempt):
    """One stored attempt."""

    id: str
    run: str
    ended: str


def normalise_request(text: str) -> str:
    """The text with compatibility characters, letter case and white space evened out.

    Requests that a person would call the same share the result, and so its hash.
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def text_hash(*parts: str) -> str:
    """SHA-256 (hex) of the parts; a part's length is hashed too, so that parts cannot run together."""
    state = hashlib.sha256()
    for part in parts:
        data = part.encode()
        state.update(len(data).to_bytes(8, "big"))
        state.update(data)
    return state.hexdigest()
