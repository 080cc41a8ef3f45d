"""Resolved steps for the kernel's tests, written as short calls; lengths in mm."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

from cadagent.kernel.builder import Built, build_solid
from cadagent.kernel.shapes import volume

Step = dict[str, Any]

TOP = {"point": [0.0, 0.0, 5.0], "normal": [0.0, 0.0, 1.0]}


def frame(x: float = 0, y: float = 0, z: float = 0, plane: str = "xy") -> dict[str, Any]:
    axes = {
        "xy": ([1, 0, 0], [0, 1, 0], [0, 0, 1]),
        "xz": ([1, 0, 0], [0, 0, 1], [0, -1, 0]),
        "yz": ([0, 1, 0], [0, 0, 1], [1, 0, 0]),
        "down": ([1, 0, 0], [0, -1, 0], [0, 0, -1]),
    }
    u, v, n = axes[plane]
    return {"origin": [x, y, z], "u": u, "v": v, "n": n}


def lines(points: list[tuple[float, float]], *, closed: bool = True) -> list[dict[str, Any]]:
    ends = points[1:] + (points[:1] if closed else [])
    return [{"curve": "line", "start": a, "end": b} for a, b in zip(points, ends, strict=False)]


def polygon(*points: tuple[float, float], role: str = "add") -> dict[str, Any]:
    return {"role": role, "curves": lines(list(points))}


def rectangle(w: float, h: float, x: float = 0, y: float = 0, role: str = "add") -> dict[str, Any]:
    a, b = w / 2, h / 2
    return polygon((x - a, y - b), (x + a, y - b), (x + a, y + b), (x - a, y + b), role=role)


def circle(radius: float, x: float = 0, y: float = 0, role: str = "add") -> dict[str, Any]:
    return {"role": role, "curves": [{"curve": "circle", "center": [x, y], "radius": radius}]}


def prism(name: str, loops: list[Any], start: float, end: float, mode: str = "new", **more: Any) -> Step:
    step = {"do": "prism", "id": name, "mode": mode, "targets": None, "frame": frame(), "loops": loops}
    return {**step, "start": start, "end": end, "taper": 0, **more}


def through(name: str, loops: list[Any], mode: str = "cut", **more: Any) -> Step:
    step = prism(name, loops, 0, 0, mode, extent="through", direction=0, **more)
    del step["end"]
    return step


def plate() -> Step:
    """40 × 20 × 5, centred on the origin, standing on z = 0: 4000 mm³."""
    return prism("plate", [rectangle(40, 20)], 0, 5)


def hole(name: str, frames: list[Any], diameter: float, **more: Any) -> Step:
    step = {"do": "hole", "id": name, "targets": None, "frames": frames, "diameter": diameter, "depth": None}
    return {**step, "tip": None, "counterbore": None, "countersink": None, "thread": None, **more}


def primitive(kind: str, size: dict[str, Any], *frames: Any, mode: str = "new", name: str = "") -> Step:
    step = {"do": "primitive", "id": name or f"{kind}1", "mode": mode, "targets": None, "kind": kind}
    return {**step, "frames": list(frames) or [frame()], "size": size}


def step(do: str, name: str = "", **more: Any) -> Step:
    return {"do": do, "id": name or f"{do}1", **more}


def shift(x: float, y: float = 0, z: float = 0) -> list[float]:
    return [1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z]


def design(*steps: Step) -> dict[str, Any]:
    numbered = [{"pointer": f"/operations/{i}", **item} for i, item in enumerate(steps)]
    return {"cad": "1.0", "form": "resolved", "units": "mm", "steps": numbered}


def built(*steps: Step) -> Built:
    return build_solid(design(*steps))


def volumes(*steps: Step) -> dict[str, float]:
    """Body → volume of a design that must build without a word."""
    result = built(*steps)
    assert result.findings == []
    return {name: volume(shape) for name, shape in result.bodies.items()}


def codes(*steps: Step) -> list[str]:
    return [finding.code for finding in built(*steps).findings]


def sleep_step(step: Step, context: Any) -> None:
    time.sleep(float(step["seconds"]))


def crash_step(step: Step, context: Any) -> None:
    os.abort()


def hungry_step(step: Step, context: Any) -> None:
    context.kept = bytearray(8 * 2**30)


def cube_step(step: Step, context: Any) -> None:
    from OCP.BRepPrimAPI import BRepPrimAPI_MakeBox

    context.apply(step, [BRepPrimAPI_MakeBox(step["side"], step["side"], step["side"]).Solid()])


def threads_at_once(count: int) -> int:
    """Start threads that all hold memory of their own at the same time; returns how many there were."""
    everyone = threading.Barrier(count + 1)

    def hold() -> None:
        held = bytearray(100_000)
        everyone.wait()
        del held

    stack = threading.stack_size(2**20)  # what is counted are the arenas
    threads = [threading.Thread(target=hold) for _ in range(count)]
    for thread in threads:
        thread.start()
    threading.stack_size(stack)
    everyone.wait()
    for thread in threads:
        thread.join()
    return len(threads)
