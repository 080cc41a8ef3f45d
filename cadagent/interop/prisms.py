"""A resolved design as what the sketch-and-extrude formats hold: extruded faces of lines, arcs and circles.

The design is built on the way, step by step, so that "through everything", the middle of a part and the
bodies that a step changed are what the kernel makes of them. Primitives become extrusions, holes cuts;
patterns and mirror images are expanded and transforms carried out. Lengths are millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cadagent.design.findings import Finding
from cadagent.errors import BuildError

from .extrusions import Extrusion, Face
from .outlines import Tool, extruded_face, joined, moved_frame, outside_vocabulary
from .primitives import hole_tools, primitive_tools

if TYPE_CHECKING:
    from OCP.gp import gp_Trsf

    from cadagent.kernel.context import BuildContext
    from cadagent.kernel.shapes import Box

#: Steps that no sketch-and-extrude format can say.
_STEPS = {
    "revolve": "a revolved profile",
    "loft": "a loft",
    "sweep": "a sweep",
    "rib": "a rib",
    "fillet": "a fillet",
    "chamfer": "a chamfer",
    "shell": "a shell",
}


@dataclass
class Extruded:
    """One extrusion of the design.

    Attributes:
        step: id of the step it comes from.
        mode: new, join, cut or intersect.
        tool: the faces, their frame and how far they are extruded.
        bodies: ids of the bodies that the step made or changed.
    """

    step: str
    mode: str
    tool: Tool
    bodies: tuple[str, ...]


@dataclass(frozen=True)
class Extrusions:
    """What a writer needs.

    Attributes:
        items: (id, extrusion) in order; an id stands several times where one step needs several extrusions.
        box: lowest and highest corner of the part.
        findings: what the design holds and the format cannot say, though the solid is the same.
    """

    items: tuple[tuple[str, Extrusion], ...]
    box: tuple[tuple[float, float, float], tuple[float, float, float]]
    findings: tuple[Finding, ...] = ()


def extrusions(resolved: dict[str, Any], format: str) -> Extrusions:
    """The extrusions that a resolved design is made of; builds it in this process.

    Args:
        resolved: a resolved document.
        format: name of the format, for messages.

    Raises:
        BuildError: the design does not build, or has an operation that the format lacks, which is named.
    """
    from cadagent.kernel.builder import apply_step
    from cadagent.kernel.context import BuildContext, StepProblem
    from cadagent.kernel.guard import guarded
    from cadagent.kernel.limits import check_limits
    from cadagent.kernel.shapes import box_of_all

    problems = check_limits(resolved)
    if problems:
        raise BuildError(problems[0].one_line())
    context = BuildContext()
    run = _Run(context, format)
    try:
        for step in resolved["steps"]:
            context.pointer = str(step.get("pointer", ""))
            with guarded(str(step.get("do"))):
                run.before(step)
                apply_step(step, context)
                run.after(step)
        with guarded(f"{format} JSON"):
            items = tuple((item.step, _extrusion(item)) for item in run.items)
            box = box_of_all(context.bodies.values(), exact=True)
    except StepProblem as problem:
        raise BuildError(problem.finding(context.pointer).one_line()) from problem
    errors = [finding for finding in context.findings if finding.severity == "error"]
    if errors:
        raise BuildError(errors[0].one_line())
    return Extrusions(items, (box.low, box.high), tuple(run.findings))


def _extrusion(item: Extruded) -> Extrusion:
    from .frames import Frame

    tool = item.tool
    frame = Frame(tool.frame.origin, tool.frame.u, tool.frame.v, tool.frame.n)
    faces = [Face(extruded_face(face, tool.frame)) for face in tool.faces]
    return Extrusion(item.mode, frame, faces, tool.start, tool.end)


@dataclass
class _Run:
    """A design on its way: before each step its tools are found, after it the bodies that it changed."""

    context: BuildContext
    format: str
    items: list[Extruded] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    made: list[Extruded] = field(default_factory=list)
    bodies: tuple[str, ...] = ()

    def refuse(self, step: dict[str, Any], what: str) -> BuildError:
        where = step.get("pointer") or step.get("id")
        return BuildError(f"{where}: {step.get('id')}: {what} cannot be said in {self.format} JSON")

    def before(self, step: dict[str, Any]) -> None:
        """Find what the step extrudes; refuses what the format cannot say."""
        kind = str(step.get("do"))
        self.bodies = tuple(self.context.bodies)
        self.made = []
        if kind in _STEPS:
            raise self.refuse(step, _STEPS[kind])
        if kind == "prism":
            self._add(step, str(step.get("mode", "new")), [self._prism(step)])
        elif kind == "primitive":
            tools = primitive_tools(step)
            if isinstance(tools, str):
                raise self.refuse(step, tools)
            self._add(step, str(step.get("mode", "new")), tools)
        elif kind == "hole":
            tools = hole_tools(step, self.context)
            if isinstance(tools, str):
                raise self.refuse(step, tools)
            self._add(step, "cut", tools)
            if step.get("thread"):
                words = f"the thread {step['thread']} of {step['id']} is left out; its hole stays"
                self.findings.append(Finding("interop.unused", words, str(step["pointer"]), "warning"))
        elif kind == "repeat":
            self._repeat(step)
        elif kind in ("transform", "align"):
            self._move(step)
        elif kind == "combine":
            self._combine(step)
        else:
            raise self.refuse(step, f"the step {kind}")

    def after(self, step: dict[str, Any]) -> None:
        """Note the bodies that the step changed; refuses what the format would do to others as well."""
        if not self.made:
            return
        feature = self.context.features[str(step["id"])]
        bodies = tuple(dict.fromkeys(self.context.body_id(name) for name in feature.bodies))
        fresh = len(self.context.bodies) - len(self.bodies)
        for item in self.made:
            item.bodies = bodies
            if step["do"] == "repeat" and item.mode == "new" and fresh == 0:
                item.mode = "join"
        copies = sum(item.mode == "new" for item in self.made)
        if step["do"] == "repeat" and copies and fresh != copies:
            raise self.refuse(step, "copies of a body of which only some touch it")
        if step.get("targets") is not None:
            self._check_targets(step, bodies)
        self.items += self.made

    def _add(self, step: dict[str, Any], mode: str, tools: list[Tool]) -> None:
        self.made += [Extruded(str(step["id"]), mode, tool, ()) for tool in tools]

    def _prism(self, step: dict[str, Any]) -> Tool:
        from cadagent.kernel.curves import region
        from cadagent.kernel.extents import through_span
        from cadagent.kernel.shapes import Frame

        if step.get("taper"):
            raise self.refuse(step, "a tapered extrusion")
        if step.get("extent") == "next":
            raise self.refuse(step, "an extrusion up to the next face")
        curve = outside_vocabulary(step["loops"])
        if curve is not None:
            raise self.refuse(step, f"an outline with {curve}")
        frame = Frame.read(step["frame"])
        if step.get("extent") is None:
            start, end = float(step["start"]), float(step["end"])
        else:
            start, end = (round(value, 6) for value in through_span(step, frame, self.context))
        return Tool(tuple(region(step["loops"], frame)), frame, start, end)

    def _repeat(self, step: dict[str, Any]) -> None:
        from cadagent.kernel.shapes import transformation

        matrices = [transformation(matrix) for matrix in step["matrices"]]
        for name in step["features"]:
            for item in [item for item in self.items if item.step == name]:
                copies = [_moved(item.tool, matrix) for matrix in matrices]
                tools = copies if item.mode == "new" else joined(copies)
                self._add(step, item.mode, tools)

    def _move(self, step: dict[str, Any]) -> None:
        """Carry out a motion on the extrusions of the bodies that move."""
        from cadagent.kernel.features_bodies import motion

        trsf = motion(step, self.context)
        names = set(self.context.named_bodies(step.get("bodies")))
        whole = names == set(self.context.bodies)
        moving = [item for item in self.items if whole or names & self._now(item)]
        if not whole:
            staying = [item for item in self.items if not self._now(item) <= names]
            moved = [replace(item, tool=_moved(item.tool, trsf)) for item in moving]
            if any(_box(a).meets(_box(b)) for a in staying for b in [*moving, *moved]):
                raise self.refuse(step, "moving one of several bodies that lie close together")
        for item in moving:
            item.tool = _moved(item.tool, trsf)

    def _now(self, item: Extruded) -> set[str]:
        return {self.context.body_id(name) for name in item.bodies}

    def _combine(self, step: dict[str, Any]) -> None:
        """Bodies of one extrusion each can be extruded later instead, in another mode."""
        target = self.context.body_id(step["target"])
        names = [name for name in self.context.named_bodies(step["tools"]) if name != target]
        used = [item for item in self.items if self._now(item) & set(names)]
        simple = [item.mode for item in used] == ["new"] * len(names)
        others = [item for item in self.items if item not in used and target not in self._now(item)]
        clear = not any(_box(item).meets(_box(other)) for item in used for other in others)
        if not simple or not clear or (step["mode"] == "intersect" and len(used) > 1):
            raise self.refuse(step, "combining these bodies")
        self.items = [item for item in self.items if item not in used]
        for item in used:
            item.mode, item.bodies = str(step["mode"]), (target,)
            self.items.append(item)

    def _check_targets(self, step: dict[str, Any], bodies: tuple[str, ...]) -> None:
        """The formats have no targets: an extrusion acts on all that it meets."""
        from cadagent.kernel.shapes import box_of

        for name in set(self.context.bodies) - set(bodies):
            if any(_box(item).meets(box_of(self.context.bodies[name])) for item in self.made):
                raise self.refuse(step, f"acting on {', '.join(bodies)} but not on {name}, which it meets,")


def _moved(tool: Tool, trsf: gp_Trsf) -> Tool:
    """A tool moved, turned, mirrored or scaled."""
    from cadagent.kernel.shapes import transformed

    scale = abs(trsf.ScaleFactor())
    start, end = tool.start * scale, tool.end * scale
    if trsf.IsNegative():  # the frame stays right-handed, so its normal turns round
        start, end = -end, -start
    faces = tuple(transformed(face, trsf) for face in tool.faces)
    return Tool(faces, moved_frame(tool.frame, trsf), start, end)


def _box(item: Extruded) -> Box:
    from cadagent.kernel.shapes import Box

    low, high = _extrusion(item).box()
    return Box(low, high)
