"""Metric threads: hole diameters in millimetres (pitches of ISO 261 coarse; clearance holes of ISO 273)."""

from __future__ import annotations

# nominal: (coarse pitch, close, medium, loose clearance)
THREADS: dict[str, tuple[float, float, float, float]] = {
    "M1.6": (0.35, 1.7, 1.8, 2.0),
    "M2": (0.4, 2.2, 2.4, 2.6),
    "M2.5": (0.45, 2.7, 2.9, 3.1),
    "M3": (0.5, 3.2, 3.4, 3.6),
    "M4": (0.7, 4.3, 4.5, 4.8),
    "M5": (0.8, 5.3, 5.5, 5.8),
    "M6": (1.0, 6.4, 6.6, 7.0),
    "M8": (1.25, 8.4, 9.0, 10.0),
    "M10": (1.5, 10.5, 11.0, 12.0),
    "M12": (1.75, 13.0, 13.5, 14.5),
    "M14": (2.0, 15.0, 15.5, 16.5),
    "M16": (2.0, 17.0, 17.5, 18.5),
    "M20": (2.5, 21.0, 22.0, 24.0),
    "M24": (3.0, 25.0, 26.0, 28.0),
    "M30": (3.5, 31.0, 33.0, 35.0),
    "M36": (4.0, 37.0, 39.0, 42.0),
}


def thread_diameter(thread: str, fit: str, series: str = "medium") -> float:
    """The diameter (mm) of a hole for a thread.

    ``clearance`` is the ISO 273 through hole of the series; ``tap`` the drill for tapping, nominal − pitch;
    ``threaded`` the minor diameter of the finished thread, D₁ = D − 1.082532 · P (ISO 724).
    """
    pitch, close, medium, loose = THREADS[thread]
    nominal = float(thread[1:])
    if fit == "clearance":
        return {"close": close, "medium": medium, "loose": loose}[series]
    return nominal - pitch if fit == "tap" else round(nominal - 1.082532 * pitch, 6)
