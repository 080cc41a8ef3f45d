"""Binary glTF 2.0: metres, y up, one named node a body, creases kept sharp by normals of their own."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

from cadagent import __version__
from cadagent.kernel.part import Part

if TYPE_CHECKING:
    import numpy as np

    from cadagent.kernel.mesh import Mesh

_CREASE = 30.0
"""Degrees between facets up to which a surface is shaded as round."""
_COLORS = ((0.35, 0.52, 0.70), (0.74, 0.55, 0.33), (0.45, 0.62, 0.42), (0.60, 0.45, 0.62))
"""Base colours of the bodies in turn (linear)."""
_FLOAT, _UNSIGNED = 5126, 5125
_VERTICES, _INDICES = 34962, 34963


def write(part: Part) -> bytes:
    """A self-contained .glb file."""
    scene = _Scene()
    for name, mesh in part.meshes.items():
        scene.add(name, mesh)
    return scene.bytes()


class _Scene:
    """Collects nodes, and their data in one buffer."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.meshes: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self.buffer = bytearray()

    def add(self, name: str, mesh: Mesh) -> None:
        positions, normals, indices = _sharpened(mesh)
        # z up in millimetres → y up in metres
        positions = (positions[:, [0, 2, 1]] * [1e-3, 1e-3, -1e-3]).astype("<f4")
        normals = (normals[:, [0, 2, 1]] * [1.0, 1.0, -1.0]).astype("<f4")
        bounds = {"min": positions.min(axis=0).tolist(), "max": positions.max(axis=0).tolist()}
        attributes = {
            "POSITION": self._accessor(positions, "VEC3", _FLOAT, _VERTICES, bounds),
            "NORMAL": self._accessor(normals, "VEC3", _FLOAT, _VERTICES, {}),
        }
        number = len(self.meshes)
        triangles = self._accessor(indices.astype("<u4").reshape(-1), "SCALAR", _UNSIGNED, _INDICES, {})
        primitive = {
            "attributes": attributes,
            "indices": triangles,
            "material": number % len(_COLORS),
            "mode": 4,
        }
        self.meshes.append({"name": name, "primitives": [primitive]})
        self.nodes.append({"name": name, "mesh": number})

    def _accessor(
        self, values: np.ndarray, kind: str, component: int, target: int, more: dict[str, Any]
    ) -> int:
        data = values.tobytes()
        view = {"buffer": 0, "byteOffset": len(self.buffer), "byteLength": len(data), "target": target}
        self.buffer += data
        self.views.append(view)
        self.accessors.append(
            {
                "bufferView": len(self.views) - 1,
                "componentType": component,
                "count": len(values),
                "type": kind,
                **more,
            }
        )
        return len(self.accessors) - 1

    def bytes(self) -> bytes:
        materials = [
            {
                "name": f"material{number}",
                "pbrMetallicRoughness": {
                    "baseColorFactor": [*color, 1.0],
                    "metallicFactor": 0.1,
                    "roughnessFactor": 0.6,
                },
            }
            for number, color in enumerate(_COLORS[: len(self.meshes)], 1)
        ]
        document = {
            "asset": {"version": "2.0", "generator": f"cadagent {__version__}"},
            "scene": 0,
            "scenes": [{"nodes": list(range(len(self.nodes)))}],
            "nodes": self.nodes,
            "meshes": self.meshes,
            "materials": materials,
            "accessors": self.accessors,
            "bufferViews": self.views,
            "buffers": [{"byteLength": len(self.buffer)}],
        }
        text = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
        text += b" " * (-len(text) % 4)
        data = bytes(self.buffer)  # every number has four bytes, so the length is right
        chunks = (
            struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data
        )
        return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def _sharpened(mesh: Mesh) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions [n, 3], normals [n, 3] and triangles [m, 3], with a vertex for every normal at a point.

    The normal at a triangle's corner is the mean, weighted by area, of those triangles around the point that
    lie within the crease angle of it.
    """
    import numpy as np

    corners = mesh.triangles.ravel()
    owner = np.repeat(np.arange(len(mesh.triangles)), 3)
    order = np.argsort(corners, kind="stable")
    counts = np.bincount(corners, minlength=len(mesh.vertices))
    starts = np.cumsum(counts) - counts
    # every corner together with every triangle at its point
    around = counts[corners]
    corner = np.repeat(np.arange(len(corners)), around)
    place = np.arange(len(corner)) - np.repeat(np.cumsum(around) - around, around)
    other = owner[order[starts[corners[corner]] + place]]
    unit = mesh.normals
    sides = mesh.corners
    weighted = np.cross(sides[:, 1] - sides[:, 0], sides[:, 2] - sides[:, 0])
    alike = np.einsum("ij,ij->i", unit[owner[corner]], unit[other]) >= np.cos(np.radians(_CREASE))
    normals = np.zeros((len(corners), 3))
    np.add.at(normals, corner[alike], weighted[other[alike]])
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    # a triangle without area points nowhere: any direction serves
    normals = np.where(length > 0, normals / np.where(length > 0, length, 1), [0.0, 0.0, 1.0])
    keys = np.hstack([corners[:, None], np.round(normals * 1e4).astype(np.int64)])
    _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return (
        mesh.vertices[corners[first]].astype(np.float64),
        normals[first],
        inverse.reshape(-1, 3),
    )
