"""Resolved design → bodies, in this process; see :mod:`cadagent.kernel.worker` for the killable way."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cadagent.design.findings import Finding
from cadagent.kernel.limits import Limits, check_limits
from cadagent.kernel.part import Part, Writer
from cadagent.kernel.registry import step_function
from cadagent.kernel.result import BuildResult

if TYPE_CHECKING:
    from OCP.TopoDS import TopoDS_Shape

    from cadagent.kernel.context import BuildContext

#: do → (module of cadagent.kernel, function)
_STEPS = {
    "prism": ("features", "prism"),
    "revolve": ("features", "revolve"),
    "primitive": ("features", "primitive"),
    "hole": ("features", "hole"),
    "loft": ("features_paths", "loft"),
    "sweep": ("features_paths", "sweep"),
    "rib": ("features_paths", "rib"),
    "fillet": ("features_edges", "fillet"),
    "chamfer": ("features_edges", "chamfer"),
    "shell": ("features_shell", "shell"),
    "repeat": ("features_bodies", "repeat"),
    "combine": ("features_bodies", "combine"),
    "transform": ("features_bodies", "transform"),
    "align": ("features_bodies", "align"),
}
#: Steps after whose failure the rest of the design still makes sense.
_FINISHING = frozenset({"fillet", "chamfer"})


@dataclass(frozen=True)
class Built:
    """Bodies by id, in the order in which they were made, and what was found on the way."""

    bodies: dict[str, TopoDS_Shape] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return not any(finding.severity == "error" for finding in self.findings)


def build_solid(resolved: dict[str, Any], *, limits: Limits | None = None) -> Built:
    """Build a resolved design in this process and check every body.

    Never raises for a bad design: what is wrong comes back as findings, with the bodies made until then. A
    design that makes OpenCASCADE hang or crash takes this process along; ``cadagent.kernel.build`` is safe.
    """
    problems = check_limits(resolved, limits)
    if problems:
        return Built({}, problems)
    steps = resolved.get("steps", [])
    built = _run(steps, check_each=False)
    faults = _check_bodies(built)
    if not faults:
        return built
    if built.ok:
        # a second, slower run finds the step after which a body is no longer sound
        again = _run(steps, check_each=True)
        if not again.ok:
            return Built(built.bodies, again.findings)
    return Built(built.bodies, built.findings + faults)


def _run(steps: list[dict[str, Any]], *, check_each: bool) -> Built:
    from cadagent.kernel.context import BuildContext, StepProblem

    context = BuildContext()
    if not steps:
        context.note(
            StepProblem("geometry.no_volume", "The design has no steps, so there is nothing to build.")
        )
    for step in steps:
        try:
            apply_step(step, context)
            if check_each:
                faults = _check_bodies(Built(context.bodies), context.pointer)
                if faults:
                    context.findings += faults
                    break
        except StepProblem as problem:
            context.note(problem)
            if step.get("do") not in _FINISHING:
                break
    return Built(context.bodies, context.findings)


def apply_step(step: dict[str, Any], context: BuildContext) -> None:
    """Build one step on what is there.

    Raises:
        StepProblem: it cannot be built.
    """
    from cadagent.kernel.guard import guarded

    context.pointer = str(step.get("pointer", ""))
    with guarded(str(step.get("do"))):
        _function(step)(step, context)


def _function(step: dict[str, Any]) -> Callable[[dict[str, Any], BuildContext], None]:
    from importlib import import_module

    from cadagent.kernel.context import StepProblem

    name = str(step.get("do"))
    function = step_function(name)
    if function is not None:
        return function
    if name not in _STEPS:
        raise StepProblem(
            "geometry.unknown_step",
            f"The kernel does not know how to build {name}.",
            expected=", ".join(sorted(_STEPS)),
            actual=name,
            hint="Install the plug-in that provides it.",
        )
    module, attribute = _STEPS[name]
    function = getattr(import_module(f"cadagent.kernel.{module}"), attribute)
    assert callable(function)
    return function


def _check_bodies(built: Built, pointer: str = "") -> list[Finding]:
    """Validity, volume and manifold edges of every body."""
    from cadagent.kernel.soundness import body_fault

    findings = []
    for name, shape in built.bodies.items():
        problem = body_fault(name, shape)
        if problem is not None:
            findings.append(problem.finding(pointer))
    return findings


def build_here(
    resolved: dict[str, Any],
    *,
    outputs: Mapping[Path, Writer] | None = None,
    mesh: bool = False,
    limits: Limits | None = None,
) -> BuildResult:
    """Build in this process: as ``cadagent.kernel.build``, but nothing guards against hangs and crashes."""
    started = time.perf_counter()
    built = build_solid(resolved, limits=limits)
    measurement = made = None
    if built.bodies:
        from cadagent.kernel.context import StepProblem
        from cadagent.kernel.guard import guarded
        from cadagent.kernel.measure import measure

        part = Part(built.bodies, resolved)
        try:
            with guarded("measurement"):
                measurement = measure(built.bodies)
            if mesh:
                made = part.preview
            if outputs and built.ok:
                _write(part, outputs)
        except StepProblem as problem:
            built.findings.append(problem.finding(""))
    return BuildResult(
        built.ok, built.findings, measurement, made, time.perf_counter() - started, tuple(built.bodies)
    )


def _write(part: Part, outputs: Mapping[Path, Writer]) -> None:
    """Put every file together before the first is written, so that a failure leaves none behind."""
    from cadagent.errors import CadAgentError
    from cadagent.kernel.context import StepProblem
    from cadagent.kernel.files import write_atomically

    contents = {}
    for path, writer in outputs.items():
        try:
            contents[path] = writer(part)
        except (CadAgentError, MemoryError, StepProblem):
            raise
        except Exception as error:
            raise StepProblem(
                "geometry.export_failed",
                f"{path.name} could not be put together.",
                actual=f"{type(error).__name__}: {' '.join(str(error).split())[:120]}",
                hint="Try another format, and report this with the design.",
            ) from error
    for path, data in contents.items():
        write_atomically(path, data)
