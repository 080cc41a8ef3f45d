"""Greedy answers of a model to records, in batches, without a grammar: this measures the weights."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from cadagent import design
from cadagent.generation.torch.chat import render
from training.records import Record


def answer(
    records: Sequence[Record], model: Any, tokenizer: Any, *, batch: int, max_new_tokens: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Pairs of a record's number and its answer ``{"text", "tokens", "finished"}``, batch by batch.

    Args:
        model: a transformers model, on the device that it answers on.
        tokenizer: as :func:`training.models.load_tokenizer` gives it.
    """
    import torch

    # Prompts end together, where the answers begin.
    tokenizer.padding_side = "left"
    stop = tokenizer.eos_token_id
    prompts = tokenizer([render(record.messages, tokenizer) for record in records], add_special_tokens=False)[
        "input_ids"
    ]
    order = sorted(range(len(records)), key=lambda number: len(prompts[number]))
    for start in range(0, len(order), batch):
        numbers = order[start : start + batch]
        padded = tokenizer.pad(
            {"input_ids": [prompts[number] for number in numbers]}, return_tensors="pt"
        ).to(model.device)
        with torch.inference_mode():
            output = model.generate(
                **padded,
                do_sample=False,
                max_new_tokens=max_new_tokens,
                eos_token_id=stop,
                pad_token_id=tokenizer.pad_token_id,
            )
        for number, row in zip(numbers, output[:, padded["input_ids"].shape[1] :].tolist(), strict=True):
            finished = stop in row
            tokens = row[: row.index(stop)] if finished else row
            yield (
                number,
                {
                    "text": tokenizer.decode(tokens, clean_up_tokenization_spaces=False),
                    "tokens": len(tokens),
                    "finished": finished,
                },
            )


def answer_figures(
    records: Sequence[Record], adapted: Any, tokenizer: Any, *, max_new_tokens: int = 400
) -> dict[str, int]:
    """How many answers of an adapted model there are, are JSON, are designs without findings, and are the
    expected text.

    The adapter is merged into the weights where they are not quantised, so that the model serves for nothing
    else afterwards.
    """
    quantised = getattr(adapted, "is_loaded_in_4bit", False)
    model = adapted.merge_and_unload() if hasattr(adapted, "merge_and_unload") and not quantised else adapted
    model.eval()
    model.config.use_cache = True
    found = dict(answer(records, model, tokenizer, batch=8, max_new_tokens=max_new_tokens))
    texts = [found[number]["text"] for number in range(len(records))]
    return {
        "asked": len(records),
        "json": sum(is_json(text) for text in texts),
        "designs": sum(is_design(text) for text in texts),
        "exact": sum(text == record.completion for text, record in zip(texts, records, strict=True)),
    }


def is_json(text: str) -> bool:
    """Whether a text is one JSON value."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def is_design(text: str) -> bool:
    """Whether a text is a design that the language's own checks find nothing wrong with."""
    if not is_json(text) or not isinstance(document := json.loads(text), dict):
        return False
    return "operations" in document and not any(
        finding.severity == "error" for finding in design.check(document)
    )
