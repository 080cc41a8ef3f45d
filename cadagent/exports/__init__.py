"""Built designs as files: STEP, STL, 3MF, GLB, BREP, DXF, a drawing sheet as SVG, a picture as PNG,
and editable programs.

``export`` chooses the format by the file's ending. The solid is built, and the file put together, in a worker
process; files appear whole or not at all, and the same design gives the same bytes.
"""

from cadagent.exports.formats import FORMATS, Format, Options, by_ending, export, export_all, format_of

__all__ = ["FORMATS", "Format", "Options", "by_ending", "export", "export_all", "format_of"]
