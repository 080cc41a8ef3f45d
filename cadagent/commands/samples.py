"""The designs that benchmarks measure on."""

from __future__ import annotations

from typing import Any


def curated_documents() -> list[dict[str, Any]]:
    """The curated examples as parsed documents; they show the whole language."""
    from cadagent.design import parse
    from cadagent.retrieval.library import curated

    parsed = [parse(example.design).document for example in curated()]
    return [document for document in parsed if document is not None]
