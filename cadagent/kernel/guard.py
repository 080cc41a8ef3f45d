"""Turning OpenCASCADE's exceptions into step problems, at one place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cadagent.errors import CadAgentError
from cadagent.kernel.context import StepProblem


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Code that calls OpenCASCADE: whatever it raises becomes ``geometry.build_failed``.

    Raises:
        StepProblem: for everything but a shortage of memory and errors that are told to a person already.
        MemoryError: also for OpenCASCADE's own kind of it.
    """
    try:
        yield
    except (StepProblem, CadAgentError, MemoryError):
        raise
    except Exception as error:
        name = type(error).__name__
        if name == "Standard_OutOfMemory":
            raise MemoryError(what) from error
        detail = " ".join(str(error).split())[:120]
        raise StepProblem(
            "geometry.build_failed",
            f"The {what} could not be built.",
            actual=f"{name}: {detail}" if detail else name,
            hint="Check that its sizes fit together and fit the part.",
        ) from error
