"""A store with feedback of every kind that a round tells apart, on many groups of requests."""

from __future__ import annotations

from cadagent.feedback import Decisions, Store
from tests.feedback.results import answered, box, report

PLACES = (
    "workshop", "greenhouse", "harbour", "library", "bakery", "vineyard", "theatre", "observatory",
    "stable", "laundry", "museum", "brewery", "chapel", "foundry", "orchard", "lighthouse",
    "kitchen", "garage", "school", "hospital", "airport", "sawmill", "dairy", "quarry", "shipyard",
    "embassy", "cinema", "printworks", "forge", "aquarium", "bridge", "windmill", "casino",
    "barracks", "monastery", "stadium", "tannery", "pottery", "arcade", "depot",
)  # fmt: skip


def request_of(number: int) -> str:
    """A request of a group of its own."""
    place = PLACES[number]
    return f"Spacer for the {place} {place[::-1]} gate: {20 + number} x 10 x 5 mm"


def design_of(number: int) -> str:
    return box(20 + number, 10, 5)


def feedback(store: Store, numbers: range) -> dict[int, str]:
    """Runs with a wrong size, each corrected; returns the verdicts."""
    found = {}
    for number in numbers:
        run = answered(store, request_of(number), box(20 + number, 10, 6))
        found[number] = Decisions(store).correct(run, 1, report(design_of(number)))
    return found
