"""The report of the proof: what was to be shown, whether it was, and every figure behind it, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.proof.parts import DAMAGED, FAMILIES
from training.rounds.judging import FEWEST_GROUPS

LEAST_AFTER, MOST_BEFORE = 0.8, 0.2

State = Mapping[str, Any]


@dataclass(frozen=True)
class Claim:
    """One thing that was to be shown; ``found`` says in figures what was."""

    what: str
    shown: bool
    found: str


def claims(state: State) -> list[Claim]:
    """Everything that was to be shown, in order."""
    first, second = FAMILIES
    before, after, last = (state[name] for name in ("before", "first", "second"))
    one, two = state["first round"], state["second round"]
    shuffled, damaging = state["shuffled round"], state["damaging round"]
    back = state["rollbacks"]
    return [
        Claim(
            f"The adapter that ships gets under {MOST_BEFORE:.0%} of unseen requests for a {first} right",
            _share(before[first]) < MOST_BEFORE,
            _right(before[first]),
        ),
        Claim(
            f"After one round on {state['verdicts'][first]} corrections at least {LEAST_AFTER:.0%} are right",
            _share(after[first]) >= LEAST_AFTER,
            _right(after[first]),
        ),
        Claim(
            "Elsewhere it is not worse, and the gate promoted it by itself",
            one["status"] == "promoted",
            _worst(one) or one["reason"],
        ),
        Claim(
            "A round with exchanged labels is refused",
            shuffled["status"] == "refused" and _could_show(shuffled),
            shuffled["reason"],
        ),
        Claim(
            f"A round that damages one other family ({DAMAGED}) is refused",
            damaging["status"] == "refused" and _found_damage(damaging),
            damaging["reason"],
        ),
        Claim(
            f"A second round on another family ({second}) brings it to at least {LEAST_AFTER:.0%}",
            two["status"] == "promoted" and _share(last[second]) >= LEAST_AFTER,
            f"{_right(before[second])} before, {_right(last[second])} after; {two['status']}",
        ),
        Claim(
            f"and keeps the {first}",
            two["status"] == "promoted" and _share(last[first]) >= LEAST_AFTER,
            f"{_right(after[first])} before, {_right(last[first])} after",
        ),
        Claim(
            "Rollback restores the former answers, byte for byte",
            all(one["rolled back"] and one["same"] for one in back.values()),
            "; ".join(
                f"{'back to the first round' if name == 'first' else 'back to what ships'}: "
                f"{'the same' if found['same'] else 'not the same'}"
                + ("" if found["rolled back"] else ", nothing was to be rolled back")
                for name, found in back.items()
            ),
        ),
    ]


def report(state: State, command: str) -> str:
    """The whole report.

    Args:
        state: what the steps have found.
        command: that made it.
    """
    told = claims(state)
    held = sum(one.shown for one in told)
    lines = [
        "# The proof of the feedback rounds",
        "",
        f"Written by `{command}`; {held} of {len(told)} claims were shown.",
        "",
        f"Two families of parts, {FAMILIES[0]} and {FAMILIES[1]}, are in no training data, and their",
        "requests leave out what is a matter of house custom. A script ran requests for them, corrected the",
        "results through `cadagent feedback verdict` and started rounds with `cadagent round start`; the",
        "gate decided alone. Unseen requests have other words and sizes than all that was run, are made from",
        "the same few sentences of each family, and were answered by `cadagent evaluate`.",
        "",
        "| to be shown | shown | found |",
        "| --- | --- | --- |",
        *(f"| {one.what} | {'yes' if one.shown else '**no**'} | {_cell(one.found)} |" for one in told),
        "",
        "## Unseen requests",
        "",
        "Right at first pass and after the loop, of all.",
        "",
        "| adapter | " + " | ".join(FAMILIES) + " |",
        "| --- |" + " --- |" * len(FAMILIES),
        *(
            f"| {name} | " + " | ".join(_both(state[key][family]) for family in FAMILIES) + " |"
            for key, name in (("before", "that ships"), ("first", "first round"), ("second", "second round"))
        ),
        "",
        "## Rounds",
        *(
            line
            for name in ("first round", "shuffled round", "damaging round", "second round")
            for line in _round(name, state[name])
        ),
        "",
        "## How it was made",
        "",
        *_made(state),
    ]
    return "\n".join(lines) + "\n"


def _round(name: str, round: State) -> Iterator[str]:
    yield from ("", f"### The {name}: {round['status']}", "", f"{round['reason']}.", "")
    card = round["card"]
    counts = ", ".join(f"{count:,} {what}" for what, count in card.get("counts", {}).items())
    yield f"Records: {counts}."
    for one in card.get("training", ()):
        amount = f"{one['steps']:,} steps, {one['tokens']:,} tokens, {one['seconds']['training']:.0f} s"
        yield f"Training: {amount} on {one['device']}. Answers: {card['engine']}."
    yield from ("", "| set | adapter | stage | right | cases |", "| --- | --- | --- | --- | --- |")
    for row in round["measured"]:
        right = f"{row['right']} ({row['right'] / row['cases']:.1%})"
        yield f"| {row['set']} | {row['adapter']} | {row['stage']} | {right} | {row['cases']} |"
    losses = [one for one in card.get("families", ()) if one["p"] < 0.05]
    for one in losses:
        yield from (
            "",
            f"Loss found: {one['name']}, {100 * one['difference']:+.1f} points (p = {one['p']:.2g}).",
        )


def _made(state: State) -> Iterator[str]:
    made = state["settings"]
    machine = made["machine"]
    options = " ".join(made["options"]) or "none"
    runs, minutes = state["runs"], state.get("seconds", 0.0) / 60
    yield f"- {machine['cores']} cores, {machine['gpu'] or 'no GPU'}, {minutes:.1f} minutes in all"
    unseen = state["requests"]["unseen"]
    yield f"- {runs['runs']} requests run, {runs['valid']} of them valid; {unseen} unseen ones"
    yield f"- options of every round: {options}"
    times = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in state.get("times", {}).items())
    yield f"- {times}"


def _worst(round: State) -> str:
    pooled = round["card"].get("pooled", {})
    return "; ".join(
        f"{stage}: {100 * one['difference']:+.1f} points, at worst {100 * one['lower']:+.1f} "
        f"({one['pairs']} pairs)"
        for stage, one in pooled.items()
    )


def _found_damage(round: State) -> bool:
    """Whether the gate names the family that was damaged."""
    families: Sequence[Mapping[str, Any]] = round["card"].get("families", ())
    return any(one["name"].endswith(f": {DAMAGED}") and one["p"] < 0.05 for one in families)


def _could_show(round: State) -> bool:
    """Whether there were enough held-out groups for a gain to show, had there been one."""
    return any(one["groups"] >= FEWEST_GROUPS for one in round["card"].get("gains", ()))


def _share(one: Mapping[str, int]) -> float:
    """Of the requests, right after the loop: what a person gets."""
    return one["final"] / one["cases"] if one["cases"] else 0.0


def _right(one: Mapping[str, int]) -> str:
    return f"{one['final']} of {one['cases']} ({_share(one):.0%})"


def _both(one: Mapping[str, int]) -> str:
    return f"{one['first']} and {one['final']} of {one['cases']}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
