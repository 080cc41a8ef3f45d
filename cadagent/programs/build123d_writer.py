"""A design as a build123d program: named figures, a profile and a solid for each feature, bodies by name."""

from __future__ import annotations

import builtins
import keyword
import math
import re
from collections.abc import Mapping
from typing import Any

from cadagent.design.vectors import Frame
from cadagent.programs.elements import Element, Loops, Prism, Swept, Turned, elements_of, frame_of
from cadagent.programs.figures import Figures
from cadagent.programs.planning import SIDES, Plan, mirror_plane, plan, rotation_of, scale_of, unsayable
from cadagent.programs.writing import definitions, helpers, literal, remark

TARGET = "a build123d program"
_MODULES = ("build123d_bodies", "build123d_features")
#: Variables of every program.
_OWN = ("Any", "faces", "path", "plane", "result", "sections", "solids", "tool", "by", "angle")
_MATERIAL = ("prism", "revolve", "loft", "sweep", "primitive", "hole")
_IMPORTS = (
    *(
        "CM",
        "FT",
        "IN",
        "M",
        "MM",
        "Axis",
        "Compound",
        "Edge",
        "Face",
        "GeomType",
        "Kind",
        "Location",
        "Plane",
    ),
    *("Shell", "Solid", "Transition", "Vector", "Vertex", "Wire"),
)


def build123d_script(document: Mapping[str, Any]) -> str:
    """The build123d program of a document in any form; run by itself it prints the volume.

    Raises:
        DesignError: the document is no sound design, or an operation cannot be said; the finding names it.
        InputError: the document is a refusal or a question.
    """
    body = _Program(plan(document, TARGET)).text()
    kit = helpers(_MODULES, body)
    used = [name for name in _IMPORTS if re.search(rf"\b{name}\b", kit + body)]
    head = '"""A part as a build123d program, written by cadagent; ``result`` is the whole of it."""\n\n'
    head += "from __future__ import annotations\n\nfrom typing import Any\n\n"
    head += "from build123d import (\n" + "".join(f"    {name},\n" for name in used) + ")\n\n"
    return head + kit + "\n\n\n" + body


class _Program:
    """One program while it is written."""

    def __init__(self, made: Plan) -> None:
        self.plan = made
        taken = frozenset(
            [*keyword.kwlist, *dir(builtins), *_IMPORTS, *definitions(_MODULES), "result", "Any"]
        )
        self.figures = Figures(made.document, taken)
        self.lines: list[str] = []
        self.modes = {str(step["id"]): str(step.get("mode", "cut")) for step in made.steps}

    def text(self) -> str:
        figures = [
            f"{figure.name} = {_python(figure.expression)}  {remark(figure.comment)}"
            for figure in self.figures.parameters
        ]
        for step in self.plan.steps:
            self.lines += ["", remark(f"{step['id']}: {self.plan.operation(step)['op']}")]
            getattr(self, f"_{step['do'] if step['do'] not in _MATERIAL else 'material'}")(step)
        end = ["", "result = part()", 'if __name__ == "__main__":']
        end.append('    print("volume", result.volume, "size", result.bounding_box().size)')
        return "\n".join([*figures, *self.lines, *end]) + "\n"

    # -- features that make material ----------------------------------------------------------------------

    def _material(self, step: dict[str, Any]) -> None:
        name, mode, targets = str(step["id"]), str(step.get("mode", "cut")), step.get("targets")
        elements = elements_of(step)
        if mode == "intersect" and len(elements) > 1:
            raise unsayable(self.plan, step, TARGET, "it intersects with several solids at once")
        first = elements[0]
        if isinstance(first, Prism) and "next" in (first.up, first.down):
            self._profile(step, first.frame, first.loops)
            way = 1.0 if first.up is not None else -1.0
            self.lines.append(
                f"to_next({literal(name)}, faces, plane, {way}, {literal(mode)}, {literal(targets)}, "
                f"{self._taper(step, first)})"
            )
            return
        for index, element in enumerate(elements):
            made = self._solids(step, element)
            self.lines.append(f"solids {'+=' if index else '='} {made}")
        self.lines.append(f"apply({literal(name)}, {literal(mode)}, solids, {literal(targets)})")

    def _solids(self, step: dict[str, Any], element: Element) -> str:
        """Write what an element stands on; the text of its solids."""
        if isinstance(element, Prism):
            return self._prism(step, element)
        if isinstance(element, Turned):
            self._profile(step, element.frame, element.loops)
            whole = element.end - element.start > 360 - 1e-9
            angles = f", {literal(float(element.start))}, {literal(float(element.end))}"
            return (
                f"revolved(faces, plane, {literal(tuple(element.point))}, "
                f"{literal(tuple(element.direction))}{'' if whole else angles})"
            )
        if isinstance(element, Swept):
            self._profile(step, element.frame, element.loops)
            edges = ", ".join(self._edges(step, element.path))
            self.lines.append(f"path = path_on({_plane(element.path_frame)}, {edges})")
            return "swept(faces, path)"
        self.lines.append("sections = []")
        for frame, loops in element.sections:
            if loops is None:
                self.lines.append(f"sections.append(corner({_plane(frame)}))")
            else:
                self._profile(step, frame, loops)
                self.lines.append("sections.append(faces)")
        return f"lofted(sections, {element.ruled})"

    def _prism(self, step: dict[str, Any], element: Prism) -> str:
        targets = literal(step.get("targets"))
        moved = f"above(plane, {targets})" if element.above else None
        self._profile(step, element.frame, element.loops, moved)
        ends = []
        for side, value in enumerate((element.up, element.down)):
            if value == "all":
                ends.append(f"beyond(plane, {targets}, {step.get('mode') == 'join'})[{side}]")
            else:
                ends.append("0.0" if value is None else self._reach(step, float(value)))
        taper = f", {self._taper(step, element)}" if element.taper else ""
        return f"prism(faces, plane, {ends[0]}, {ends[1]}{taper})"

    def _reach(self, step: dict[str, Any], millimetres: float) -> str:
        operation = self.plan.operation(step)
        if operation.get("symmetric") and "depth" in operation:
            return f"({self.figures.length(operation['depth'])}) / 2"
        return self._length(step, millimetres, ("depth", "depth2", "height"))

    def _taper(self, step: dict[str, Any], element: Prism) -> str:
        written = self.plan.operation(step).get("taper")
        if not element.taper or written is None:
            return literal(float(element.taper))
        return _python(self.figures.expression(written, "angle"))

    def _rib(self, step: dict[str, Any]) -> None:
        path = step["path"]
        edges = ", ".join(self._edges(step, path["curves"]))
        thickness = self._length(step, float(step["thickness"]), ("thickness",))
        self.lines.append(
            f"rib({literal(step['id'])}, {_plane(frame_of(path['frame']))}, [{edges}], "
            f"{literal(tuple(step['direction']))}, {thickness}, {literal(step.get('targets'))})"
        )

    # -- edges and faces ----------------------------------------------------------------------------------

    def _selectors(self, step: dict[str, Any]) -> str:
        rows: list[Any] = []
        for selector in step["edges"]:
            data: Any = None
            kind = selector["select"]
            if kind in ("plane", "planes"):
                planes = selector["planes"] if kind == "planes" else [selector]
                kind, data = "planes", [(tuple(p["point"]), tuple(p["normal"])) for p in planes]
            elif kind in ("direction", "side"):
                data = tuple(selector["vector" if kind == "direction" else "direction"])
            elif kind == "feature":
                data = str(selector["id"])
            rows.append((kind, data, selector.get("of")))
        return literal(rows)

    def _fillet(self, step: dict[str, Any]) -> None:
        radius = self._length(step, float(step["radius"]), ("radius",))
        self.lines.append(f"rounded({self._selectors(step)}, {radius}, {literal(step.get('body'))})")

    def _chamfer(self, step: dict[str, Any]) -> None:
        first, second = float(step["distance"]), step.get("distance2")
        lengths = [self._length(step, first, ("distance",))]
        lengths.append("None" if second is None else self._length(step, float(second), ("distance2",)))
        self.lines.append(
            f"bevelled({self._selectors(step)}, {', '.join(lengths)}, {literal(step.get('body'))})"
        )

    def _shell(self, step: dict[str, Any]) -> None:
        planes = [(tuple(p["point"]), tuple(p["normal"])) for p in step.get("open") or []]
        thickness = self._length(step, float(step["thickness"]), ("thickness",))
        self.lines.append(
            f"hollowed({thickness}, {literal(planes)}, {bool(step.get('outward'))}, "
            f"{literal(step.get('body'))})"
        )

    # -- copies and whole bodies --------------------------------------------------------------------------

    def _repeat(self, step: dict[str, Any]) -> None:
        matrices, name = step["matrices"], literal(step["id"])
        if not matrices:
            return
        for feature in step["features"]:
            mode, own = self.modes[feature], f"list(tools[{literal(feature)}])"
            if self.plan.operation(step)["op"] == "mirror":
                point, normal = mirror_plane(matrices[0])
                copied = f"tool.mirror(Plane(origin={literal(point)}, z_dir={literal(normal)}))"
                over = ""
            elif "grid" in self.plan.operation(step)["repeat"]:
                shifts = [(float(m[3]), float(m[7]), float(m[11])) for m in matrices]
                copied, over = "tool.translate(Vector(*by))", f"for by in {literal(shifts)} "
            else:
                turn = rotation_of(matrices[0])
                angles = [turn.degrees * (index + 1) for index in range(len(matrices))]
                axis = f"Axis({literal(turn.point)}, {literal(turn.axis)})"
                copied, over = f"tool.rotate({axis}, angle)", f"for angle in {literal(angles)} "
            copies = f"[{copied} {over}for tool in {own}]"
            if mode == "intersect" and len(matrices) > 1:
                raise unsayable(
                    self.plan, step, TARGET, f"{feature} intersects, and is copied more than once"
                )
            self.lines.append(f"again({name}, {literal(feature)}, {literal(mode)}, {copies})")

    def _combine(self, step: dict[str, Any]) -> None:
        self.lines.append(
            f"combined({literal(step['mode'])}, {literal(step['target'])}, {literal(step['tools'])})"
        )

    def _transform(self, step: dict[str, Any]) -> None:
        matrix, bodies = [float(c) for c in step["matrix"]], literal(step.get("bodies"))
        operation, center = self.plan.operation(step), step.get("about") == "center"
        factor, shift = scale_of(matrix), (matrix[3], matrix[7], matrix[11])
        if factor is not None:
            about = None if center else tuple(c / (1 - factor) for c in shift)
            text = _python(self.figures.expression(operation["factor"], "ratio"))
            self.lines.append(f"scaled({text}, {literal(about)}, {bodies})")
        elif operation["op"] == "rotate":
            turn = rotation_of(matrix)
            origin = None if center else turn.point
            self.lines.append(
                f"turned({literal(origin)}, {literal(turn.axis)}, {literal(turn.degrees)}, {bodies})"
            )
        else:
            self.lines.append(f"shifted({literal(shift)}, {bodies})")

    def _align(self, step: dict[str, Any]) -> None:
        sides = dict(SIDES[word] for word in str(step["point"]).split("-") if word in SIDES)
        table = "{" + ", ".join(f"{axis}: {high}" for axis, high in sides.items()) + "}"
        to = tuple(float(c) for c in step["to"])
        self.lines.append(f"aligned({table}, {literal(to)}, {literal(step.get('bodies'))})")

    # -- pieces -------------------------------------------------------------------------------------------

    def _profile(self, step: dict[str, Any], frame: Frame, loops: Loops, moved: str | None = None) -> None:
        """Write the plane and the faces of a sketch as ``plane`` and ``faces``."""
        self.lines.append(f"plane = {_plane(frame)}")
        if moved is not None:
            self.lines.append(f"plane = {moved}")
        lists: dict[str, list[str]] = {"add": [], "hole": []}
        for loop in loops:
            wires = [
                f"outline({', '.join(self._edges(step, curves))})"
                for curves in (loop["curves"], *loop.get("inner", ()))
            ]
            lists[loop["role"]].append(f"frame({', '.join(wires)})")
        texts = [f"[\n{''.join(f'    {face},{chr(10)}' for face in faces)}]" for faces in lists.values()]
        self.lines.append(f"faces = profile(plane, {texts[0]}, {texts[1] if lists['hole'] else '[]'})")

    def _edges(self, step: dict[str, Any], curves: list[dict[str, Any]]) -> list[str]:
        found = []
        for curve in curves:
            kind = curve["curve"]
            if kind == "line":
                found.append(f"line({_at(curve['start'])}, {_at(curve['end'])})")
            elif kind == "arc":
                found.append(f"arc({_at(curve['start'])}, {_at(curve['mid'])}, {_at(curve['end'])})")
            elif kind == "circle":
                found.append(f"circle({_at(curve['center'])}, {self._radius(step, curve['radius'])})")
            elif kind == "ellipse":
                sizes = ", ".join(literal(float(curve[key])) for key in ("rx", "ry"))
                found.append(f"ellipse({_at(curve['center'])}, {sizes}, {float(curve.get('angle', 0.0))!r})")
            else:
                points = [tuple(float(c) for c in point) for point in curve["points"]]
                closed = len(curves) == 1 and math.dist(points[0], points[-1]) < 1e-9
                found.append(f"spline({literal(points)}{', True' if closed else ''})")
        return found

    def _radius(self, step: dict[str, Any], radius: float) -> str:
        owners = [self.plan.operation(step), *([sketch] if (sketch := self.plan.sketch(step)) else [])]
        own = {length for owner in owners for length in self.figures.lengths_in(owner)}
        if round(2 * radius, 9) in own and (name := self.figures.of_length(2 * radius)):
            return f"{name} / 2"
        if round(radius, 9) in own and (name := self.figures.of_length(radius)):
            return name
        return literal(float(radius))

    def _length(self, step: dict[str, Any], millimetres: float, keys: tuple[str, ...]) -> str:
        """A length over the figure that the design wrote down, else in millimetres."""
        operation, values = self.plan.operation(step), self.plan.values[self.plan.index(step)]
        for key in keys:
            if isinstance(values.get(key), float) and abs(values[key] - millimetres) < 1e-9:
                return _python(self.figures.length(operation[key]))
        if round(millimetres, 9) in self.figures.lengths_in(operation):
            return self.figures.of_length(millimetres) or literal(float(millimetres))
        return literal(float(millimetres))


def _at(point: Any) -> str:
    return literal((float(point[0]), float(point[1])))


def _plane(frame: Frame) -> str:
    places = [literal(tuple(float(c) for c in vector)) for vector in (frame.origin, frame.u, frame.n)]
    return f"Plane({places[0]}, {places[1]}, {places[2]})"


def _python(expression: str) -> str:
    """An expression with units as Python: ``4 in`` → ``4 * IN``; angles are degrees already."""
    text = re.sub(r" deg\b", "", expression)
    return re.sub(r"(?<=[\d.)]) (mm|cm|m|in|ft)\b", lambda unit: f" * {unit[1].upper()}", text)
