"""The store's figures in Prometheus' text format (version 0.0.4)."""

from __future__ import annotations

from collections.abc import Callable

from cadagent.feedback.drift import drift, training_words
from cadagent.feedback.store import Store
from cadagent.feedback.usage import BUCKETS, Usage, by_model, recent_requests, usage

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_COUNTERS: tuple[tuple[str, str, Callable[[Usage], float]], ...] = (
    ("cadagent_requests_total", "Runs started.", lambda one: one.runs),
    ("cadagent_first_pass_valid_total", "Runs whose first attempt was valid.", lambda one: one.first_pass),
    ("cadagent_valid_total", "Runs that ended valid, repaired ones too.", lambda one: one.valid),
    ("cadagent_attempts_total", "Attempts of the model.", lambda one: one.attempts),
)
_LABELLED = {
    "cadagent_runs_ended_total": (
        "Runs by how they ended.",
        "status",
        ("valid", "no_valid_design", "refused", "asked", "interrupted", "failed"),
    ),
    "cadagent_verdicts": (
        "Runs by the verdict that stands.",
        "kind",
        ("accepted", "corrected", "rejected", "skipped"),
    ),
    "cadagent_tokens_total": ("Tokens of prompts and answers.", "direction", ("in", "out")),
}


def prometheus(store: Store) -> str:
    """Everything that is measured, by model and adapter; a scrape is one read of the store.

    Raises:
        StoreError: the store cannot be read.
    """
    parts = by_model(usage(store))
    lines: list[str] = []
    for name, words, value in _COUNTERS:
        lines += _head(name, words, "counter")
        lines += [f"{name}{{{_who(one)}}} {_number(value(one))}" for one in parts]
    for name, (words, label, kinds) in _LABELLED.items():
        # What stands can be taken back, so that it is no counter.
        lines += _head(name, words, "gauge" if label == "kind" else "counter")
        lines += [
            f'{name}{{{_who(one)},{label}="{kind}"}} {_number(_of(one, kind))}'
            for one in parts
            for kind in kinds
        ]
    lines += _latency(parts)
    lines += _wording(store, parts)
    lines += _head("cadagent_database_bytes", "Size of the database on disk.", "gauge")
    lines.append(f"cadagent_database_bytes {store.size()}")
    return "\n".join(lines) + "\n"


def _of(one: Usage, kind: str) -> float:
    if kind in ("in", "out"):
        return one.tokens_in if kind == "in" else one.tokens_out
    if kind == "no_valid_design":
        return one.ended - one.valid - one.refused - one.asked - one.interrupted - one.failed
    return float(getattr(one, kind))


def _latency(parts: list[Usage]) -> list[str]:
    name = "cadagent_run_seconds"
    lines = _head(name, "Time from the start of a run to its end.", "histogram")
    for one in parts:
        for limit, count in zip(BUCKETS, one.within, strict=True):
            lines.append(f'{name}_bucket{{{_who(one)},le="{limit}"}} {count}')
        lines.append(f'{name}_bucket{{{_who(one)},le="+Inf"}} {one.ended}')
        lines.append(f"{name}_sum{{{_who(one)}}} {_number(one.seconds)}")
        lines.append(f"{name}_count{{{_who(one)}}} {one.ended}")
    return lines


def _wording(store: Store, parts: list[Usage]) -> list[str]:
    gauges = {
        "cadagent_wording_unseen_ratio": "Share of the words of recent requests that training did not have.",
        "cadagent_wording_divergence": "Jensen-Shannon divergence of recent requests from training, in bits.",
        "cadagent_wording_divergence_expected": "The same, if nothing had moved.",
    }
    found = []
    for one in parts:
        trained = training_words(one.adapter)
        moved = drift(recent_requests(store, one.model, one.adapter), trained) if trained else None
        if moved is not None:
            found.append((one, (moved.unseen, moved.divergence, moved.expected)))
    lines = []
    for place, (name, words) in enumerate(gauges.items()):
        lines += _head(name, words, "gauge")
        lines += [f"{name}{{{_who(one)}}} {_number(values[place])}" for one, values in found]
    return lines


def _head(name: str, words: str, kind: str) -> list[str]:
    return [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]


def _who(one: Usage) -> str:
    return f'model="{_escaped(one.model)}",adapter="{_escaped(one.adapter)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else f"{value:.6g}"
