"""OpenCASCADE's own text format: the exact solid, without names or units (millimetres)."""

from __future__ import annotations

import io

from cadagent.kernel.part import Part


def write(part: Part) -> bytes:
    """All bodies as one shape, without triangles."""
    from OCP.BRepTools import BRepTools
    from OCP.Message import Message_ProgressRange
    from OCP.TopTools import TopTools_FormatVersion

    from cadagent.kernel.shapes import together

    stream = io.BytesIO()
    BRepTools.Write_s(
        together(list(part.bodies.values())),
        stream,
        False,
        False,
        TopTools_FormatVersion.TopTools_FormatVersion_VERSION_1,
        Message_ProgressRange(),
    )
    return stream.getvalue()
