"""Speed of the store with many runs: listing, filtering and exporting."""

from __future__ import annotations

import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cadagent.design import canonical, compact, dumps
from cadagent.feedback.export_files import export
from cadagent.feedback.exports import FORMATS
from cadagent.feedback.interchange import merge
from cadagent.feedback.listing import listed
from cadagent.feedback.records import text_hash
from cadagent.feedback.reviewing import Filter, Queue
from cadagent.feedback.store import Store, open_store
from cadagent.feedback.wording import content_words, wording_id
from cadagent.validation import validate

FILTERS = (
    "",
    "status:no_valid_design",
    "model:large",
    "since:2026-03 before:2026-04",
    "tag:size.negative",
    'tag:"wrong size"',
    "bracket",
    "words that nobody wrote",
    "judged:no",
    "judged:skipped",
    "judged:yes",
    "judged:yes status:valid model:small bracket since:2026-02",
)
_THINGS = ("plate", "bracket", "flange", "washer", "spacer", "housing", "lid", "hinge", "pulley", "shim")
_LOOKS = ("flat", "sturdy", "slotted", "thin", "square", "long", "drilled", "stepped", "rounded", "light")
_USES = ("for a motor", "under a shelf", "beside a rail", "on a gearbox", "inside a pump", "behind a panel")
_ZERO = {"units": "mm", "operations": [{"op": "box", "size": [111, 222, 333]}]}
_ENDS = ("valid", "valid", "valid", "no_valid_design")
_VERDICTS = (None, "accept", "accept", "accept", "correct", "reject", "skip", None)


def store_figures(runs: int, tell: Callable[[str], None], rounds: int = 5) -> dict[str, float]:
    """Figures by name, from a database with so many runs in a temporary folder.

    Args:
        rounds: how often each query is timed; the median counts.
        tell: gets a line before each part.
    """
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tell(f"storing {runs:,} runs …")
        with open_store(folder / "feedback.db") as store:
            began = time.perf_counter()
            merge(store, made_runs(runs))
            figures["runs imported per second"] = runs / (time.perf_counter() - began)
            tell("listing and filtering …")
            figures |= _listing(store, rounds)
            for format in FORMATS:
                tell(f"exporting {format} …")
                began, busy = time.perf_counter(), time.process_time()
                # Building each design again is a figure of its own, which `dpo` alone has to pay.
                made = export(store, folder / format, format, check=lambda _: True)  # type: ignore[arg-type]
                seconds, busy = time.perf_counter() - began, time.process_time() - busy
                figures[f"{format}: rows"] = made["rows"]
                figures[f"{format}: rows per second"] = made["rows"] / seconds
                # On a machine that does other things as well, the processor's time says more than the clock.
                figures[f"{format}: rows per second of processor time"] = made["rows"] / busy
            figures["re-validation, ms a design"] = _revalidation()
    return figures


def _listing(store: Store, rounds: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    busiest = 0.0

    def timed(name: str, action: Callable[[], Any]) -> None:
        nonlocal busiest
        times, busy = [], []
        for _ in range(rounds):
            began, used = time.perf_counter(), time.process_time()
            action()
            times.append(1000 * (time.perf_counter() - began))
            busy.append(1000 * (time.process_time() - used))
        figures[name] = statistics.median(times)
        busiest = max(busiest, statistics.median(busy))

    for line in FILTERS:
        wanted = Filter.parse(f"{'' if 'judged' in line else 'judged:any '}{line}")
        timed(f"list {line or 'everything'}, ms", lambda wanted=wanted: listed(store, wanted))  # type: ignore[misc]
    queue = Queue(store)
    timed("review queue, ms", lambda: queue.waiting(limit=1000))
    timed("review queue, counted, ms", queue.count)
    figures["slowest of these, ms"] = max(figures.values())
    figures["slowest of these, ms of processor time"] = busiest
    return figures


def _revalidation() -> float:
    text = dumps(_ZERO)
    validate(text)  # the kernel starts
    began = time.perf_counter()
    for _ in range(20):
        validate(text)
    return 1000 * (time.perf_counter() - began) / 20


def made_runs(count: int) -> Iterator[dict[str, Any]]:
    """So many runs of made-up requests, as an import takes them: the same ones always."""
    full, short = dumps(canonical(_ZERO)), dumps(compact(_ZERO))
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(count):
        figures = (10 + number % 977, 10 + number // 977 % 89, 5 + number // 86_953 % 50)
        document, text = _sized(full, figures), _sized(short, figures)
        when = (start + timedelta(minutes=number)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        words = f"{_LOOKS[number % 10]} {_THINGS[number // 10 % 10]} {_USES[number // 100 % 6]}"
        yield _run(number, f"A {words}, {' x '.join(map(str, figures))} mm", document, text, when)


def _sized(text: str, figures: tuple[int, int, int]) -> str:
    for mark, figure in zip(("111", "222", "333"), figures, strict=True):
        text = text.replace(mark, str(figure))
    return text


def _run(number: int, request: str, document: str, text: str, when: str) -> dict[str, Any]:
    run, wording = f"{number:026d}", wording_id(content_words(request))
    digest = hashlib.sha256(document.encode()).hexdigest()
    kind, status = _VERDICTS[number % 8], _ENDS[number // 8 % 4]
    if status != "valid" and kind == "accept":
        kind = "reject"
    prompt = [["system", "You map natural language instructions to CAD JSON."], ["user", request]]
    bad = text.replace('"size":[', '"size":[-')
    finding = dict.fromkeys(("line", "expected", "actual", "hint", "cause"))
    finding |= {"code": "size.negative", "message": "A size is positive.", "pointer": "/operations/0"}
    attempts = []
    for place in range(1 if status == "valid" and number % 3 else 2):
        valid = status == "valid" and place == (0 if number % 3 else 1)
        attempts.append(
            {
                "id": f"{run}.{place + 1}",
                "run": run,
                "number": place + 1,
                "parent": place or None,
                "ended": when,
                "strategy": "repair" if place else "first",
                "text": text if valid else bad + " " * place,
                "document": document if valid else None,
                "digest": digest if valid else None,
                "tokens_in": 60,
                "tokens_out": 40,
                "ms": 700 + number % 500,
                "finish": "stop",
                "valid": int(valid),
                "measurement": None,
                "messages": [*prompt, ["user", f"Correct {bad}"]] if place else prompt,
                "findings": [] if valid else [{**finding, "severity": "error"}],
                "retrieved": [],
            }
        )
    correction = {
        "id": f"{run}-correction",
        "run": run,
        "attempt": len(attempts),
        "written": when,
        "text": text,
        "design": document,
        "digest": digest,
        "diff": "",
        "measurement": None,
        "findings": [],
    }
    verdict = {
        "id": f"{run}-verdict",
        "run": run,
        "attempt": len(attempts),
        "kind": kind,
        "decided": when,
        "seconds": 4.5,
        "note": "",
        "correction": correction["id"] if kind == "correct" else None,
        "undoes": None,
        "state": "submitted",
        "tags": ["wrong size"] if kind == "reject" else [],
    }
    identity = {"model": ("small", "large")[number % 10 == 0], "model_hash": "m" * 64, "adapter": None}
    language = {"language_version": "1.0", "language_hash": "l" * 64, "prompt_version": "1"}
    run_row = {"id": run, "request": text_hash(request), "started": when, "seed": number, **identity}
    run_row |= {"adapter_hash": None, **language, "findings_version": "1", "units": None, "settings": "{}"}
    end = {"run": run, "finished": when, "status": status, "attempt": len(attempts), "out": None}
    end |= {"design": document, "digest": digest} if status == "valid" else {"design": None, "digest": None}
    return {
        "run": run_row,
        "request": {"id": run_row["request"], "text": request, "group": wording},
        "attempts": attempts,
        "end": {**end, "reason": status},
        "corrections": [correction] if kind == "correct" else [],
        "verdicts": [verdict] if kind is not None else [],
    }
