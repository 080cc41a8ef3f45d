"""Figures over many designs: schema-valid rate, structural F1, geometric accuracy, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .intervals import Estimate, median, wilson
from .structural import Score, micro_f1

#: A design counts as geometrically right from this pose-invariant IoU at true scale on.
EXACT = 0.99


@dataclass(frozen=True)
class Result:
    """What one design came to.

    Attributes:
        id: the case.
        schema_valid: the document is one, and passes every check that needs no geometry.
        built: a solid came out.
        iou: pose-invariant IoU at true scale with the reference; None without a reference; 0 without a solid.
        structure: agreement with the reference document, where there is one.
        reason: why it is not valid, not built or not equal, in one line.
    """

    id: str
    schema_valid: bool
    built: bool
    iou: float | None = None
    structure: Score | None = None
    reason: str = ""

    @property
    def exact(self) -> bool:
        return self.iou is not None and self.iou >= EXACT


@dataclass(frozen=True)
class Summary:
    """The figures of a batch; every estimate carries a 95 % interval."""

    count: int
    schema_valid: Estimate
    built: Estimate
    geometric_accuracy: Estimate
    median_iou: float
    structural_f1: Estimate | None

    def as_dict(self) -> dict[str, Any]:
        def plain(value: Any) -> Any:
            if isinstance(value, Estimate):
                return {"value": value.value, "low": value.low, "high": value.high, "n": value.count}
            return value

        return {name: plain(getattr(self, name)) for name in self.__dataclass_fields__}

    def lines(self) -> list[str]:
        """The figures as lines for a person."""
        lines = [
            f"designs              {self.count}",
            f"schema-valid         {self.schema_valid}",
            f"built                {self.built}",
        ]
        if self.geometric_accuracy.count:
            lines += [
                f"IoU >= {EXACT}          {self.geometric_accuracy}",
                f"median IoU           {self.median_iou:.4f}",
            ]
        if self.structural_f1 is not None:
            lines.append(f"structural F1        {self.structural_f1}")
        return lines


def summarise(results: Sequence[Result]) -> Summary:
    """The figures of a batch. Rates count every design; accuracy those with a reference solid."""
    with_reference = [result for result in results if result.iou is not None]
    scores = [result.structure for result in results if result.structure is not None]
    return Summary(
        len(results),
        wilson(sum(result.schema_valid for result in results), len(results)),
        wilson(sum(result.built for result in results), len(results)),
        wilson(sum(result.exact for result in with_reference), len(with_reference)),
        median([result.iou or 0.0 for result in with_reference]),
        micro_f1(scores) if scores else None,
    )
