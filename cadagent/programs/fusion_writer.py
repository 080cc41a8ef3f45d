"""What every step of a Fusion script is put together from: drawings, frames, lengths over user parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cadagent.design.vectors import Frame
from cadagent.programs.elements import Loops
from cadagent.programs.figures import Figures
from cadagent.programs.fusion_curves import loop_tuples
from cadagent.programs.planning import Plan
from cadagent.programs.writing import literal, tabled

TARGET = "a Fusion script"


class FusionWriter:
    """Lines of a script while they are written."""

    def __init__(self, made: Plan) -> None:
        self.plan, self.figures = made, Figures(made.document)
        self.lines: list[str] = []
        self.modes = {str(step["id"]): str(step.get("mode", "cut")) for step in made.steps}

    def _write(self, line: str) -> None:
        self.lines.append(line)

    def _draw(
        self, step: dict[str, Any], base: str, frame: Frame, loops: Loops, text: str | None = None
    ) -> str:
        sketch = self.plan.sketch(step)
        title = str(sketch["id"]) if sketch and base.endswith("_1") else f"{base} sketch"
        owners = [self.plan.operation(step), *([sketch] if sketch else [])]
        own = {length for owner in owners for length in self.figures.lengths_in(owner)}
        rows = loop_tuples(
            loops, frame, lambda length: self.figures.of_length(length) if length in own else None
        )
        on_face = any("face" in owner for owner in owners) and text is None
        self._drawn(f"{base}_drawing", title, frame, rows, on_face, text)
        return f"{base}_drawing"

    def _drawn(
        self, variable: str, title: str, frame: Frame, rows: list[Any], on_face: bool, text: str | None = None
    ) -> None:
        place = text or self._frame(frame)
        self._write(f"{variable} = draw(")
        self._write(f"    root, {literal(title)}, {place},")
        self._write(f"    {tabled(rows, '        ')}, {literal(on_face)},")
        self._write(")")

    def _frame(self, frame: Frame) -> str:
        origin = tuple(c / 10 for c in frame.origin)
        return literal((origin, tuple(frame.u), tuple(frame.v), tuple(frame.n)))

    def _reach(self, step: dict[str, Any], value: Any) -> str:
        if value is None or value == "all":
            return literal(value)
        return self._length(step, float(value), ("depth", "depth2", "height", "size"))

    def _length(self, step: dict[str, Any], millimetres: float, keys: tuple[str, ...]) -> str:
        """An expression for a length: over the figure that the design wrote down, else in millimetres."""
        operation, values = self.plan.operation(step), self.plan.values[self.plan.index(step)]
        for key in keys:
            if isinstance(values.get(key), float) and abs(values[key] - millimetres) < 1e-9:
                return literal(self.figures.length(operation[key]))
        named = self.figures.of_length(millimetres) if self._owns(operation, millimetres) else None
        return literal(named or f"{float(literal(float(millimetres)))!r} mm")

    def _owns(self, operation: Mapping[str, Any], millimetres: float) -> bool:
        return round(millimetres, 9) in self.figures.lengths_in(operation)

    def _taper(self, step: dict[str, Any], degrees: float) -> str:
        """Fusion's taper: a negative angle leans the walls inward."""
        written = self.plan.operation(step).get("taper")
        text = f"{degrees!r} deg" if written is None else self.figures.expression(written, "angle")
        return literal(f"-({text})")

    def _angle(self, step: dict[str, Any]) -> str:
        operation = self.plan.operation(step)
        if operation["op"] != "revolve" or "angle" not in operation or operation.get("symmetric"):
            return ""
        return f", {literal(self.figures.expression(operation['angle'], 'angle'))}"
