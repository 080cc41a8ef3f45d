"""How good designs are: validity, agreement with a reference document, agreement with a reference solid."""

from .assertions import unmet
from .intervals import Estimate, bootstrap_ratio, wilson
from .metrics import EXACT, Result, Summary, summarise
from .structural import Score, micro_f1, score

__all__ = [
    "EXACT",
    "Estimate",
    "Result",
    "Score",
    "Summary",
    "bootstrap_ratio",
    "micro_f1",
    "score",
    "summarise",
    "unmet",
    "wilson",
]
