"""The state of resolving a design: what has been built so far and the kernel steps for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cadagent.design.faces import MIDDLES, Built, Plane
from cadagent.design.findings import Finding
from cadagent.design.outlines import Box
from cadagent.design.placing import LOOKS
from cadagent.design.profiles import ProfileError, resolve_profile
from cadagent.design.vectors import PLANES, Frame
from cadagent.errors import CadAgentError, ExitCode


class DesignError(CadAgentError):
    """A design that cannot be put into the form asked for; ``findings`` say why."""

    exit_code = ExitCode.NO_VALID_DESIGN

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(finding.one_line() for finding in findings[:3]))
        self.findings = list(findings)


@dataclass(frozen=True)
class Sketch:
    """A resolved sketch: its plane (``None`` when it stands on a path) and plain loops."""

    plane: Plane | None
    loops: list[dict[str, Any]]
    pointer: str

    def outer(self) -> list[list[dict[str, Any]]]:
        """The outlines that add material."""
        return [loop["curves"] for loop in self.loops if loop["role"] == "add"]


def _seen(extent: Box, old: Frame, new: Frame) -> Box:
    """The box of a face in a frame that was moved or turned on it: the face itself stays where it is."""
    if new == old:
        return extent
    corners = [old.point(u, v) for u in (extent[0], extent[2]) for v in (extent[1], extent[3])]
    places = [new.coordinates(corner) for corner in corners]
    us, vs = [place[0] for place in places], [place[1] for place in places]
    return min(us), min(vs), max(us), max(vs)


def fail(
    code: str,
    message: str,
    pointer: str,
    expected: str | None = None,
    actual: str | None = None,
    hint: str | None = None,
) -> DesignError:
    """A :class:`DesignError` with one finding."""
    return DesignError([Finding(code, message, pointer, expected=expected, actual=actual, hint=hint)])


@dataclass
class Scene:
    """Everything resolved so far, in the order of the canonical operations."""

    sketches: dict[str, Sketch] = field(default_factory=dict)
    features: dict[str, Built] = field(default_factory=dict)
    bodies: list[str] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    part: Frame | None = None

    def plane(self, values: Mapping[str, Any], at: str) -> Plane:
        """The placed plane of evaluated placement keys; raises :class:`DesignError`."""
        if "face" in values:
            plane = self.face(values["face"], f"{at}/face")
        else:
            name = values.get("plane", "xy")
            if name not in PLANES:
                raise fail(
                    "frames.path_plane",
                    "Only a sweep's sketch stands on a path.",
                    f"{at}/plane",
                    " | ".join(PLANES),
                    name,
                )
            frame = PLANES[name]
            if values.get("frame") == "part" and self.part is not None:
                frame = self.part.within(frame)
            plane = Plane(frame, LOOKS[name])
        frame = plane.frame
        if "origin" in values:
            base = frame if plane.face or values.get("frame") == "part" else Frame()
            if values.get("frame") == "part" and self.part is not None:
                base = self.part
            shift = base.direction(*values["origin"])
            frame = Frame(
                (frame.origin[0] + shift[0], frame.origin[1] + shift[1], frame.origin[2] + shift[2]),
                frame.u,
                frame.v,
                frame.n,
            )
        if "rotation" in values:
            frame = frame.turned(values["rotation"])
        if "offset" in values:
            frame = frame.moved(n=values["offset"])
        extent = None if plane.extent is None else _seen(plane.extent, plane.frame, frame)
        return Plane(frame, plane.look, extent, plane.feature, plane.face)

    def face(self, reference: str, at: str) -> Plane:
        """The plane of ``feature.face``; raises :class:`DesignError` with the faces there are."""
        owner, _, name = reference.rpartition(".")
        built = self.features.get(owner)
        if built is None:
            raise fail(
                "references.unknown_feature",
                f"No earlier feature is called {owner or name}.",
                at,
                " | ".join(self.features) or "an earlier feature",
                reference,
            )
        plane = built.plane(name)
        if plane is None or (not built.adds and name not in built.extra):
            names = built.names() if built.adds else list(built.extra)
            raise fail(
                "references.unknown_face",
                f"{owner} has no face called {name}.",
                at,
                " | ".join(entry for entry in names if entry not in MIDDLES) or "no face",
                name,
            )
        return plane

    def resolve_loops(
        self, loops: Sequence[Mapping[str, Any]], plane: Plane, at: str
    ) -> list[dict[str, Any]]:
        """The plain loops of a profile on a plane; raises :class:`DesignError`."""
        try:
            return resolve_profile(loops, plane.area(), at)
        except ProfileError as error:
            raise DesignError([error.finding]) from error

    def targets(self, values: Mapping[str, Any], plane: Plane | None) -> list[str] | None:
        """The bodies a feature acts on: the one it names, else that of its face, else all it touches."""
        if values.get("mode") == "new":
            return None
        if "target" in values:
            return [values["target"]]
        if plane is not None and plane.feature is not None:
            body = self.features[plane.feature].body
            return None if body is None else [body]
        return None

    def body_of(self, identity: str, values: Mapping[str, Any], plane: Plane | None) -> str | None:
        """The id of the body that a feature with this mode makes or changes, where that can be told."""
        if values["mode"] == "new":
            self.bodies.append(identity)
            return identity
        found = self.targets(values, plane)
        if found:
            return found[0]
        return self.bodies[0] if len(self.bodies) == 1 else None

    def add(self, built: Built, step: dict[str, Any], sketched: Frame | None = None) -> None:
        """Record a feature and its step; ``sketched`` is its sketch's frame, where that is not its own."""
        if self.part is None:
            self.part = sketched or built.frame
        self.features[built.id] = built
        self.steps.append(step)
