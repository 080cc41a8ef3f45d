"""How alike two solids are: intersection over union of their meshes, and chamfer distance.

True scale and true handedness: a pose-invariant comparison tries the 24 rotations that map the axes onto each
other, never a mirror image, and scales only when asked to.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from cadagent.errors import InputError
from cadagent.kernel.mesh import Floats, Ints, Mesh, merge, weld

_SLABS = 32
_SCREEN_AFTER, _SCREEN_ABOVE, _ROUGHNESS = 2, 1500, 3e-3
"""After so many exact tries, meshes of more triangles than this are screened with copies that are rough by
this share of their extent: a boolean's time grows faster than its triangles."""
_AGREE = 1e-3
"""Volumes that ought to add up may differ by this share of the larger solid."""
_GAIN = 1e-5
"""A pose that cannot be better by more than this is not tried: well below the meshes' own error of 1e-4."""
_FILM = 1e-3
"""Differences thinner than this share of the extent come from facets on curved faces."""
CHAMFER_POINTS = 8192


def iou(mesh_a: Mesh, mesh_b: Mesh, *, pose_invariant: bool = False, normalised: bool = False) -> float:
    """Intersection over union of two closed meshes, 0 … 1.

    Plain: where the solids stand. ``pose_invariant``: both centred on their boxes, then on their centres of
    mass, the best over the 24 axis rotations. ``normalised``: first scaled to a largest extent of 1, with the
    boxes centred. Meshes may be triangle soups: they are welded and turned outward. InputError for a mesh
    that is not closed, or when the volumes of intersection and union do not add up.
    """
    a, b = _Solid.of(mesh_a), _Solid.of(mesh_b)
    if normalised:
        a, b = a.unit(), b.unit()
    if not pose_invariant:
        return _checked_ratio(a.manifold, b.manifold, a.volume, b.volume)
    best = _best_pose(a, b)
    return _checked_ratio(*best.placed(a.manifold, b.manifold), a.volume, b.volume)


@dataclass(frozen=True, eq=False)
class Difference:
    """What two solids share and what only one has, as meshes in the place of the second.

    Attributes:
        iou: intersection over union.
        common, removed, added: in both; only in the first; only in the second. The latter two without films
            as thin as the meshes' own error.
        volumes: of the three, films included.
        matrix: how the first was moved, [3, 4].
    """

    iou: float
    common: Mesh
    removed: Mesh
    added: Mesh
    volumes: tuple[float, float, float]
    matrix: Floats


def difference(mesh_a: Mesh, mesh_b: Mesh, *, pose_invariant: bool = False) -> Difference:
    """The solids' intersection and differences; arguments and errors as for :func:`iou`."""
    a, b = _Solid.of(mesh_a), _Solid.of(mesh_b)
    matrix = np.hstack([np.eye(3), np.zeros((3, 1))])
    if pose_invariant:
        pose = _best_pose(a, b)
        shift = pose.center_b - pose.rotation @ pose.center_a
        matrix = np.hstack([pose.rotation, shift[:, None]])
    first = a.manifold.transform(matrix)
    ratio = _checked_ratio(first, b.manifold, a.volume, b.volume)
    common, removed, added = first ^ b.manifold, first - b.manifold, b.manifold - first
    film = _FILM * max(float((s.high - s.low).max()) for s in (a, b))
    return Difference(
        ratio,
        _as_mesh(common),
        merge([_as_mesh(piece) for piece in removed.decompose() if _thickness(piece) > film]),
        merge([_as_mesh(piece) for piece in added.decompose() if _thickness(piece) > film]),
        (float(common.volume()), float(removed.volume()), float(added.volume())),
        matrix,
    )


def _thickness(manifold: Any) -> float:
    """How thick a plate of the same volume and surface would be."""
    return 2 * float(manifold.volume()) / max(float(manifold.surface_area()), 1e-300)


def _as_mesh(manifold: Any) -> Mesh:
    arrays = manifold.to_mesh64()
    return Mesh(
        np.asarray(arrays.vert_properties)[:, :3].astype(np.float32).reshape(-1, 3),
        np.asarray(arrays.tri_verts).astype(np.int32).reshape(-1, 3),
    )


def _best_pose(a: _Solid, b: _Solid) -> _Pose:
    """The pose in which the solids share most."""
    best, best_pose = -1.0, None
    poses = sorted(_poses(a, b), key=_bound)
    for tried in range(len(poses)):
        if tried == _SCREEN_AFTER and max(a.manifold.num_tri(), b.manifold.num_tri()) > _SCREEN_ABOVE:
            poses[tried:] = _screened([p for p in poses[tried:] if p.bound > best + _GAIN], a, b)
        if tried >= len(poses) or poses[tried].bound <= best + _GAIN:
            break
        first, second = poses[tried].placed(a.manifold, b.manifold)
        ratio = _ratio((first ^ second).volume(), a.volume, b.volume)
        if ratio > best:
            best, best_pose = ratio, poses[tried]
    assert best_pose is not None  # the first pose is always tried
    return best_pose


def chamfer(mesh_a: Mesh, mesh_b: Mesh, *, points: int = CHAMFER_POINTS, seed: int = 0) -> float:
    """Chamfer distance × 1000, as the field reports it.

    ``points`` are spread over each surface and scaled by the range of all their coordinates together; squared
    distances to the nearest point of the other set, averaged, summed over both directions. Two samples of one
    shape already differ by 0.1 to 0.5, growing with its surface.
    """
    random = np.random.default_rng(seed)
    a, b = _surface_points(mesh_a, points, random), _surface_points(mesh_b, points, random)
    low = min(a.min(), b.min())
    spread = max(a.max(), b.max()) - low
    a, b = (a - low) / spread, (b - low) / spread
    nearest_b = np.full(len(b), np.inf)
    total_a = 0.0
    # |a − b|² = |a|² + (−2a·b + |b|²): one product of [a 1] with [−2b |b|²].
    factors = np.vstack([-2 * b.T, (b**2).sum(axis=1)])
    for rows in range(0, len(a), 128):
        chunk = a[rows : rows + 128]
        squared = np.hstack([chunk, np.ones((len(chunk), 1))]) @ factors
        squared += (chunk**2).sum(axis=1)[:, None]
        total_a += float(np.maximum(squared.min(axis=1), 0).sum())
        np.minimum(nearest_b, squared.min(axis=0), out=nearest_b)
    return 1000 * (total_a / len(a) + float(np.maximum(nearest_b, 0).mean()))


@dataclass(frozen=True, eq=False)
class _Solid:
    """A mesh that encloses a volume, as float64 arrays and as a manifold."""

    vertices: Floats
    triangles: Ints
    manifold: Any

    @staticmethod
    def of(mesh: Mesh) -> _Solid:
        manifold = _resolved(_manifold(mesh))
        arrays = manifold.to_mesh64()
        return _Solid(np.asarray(arrays.vert_properties)[:, :3], np.asarray(arrays.tri_verts), manifold)

    def unit(self) -> _Solid:
        """Scaled to a largest extent of 1, the box centred on the origin."""
        scale = 1 / float((self.high - self.low).max())
        center = (self.low + self.high) / 2
        matrix = np.hstack([np.eye(3) * scale, (-center * scale)[:, None]])
        return _Solid((self.vertices - center) * scale, self.triangles, self.manifold.transform(matrix))

    @cached_property
    def rough(self) -> tuple[Any, float]:
        """A coarser copy of the manifold, and the volume by which the two differ."""
        rough = self.manifold.simplify(_ROUGHNESS * float((self.high - self.low).max()))
        shared = float((rough ^ self.manifold).volume())
        return rough, max(0.0, float(rough.volume()) + self.volume - 2 * shared)

    @cached_property
    def low(self) -> Floats:
        return self.vertices.min(axis=0)

    @cached_property
    def high(self) -> Floats:
        return self.vertices.max(axis=0)

    @cached_property
    def volume(self) -> float:
        return float(self.manifold.volume())

    @cached_property
    def center(self) -> Floats:
        return Mesh(self.vertices, self.triangles).center

    def slabs(self, center: Floats, half: float) -> Floats:
        """Exact volume in equal slabs between −half and half of ``center``, along x, y and z: [3, k].

        The volume below a plane is the sum over triangles of the signed projected area times the mean of
        min(height, plane) over the triangle, which is piecewise cubic in the plane's position.
        """
        corners = (self.vertices - center)[self.triangles]
        areas = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2
        cuts = np.linspace(-half, half, _SLABS + 1)[None, :]
        rows = []
        for axis in range(3):
            seen = np.abs(areas[:, axis]) > 1e-12 * half**2
            below = areas[seen, axis] @ _mean_capped(np.sort(corners[seen, :, axis], axis=1), cuts)
            rows.append(np.maximum(np.diff(below), 0))
        return np.stack(rows)


@dataclass(frozen=True, eq=False)
class _Pose:
    """A rotation of solid a about its centre, and the highest ratio that it can reach."""

    rotation: Floats
    center_a: Floats
    center_b: Floats
    bound: float

    def placed(self, a: Any, b: Any) -> tuple[Any, Any]:
        """Both manifolds with their centres on the origin, a turned."""
        turned = np.hstack([self.rotation, (-self.rotation @ self.center_a)[:, None]])
        return a.transform(turned), b.translate(-self.center_b)


def _bound(pose: _Pose) -> float:
    """Sort key: the most promising pose first."""
    return -pose.bound


def _screened(poses: list[_Pose], a: _Solid, b: _Solid) -> list[_Pose]:
    """Poses with tighter bounds, from intersections of rough copies: these are off by at most the volume in
    which the copies differ from their solids."""
    (rough_a, error_a), (rough_b, error_b) = a.rough, b.rough
    tighter = []
    for pose in poses:
        turned, fixed = pose.placed(rough_a, rough_b)
        shared = float((turned ^ fixed).volume()) + error_a + error_b
        tighter.append(replace(pose, bound=min(pose.bound, _ratio(shared, a.volume, b.volume))))
    return sorted(tighter, key=_bound)


def _poses(a: _Solid, b: _Solid) -> list[_Pose]:
    """Both ways of centring times 24 rotations.

    The intersection cannot hold more than the smaller of both volumes in any slab, along any axis: that
    bounds the ratio without a boolean.
    """
    centers = [((a.low + a.high) / 2, (b.low + b.high) / 2), (a.center, b.center)]
    size = max(float((s.high - s.low).max()) for s in (a, b))
    if all(np.abs(box - mass).max() <= 1e-9 * size for box, mass in zip(*centers, strict=True)):
        centers.pop()
    poses = []
    for center_a, center_b in centers:
        half = 1e-9 * size + max(
            float(np.abs(np.stack([s.low - c, s.high - c])).max()) for s, c in ((a, center_a), (b, center_b))
        )
        slabs_a, slabs_b = a.slabs(center_a, half), b.slabs(center_b, half)
        for axes, signs in ROTATIONS:
            turned = np.stack([slabs_a[j][::s] for j, s in zip(axes, signs, strict=True)])
            shared = float(np.minimum(turned, slabs_b).sum(axis=1).min())
            rotation = np.zeros((3, 3))
            rotation[range(3), axes] = signs
            bound = _ratio(shared, a.volume, b.volume) + 1e-9
            poses.append(_Pose(rotation, center_a, center_b, bound))
    return poses


def _axis_rotations() -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The 24 proper rotations that map axes onto axes: row i has ``signs[i]`` in column ``axes[i]``."""
    found = []
    for axes in itertools.permutations(range(3)):
        parity = 1 if axes in ((0, 1, 2), (1, 2, 0), (2, 0, 1)) else -1
        for signs in itertools.product((1, -1), repeat=3):
            if signs[0] * signs[1] * signs[2] == parity:
                found.append((axes, signs))
    return found


ROTATIONS = _axis_rotations()


def _mean_capped(heights: Floats, cuts: Floats) -> Floats:
    """Mean over a triangle of min(height, cut), for sorted corner heights [m, 3] and cuts [1, k]: [m, k]."""
    low, middle, high = (heights[:, i, None] for i in range(3))
    mean = (low + middle + high) / 3
    with np.errstate(divide="ignore", invalid="ignore"):
        upper = (high - cuts) ** 3 / (3 * (high - low) * (high - middle))
        lower = mean - cuts + (cuts - low) ** 3 / (3 * (middle - low) * (high - low))
    excess = np.where(
        cuts <= low, mean - cuts, np.where(cuts >= high, 0.0, np.where(cuts >= middle, upper, lower))
    )
    return mean - excess


def _ratio(shared: float, volume_a: float, volume_b: float) -> float:
    return min(1.0, max(0.0, shared / max(volume_a + volume_b - shared, 1e-300)))


def _checked_ratio(a: Any, b: Any, volume_a: float, volume_b: float) -> float:
    """The ratio, with V(a ∪ b) = V(a) + V(b) − V(a ∩ b) verified by an independent boolean."""
    shared = float((a ^ b).volume())
    union = float((a + b).volume())
    if abs(volume_a + volume_b - shared - union) > _AGREE * max(volume_a, volume_b):
        raise InputError(
            "the solids cannot be compared: intersection and union do not add up to their volumes"
        )
    return _ratio(shared, volume_a, volume_b)


def _manifold(mesh: Mesh) -> Any:
    """A mesh as a manifold: as it is, or welded more and more coarsely and turned consistently."""
    for attempt in (None, 1e-6, 1e-5, 1e-4):
        candidate = mesh if attempt is None else _turned_outward(weld(mesh.corners, attempt))
        manifold = _as_manifold(candidate)
        if manifold is not None:
            return manifold
    open_sides = weld(mesh.corners).open_sides
    raise InputError(f"the mesh is not closed ({open_sides} open sides of {len(mesh.triangles)} triangles)")


def _as_manifold(mesh: Mesh) -> Any | None:
    from manifold3d import Error, Manifold, Mesh64

    triangles = mesh.triangles if mesh.volume >= 0 else mesh.triangles[:, ::-1]
    manifold = Manifold(
        Mesh64(
            np.ascontiguousarray(mesh.vertices, dtype=np.float64),
            np.ascontiguousarray(triangles, dtype=np.uint64),
        )
    )
    sound = manifold.status() == Error.NoError and not manifold.is_empty() and manifold.volume() > 0
    return manifold if sound else None


def _resolved(manifold: Any) -> Any:
    """Overlapping shells united, cavities taken out, so that every point counts once."""
    from manifold3d import Manifold, Mesh64, OpType

    shells = manifold.decompose()
    if len(shells) == 1:
        return manifold
    outer = [shell for shell in shells if shell.volume() > 0]
    cavities = []
    for shell in shells:
        if shell.volume() < 0:
            arrays = shell.to_mesh64()
            flipped = np.array(arrays.tri_verts[:, ::-1], dtype=np.uint64, order="C")
            cavities.append(Manifold(Mesh64(np.array(arrays.vert_properties, dtype=np.float64), flipped)))
    return Manifold.batch_boolean([Manifold.batch_boolean(outer, OpType.Add), *cavities], OpType.Subtract)


def _turned_outward(mesh: Mesh) -> Mesh:
    """Neighbouring triangles made to agree, and every shell turned outward."""
    triangles = mesh.triangles.copy()
    _, sides, counts = mesh.sides
    owners = np.repeat(np.arange(len(triangles)), 3)[np.argsort(sides.ravel(), kind="stable")]
    start = np.cumsum(counts) - counts
    seen = np.zeros(len(triangles), dtype=bool)
    for seed in range(len(triangles)):
        if seen[seed]:
            continue
        seen[seed] = True
        shell, pending = [seed], [seed]
        while pending:
            current = pending.pop()
            for k in range(3):
                side = sides[current, k]
                for other in owners[start[side] : start[side] + counts[side]]:
                    if seen[other] or counts[side] != 2:
                        continue
                    seen[other] = True
                    if _same_direction(triangles[current], triangles[other]):
                        triangles[other] = triangles[other][::-1]
                    shell.append(other)
                    pending.append(other)
        if Mesh(mesh.vertices, triangles[shell]).volume < 0:
            triangles[shell] = triangles[shell][:, ::-1]
    return Mesh(mesh.vertices, triangles)


def _same_direction(a: Ints, b: Ints) -> bool:
    """Do two neighbouring triangles run along their common side in the same direction?"""
    ours = {(a[0], a[1]), (a[1], a[2]), (a[2], a[0])}
    return any(side in ours for side in ((b[0], b[1]), (b[1], b[2]), (b[2], b[0])))


def _surface_points(mesh: Mesh, count: int, random: np.random.Generator) -> Floats:
    """Points spread evenly over the surface, [count, 3]."""
    if mesh.area <= 0:
        raise InputError("the mesh has no surface")
    corners = mesh.corners
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    chosen = corners[random.choice(len(areas), count, p=areas / areas.sum())]
    root, share = np.sqrt(random.random((count, 1))), random.random((count, 1))
    return (1 - root) * chosen[:, 0] + root * (1 - share) * chosen[:, 1] + root * share * chosen[:, 2]
