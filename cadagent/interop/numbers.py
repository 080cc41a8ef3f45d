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
    text = f"{tidy(value, noise):.{PLACES}f}".rstrip("0")
    return len(text.split(".")[1])


def recovered(value: float, noise: float, tolerance: float) -> int | float:
    """The figure that ``value`` was worked out from: exact, or else a plain one within ``tolerance``.

    Points of the source are as precise as ``tolerance``, so what is computed from them is no better; but
    where a figure of at most five decimals fits exactly, it is that.
    """
    slack = max(noise, tolerance)
    near = plainness(value, noise) >= PLACES and plainness(value, slack) <= 3
    return tidy(value, slack if near else noise)
