"""DXF, the drawing sheet and the picture: what a designer would measure on them."""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cadagent.design import resolve
from cadagent.errors import InputError
from cadagent.exports import Options, export
from cadagent.exports.sheet import scale_words, standard_scale
from cadagent.exports.views import View, view
from cadagent.kernel import build_solid

SVG = "{http://www.w3.org/2000/svg}"
INCH = 25.4


@pytest.fixture(scope="module")
def drawing(exported: dict[str, Path]) -> Any:
    recover = pytest.importorskip("ezdxf.recover")
    document, auditor = recover.readfile(exported["dxf"])
    assert not auditor.errors and not auditor.fixes
    return document


def on(drawing: Any, layer: str, kind: str) -> list[Any]:
    return list(drawing.modelspace().query(f'{kind}[layer=="{layer}"]'))


def test_dxf_holds_sketches_as_true_curves(drawing: Any) -> None:
    assert drawing.units == 4, "millimetres"
    assert len(on(drawing, "SKETCH_plate", "LINE")) == len(on(drawing, "SKETCH_plate", "ARC")) == 4
    assert {round(arc.dxf.radius, 6) for arc in on(drawing, "SKETCH_plate", "ARC")} == {0.25 * INCH}
    ellipse = on(drawing, "SKETCH_plate", "ELLIPSE")[0]
    assert ellipse.dxf.major_axis.magnitude == pytest.approx(0.5 * INCH)
    assert ellipse.dxf.ratio == pytest.approx(0.5)
    assert on(drawing, "SKETCH_extrude2", "CIRCLE")[0].dxf.radius == pytest.approx(0.5 * INCH)
    spline = on(drawing, "SKETCH_disc", "SPLINE")[0]
    assert spline.dxf.degree == 3
    line, arc = on(drawing, "SKETCH_disc", "LINE")[0], on(drawing, "SKETCH_disc", "ARC")[0]
    ends = [line.dxf.start, line.dxf.end, arc.start_point, arc.end_point]
    for tip in (spline.control_points[0], spline.control_points[-1]):
        assert min(math.dist((tip[0], tip[1]), (end.x, end.y)) for end in ends) < 1e-6, (
            "the outline is closed"
        )


def test_dxf_opens_with_everything_in_sight(drawing: Any) -> None:
    from ezdxf import bbox

    box = bbox.extents(drawing.modelspace())
    low, high = drawing.header["$EXTMIN"], drawing.header["$EXTMAX"]
    assert math.dist(low, box.extmin) + math.dist(high, box.extmax) < 0.1 * box.size.magnitude
    shown = next(port for port in drawing.viewports if port.dxf.name.upper() == "*ACTIVE").dxf
    assert shown.height >= box.size.y
    assert math.dist(tuple(shown.center)[:2], (box.center.x, box.center.y)) < 0.1 * shown.height


def test_dxf_views_show_holes_as_circles_and_hidden_lines(drawing: Any) -> None:
    radii = sorted(round(c.dxf.radius / INCH, 6) for c in on(drawing, "TOP_VISIBLE", "CIRCLE"))
    assert radii == [0.1, 0.1, 0.1, 0.1, 0.5]
    assert len(on(drawing, "TOP_VISIBLE", "ARC")) >= 4
    assert on(drawing, "FRONT_HIDDEN", "LINE") and on(drawing, "RIGHT_HIDDEN", "LINE")
    assert drawing.layers.get("FRONT_HIDDEN").dxf.linetype.upper() == "DASHED"
    front = [p for e in on(drawing, "FRONT_VISIBLE", "LINE") for p in (e.dxf.start, e.dxf.end)]
    assert max(p.y for p in front) - min(p.y for p in front) == pytest.approx(1.25 * INCH)


def seen(name: str, *operations: dict[str, Any]) -> View:
    built = build_solid(resolve({"units": "mm", "operations": list(operations)}))
    assert built.ok
    return view(built.bodies, name)


PLATE = {"op": "extrude", "profile": [{"shape": "rectangle", "size": [40, 20]}], "depth": 5}


def test_no_line_of_a_view_is_drawn_twice() -> None:
    top = seen("top", PLATE, {"op": "hole", "diameter": 4, "repeat": {"grid": [2, 2], "pitch": [30, 10]}})
    assert (len(top.visible), top.smooth, top.hidden) == (8, (), ())
    front = seen("front", PLATE, {"op": "hole", "diameter": 4, "repeat": {"grid": [2, 2], "pitch": [30, 10]}})
    assert len(front.visible) == 4
    assert len(front.hidden) == 4, "the holes at the back lie behind those in front"


def test_views_have_the_sizes_of_the_part() -> None:
    ball = {"op": "sphere", "diameter": 10}
    for name in ("front", "top", "right", "left"):
        x0, y0, x1, y1 = seen(name, ball).box
        assert (x1 - x0, y1 - y0) == pytest.approx((10, 10), abs=0.02)
    cone = seen("front", {"op": "cone", "bottom_diameter": 10, "top_diameter": 4, "height": 8})
    assert cone.box == pytest.approx((-5, 0, 5, 8), abs=1e-4)
    tilted = seen(
        "front", {"op": "cylinder", "diameter": 10, "height": 20}, {"op": "rotate", "axis": "x", "angle": 30}
    )
    assert {type(curve).__name__ for curve in tilted.visible} >= {"Ellipse", "Line"}


def test_the_sheet_says_sizes_scale_projection_and_name(exported: dict[str, Path]) -> None:
    root = ElementTree.parse(exported["svg"]).getroot()
    texts = [item.text for item in root.iter(f"{SVG}text")]
    for words in ("part", "in", "THIRD ANGLE", "1.25", "1:2"):
        assert words in texts
    groups = {item.get("id") for item in root.iter(f"{SVG}g")}
    assert groups >= {"front", "top", "right", "isometric", "sizes", "title-block"}
    assert len([p for p in root.iter(f"{SVG}path") if p.get("class") == "arrow"]) == 6


def test_cylinders_have_centre_lines_from_every_side(tmp_path: Path) -> None:
    hole = {"op": "hole", "diameter": 4, "counterbore": {"diameter": 8, "depth": 2}}
    design = {"units": "mm", "operations": [PLATE, {**hole, "repeat": {"grid": [2, 2], "pitch": [30, 10]}}]}
    export(design, tmp_path / "plate.svg")
    root = ElementTree.parse(tmp_path / "plate.svg").getroot()
    found = {
        group.get("id"): [line for line in group.iter(f"{SVG}line") if line.get("class") == "center"]
        for group in root.iter(f"{SVG}g")
    }
    assert {name: len(found[name]) for name in ("top", "front", "right", "isometric")} == {
        "top": 8,  # a cross for each hole
        "front": 2,  # holes one behind the other have one axis, and so have a hole and its counterbore
        "right": 2,
        "isometric": 0,
    }
    for line in found["front"]:
        assert line.get("x1") == line.get("x2")


def test_first_angle_puts_the_left_view_on_the_right(tmp_path: Path) -> None:
    design = {"units": "mm", "operations": [PLATE]}
    export(design, tmp_path / "first.svg", options=Options(projection="first"))
    root = ElementTree.parse(tmp_path / "first.svg").getroot()
    assert "left" in {item.get("id") for item in root.iter(f"{SVG}g")}
    assert "FIRST ANGLE" in [item.text for item in root.iter(f"{SVG}text")]


def test_a_name_cannot_break_out_of_the_sheet(tmp_path: Path) -> None:
    title = '<script>alert(1)</script>\x00\x1b & \u202eevil "quoted"'
    for suffix in ("svg", "3mf", "dxf"):
        export({"units": "mm", "operations": [PLATE]}, tmp_path / f"x.{suffix}", options=Options(title=title))
    root = ElementTree.parse(tmp_path / "x.svg").getroot()
    assert not [item for item in root.iter() if item.tag.endswith("script")]
    name = root.find(f"{SVG}title")
    assert name is not None and name.text is not None
    assert name.text.startswith("<script>") and "\u202e" not in name.text


@pytest.mark.parametrize(
    ("most", "words"),
    [(2.4, "2:1"), (1.0, "1:1"), (0.99, "1:2"), (0.3, "1:5"), (7, "5:1"), (0.011, "1:100"), (12, "10:1")],
)
def test_scales_are_those_of_the_standard(most: float, words: str) -> None:
    assert scale_words(standard_scale(most)) == words


def test_tiny_huge_and_long_parts_fit_the_sheet(tmp_path: Path) -> None:
    for number, size in enumerate([[0.02, 0.01, 0.02], [9000, 20, 5], [5, 9000, 20], [10, 10, 3000]]):
        path = tmp_path / f"{number}.svg"
        export({"units": "mm", "operations": [{"op": "box", "size": size}]}, path)
        root = ElementTree.parse(path).getroot()
        for line in root.iter(f"{SVG}line"):
            assert 0 <= float(line.get("x1", 0)) <= 297 and 0 <= float(line.get("y2", 0)) <= 210 - 10


def pixels(path: Path) -> tuple[int, int, bytes]:
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    start, rest = 8, b""
    while start < len(data):
        length, kind = struct.unpack(">I4s", data[start : start + 8])
        body = data[start + 8 : start + 8 + length]
        assert (
            zlib.crc32(kind + body) == struct.unpack(">I", data[start + 8 + length : start + 12 + length])[0]
        )
        rest += body if kind == b"IDAT" else b""
        start += 12 + length
    return width, height, zlib.decompress(rest)


def test_pictures_have_the_size_asked_for(exported: dict[str, Path], tmp_path: Path) -> None:
    width, height, data = pixels(exported["png"])
    assert (width, height, len(data)) == (800, 600, 600 * (1 + 3 * 800))
    dark = tmp_path / "dark.png"
    export({"units": "mm", "operations": [PLATE]}, dark, options=Options(size=(160, 120), background="dark"))
    width, height, data = pixels(dark)
    assert (width, height) == (160, 120)
    assert max(data[1:4]) < 80, "the first pixel is ground"


def test_impossible_pictures_and_sheets_are_refused(tmp_path: Path) -> None:
    design = {"units": "mm", "operations": [PLATE]}
    for name, options, words in (
        ("x.png", Options(size=(5, 5)), "each side may have"),
        ("x.png", Options(background="pink"), "pink"),
        ("x.svg", Options(projection="fourth"), "projection"),
    ):
        with pytest.raises(InputError, match=words):
            export(design, tmp_path / name, options=options)
    assert list(tmp_path.iterdir()) == []
