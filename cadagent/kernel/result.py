"""What a build gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cadagent.design.findings import Finding

if TYPE_CHECKING:
    from cadagent.kernel.measure import Measurement
    from cadagent.kernel.mesh import Mesh


@dataclass(frozen=True)
class BuildResult:
    """A built design, or the reasons why it could not be built.

    Attributes:
        ok: the design built and no finding is an error.
        findings: with pointers into the canonical document, in the order of the steps.
        measurement: of what was built; also there when a late step failed, and then of the bodies before it.
        mesh: of all bodies together, when asked for.
        seconds: wall time of the build, including the way to the worker and back.
        bodies: ids of the bodies, in the order in which they were made.
    """

    ok: bool
    findings: list[Finding] = field(default_factory=list)
    measurement: Measurement | None = None
    mesh: Mesh | None = None
    seconds: float = 0.0
    bodies: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The result without its mesh, JSON-ready."""
        return {
            "ok": self.ok,
            "findings": [finding.as_dict() for finding in self.findings],
            "measurement": self.measurement.as_dict() if self.measurement else None,
            "seconds": self.seconds,
            "bodies": list(self.bodies),
        }
