"""A store with feedback of every kind that a round tells apart, on many groups of requests."""

from __future__ import annotations

from cadagent.feedback import Decisions, Store
from cadagent.feedback.adapters import Adapter, Adapters
from cadagent.feedback.rounds import Rounds, RoundStatus
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


def past_rounds(store: Store) -> None:
    """A promoted round and a refused one after it, each with an adapter."""
    rounds, adapters = Rounds(store), Adapters(store)
    ends: tuple[tuple[str, RoundStatus], ...] = (("a", "promoted"), ("b", "refused"))
    for letter, status in ends:
        adapters.register(Adapter(id=letter * 64, name=f"round-{letter}", path=f"/x/{letter}", model="m"))
        round = rounds.start(seed=1, settings={})
        card = {"counts": {"new, generate": 48}, "codes": ["geometry.no_effect"]}
        rounds.finish(round, status, f"because {letter}", adapter=letter * 64, card=card)
