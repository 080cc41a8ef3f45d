"""3MF (3D Manufacturing Format, core specification 1.3): named meshes in millimetres for printing."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from cadagent.exports.text import xml
from cadagent.kernel.part import Part

if TYPE_CHECKING:
    from cadagent.kernel.mesh import Mesh

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TYPES = (
    _HEAD + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>'
    "</Types>"
)
_RELATIONS = (
    _HEAD + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Target="/3D/3dmodel.model" Id="rel0" '
    'Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/></Relationships>'
)
_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip archive can say: the same design gives the same bytes."""


def write(part: Part, title: str = "") -> bytes:
    """One object a body, named by its id and placed as designed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELATIONS),
            ("3D/3dmodel.model", _model(part, title)),
        ):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode("utf-8"))
    return buffer.getvalue()


def _model(part: Part, title: str) -> str:
    objects = [
        f'<object id="{number}" type="model" name="{xml(name)}">{_mesh(mesh)}</object>'
        for number, (name, mesh) in enumerate(part.meshes.items(), 1)
    ]
    items = [f'<item objectid="{number}"/>' for number in range(1, len(objects) + 1)]
    return (
        _HEAD + '<model unit="millimeter" xml:lang="en-US" '
        'xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02">\n'
        + (f'<metadata name="Title">{xml(title)}</metadata>\n' if title else "")
        + '<metadata name="Application">cadagent</metadata>\n'
        + f"<resources>{''.join(objects)}</resources>\n<build>{''.join(items)}</build>\n</model>\n"
    )


def _mesh(mesh: Mesh) -> str:
    vertices = "".join(
        f'<vertex x="{x:.6g}" y="{y:.6g}" z="{z:.6g}"/>' for x, y, z in (mesh.vertices + 0.0).tolist()
    )
    triangles = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in mesh.triangles.tolist())
    return f"<mesh><vertices>{vertices}</vertices>\n<triangles>{triangles}</triangles></mesh>"
