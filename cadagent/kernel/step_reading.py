"""Reading STEP files of unknown origin: what is broken or cannot be relied on is told, not left out.

The kernel's reader takes much on trust: it leaves out solids that it cannot make sense of, takes an unknown
unit for metres, runs for ever on numbers that are none, and follows entities that lead back to themselves
until it crashes. All four are looked for here.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cadagent.errors import InputError
from cadagent.kernel.files import MAX_BYTES, new_document, read_bounded, silence

if TYPE_CHECKING:
    from OCP.TopoDS import TopoDS_Shape

#: Texts, which are stepped over, and figures that are no numbers or beyond all measure.
_FIGURE = re.compile(
    rb"'[^']*'|(?P<bad>[(,]\s*[-+]?(?:nan\b|inf(?:inity)?\b|\d\.#|\d+\.\d*E\+?\d{3})[^,)]{0,20})",
    re.IGNORECASE,
)
_SOLID = re.compile(rb"#(\d+)\s*=\s*(?:MANIFOLD_SOLID_BREP|BREP_WITH_VOIDS|FACETED_BREP)\s*\(")
_REFERENCE = re.compile(rb"'[^']*'|#(?P<defined>\d+)\s*=|#(?P<used>\d+)")
#: Larger files are not searched for cycles, which would take seconds; the worker ends those that hang.
_MAX_SEARCHED = 20_000_000
_PREFIXES = rb"EXA PETA TERA GIGA MEGA KILO HECTO DECA DECI CENTI MILLI MICRO NANO PICO FEMTO ATTO".split()
_SI_UNIT = re.compile(rb"SI_UNIT\s*\(\s*(?:\$|\.(\w+)\.)\s*,\s*\.(\w+)\.\s*\)")


def read_step(path: Path | str, max_bytes: int = MAX_BYTES) -> dict[str, TopoDS_Shape]:
    """The solids of a STEP file by name, in millimetres.

    Unnamed and equally named products get running numbers. The kernel's reader is native code: read files
    of unknown origin in the killable worker.

    Raises:
        InputError: it is no complete STEP file, a solid in it cannot be read or refers to itself, a figure is
            no number, or its unit of length is unknown.
    """
    from OCP.IFSelect import IFSelect_ReturnStatus
    from OCP.STEPCAFControl import STEPCAFControl_Reader

    data = read_bounded(path, max_bytes)
    if not data.lstrip().startswith(b"ISO-10303-21"):
        raise InputError(f"{path}: not a STEP file (it does not begin with ISO-10303-21)")
    if b"END-ISO-10303-21" not in data[-200:]:
        raise InputError(f"{path}: the STEP file is cut off (END-ISO-10303-21 is missing)")
    _check_figures(data, path)
    _check_units(data, path)
    if len(data) <= _MAX_SEARCHED:
        _check_cycles(data, path)
    silence()
    reader = STEPCAFControl_Reader()
    reader.SetNameMode(True)
    document, shapes = new_document()
    status = reader.ReadStream(Path(path).name, io.BytesIO(data))
    if status != IFSelect_ReturnStatus.IFSelect_RetDone or not reader.Transfer(document):
        raise InputError(f"{path}: the STEP file cannot be read")
    bodies: dict[str, TopoDS_Shape] = {}
    found = _named_solids(shapes)
    written = len(_SOLID.findall(data))
    if len(found) < written:
        broken = f"{written - len(found)} of the {written} solids"
        raise InputError(f"{path}: {broken} in the STEP file cannot be read; they are broken")
    for name, shape in found:
        unique, number = name, 1
        while unique in bodies:
            number += 1
            unique = f"{name}_{number}"
        bodies[unique] = shape
    if not bodies:
        raise InputError(f"{path}: the STEP file holds no solid")
    return bodies


def _check_figures(data: bytes, path: Path | str) -> None:
    for match in _FIGURE.finditer(data):
        if match["bad"] is not None:
            figure = match["bad"][1:].decode("ascii", "replace").strip()
            raise InputError(
                f"{path}: {_entity(data, match.start())} has {figure}, which is no usable number"
            )


def _check_units(data: bytes, path: Path | str) -> None:
    """Every unit of length is of the SI, or converted from one; and there is one."""
    place = data.find(b"LENGTH_UNIT")
    if place < 0:
        raise InputError(f"{path}: the STEP file names no unit of length")
    while place >= 0:
        start, end = data.rfind(b";", 0, place) + 1, data.find(b";", place)
        for prefix, name in _SI_UNIT.findall(data, start, end):
            if name.upper() != b"METRE" or (prefix and prefix.upper() not in _PREFIXES):
                unit = b" ".join((prefix, name)).decode("ascii", "replace").strip()
                raise InputError(f"{path}: {_entity(data, place)} has the unknown unit of length {unit}")
        place = data.find(b"LENGTH_UNIT", end if end > 0 else len(data))


def _check_cycles(data: bytes, path: Path | str) -> None:
    """What a solid is made of never leads back to where it came from."""
    uses: dict[int, list[int]] = {}
    current: list[int] = []
    for match in _REFERENCE.finditer(data):
        if match["defined"] is not None:
            current = uses.setdefault(int(match["defined"]), [])
        elif match["used"] is not None:
            current.append(int(match["used"]))
    finished: set[int] = set()
    for solid in _SOLID.findall(data):
        trail, waiting = [int(solid)], [iter(uses.get(int(solid), ()))]
        open_ones = {int(solid)}
        while trail:
            entity = next(waiting[-1], None)
            if entity is None:
                waiting.pop()
                open_ones.discard(trail[-1])
                finished.add(trail.pop())
            elif entity in open_ones:
                round_trip = [*trail[trail.index(entity) :], entity]
                words = " → ".join(f"#{number}" for number in round_trip[:6])
                raise InputError(
                    f"{path}: entities of the STEP file refer to each other in a circle: {words}"
                )
            elif entity not in finished:
                trail.append(entity)
                open_ones.add(entity)
                waiting.append(iter(uses.get(entity, ())))


def _entity(data: bytes, place: int) -> str:
    """The number of the entity that a place in the file belongs to, such as ``#12``."""
    numbers = re.findall(rb"#\d+(?=\s*=)", data[max(0, place - 100_000) : place])
    return numbers[-1].decode("ascii") if numbers else "its header"


def _named_solids(shapes: Any) -> list[tuple[str, TopoDS_Shape]]:
    """Names and solids of a document's free shapes; assemblies are walked with their placements."""
    from OCP.collections import Sequence_TDF_Label
    from OCP.TDF import TDF_Label
    from OCP.TopAbs import TopAbs_ShapeEnum
    from OCP.TopExp import TopExp_Explorer
    from OCP.TopLoc import TopLoc_Location
    from OCP.XCAFDoc import XCAFDoc_ShapeTool

    found: list[tuple[str, TopoDS_Shape]] = []

    def visit(label: Any, location: Any) -> None:
        if XCAFDoc_ShapeTool.IsAssembly_s(label):
            parts = Sequence_TDF_Label()
            XCAFDoc_ShapeTool.GetComponents_s(label, parts, False)
            for part in parts:
                target = TDF_Label()
                XCAFDoc_ShapeTool.GetReferredShape_s(part, target)
                visit(target, location.Multiplied(XCAFDoc_ShapeTool.GetLocation_s(part)))
            return
        walk = TopExp_Explorer(
            XCAFDoc_ShapeTool.GetShape_s(label).Moved(location), TopAbs_ShapeEnum.TopAbs_SOLID
        )
        while walk.More():
            found.append((_label_name(label) or "body", walk.Current()))
            walk.Next()

    free = Sequence_TDF_Label()
    shapes.GetFreeShapes(free)
    for label in free:
        visit(label, TopLoc_Location())
    return found


def _label_name(label: Any) -> str:
    from OCP.TDataStd import TDataStd_Name

    name = TDataStd_Name()
    return str(name.Get().ToExtString()) if label.FindAttribute(TDataStd_Name.GetID_s(), name) else ""
