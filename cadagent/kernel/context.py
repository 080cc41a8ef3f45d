"""The state of a build in progress, which every step function reads and changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cadagent.design.findings import Finding, Severity

if TYPE_CHECKING:
    from OCP.TopoDS import TopoDS_Shape

    from cadagent.kernel.shapes import Box


class StepProblem(Exception):
    """A step cannot be built; becomes a finding at that step."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        expected: str | None = None,
        actual: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.expected, self.actual, self.hint = expected, actual, hint

    def finding(self, pointer: str, severity: Severity = "error", cause: str | None = None) -> Finding:
        return Finding(
            self.code,
            self.message,
            pointer,
            severity,
            expected=self.expected,
            actual=self.actual,
            hint=self.hint,
            cause=cause,
        )


@dataclass
class Stroke:
    """Tool solids, how they were applied and to which bodies (None: to all that they touch)."""

    tools: list[TopoDS_Shape]
    mode: str
    targets: list[str] | None


@dataclass
class Feature:
    """What a step left behind, so that it can be repeated and its edges found again.

    Attributes:
        strokes: tool solids with their modes, as built.
        bodies: ids of the bodies that the step changed.
        change: (before, after) of the body for steps without tools of their own, such as fillets.
    """

    strokes: list[Stroke] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    change: tuple[TopoDS_Shape, TopoDS_Shape] | None = None

    def tools(self) -> list[TopoDS_Shape]:
        return [tool for stroke in self.strokes for tool in stroke.tools]


class BuildContext:
    """What a step function (also a plug-in's) works with. Lengths in mm.

    Attributes:
        bodies: body id → ``TopoDS_Shape`` with one or more solids, in the order in which they were made.
        features: step id → :class:`Feature`.
        findings: what was noticed so far; add to it with :meth:`note`.
        pointer: JSON pointer of the operation being built.
    """

    def __init__(self) -> None:
        self.bodies: dict[str, TopoDS_Shape] = {}
        self.features: dict[str, Feature] = {}
        self.findings: list[Finding] = []
        self.pointer = ""
        self._merged: dict[str, str] = {}

    def apply(self, step: dict[str, Any], tools: Sequence[TopoDS_Shape]) -> None:
        """Apply solids by the step's ``mode`` (new, join, cut, intersect) to its ``targets``."""
        self.stroke(str(step["id"]), list(tools), str(step.get("mode", "new")), step.get("targets"))

    def stroke(self, step_id: str, tools: list[TopoDS_Shape], mode: str, targets: list[str] | None) -> None:
        """As :meth:`apply`, with everything named; several strokes of one step add up in its feature."""
        from cadagent.kernel.material import apply_tools

        feature = self.features.setdefault(step_id, Feature())
        feature.strokes.append(Stroke(tools, mode, targets))
        for body in apply_tools(self, step_id, tools, mode, targets):
            if body not in feature.bodies:
                feature.bodies.append(body)

    def replace(self, step_id: str, body: str, shape: TopoDS_Shape) -> None:
        """Give a body a new shape (fillet, shell …) and remember the change under the step's id."""
        self.features.setdefault(step_id, Feature()).change = (self.bodies[body], shape)
        self.features[step_id].bodies = [body]
        self.bodies[body] = shape

    def new_body(self, name: str, shape: TopoDS_Shape) -> str:
        """Add a body under its step's id (with a number when the step made several) and return the id."""
        own, copy = name, 2
        while own in self.bodies:
            own, copy = f"{name}_{copy}", copy + 1
        self.bodies[own] = shape
        return own

    def merge(self, kept: str, gone: str) -> None:
        """Record that a body, or what a step made, became part of another body."""
        if kept == gone:
            return
        self.bodies.pop(gone, None)
        self._merged[gone] = kept

    def body_id(self, name: str) -> str:
        """The body a name stands for now: itself, what it was merged into, or what its step changed."""
        seen = name
        while seen in self._merged:
            seen = self._merged[seen]
        if seen in self.bodies:
            return seen
        feature = self.features.get(name)
        for body in feature.bodies if feature else []:
            if body != name:
                return self.body_id(body)
        raise StepProblem(
            "geometry.no_body",
            f"There is no body {name} at this step.",
            expected=", ".join(self.bodies) or "a body made earlier",
            actual=name,
            hint="Name a feature that made a body and is still there.",
        )

    def named_bodies(self, names: Sequence[str] | None) -> list[str]:
        """Body ids for names, without repeats; all bodies for None."""
        if names is None:
            return list(self.bodies)
        return list(dict.fromkeys(self.body_id(name) for name in names))

    def box(self, names: Sequence[str] | None = None) -> Box:
        """The box around bodies (around all of them for None)."""
        from cadagent.kernel.shapes import box_of_all

        bodies = self.named_bodies(names)
        if not bodies:
            raise StepProblem(
                "geometry.no_body",
                "There is no body yet for this step to work on.",
                hint="Make a solid first, then cut, drill or change it.",
            )
        return box_of_all(self.bodies[name] for name in bodies)

    def note(self, problem: StepProblem, severity: Severity = "error") -> None:
        """Record a finding at the present step and go on."""
        self.findings.append(problem.finding(self.pointer, severity))
