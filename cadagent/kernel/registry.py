"""Which function builds which kind of step; plug-ins add theirs here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cadagent.kernel.context import BuildContext

StepFunction = Callable[[dict[str, Any], "BuildContext"], None]

_STEPS: dict[str, StepFunction] = {}


def register_step(name: str, function: StepFunction) -> None:
    """Let resolved steps with ``"do": name`` be built by ``function(step, context)``.

    The function reads the step (lengths in mm) and changes ``context``, usually by one call of
    ``context.apply(step, solids)``; see :class:`cadagent.kernel.context.BuildContext`. It raises
    :class:`cadagent.kernel.context.StepProblem` when the step cannot be built. Registering a name again
    replaces it. Builds run in worker processes, so it must be a function at the top level of a module that
    can be imported there.
    """
    _STEPS[name] = function


def step_function(name: str) -> StepFunction | None:
    """The function registered for a kind of step, or None."""
    return _STEPS.get(name)


def registered_steps() -> dict[str, StepFunction]:
    """A copy of the registry, to carry plug-ins into a worker."""
    return dict(_STEPS)
