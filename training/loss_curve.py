"""The loss curve of a training run as a picture (SVG)."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]

WIDTH, HEIGHT, MARGIN = 640, 360, 48
_COLOURS = {"training": "#1f77b4", "held out": "#d62728"}


def loss_svg(training: Sequence[Point], held_out: Sequence[Point] = ()) -> str:
    """A picture of (step, loss) points, with the loss on a logarithmic axis.

    Points without a positive, finite loss are left out: such an axis has no place for them.
    """
    lines = {
        name: [(step, loss) for step, loss in points if 0 < loss < math.inf]
        for name, points in (("training", training), ("held out", held_out))
    }
    drawn = [point for points in lines.values() for point in points]
    if not drawn:
        return _framed(["<text x='50%' y='50%' text-anchor='middle'>no losses were logged</text>"])
    last = max(step for step, _ in drawn) or 1
    low = math.floor(math.log10(min(loss for _, loss in drawn)))
    high = max(low + 1, math.ceil(math.log10(max(loss for _, loss in drawn))))

    def place(step: float, loss: float) -> str:
        x = MARGIN + (WIDTH - 2 * MARGIN) * step / last
        y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (math.log10(loss) - low) / (high - low)
        return f"{x:.1f},{y:.1f}"

    parts = []
    for power in range(low, high + 1):
        y = place(0, 10**power).partition(",")[2]
        parts.append(f"<path d='M{MARGIN},{y}H{WIDTH - MARGIN}' stroke='#ddd'/>")
        parts.append(f"<text x='{MARGIN - 6}' y='{y}' text-anchor='end'>{10.0**power:g}</text>")
    for share in (0, 0.25, 0.5, 0.75, 1):
        step = round(share * last)
        x = place(step, 10**low).partition(",")[0]
        parts.append(f"<text x='{x}' y='{HEIGHT - MARGIN + 16}' text-anchor='middle'>{step}</text>")
    parts.append(f"<text x='{WIDTH / 2}' y='{HEIGHT - 10}' text-anchor='middle'>step</text>")
    parts.append(f"<text x='12' y='{MARGIN - 20}'>loss per token of the answer</text>")
    for number, (name, points) in enumerate(lines.items()):
        if not points:
            continue
        colour = _COLOURS[name]
        trail = " ".join(place(*point) for point in points)
        parts.append(f"<polyline points='{trail}' fill='none' stroke='{colour}' stroke-width='1.5'/>")
        parts += [
            f"<circle cx='{x}' cy='{y}' r='2' fill='{colour}'/>"
            for x, y in (place(*point).split(",") for point in points)
        ]
        top = MARGIN + 16 * number
        parts.append(f"<text x='{WIDTH - MARGIN}' y='{top}' text-anchor='end' fill='{colour}'>{name}</text>")
    return _framed(parts)


def _framed(parts: Sequence[str]) -> str:
    head = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' "
        f"width='{WIDTH}' height='{HEIGHT}' font-family='sans-serif' font-size='11'>"
        "<rect width='100%' height='100%' fill='white'/>"
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"
