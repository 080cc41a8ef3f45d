"""The end of a round: old and new adapter on the same cases, and the verdict of the gate."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from cadagent.database import DatabaseFile
from cadagent.errors import InputError
from cadagent.evaluation.gate import Judgement, Pair, judge
from cadagent.feedback import Store
from cadagent.feedback.adapters import Adapters
from cadagent.feedback.grouping import groups, near_groups
from cadagent.feedback.rounds import Result, Rounds
from cadagent.feedback.values import to_json
from cadagent.retrieval.library import Library, default_path
from training.rounds.cases import Cases, seen_cases

FEWEST_GROUPS = 6
"""Held-out groups under which no gain can be significant, even if every one of them is gained: with two
stages to be corrected for, five give p = 0.06."""


def pairs_of(
    old: Sequence[Result], new: Sequence[Sequence[Result]], seen: Collection[str]
) -> dict[str, list[Pair]]:
    """Old against new by stage, without the cases that may not be judged on.

    Args:
        new: results of each training seed.
        seen: ids of cases of groups that were trained on or can be retrieved.
    """
    before = {(one.item, one.stage): one for one in old}
    found: dict[str, list[Pair]] = {}
    for results in new:
        for one in results:
            if one.item in seen or (one.item, one.stage) not in before:
                continue
            was = before[one.item, one.stage].passed
            pair = Pair(one.item, was, one.passed, one.family or "", one.group_key or "")
            found.setdefault(one.stage, []).append(pair)
    return found


def seen_of(store: Store, trained: Collection[str], cases: Cases) -> set[str]:
    """Ids of frozen cases that say nearly what was trained on in any round, or what retrieval can show.

    Args:
        trained: groups of this round and of those before it.
    """
    joined = groups(store)
    known = {joined.root.get(group, group) for group in trained}

    def near(text: str) -> list[str]:
        return [joined.root.get(group, group) for group in near_groups(store, text)]

    seen = seen_cases(cases, near, known)
    return seen | retrievable(cases)


def retrievable(cases: Cases) -> set[str]:
    """Ids of the cases that the example library has a near-duplicate of."""
    from cadagent.feedback.wording import Wordings

    index = Wordings()
    for one in cases.requests:
        index.add(one.text, one.id)
    with Library.open(default_path()) as library:
        return {name for example in library.examples() for name in index.near(example.request)}


def decided(
    frozen: Mapping[str, Sequence[Pair]],
    held_out: Mapping[str, Sequence[Pair]],
    trained: Collection[str],
    began: Mapping[str, Sequence[Pair]] | None = None,
) -> Judgement:
    """The verdict of the gate; what cannot be judged is refused, and the reason says why.

    Args:
        began: as ``frozen``, with the adapter as the old one with which the line of rounds began.
    """
    count = len({pair.unit for pairs in held_out.values() for pair in pairs})
    if count < FEWEST_GROUPS:
        reason = (
            f"{count} held-out groups of new feedback, and {FEWEST_GROUPS} are the fewest that can show a "
            "gain; about one group of requests in five is held out"
        )
        return Judgement(False, (reason,))
    try:
        return judge(frozen, held_out, began=began, trained=trained)
    except InputError as error:
        return Judgement(False, (str(error),))


def shares(store: DatabaseFile, round: str) -> list[dict[str, object]]:
    """How many cases were right in each evaluation of a round, by set, adapter and stage, in their order."""
    return store.query(
        """SELECT evaluations.set_name AS "set", evaluations.adapter, stage, count(*) AS cases,
            sum(passed) AS "right" FROM evaluations
        JOIN evaluation_results ON evaluation_results.evaluation = evaluations.id
        WHERE evaluations.round = :round
        GROUP BY evaluations.id, stage ORDER BY evaluations.rowid, stage DESC""",
        {"round": round},
    )


def known_results(
    store: Store, adapter: str | None, cases: Cases, how: Mapping[str, Any], seed: int
) -> list[Result] | None:
    """What an earlier round has measured of an adapter on the same cases in the same way, if any has."""
    rows = store.query(
        """SELECT id FROM evaluations WHERE adapter IS :adapter AND set_hash = :digest
        AND settings = :settings AND seed = :seed ORDER BY rowid LIMIT 1""",
        {"adapter": adapter, "digest": cases.digest, "settings": to_json(how), "seed": seed},
    )
    return Rounds(store).results(rows[0]["id"]) if rows else None


def since_the_start(
    store: Store,
    adapter: str | None,
    new: Sequence[str],
    cases: Cases,
    how: Mapping[str, Any],
    seed: int,
    seen: Collection[str],
) -> dict[str, list[Pair]] | None:
    """New adapters against the one with which the line of rounds began, the first ancestor of ``adapter``.

    Args:
        adapter: that the new ones were continued from.
        new: ids of the new adapters, a training seed each.
        how, seed: under which the answers were measured.
        seen: ids of cases that may not be judged on.

    Returns:
        pairs by stage; ``None`` where ``adapter`` is the first itself, or one was not measured in this way.
    """
    first = _first_ancestor(store, adapter)
    if first is None:
        return None
    old, *others = (known_results(store, one, cases, how, seed) for one in (first, *new))
    measured = [one for one in others if one is not None]
    if old is None or len(measured) < len(new):
        return None
    return pairs_of(old, measured, seen)


def _first_ancestor(store: Store, adapter: str | None) -> str | None:
    """Where a line of adapters began, each continued from the one before; ``None`` for a line of one."""
    adapters = Adapters(store)
    first, one = None, adapter
    while one is not None and (one := adapters.find(one).parent) is not None:
        first = one
    return first
