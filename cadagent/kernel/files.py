"""Files: STEP out, STL in and out, in millimetres; :mod:`cadagent.kernel.step_reading` reads STEP.

Files appear whole or not at all: they are put together in memory, written beside their target and renamed.
The same bodies give the same bytes, so the STEP header carries a fixed date.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cadagent.errors import InputError
from cadagent.kernel.mesh import Mesh, tessellate, weld

if TYPE_CHECKING:
    from OCP.TopoDS import TopoDS_Shape

MAX_BYTES = 100_000_000
"""Larger files are refused before they are read."""
STEP_DATE = "2000-01-01T00:00:00"
_AP242 = 5  # value of the kernel's "write.step.schema"
_STL_FACET = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


def write_atomically(path: Path | str, data: bytes) -> None:
    """Replace ``path`` by ``data`` in one step; InputError says why it cannot be written.

    Links are followed; a device or a pipe is written to, never replaced.
    """
    path = Path(path).resolve()
    temporary = None
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
            return
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(data)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from error
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def step_bytes(bodies: Mapping[str, TopoDS_Shape]) -> bytes:
    """An AP242 STEP file with one product a body, named by its id, in millimetres."""
    from OCP.IFSelect import IFSelect_ReturnStatus
    from OCP.Interface import Interface_Static
    from OCP.STEPCAFControl import STEPCAFControl_Controller, STEPCAFControl_Writer
    from OCP.STEPControl import STEPControl_StepModelType
    from OCP.TCollection import TCollection_ExtendedString
    from OCP.TDataStd import TDataStd_Name

    silence()
    document, shapes = new_document()
    for name, shape in bodies.items():
        label = shapes.AddShape(_unplaced(_single(shape)), False)
        TDataStd_Name.Set_s(label, TCollection_ExtendedString(name, True))
    STEPCAFControl_Controller.Init_s()
    Interface_Static.SetIVal_s("write.step.schema", _AP242)
    Interface_Static.SetCVal_s("write.step.unit", "MM")
    writer = STEPCAFControl_Writer()
    writer.SetNameMode(True)
    writer.SetColorMode(False)
    writer.SetLayerMode(False)
    writer.SetPropsMode(False)
    stream = io.BytesIO()
    done = writer.Transfer(document, STEPControl_StepModelType.STEPControl_AsIs)
    if not done or writer.WriteStream(stream) != IFSelect_ReturnStatus.IFSelect_RetDone:
        raise InputError("the kernel could not write these bodies as STEP")
    header, end, data = stream.getvalue().partition(b"ENDSEC;")
    return _fixed_header(header) + end + _named_breps(_ascii(data))


def write_step(bodies: Mapping[str, TopoDS_Shape], path: Path | str) -> None:
    """Write named bodies as an AP242 STEP file. Silent, atomic, the same bytes for the same bodies."""
    write_atomically(path, step_bytes(bodies))


def stl_bytes(shape: TopoDS_Shape | Mapping[str, TopoDS_Shape] | Mesh) -> bytes:
    """A binary STL of a shape, of the bodies of a design, or of a mesh."""
    mesh = shape if isinstance(shape, Mesh) else tessellate(shape)
    facets = np.zeros(len(mesh.triangles), _STL_FACET)
    facets["normal"] = mesh.normals
    facets["corners"] = mesh.vertices[mesh.triangles]
    return b"cadagent, millimetres".ljust(80) + len(facets).to_bytes(4, "little") + facets.tobytes()


def write_stl(shape: TopoDS_Shape | Mapping[str, TopoDS_Shape] | Mesh, path: Path | str) -> None:
    """Write a binary STL (millimetres, facets outward)."""
    write_atomically(path, stl_bytes(shape))


def read_stl(path: Path | str, max_bytes: int = MAX_BYTES) -> Mesh:
    """The welded mesh of a binary or ASCII STL file; InputError when it is none or is cut off."""
    data = read_bounded(path, max_bytes)
    corners = _binary_corners(data)
    if corners is None:
        corners = _ascii_corners(data, path)
    if not len(corners):
        raise InputError(f"{path}: the STL file holds no triangles")
    if not np.isfinite(corners).all() or float(np.abs(corners).max()) > 1e9:
        raise InputError(f"{path}: the STL file has coordinates that are no usable numbers")
    return weld(corners)


def _binary_corners(data: bytes) -> Any | None:
    """Corners [m, 3, 3] when the length fits the count that a binary file gives; else None."""
    if len(data) < 84:
        return None
    count = int.from_bytes(data[80:84], "little")
    if len(data) < 84 + count * _STL_FACET.itemsize or (count == 0 and data.lstrip().startswith(b"solid")):
        return None
    return np.frombuffer(data, _STL_FACET, count, 84)["corners"]


def _ascii_corners(data: bytes, path: Path | str) -> Any:
    if data.lstrip()[:5].lower() != b"solid" or b"facet" not in data[:2000].lower():
        if len(data) >= 84 and b"\0" in data[:200]:
            count = int.from_bytes(data[80:84], "little")
            have = (len(data) - 84) // _STL_FACET.itemsize
            raise InputError(f"{path}: the STL file is cut off or broken ({have} of {count} triangles)")
        raise InputError(f"{path}: not an STL file")
    if b"endsolid" not in data[-300:].lower():
        raise InputError(f"{path}: the STL file is cut off (endsolid is missing)")
    vertices = re.findall(rb"vertex\s+(\S+)\s+(\S+)\s+(\S+)", data, re.IGNORECASE)
    if len(vertices) % 3:
        raise InputError(f"{path}: the STL file is broken ({len(vertices)} corners are no whole triangles)")
    try:
        return np.array(vertices, dtype="S").astype(np.float64).reshape(-1, 3, 3)
    except ValueError as error:
        raise InputError(f"{path}: the STL file has coordinates that are no numbers") from error


def read_bounded(path: Path | str, max_bytes: int) -> bytes:
    """The bytes of a file; InputError when it cannot be read or is larger than the bound."""
    try:
        size = Path(path).stat().st_size
        if size > max_bytes:
            raise InputError(f"{path}: {size / 1e6:.0f} MB exceeds the limit of {max_bytes / 1e6:.0f} MB")
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error


def silence() -> None:
    """Stop the kernel's translators from printing to stdout, which belongs to the program's own data."""
    from OCP.Message import Message, Message_PrinterOStream

    Message.DefaultMessenger_s().RemovePrinters(Message_PrinterOStream.get_type_descriptor_s())


def new_document() -> tuple[Any, Any]:
    """A fresh exchange document and its shape tool."""
    from OCP.TCollection import TCollection_ExtendedString
    from OCP.TDocStd import TDocStd_Document
    from OCP.XCAFApp import XCAFApp_Application
    from OCP.XCAFDoc import XCAFDoc_DocumentTool

    document = TDocStd_Document(TCollection_ExtendedString("BinXCAF"))
    XCAFApp_Application.GetApplication_s().InitDocument(document)
    return document, XCAFDoc_DocumentTool.ShapeTool_s(document.Main())


def _single(shape: TopoDS_Shape) -> TopoDS_Shape:
    """The solid inside a compound of one: products then hold a solid, as other programs expect."""
    from OCP.TopAbs import TopAbs_ShapeEnum
    from OCP.TopExp import TopExp_Explorer

    if shape.ShapeType() != TopAbs_ShapeEnum.TopAbs_COMPOUND:
        return shape
    walk = TopExp_Explorer(shape, TopAbs_ShapeEnum.TopAbs_SOLID)
    solids = []
    while walk.More():
        solids.append(walk.Current())
        walk.Next()
    return solids[0] if len(solids) == 1 else shape


def _unplaced(shape: TopoDS_Shape) -> TopoDS_Shape:
    """The same shape with its placement carried out: a placed one would become an assembly of one part."""
    from OCP.BRepBuilderAPI import BRepBuilderAPI_Transform
    from OCP.TopLoc import TopLoc_Location

    placement = shape.Location()
    if placement.IsIdentity():
        return shape
    return BRepBuilderAPI_Transform(
        shape.Located(TopLoc_Location()), placement.Transformation(), True
    ).Shape()


def _fixed_header(header: bytes) -> bytes:
    """The STEP header with a fixed date and our name in place of the kernel's defaults."""
    header = re.sub(rb"'\d{4}-\d\d-\d\dT[\d:]+'", b"'" + STEP_DATE.encode() + b"'", header)
    header = header.replace(b"'Open CASCADE Shape Model'", b"'cadagent design'")
    return header.replace(b"'Open CASCADE Model'", b"'cadagent design'").replace(b"'Author'", b"''")


def _ascii(data: bytes) -> bytes:
    """Names beyond ASCII in the escapes of ISO 10303-21, which every reader knows."""
    if data.isascii():
        return data

    def escape(run: re.Match[str]) -> str:
        return "\\X2\\" + run[0].encode("utf-16-be").hex().upper() + "\\X0\\"

    return re.sub(r"[^\x00-\x7f]+", escape, data.decode("utf-8")).encode("ascii")


def _named_breps(data: bytes) -> bytes:
    """Give solids the name of their product, which they follow: some programs show one, some the other."""
    name = b""

    def named(match: re.Match[bytes]) -> bytes:
        nonlocal name
        if match["product"] is not None:
            name = match["product"]
            return match[0]
        return match["solid"] + name

    return re.sub(
        rb"\bPRODUCT\('(?P<product>(?:[^']|'')*)|(?P<solid>\b(?:MANIFOLD_SOLID_BREP|BREP_WITH_VOIDS)\(')",
        named,
        data,
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
