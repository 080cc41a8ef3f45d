"""A design as a Fusion 360 script: user parameters, a timeline of sketches and features, bodies by name.

The script carries the helpers it needs (copied from the ``fusion_*`` modules beside this one), so that it is
one file to put into Fusion. Figures of points are centimetres, as inside Fusion; sizes of features are
expressions over user parameters. Planes, profiles, edges and faces are found by geometry, never by index.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from cadagent.design.vectors import Frame
from cadagent.programs.elements import (
    Element,
    Lofted,
    Loops,
    Prism,
    Swept,
    Turned,
    elements_of,
    frame_of,
)
from cadagent.programs.fusion_curves import curve_tuples
from cadagent.programs.fusion_writer import TARGET, FusionWriter
from cadagent.programs.planning import (
    SIDES,
    facing,
    grid_frame,
    mirror_plane,
    plan,
    rotation_of,
    scale_of,
    unsayable,
)
from cadagent.programs.writing import helpers, literal, remark, tabled

_MODULES = ("fusion_sketching", "fusion_bodies", "fusion_features", "fusion_edges", "fusion_copies")
_DISPLAY = {
    "mm": "MillimeterDistanceUnits",
    "cm": "CentimeterDistanceUnits",
    "m": "MeterDistanceUnits",
    "in": "InchDistanceUnits",
    "ft": "FootDistanceUnits",
}
_MATERIAL = ("prism", "revolve", "loft", "sweep", "primitive", "hole")

_HEAD = '''"""A part as a Fusion script, written by cadagent.

Run it in Fusion: Utilities > Scripts and Add-Ins > + > this file > Run. It makes a new design. Change sizes
under Modify > Change Parameters.
"""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import adsk.core
import adsk.fusion

'''

_RUN = '''

def run(context: Any) -> None:
    """What Fusion calls."""
    app = adsk.core.Application.get()
    ui = app.userInterface
    try:
        app.documents.add(adsk.core.DocumentTypes.FusionDesignDocumentType)
        design = adsk.fusion.Design.cast(app.activeProduct)
        design.designType = adsk.fusion.DesignTypes.ParametricDesignType
        build(design)
    except Exception:
        ui.messageBox(traceback.format_exc())
'''


def fusion_script(document: Mapping[str, Any]) -> str:
    """The Fusion script of a document in any form.

    Raises:
        DesignError: the document is no sound design, or an operation cannot be said; the finding names it.
        InputError: the document is a refusal or a question.
    """
    made = plan(document, TARGET)
    body = _Script(made).text()
    return _HEAD + helpers(_MODULES, body) + "\n\n\n" + body + _RUN


class _Script(FusionWriter):
    """The body of one script while it is written, step by step."""

    def text(self) -> str:
        for step in self.plan.steps:
            operation = self.plan.operation(step)
            self.lines += ["", remark(f"{step['id']}: {operation['op']}")]
            getattr(self, f"_{step['do'] if step['do'] not in _MATERIAL else 'material'}")(step)
        units = _DISPLAY[self.figures.unit]
        rows = [(p.name, p.expression, p.unit, p.comment) for p in self.figures.parameters]
        head = [
            "def build(design: adsk.fusion.Design) -> None:",
            '    """The whole part, step by step."""',
            "    root = design.rootComponent",
            "    BODIES.clear()",
            "    MERGED.clear()",
            f"    design.fusionUnitsManager.distanceDisplayUnits = adsk.fusion.DistanceUnits.{units}",
            "    figures = " + tabled(rows, "    "),
            "    for name, expression, unit, comment in figures:",
            "        design.userParameters.add(name, amount(expression), unit, comment)",
        ]
        return "\n".join([*head, *(f"    {line}" if line else "" for line in self.lines)]) + "\n"

    # -- features that make material ----------------------------------------------------------------------

    def _material(self, step: dict[str, Any]) -> None:
        if step["do"] == "prism" and step.get("extent") == "next":
            self._next(step)
            return
        mode, targets, name = str(step.get("mode", "cut")), step.get("targets"), str(step["id"])
        elements, tunnels = self._lofts(step) if step["do"] == "loft" else (elements_of(step), [])
        if mode == "intersect" and len(elements) > 1:
            raise unsayable(self.plan, step, TARGET, "it intersects with several solids at once")
        makers = [self._maker(step, element, index) for index, element in enumerate(elements, 1)]
        chain = mode == "new" and len(makers) > 1 and step["do"] == "loft"
        listed = [makers[:1], makers[1:]] if chain else [makers]
        for index, part in enumerate(listed):
            variable = f"{name}_makers" if index == 0 else f"{name}_more"
            self._write(f"{variable} = [{', '.join(part)}]")
            how = "join" if index else mode
            at = [name] if index else targets
            self._write(f"apply(root, {literal(name)}, {literal(how)}, {literal(at)}, {variable})")
        if chain:
            self._write(f"{name}_makers = {name}_makers + {name}_more")
        if tunnels:
            if mode != "new" or name in self.plan.again:
                raise unsayable(
                    self.plan, step, TARGET, "a loft with holes must be a body that is not copied"
                )
            cuts = [self._maker(step, e, index) for index, e in enumerate(tunnels, len(makers) + 1)]
            self._write(f"apply(root, {literal(name)}, 'cut', [{literal(name)}], [{', '.join(cuts)}])")

    def _lofts(self, step: dict[str, Any]) -> tuple[list[Element], list[Element]]:
        """Lofts of the outlines and lofts of the holes; ruled ones go from section to section."""
        sections = [(frame_of(s["frame"]), s["loops"]) for s in step["sections"]]
        outer: list[tuple[Frame, Loops | None]] = []
        inner: list[list[tuple[Frame, Loops | None]]] = []
        for frame, loops in sections:
            holes = [loop["curves"] for loop in loops if loop["role"] == "hole"]
            adds = [loop for loop in loops if loop["role"] == "add"]
            holes += [curves for loop in adds for curves in loop.get("inner", ())]
            outer.append((frame, [{"role": "add", "curves": loop["curves"]} for loop in adds]))
            inner.append([(frame, [{"role": "add", "curves": curves}]) for curves in holes])
        if len({len(holes) for holes in inner}) != 1:
            raise unsayable(self.plan, step, TARGET, "its sections do not have the same number of holes")
        ruled = bool(step.get("ruled"))
        found = []
        for rows in ([outer], [list(row) for row in zip(*inner, strict=True)]):
            made: list[Element] = []
            for row in rows:
                pairs = list(pairwise(row)) if ruled else [row]
                made += [Lofted(list(pair), ruled) for pair in pairs]
            found.append(made)
        return found[0], found[1]

    def _maker(self, step: dict[str, Any], element: Element, index: int) -> str:
        """Draw what an element needs; the text of a function that makes its feature."""
        base = f"{step['id']}_{index}"
        if isinstance(element, Prism):
            call = self._prism(step, element, base)
        elif isinstance(element, Turned):
            drawing = self._draw(step, base, element.frame, element.loops)
            angle = self._angle(step)
            figures = literal((element.point[0] / 10, element.point[1] / 10))
            call = (
                f"revolve(root, {drawing}, operation, bodies, {figures}, "
                f"{literal(tuple(element.direction))}, {literal(float(element.start))}, "
                f"{literal(float(element.end))}{angle})"
            )
        elif isinstance(element, Swept):
            drawing = self._draw(step, base, element.frame, element.loops)
            path = f"{base}_path"
            way: list[Any] = [("path", curve_tuples(element.path, element.path_frame), [])]
            self._drawn(path, f"{step['id']} path", element.path_frame, way, False)
            call = f"sweep(root, {drawing}, {path}.loops[0][1], operation, bodies)"
        else:
            drawings = []
            for number, (frame, loops) in enumerate(element.sections, 1):
                own = f"{base}_{number}"
                if loops is None:
                    title = f"{step['id']} point"
                    self._write(f"{own}_drawing = point_in(root, {literal(title)}, {self._frame(frame)})")
                    drawings.append(f"{own}_drawing")
                else:
                    drawings.append(self._draw(step, own, frame, loops))
            call = f"loft(root, [{', '.join(drawings)}], operation, bodies)"
        return f"lambda operation, bodies: {call}"

    def _prism(self, step: dict[str, Any], element: Prism, base: str) -> str:
        name, targets, mode = str(step["id"]), step.get("targets"), str(step.get("mode", "cut"))
        frame = self._frame(element.frame)
        if element.above:
            self._write(f"{base}_frame = hole_plane(root, {frame}, {literal(targets)})")
            frame = f"{base}_frame"
        drawing = self._draw(step, base, element.frame, element.loops, frame if element.above else None)
        up, down = element.up, element.down
        ends = [self._reach(step, up), self._reach(step, down)]
        if "all" in (up, down) and (mode == "join" or name in self.plan.again):
            exact = literal(mode == "join")
            self._write(f"{base}_reach = beyond(root, {frame}, {literal(targets)}, {exact})")
            ends = [
                f"{base}_reach[{index}]" if way == "all" else text
                for index, (way, text) in enumerate(zip((up, down), ends, strict=True))
            ]
        symmetric = (
            isinstance(up, float) and isinstance(down, float) and abs(up - down) < 1e-9 and not element.taper
        )
        if symmetric:
            ends[0] = self._length(step, 2 * float(up or 0.0), ("depth",))
        more = ""
        if element.taper or symmetric:
            more = f", {self._taper(step, element.taper)}" if element.taper else ", None"
        if symmetric:
            more += ", True"
        return f"extrude(root, {drawing}, operation, bodies, {ends[0]}, {ends[1]}{more})"

    def _next(self, step: dict[str, Any]) -> None:
        name, mode = str(step["id"]), str(step["mode"])
        (element,) = elements_of(step)
        assert isinstance(element, Prism)
        if mode == "intersect":
            raise unsayable(self.plan, step, TARGET, 'it intersects with what goes up to "next"')
        drawing = self._draw(step, f"{name}_1", element.frame, element.loops)
        way = 1.0 if element.up is not None else -1.0
        taper = self._taper(step, element.taper) if element.taper else "None"
        self._write(
            f"{name}_makers = to_next(root, {literal(name)}, {drawing}, {way}, {literal(mode)}, "
            f"{literal(step.get('targets'))}, {taper})"
        )

    def _rib(self, step: dict[str, Any]) -> None:
        name = str(step["id"])
        frame = frame_of(step["path"]["frame"])
        curves = literal(curve_tuples(step["path"]["curves"], frame))
        thickness = self._length(step, float(step["thickness"]), ("thickness",))
        self._write(f"{name}_1_path = {curves}")
        self._write(
            f"{name}_makers = rib(root, {literal(name)}, {self._frame(frame)}, {name}_1_path, "
            f"closing({name}_1_path, {literal(tuple(step['direction']))}), "
            f"{literal(step.get('targets'))}, {thickness})"
        )

    # -- edges and faces ----------------------------------------------------------------------------------

    def _fillet(self, step: dict[str, Any]) -> None:
        selectors, tools = self._selectors(step)
        radius = self._length(step, float(step["radius"]), ("radius",))
        self._write(
            f"fillet(root, {literal(step['id'])}, {literal(step.get('body'))}, {selectors}, "
            f"{radius}, {tools})"
        )

    def _chamfer(self, step: dict[str, Any]) -> None:
        selectors, tools = self._selectors(step)
        first, second = float(step["distance"]), step.get("distance2")
        texts = [self._length(step, first, ("distance",))]
        texts.append("None" if second is None else self._length(step, float(second), ("distance2",)))
        lengths = (first / 10, None if second is None else float(second) / 10)
        self._write(
            f"chamfer(root, {literal(step['id'])}, {literal(step.get('body'))}, {selectors}, "
            f"({', '.join(texts)}), {literal(lengths)}, {tools})"
        )

    def _selectors(self, step: dict[str, Any]) -> tuple[str, str]:
        rows: list[Any] = []
        used: list[str] = []
        for selector in step["edges"]:
            kind, of = selector["select"], selector.get("of")
            data: Any = None
            if kind in ("plane", "planes"):
                planes = selector["planes"] if kind == "planes" else [selector]
                data = [
                    (tuple(c / 10 for c in plane["point"]), tuple(float(c) for c in plane["normal"]))
                    for plane in planes
                ]
                kind = "planes"
            elif kind == "direction":
                data = tuple(float(c) for c in selector["vector"])
            elif kind == "side":
                data = tuple(float(c) for c in selector["direction"])
            elif kind == "feature":
                data = str(selector["id"])
                used.append(data)
            if of:
                used.append(str(of))
            rows.append((kind, data, of))
        tools = ", ".join(f"{literal(name)}: {name}_makers" for name in dict.fromkeys(used))
        return literal(rows), "{" + tools + "}"

    def _shell(self, step: dict[str, Any]) -> None:
        planes = [
            (tuple(c / 10 for c in plane["point"]), tuple(float(c) for c in plane["normal"]))
            for plane in step.get("open") or []
        ]
        thickness = self._length(step, float(step["thickness"]), ("thickness",))
        self._write(
            f"shell(root, {literal(step['id'])}, {literal(step.get('body'))}, {literal(planes)}, "
            f"{thickness}, {literal(bool(step.get('outward')))})"
        )

    # -- copies and whole bodies --------------------------------------------------------------------------

    def _repeat(self, step: dict[str, Any]) -> None:
        if not step["matrices"]:
            return
        copier = f"{step['id']}_copier"
        operation = self.plan.operation(step)
        self._write(f"{copier} = {self._copier(step, operation)}")
        for name in step["features"]:
            mode = self.modes[name]
            if mode == "intersect" and len(step["matrices"]) > 1:
                raise unsayable(self.plan, step, TARGET, f"{name} intersects, and is copied more than once")
            self._write(
                f"again(root, {literal(step['id'])}, {literal(name)}, {literal(mode)}, "
                f"{name}_makers, {copier})"
            )

    def _copier(self, step: dict[str, Any], operation: Mapping[str, Any]) -> str:
        matrices = step["matrices"]
        if operation["op"] == "mirror":
            point, normal = mirror_plane(matrices[0])
            return f"mirrored(root, {self._frame(facing(point, normal))})"
        by = operation["repeat"]
        values = self.plan.values[self.plan.index(step)]["repeat"]
        if "grid" in by:
            columns, rows = (int(count) for count in values["grid"])
            across = _shift(matrices[0]) if columns > 1 else (1.0, 0.0, 0.0)
            along = _shift(matrices[columns - 1 if columns > 1 else 0]) if rows > 1 else None
            frame, pitches = grid_frame(across if columns > 1 else None, along)
            written = by["pitch"] if isinstance(by["pitch"], list) else [by["pitch"]] * 2
            texts = tuple(self.figures.length(value) for value in written)
            return (
                f"grid(root, {self._frame(frame)}, {literal((columns, rows))}, "
                f"{literal(tuple(p / 10 for p in pitches))}, {literal(texts)})"
            )
        turn = rotation_of(matrices[0])
        count = len(matrices) + 1
        full = float(values.get("angle", 360.0)) >= 360.0
        total = "360 deg" if full else self.figures.expression(by["angle"], "angle")
        if not full and count == 2 and float(values["angle"]) > 180.0:
            total = f"360 deg - ({total})"
        return (
            f"polar(root, {self._frame(facing(turn.point, turn.axis))}, {count}, "
            f"{literal(turn.degrees)} * math.pi / 180, {literal(total)})"
        )

    def _combine(self, step: dict[str, Any]) -> None:
        self._write(
            f"combined(root, {literal(step['mode'])}, {literal(step['target'])}, {literal(step['tools'])})"
        )

    def _transform(self, step: dict[str, Any]) -> None:
        matrix, name, bodies = step["matrix"], literal(step["id"]), literal(step.get("bodies"))
        factor = scale_of(matrix)
        if factor is not None:
            text = self.figures.expression(self.plan.operation(step)["factor"], "ratio")
            about: Any = None
            if step.get("about") != "center":
                about = tuple(c / (1 - factor) / 10 for c in _shift(matrix))
            self._write(f"scale(root, {name}, {bodies}, {literal(text)}, {literal(about)})")
            return
        rows = [tuple(float(c) for c in matrix[4 * i : 4 * i + 3]) for i in range(3)]
        if step.get("about") == "center":
            self._write(f"move_about_middle(root, {name}, {bodies}, {literal(rows)})")
            return
        cells = [float(c) / (10 if index % 4 == 3 else 1) for index, c in enumerate(matrix)]
        self._write(f"move(root, {name}, {bodies}, {literal([*cells, 0.0, 0.0, 0.0, 1.0])})")

    def _align(self, step: dict[str, Any]) -> None:
        sides = [SIDES[word] for word in str(step["point"]).split("-") if word in SIDES]
        table = "{" + ", ".join(f"{axis}: {high}" for axis, high in sides) + "}"
        to = tuple(float(c) / 10 for c in step["to"])
        self._write(
            f"align(root, {literal(step['id'])}, {literal(step.get('bodies'))}, {table}, {literal(to)})"
        )


def _shift(matrix: list[float]) -> tuple[float, float, float]:
    return (matrix[3], matrix[7], matrix[11])
