"""Designs told in English and built again from that: the cases of such an evaluation.

    python -m training.generate_eval --base model.gguf --adapter cad2nl --data held_out.jsonl --out told.jsonl
    python -m training.round_trip --told told.jsonl --out round_trip.jsonl
    cadagent evaluate round_trip.jsonl --first-pass-only

The first command tells held-out designs (records of the generator's ``--explain``) in English, the second
asks for each by what was said of it, with the design as what it should be.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from cadagent.errors import CadAgentError, InputError
from training.records import open_text


def cases(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The case of each answer of an explaining adapter; one that was cut off is asked for as it stands.

    Raises:
        InputError: a line is no answer to a design.
    """
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            design, told = json.loads(row["design"]), " ".join(row["text"].split())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"line {number} is no answer to a design that was to be explained") from error
        # A request must say something; that there is no such part is what is measured then.
        yield {"id": str(number), "request": told or "?", "level": "explained", "reference": design}


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line of this module; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m training.round_trip", description="Ask for designs by what was said of them."
    )
    parser.add_argument("--told", required=True, type=Path, help="answers of an explaining adapter (.jsonl)")
    parser.add_argument("--out", required=True, type=Path, help="file for the cases (.jsonl)")
    options = parser.parse_args(arguments)
    try:
        with open_text(options.told) as lines:
            made = list(cases(lines))
    except CadAgentError as error:
        print(f"error: {options.told}: {error}", file=sys.stderr)
        return int(error.exit_code)
    text = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in made)
    options.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
