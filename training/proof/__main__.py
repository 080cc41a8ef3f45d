"""``python -m training.proof``: the proof of the feedback rounds, from the first request to the report.

It needs the extra ``train`` and is made for a GPU; without one it takes many hours. A proof that was broken
off goes on where it stopped when the same command is given again.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from cadagent.errors import CadAgentError, ExitCode
from training.proof.report import claims, report
from training.proof.script import Proof, Tell, visible_gpus

_EXAMPLES = """examples:
  python -m training.proof --out runs/proof --report docs/proof.md --at-once 4
  python -m training.proof --out runs/small --corrections 8 --unseen 4 --rounds "--minutes 2 --cases 10"
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns 0 when everything was shown and 1 when something was not."""
    parser = argparse.ArgumentParser(
        prog="python -m training.proof",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, default=Path("runs/proof"), help="folder of all that it writes")
    parser.add_argument("--report", type=Path, help="Markdown file, written anew (default: in --out)")
    parser.add_argument("--corrections", type=int, default=60, help="corrected results of each family")
    parser.add_argument("--unseen", type=int, default=60, help="further requests of each family")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument(
        "--at-once",
        type=int,
        default=1,
        help="rounds at the same time, each with a GPU of its own where there are several",
    )
    parser.add_argument("--rounds", default="", help="options of every `cadagent round start`")
    options = parser.parse_args(arguments)
    proof = Proof(
        options.out.absolute(),
        corrections=options.corrections,
        unseen=options.unseen,
        workers=options.workers,
        at_once=options.at_once,
        gpus=visible_gpus(),
        options=shlex.split(options.rounds),
        tell=_teller(),
    )
    try:
        state = proof.run()
        given = shlex.join(arguments if arguments is not None else sys.argv[1:])
        text = report(state, f"python -m training.proof {given}".strip())
        path = options.report or options.out / "proof.md"
        path.write_text(text, encoding="utf-8")
    except (CadAgentError, OSError) as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return int(error.exit_code) if isinstance(error, CadAgentError) else int(ExitCode.USAGE)
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return int(ExitCode.INTERRUPTED)
    told = claims(state)
    for one in told:
        print(f"{'shown' if one.shown else 'NOT SHOWN'}: {one.what}: {one.found}")
    return int(ExitCode.VALID if all(one.shown for one in told) else ExitCode.NO_VALID_DESIGN)


def _teller() -> Tell:
    """Prints each line with the seconds since now."""
    began = time.monotonic()
    return lambda line: print(f"{time.monotonic() - began:5.0f} s  {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
