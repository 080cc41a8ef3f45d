"""Mistakes that a small model makes under the grammar: each turns a right design into a plausible wrong one.

The kinds and their weights follow what a first adapter got wrong on held-out requests: names that were never
given, holes drilled through a thin side, features on the wrong owner, cuts where nothing is left, figures
with a digit too many.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

from training.synthetic import fault_figures, fault_operations
from training.synthetic.fault_parts import Document
from training.synthetic.random_source import RandomSource

Fault = Callable[[Document, RandomSource], Document | None]


def faulty(document: Document, rng: RandomSource, single: bool = False) -> tuple[str, Document] | None:
    """A wrong version of a compact document and the kind of its fault; ``None`` where that has no place.

    Args:
        single: exactly one fault, which makes a near miss.
    """
    kind, make = rng.weighted(FAULTS)
    wrong = make(copy.deepcopy(document), rng)
    if wrong is not None and not single and rng.chance(0.08):  # one mistake seldom comes alone
        wrong = rng.weighted(FAULTS)[1](wrong, rng) or wrong
    return None if wrong is None or wrong == document else (kind, wrong)


FAULTS: tuple[tuple[float, tuple[str, Fault]], ...] = (
    (14, ("undeclared", fault_operations.undeclared)),
    (6, ("misspelt", fault_operations.misspelt)),
    (2, ("doubled_id", fault_operations.doubled_id)),
    (14, ("wrong_owner", fault_operations.wrong_owner)),
    (10, ("wrong_face", fault_figures.wrong_face)),
    (6, ("outside", fault_figures.outside)),
    (4, ("at_corner", fault_figures.at_corner)),
    (4, ("attached", fault_figures.attached)),
    (4, ("edge_word", fault_figures.edge_word)),
    (5, ("digits", fault_figures.digits)),
    (2.5, ("swapped_sizes", fault_figures.swapped_sizes)),
    (1.5, ("radius_for_diameter", fault_figures.radius_for_diameter)),
    (3, ("copied_figure", fault_figures.copied_figure)),
    (3, ("wrong_spread", fault_figures.wrong_spread)),
    (8, ("too_large", fault_figures.too_large)),
    (2, ("wrong_units", fault_figures.wrong_units)),
    (2, ("missing", fault_operations.missing)),
    (5, ("repeated", fault_operations.repeated)),
    (6, ("bored_twice", fault_operations.bored_twice)),
    (8, ("wrong_mode", fault_operations.wrong_mode)),
    (6, ("nested", fault_operations.nested)),
    (2, ("early_transform", fault_operations.early_transform)),
    (4, ("wrong_edges", fault_operations.wrong_edges)),
    (6, ("wrong_shape", fault_operations.wrong_shape)),
)
