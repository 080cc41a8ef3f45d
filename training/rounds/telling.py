"""What ``cadagent round status`` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def lines(data: Mapping[str, Any]) -> Iterator[str]:
    """The lines for a person.

    Args:
        data: as ``--json`` prints it.
    """
    for one in data["live"]:
        yield f"live: {one['name']} for {one['model']}, in {one['path']}"
    if not data["live"]:
        yield "live: what ships with the model"
    round = data["round"]
    if round is None:
        yield "no rounds yet"
        return
    ended = f"{round['status']} at {round['finished'][:16]}" if round["status"] else "not ended"
    yield f"round {round['number']} of {round['started'][:16]}: {ended}"
    if round["reason"]:
        yield f"  {round['reason']}"
    card = data["card"]
    for name, count in card.get("counts", {}).items():
        yield f"  {name:<28} {count:>7,}"
    for name, count in sorted(card.get("left_out", {}).items()):
        if count:
            yield f"  left out, {name}: {count:,}"
    if card.get("codes"):
        yield f"  seldom repaired: {', '.join(card['codes'])}"
    for one in card.get("training", ()):
        minutes = one["seconds"]["training"] / 60
        amount = f"{one['steps']:,} steps, {one['tokens']:,} tokens"
        yield f"  trained {amount}, {minutes:.1f} minutes on {one['device']}"
    for one in data["measured"]:
        name = data["adapters"].get(one["adapter"], "the bare model")
        share = one["right"] / one["cases"]
        right = f"{one['right']:>5,} of {one['cases']:>5,} right ({share:.1%})"
        yield f"  {one['set']:<9} {one['stage']:<15} {name:<20} {right}"
    for stage, bound in card.get("pooled", {}).items():
        yield (
            f"  not worse, {stage}: {_points(bound['difference'])}, at worst {_points(bound['lower'])} "
            f"({bound['pairs']:,} pairs)"
        )
    for stage, bound in card.get("line", {}).items():
        yield f"  since the line of rounds began, {stage}: {_points(bound['difference'])}"
    for one in card.get("families", ()):
        if one["p"] < 0.05:
            yield f"  loss in {one['name']}: {_points(one['difference'])} (p = {one['p']:.2g})"
    for one in card.get("gains", ()):
        tested = f"p = {one['p']:.2g}, {one['groups']} groups"
        yield f"  gain, {one['name']}: {_points(one['difference'])} ({tested})"


def _points(share: float) -> str:
    return f"{100 * share:+.1f} points"
