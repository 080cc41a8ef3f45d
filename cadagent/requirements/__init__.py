"""Requirements: what a request says in figures, and whether a built solid holds it.

Importing this package loads neither the kernel nor numpy; comparing with a solid loads numpy.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cadagent.requirements.contradictions import Contradiction, can_contradict, contradictions
from cadagent.requirements.extract import Requirement, extract, scaling
from cadagent.requirements.rows import Row

if TYPE_CHECKING:
    from cadagent.kernel.measure import Measurement
    from cadagent.kernel.mesh import Mesh

__all__ = ["Contradiction", "Requirement", "Row", "can_contradict", "compare", "contradictions", "extract"]


def compare(
    request: str,
    measured: Measurement,
    mesh: Mesh | None = None,
    document: Mapping[str, Any] | None = None,
    units: str = "mm",
) -> tuple[Row, ...]:
    """The table asked against built: a row for each requirement of a request, in the order of its text.

    Args:
        request: the English text.
        measured: the solid, in millimetres.
        mesh: of the solid; without it nothing is found missing.
        document: the canonical design of the solid, where there is one.
        units: of figures without a unit, where there is no design.
    """
    check = import_module("cadagent.requirements.check").check
    return check(extract(request), measured, mesh, document=document, units=units, factor=scaling(request))
