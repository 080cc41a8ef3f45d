"""How long importing a foreign design takes: reading, checking, building, and its STEP file."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from cadagent.commands.samples import curated_documents
from cadagent.design import resolve
from cadagent.errors import BuildError
from cadagent.interop import read_design, write_design
from cadagent.kernel import build_here
from cadagent.kernel.part import step as step_writer
from cadagent.validation import validate

#: On a machine that does other things as well, the processor's time says more than the clock.
_FIGURES = ("read and check", "build, measure and STEP", "together", "together, processor time")


def convert_figures(files: Sequence[Path], rounds: int, tell: Callable[[str], None]) -> dict[str, float]:
    """Figures by name; everything runs in this process, so on one core, and warm after a first pass.

    Args:
        files: foreign designs; when there are none, DeepCAD and minimal JSON made of our own examples.
        rounds: how often each file is imported.
        tell: gets a line before each part.

    Raises:
        InputError: a file cannot be read.
        BuildError: a design breaks a rule or does not build.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = list(files) or _own(folder)
        tell(f"{len(sources)} files, {rounds} times …")
        for path in sources:
            imported(path, folder / "warm.step")
        times: dict[str, list[float]] = {key: [] for key in _FIGURES}
        for _ in range(rounds):
            for path in sources:
                busy = time.process_time()
                first, second = imported(path, folder / "part.step")
                busy = time.process_time() - busy
                for key, value in zip(times, (first, second, first + second, busy), strict=True):
                    times[key].append(1000 * value)
    figures = {"files": float(len(sources))}
    for key, values in times.items():
        figures[f"{key}, median ms"] = statistics.median(values)
        figures[f"{key}, 95th percentile ms"] = statistics.quantiles(values, n=20)[-1]
    return figures


def imported(path: Path, step: Path) -> tuple[float, float]:
    """Import one file and write it as STEP; seconds for reading and checking it, and for the rest."""
    began = time.perf_counter()
    report = validate(read_design(path).document, build=False)
    if not report.valid or report.resolved is None:
        raise BuildError(f"{path}: {report.errors[0].one_line()}")
    read = time.perf_counter()
    result = build_here(report.resolved, outputs={step: step_writer})
    if not result.ok:
        raise BuildError(f"{path}: {result.findings[0].one_line()}")
    return read - began, time.perf_counter() - read


def _own(folder: Path) -> list[Path]:
    """The examples that DeepCAD and minimal JSON can say, as files of both."""
    paths = []
    for number, document in enumerate(curated_documents()):
        for target in ("deepcad", "minimal"):
            try:
                written = write_design(None, resolve(document), target)
            except BuildError:  # a revolved part is not for these formats
                continue
            path = folder / f"{number}-{target}.json"
            path.write_text(written.text, encoding="utf-8")
            paths.append(path)
    return paths
