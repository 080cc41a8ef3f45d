"""Numbers of foreign files as CAD JSON writes them: decimal, at most six places, no ``-0``."""

from __future__ import annotations

Point = tuple[float, float]

PLACES = 6


def tidy(value: float, noise: float = 5e-7) -> int | float:
    """The shortest decimal within ``noise`` of ``value``, at most six places; integers stay integers."""
    for places in range(PLACES + 1):
        rounded = round(value, places)
        if abs(rounded - value) <= noise:
            break
    else:
        rounded = round(value, PLACES)
    return int(rounded) if rounded == int(rounded) else rounded


def tidy_point(point: Point, noise: float = 5e-7) -> list[int | float]:
    """``[u, v]`` of a point, each number tidied."""
    return [tidy(point[0], noise), tidy(point[1], noise)]


def plainness(value: float, noise: float = 5e-7) -> int:
    """How many decimals ``tidy`` needs for a number; the fewer, the likelier a person chose it."""
    text = repr(tidy(value, noise))
    return len(text.split(".")[1]) if "." in text else 0
