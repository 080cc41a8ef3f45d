"""Editable programs: a design as a Fusion 360 script or as build123d code."""

from cadagent.programs.build123d_writer import build123d_script
from cadagent.programs.fusion import fusion_script

__all__ = ["build123d_script", "fusion_script"]
