"""The largest size that would have worked, for the hint of a finding."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

#: Seconds that the search may take: it helps a repair, but the design is wrong either way.
_SECONDS = 0.5
_HALVINGS = 7


def largest_that_works(works: Callable[[float], bool], size: float) -> float | None:
    """The largest size below ``size`` that works, rounded down to two digits; None if none is found."""
    stop = time.perf_counter() + _SECONDS
    low, high = 0.0, size
    for _ in range(_HALVINGS):
        if time.perf_counter() > stop:
            break
        middle = (low + high) / 2
        if works(middle):
            low = middle
        else:
            high = middle
    if low <= 0.0:
        return None
    unit = 10.0 ** (math.floor(math.log10(low)) - 1)
    return round(math.floor(low / unit) * unit, 9)
