"""Greedy answers of a base model with an adapter to a file of requests, in batches on a GPU.

    python -m training.generate_eval --base model.gguf --adapter runs/first --data asked.jsonl --out out.jsonl

Every record of the input comes back, in order, with ``text``, ``tokens`` and ``finished`` beside its own
fields, and with its line as ``id`` where it has none; where it has a ``completion``, ``exact`` says whether
the text equals it. No grammar and no repair: this measures the weights. ``cadagent evaluate answers`` judges
what comes out.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cadagent.errors import CadAgentError
from training.answering import answer
from training.models import load_base, load_tokenizer
from training.records import Record, read_records


def answers(
    records: Sequence[Record],
    *,
    base: str,
    adapter: Path | None,
    batch: int = 128,
    max_new_tokens: int = 640,
    dtype: str = "float32",
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Pairs of a record's number and its answer ``{"text", "tokens", "finished"}``, batch by batch.

    The adapter is merged into the weights in float32: with the default type the logits are those of the
    unmerged model but for rounding.
    """
    import torch
    from peft import PeftModel

    tokenizer = load_tokenizer(base)
    model: Any = load_base(base)
    if adapter is not None:
        model = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = model.to(device, getattr(torch, dtype)).eval()
    yield from answer(records, model, tokenizer, batch=batch, max_new_tokens=max_new_tokens)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line of this module; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m training.generate_eval", description="Answer a file of requests."
    )
    parser.add_argument("--base", required=True, help="GGUF file, model directory or hub name")
    parser.add_argument("--adapter", type=Path, help="folder of the adapter (default: the base model alone)")
    parser.add_argument(
        "--data", required=True, nargs="+", type=Path, help="records (.jsonl, also .gz or .xz)"
    )
    parser.add_argument("--out", required=True, type=Path, help="file for the answers (.jsonl)")
    parser.add_argument("--limit", type=int, help="use only the first LIMIT records")
    parser.add_argument("--batch", type=int, default=128, help="requests answered together")
    parser.add_argument("--max-new-tokens", type=int, default=640, help="cut an answer after so many tokens")
    parser.add_argument("--dtype", default="float32", help="type of the weights")
    options = parser.parse_args(arguments)
    begun = time.monotonic()
    try:
        records = read_records(options.data, answered=False, limit=options.limit)
        made: dict[int, dict[str, Any]] = {}
        for number, found in answers(
            records,
            base=options.base,
            adapter=options.adapter,
            batch=options.batch,
            max_new_tokens=options.max_new_tokens,
            dtype=options.dtype,
        ):
            made[number] = found
    except CadAgentError as error:
        print(f"error: {error}", file=sys.stderr)
        return int(error.exit_code)
    exact = []
    with options.out.open("w", encoding="utf-8") as out:
        for number, record in enumerate(records):
            row = {"id": str(number + 1)} | record.extra | made[number]
            if record.completion is not None:
                row |= {"completion": record.completion, "exact": row["text"] == record.completion}
                exact.append(row["exact"])
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    unfinished = sum(not found["finished"] for found in made.values())
    share = f", {sum(exact)} of {len(exact)} exact" if exact else ""
    print(f"{len(records)} answers{share}, {unfinished} cut, {time.monotonic() - begun:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
